"""Nobody acts outside their role: every act, form and screen about a case, pressed by everybody for whom it is not."""

from __future__ import annotations

from story_filing import files
from story_person import Person
from story_town import Town

from handlers import SUBJECTS

HARMLESS = {
    "language",
    "device",
    "sign_in",
    "stay",
    "sign_out",
    "sign_out_others",
    "file",
    "look_up",
    "sort",
    "menu",
    "help",
    "privacy",
    "desk",
    "my",
    "unit",
    "office",
} | {
    "bell",
    "bell_test",
    "bell_remove",
    "bell_new",
    "bell_code",
    "to_release",
    "find_window",
    "at_window",
    "halls",
    "hall",
    "window",
    "rate",
    "my_ratings",
}
# About no case, and only for some.
OF_THE_UNIT = {"unit_all", "templates", "template", "drop_template", "unit_ratings", "praise", "tickets", "ticket"}
OF_THE_HEAD = {"head", "head_late"}
OF_STAFF = {"away", "back_at_work", "devices"}
CITIZEN = (
    {"urge", "solved", "new_code", "add", "reply", "meant", "not_solved", "withdraw", "why_dissatisfied"}
    | {"object", "rating", "add_to_rating"}
    | {f"rate_{level}" for level in ("satisfied", "fairly_satisfied", "basically_satisfied", "dissatisfied")}
)
UNIT = {"accept", "return", "ask", "report", "report_told", "hand_over", "to_citizen", "unit_case", "plan", "extend"} | {
    "appeal",
    "settle",
}
OFFICES_LISTS = {"digest", "digest_units", "digest_ratings", "late", "parked", "extensions", "accountability"} | {
    "appeals",
    "oddities",
    "corrections",
}
OFFICE = {
    "assign", "refuse", "reveal", "office_case", "take", "give_back", "unassign", "checked", "reopen", "merge", "unmerge",
    "staff", "staff_unit", "staff_office", "withdraw_link", "invite", "unbind", "replace", "file_for", "silent",
    "release", "revoke",
    "grant_extension", "refuse_extension", "uphold", "drop",
    "grant_appeal", "refuse_appeal", "oddity", "odd_rating", "keep", "strike", "keep_one", "strike_one", "merge_with",
    "correction", "exclude", "include", "erase",
}  # fmt: skip
EVERY_PARTY = {"case", "timeline", "files"}
NO = (
    "not among yours|not with your unit|Only the supervision office|can't find this case|for the contacts|dealt with|"
    "A colleague has signed|desk is for staff|does not allow|was filed anonymously|out of date|can't find this rating"
)


def presses(names: set[str], case: str, version: int) -> list[str]:
    """Give the press of each act, form and screen of these names."""
    acts = [f"d:{act.name}:{case}:{version}" for subject in SUBJECTS for act in subject.acts if act.name in names]
    forms = [f"f:{form.name}:{case}" for subject in SUBJECTS for form in subject.forms if form.name in names]
    screens = [f"s:{screen.name}:{case}" for subject in SUBJECTS for screen in subject.screens if screen.name in names]
    return [*acts, *forms, *screens]


def test_every_act_form_and_screen_belongs_to_somebody() -> None:
    acts = {act.name for subject in SUBJECTS for act in subject.acts}
    forms = {form.name for subject in SUBJECTS for form in subject.forms}
    screens = {screen.name for subject in SUBJECTS for screen in subject.screens}
    for_some = OF_THE_UNIT | OF_THE_HEAD | OF_STAFF | OFFICES_LISTS
    assert acts | forms | screens == HARMLESS | for_some | CITIZEN | UNIT | OFFICE | EVERY_PARTY


async def test_strangers_and_other_units_can_do_and_see_nothing(town: Town) -> None:
    citizen = await town.somebody("web")
    strangers = [
        await town.somebody("web"),
        await town.somebody("telegram"),
        await town.contact("web", "government-630104"),
        await town.contact("telegram", "urban-management"),
        await town.contact("web", "discipline-630104"),
    ]
    number, _code = await files(citizen)
    for stranger in strangers:
        await stranger.says("/start")
        await stranger.sees("This is Huiyin for")
        await is_refused(town, stranger, number, CITIZEN | UNIT | OFFICE | OFFICES_LISTS | EVERY_PARTY)


async def test_what_is_about_no_case_is_for_those_alone_whom_it_concerns(town: Town) -> None:
    citizen, contact, office = await town.somebody("web"), await town.contact("telegram"), await town.office("web")
    others = {citizen: OF_THE_UNIT | OF_THE_HEAD | OF_STAFF, contact: OF_THE_HEAD, office: OF_THE_UNIT | OF_THE_HEAD}
    await citizen.says("/start")
    await citizen.sees("This is Huiyin for")
    for person, names in others.items():
        for press in presses(names, "urban-management", 0):
            await person.presses_secretly(press)
            await person.sees(
                "(for|by) the contacts|Only the contacts|not in use|for the head|Only staff|not away|Only the supervision"
            )


async def test_each_party_can_do_only_what_is_theirs(town: Town) -> None:
    citizen, contact, office = await town.somebody("web"), await town.contact("telegram"), await town.office("web")
    number, _code = await files(citizen)
    await contact.sees("Sign in by")
    await is_refused(town, citizen, number, UNIT | OFFICE | OFFICES_LISTS)
    await is_refused(town, contact, number, CITIZEN | OFFICE | OFFICES_LISTS)
    await is_refused(town, office, number, CITIZEN | UNIT)


async def test_a_colleague_can_not_act_on_a_case_that_another_one_holds(town: Town) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("web", name="Wang")
    li = await town.contact("telegram", name="Li")
    number, _code = await files(citizen)
    await wang.presses("^Sign in$")
    await li.sees("Signed in by Wang")
    await is_refused(town, li, number, {"return", "ask", "report", "hand_over", "plan", "extend"})


async def test_a_form_that_was_open_when_the_case_went_elsewhere_changes_nothing(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("web")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await contact.presses("Report the result")
    await contact.says("已清运")
    await contact.says("/done")
    await contact.sees("will read this")
    await citizen.says(f"/case {number}")
    await citizen.presses("^Withdraw$")
    await citizen.says("不用了")
    await citizen.presses("^Withdraw it$")
    await citizen.sees("has been withdrawn")
    await contact.presses("^Send$")
    await contact.sees("does not allow this now.+withdrawn")
    assert (await town.case(number)).state == "withdrawn"


async def test_a_used_or_invented_link_gives_no_role(town: Town) -> None:
    code = await town.invites_contact()
    wang, thief = await town.somebody("telegram"), await town.somebody("web")
    await wang.follows(code)
    await wang.sees("signed in for")
    for wrong in (code, "invented-code-of-nobody"):
        await thief.follows(wrong)
        await thief.sees("has been used or is too old")
    await thief.says("/desk")
    await thief.sees("desk is for staff")


async def test_malformed_presses_are_answered_and_harm_nobody(town: Town) -> None:
    citizen = await town.somebody("telegram")
    await citizen.says("/start")
    await citizen.sees("This is Huiyin for")
    for press in ("x", "a:", "a:1:2", "a:zzz:9:send", "d:accept", "d:accept:zz:x", "f:nothing:1", "s:nothing", "r:none", "::::"):
        await citizen.presses_secretly(press)
        await citizen.sees("out of date|finished|can't be taken up")
    assert await town.count() == 0


async def is_refused(town: Town, person: Person, number: str, names: set[str]) -> None:
    case = await town.case(number)
    before = await town.history(number)
    for press in presses(names, case.id, case.version):
        await person.presses_secretly(press)
        await person.sees(NO)
    assert await town.history(number) == before
    assert await town.case(number) == case
