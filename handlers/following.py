"""A citizen's own cases: the list, one case, add, reply, urge, withdraw, solved or not, rate, look up by number and code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from actions import following
from actions.cards import KINDS
from actions.citizen_cards import citizen_card, lateness
from actions.context import Context
from actions.devices import FORGET
from actions.facts import facts, facts_for_office
from actions.hearing import changed_to
from actions.notices import FETCHED
from actions.office_cards import office_card
from actions.rating_words import changed_line
from actions.record import STATES, state_after
from actions.unit_cards import unit_card
from dialog.outgoing import Button, Outgoing, say
from dialog.play import Dialog
from dialog.questions import Item, Options, Told
from dialog.subjects import Act, Form, Opening, Refused, Reply, Screen, Subject, act_button, form_button, screen_button
from dialog.texts import Secret, Text, _
from domain.cases import CaseKind, CaseState, Event, Party, Satisfaction
from domain.numbers import read_case_number, read_code, show_code, without_code
from handlers.case_form import case_form
from handlers.reporting import as_report, is_report, readers
from handlers.timeline import history
from storage import cases, ratings
from storage.cases import Case

PAGE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Something told about a case; `report` is what becomes a misconduct report instead."""

    case: str
    text: str = ""
    files: tuple[str, ...] = ()
    message: str | None = None
    report: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """A number and a code, as typed."""

    number: str
    code: str


async def my_cases(ctx: Context, before: str) -> Outgoing:
    """List the cases that a person follows, newest first."""
    found = await cases.of_follower(ctx.tx, ctx.me.person, before or None, PAGE + 1)
    given = await ratings.count_of_person(ctx.tx, ctx.me.person)
    rated = ((screen_button(_("My ratings"), "my_ratings"),),) if given else ()
    above = (_("Ratings that you have given: {count}.", count=given),) if given else ()
    if not found:
        return say(
            *above,
            _("You have no cases here yet."),
            _("We can't ring you here. With its number and code you can look a case up from any device."),
            rows=(*rated, (form_button(_("Complaint"), "file", "complaint"), form_button(_("Look up a case"), "look_up"))),
        )
    rows: list[tuple[Button, ...]] = [(screen_button(await _line(ctx, case), "case", case.id),) for case in found[:PAGE]]
    if len(found) > PAGE:
        rows.append((screen_button(_("Older ones"), "my", found[PAGE - 1].id),))
    rows += rated
    rows.append((form_button(_("Look up a case"), "look_up"), screen_button(_("Menu"), "menu")))
    return say(*above, _("Your cases:"), rows=tuple(rows))


async def _line(ctx: Context, case: Case) -> Text:
    f = await facts(ctx, case)
    line = await one_line(ctx, case)
    return _("‼ {case}, late", case=line) if lateness(ctx, f.lead or f) else line


async def one_line(ctx: Context, case: Case) -> Text:
    """Name a case on a button; a bad rating that is one no more is marked, once its reader may know it."""
    about = KINDS[case.kind] if case.kind is CaseKind.BAD_RATING else ctx.city.category(case.category)
    line = _("{number} {category}: {state}", number=case.number, category=about, state=STATES[case.state])
    level = await changed_to(ctx, case)
    return changed_line(line, level) if level else line


async def show_case(ctx: Context, id: str) -> Outgoing:
    """Show one case as the person who asks may see it."""
    case = await cases.get(ctx.tx, id)
    if case is None:
        raise Refused(_("We can't find this case. Please open it again from your list: /my"))
    f = await facts(ctx, case)
    if await cases.follows(ctx.tx, id, ctx.me.person):
        card = citizen_card(ctx, f)
        if case.reporter == ctx.me.person:
            card = Outgoing(
                lines=card.lines,
                rows=(*card.rows, (act_button(_("Get a new code"), "new_code", id, case.version),)),
                subject=card.subject,
                card=card.card,
            )
        return card
    if case.unit and case.unit in (*ctx.me.units, *ctx.me.headed) and ctx.has_reached_unit(case):
        return unit_card(ctx, f, ctx.me.roles)
    if ctx.me.is_office and case.kind is not CaseKind.MISCONDUCT and not ctx.is_hidden(case):
        return office_card(ctx, await facts_for_office(ctx, case))
    raise Refused(_("This case is not among yours. With its number and code you can look it up: /case"))


async def tell(d: Dialog) -> Words:
    """Ask for one collection of messages about a case."""
    read_by = await d.look("readers", readers, d.arg)
    told = await d.collect("told", TELL, label=_("Your words"))
    return await _told(d, told, read_by)


async def not_solved(d: Dialog) -> Words:
    """Ask what is still wrong."""
    read_by = await d.look("readers", readers, d.arg)
    told = await d.collect(
        "told",
        _("What is still wrong? Text, photos, voice, in any order. Press Done when you have finished."),
        label=_("Your words"),
    )
    return await _told(d, told, read_by)


async def why_dissatisfied(d: Dialog) -> Words:
    """Ask for the reason of a bad rating."""
    read_by = await d.look("readers", readers, d.arg)
    why = await d.text(
        "why",
        _("What were you dissatisfied with? A few words are enough; the unit reads them. /cancel leaves it at the rating."),
        label=_("Reason"),
        most=500,
    )
    return await _told(d, Told((Item(text=why),)), read_by)


async def withdraw(d: Dialog) -> Words | None:
    """Ask why, and make sure."""
    why = await d.text("why", _("Why do you withdraw the case? A few words are enough."), label=_("Reason"), most=500)
    ends = _("The case ends here and nobody deals with it any more. Withdraw it?")
    sure = await d.confirm("sure", ends, (), yes=_("Withdraw it"))
    return Words(case=d.arg, text=why) if sure else None


async def look_up(d: Dialog) -> LookUp:
    """Ask for number and code."""
    typed = d.arg or await d.text(
        "number",
        _("Which case? Please write its number, as on the receipt."),
        label=_("Number"),
        most=60,
        check=no_number,
        echo=without_code,
    )
    code = read_code(typed) or await d.text(
        "code", _("Please write the code of 16 digits too."), label=_("Code"), most=60, check=no_code, echo=without_code
    )
    return LookUp(number=read_case_number(typed) or "", code=read_code(code) or "")


TELL = _("Please write or send it: text, photos, voice, a place. Press Done when you have finished.")


async def add(ctx: Context, told: Words) -> Reply:
    """Add to a case."""
    if told.report:
        return as_report(told.report)
    case = await following.add(ctx, told.case, told.text, told.files, told.message)
    return Reply(messages=(await asked_again(ctx, case, _("Thank you. It has been added to your case.")),))


async def asked_again(ctx: Context, case: Case, thanks: Text) -> Outgoing:
    """Thank for words; while an answer waits for the citizen's verdict, ask for it: words alone reopen nothing."""
    lead = await cases.leading(ctx.tx, case)
    if lead.state is not CaseState.ANSWERED:
        return say(thanks)
    verdict = (act_button(_("Solved"), "solved", case.id, lead.version), form_button(_("Not solved"), "not_solved", case.id))
    return say(thanks, _("Is it solved? Please press a button: words alone do not reopen the case."), rows=(verdict,))


async def reply(ctx: Context, told: Words) -> Reply:
    """Answer the unit's question."""
    if told.report:
        return as_report(told.report)
    await following.reply(ctx, told.case, told.text, told.files, told.message)
    return Reply(messages=(say(_("Thank you. Your answer has been passed on.")),))


async def urge(ctx: Context, id: str, version: int) -> Reply:
    """Urge."""
    case = await following.urge(ctx, id)
    said = [_("We have passed it on. Case {number} is being urged.", number=case.number)]
    if (await facts(ctx, case)).question:
        said.append(_("The unit is waiting for your answer to its question. Please answer it, so that it can go on."))
    return Reply(messages=(say(*said),), note=_("Urged."))


async def solved(ctx: Context, id: str, version: int) -> Reply:
    """Close a case as solved and ask for a rating."""
    case = await following.solved(ctx, id, version)
    return Reply(card=citizen_card(ctx, await facts(ctx, case)), note=_("Thank you."))


async def reopen(ctx: Context, told: Words) -> Reply:
    """Reopen a case that is not solved."""
    case = await following.not_solved(ctx, told.case, told.text, told.files)
    news = (
        _("The case has been reopened. The time begins anew.")
        if (await cases.leading(ctx.tx, case)).unit
        else _("The case has been reopened; the supervision office looks at it first.")
    )
    card = citizen_card(ctx, await facts(ctx, case)).with_news(news)
    return as_report(told.report, card) if told.report else Reply(messages=(card,))


async def explain(ctx: Context, told: Words) -> Reply:
    """Keep the reason of a bad rating."""
    if told.report:
        return as_report(told.report)
    case = await following.explain(ctx, told.case, told.text)
    return Reply(
        messages=(citizen_card(ctx, await facts(ctx, case)).with_passing_news(_("Thank you. Your reason has been passed on.")),)
    )


async def end(ctx: Context, told: Words) -> Reply:
    """Withdraw a case."""
    case = await following.withdraw(ctx, told.case, told.text)
    return Reply(messages=(say(_("Case {number} has been withdrawn.", number=case.number)),))


async def new_code(ctx: Context, id: str, version: int) -> Reply:
    """Give a new code."""
    case, code = await following.new_code(ctx, id)
    return Reply(
        messages=(
            say(
                _("New code of case {number}: {code}", number=case.number, code=Secret(show_code(code))),
                _("The old code is void. This one is shown only once."),
            ),
        )
    )


async def find(ctx: Context, asked: LookUp) -> Reply:
    """Show the whole timeline of a case to whoever knows its number and code; they follow it from now on."""
    case = await following.look_up(ctx, asked.number, asked.code)
    if case is None:
        wrong = _("Number and code do not match. Please look at your receipt and write the code again.")
        other = _("To give another number, write it after /case, such as /case 20260105-12345-6.")
        return Reply(messages=(say(wrong, other),), opens=Opening(form="look_up", arg=asked.number))
    lines = await history(ctx, case, staff=False)
    card = citizen_card(ctx, await facts(ctx, case))
    return Reply(messages=(say(*lines), card, *_if_shared(ctx)))


def _if_shared(ctx: Context) -> tuple[Outgoing, ...]:
    """Say in a browser, which others may use, how to leave nothing behind."""
    if ctx.me.conversation.channel != FETCHED:
        return ()
    forget = Button(FORGET, url=f"{ctx.public_url}/forget")
    shared = _("If others use this computer too, let it forget you when you have finished: they could read the case here.")
    return (say(shared, rows=((forget,),)),)


async def by_number(ctx: Context, typed: str) -> Reply:
    """Show a case by its number to those who may see it; ask everybody else for the code."""
    number = read_case_number(typed)
    found = await cases.numbered(ctx.tx, number) if number else None
    if found is not None:
        try:
            return Reply(messages=(await show_case(ctx, found.id),))
        except Refused:
            pass  # not theirs: the code decides, and an unknown number must look the same
    return Reply(opens=Opening(form="look_up", arg=number or ""))


def no_number(text: str) -> Text | None:
    """Tell what is wrong with a case number, if anything."""
    return (
        None
        if read_case_number(text)
        else _("That is not a case number. It looks like 20260105-12345-6; please check each digit.")
    )


def no_code(text: str) -> Text | None:
    """Tell what is wrong with a code, if anything."""
    return None if read_code(text) else _("The code has 16 digits. Please check it on your receipt.")


async def may_follow(ctx: Context, id: str) -> None:
    """Let only those who follow a case open a form about it."""
    case = await cases.get(ctx.tx, id)
    if case is None:
        raise Refused(_("We can't find this case. Please open it again from your list: /my"))
    await ctx.as_follower(case)


def _may(event: Event) -> Callable[[Context, str], Awaitable[None]]:
    """Let nobody write a reason for what can't happen any more."""

    async def may(ctx: Context, id: str) -> None:
        await may_follow(ctx, id)
        case = await cases.get(ctx.tx, id)
        if case is not None:
            state_after(case, event, Party.CITIZEN)

    return may


async def may_say_not_solved(ctx: Context, id: str) -> None:
    """Let nobody write what is still wrong where it can't be heard any more."""
    await may_follow(ctx, id)
    case = await cases.get(ctx.tx, id)
    if case is not None:
        await following.can_be_doubted(ctx, case, await cases.leading(ctx.tx, case))


async def _told(d: Dialog, told: Told, read_by: Options) -> Words:
    if read_by and await is_report(d, told.text):
        return Words(case=d.arg, report=told)
    return Words(case=d.arg, text=told.in_words(), files=told.files, message=told.items[0].message if told.items else None)


def _rate(level: Satisfaction) -> Act[Context]:
    async def rate(ctx: Context, id: str, version: int) -> Reply:
        """Rate how a closed case was handled."""
        case = await following.rate(ctx, id, level)
        why = Opening(form="why_dissatisfied", arg=id) if level is Satisfaction.DISSATISFIED else None
        return Reply(card=citizen_card(ctx, await facts(ctx, case)), note=_("Thank you for your rating."), opens=why)

    return Act(name=f"rate_{level}", do=rate)


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="my", view=my_cases, commands=("my",)), Screen(name="case", view=show_case)),
    acts=(
        Act(name="urge", do=urge),
        Act(name="solved", do=solved),
        Act(name="new_code", do=new_code),
        *(_rate(level) for level in Satisfaction),
    ),
    forms=(
        case_form(name="add", title=_("Adding to a case"), script=tell, then=add, may=_may(Event.ADD), gathers=True),
        case_form(name="reply", title=_("Answering the unit's question"), script=tell, then=reply, may=may_follow, gathers=True),
        case_form(
            name="not_solved",
            title=_("What is still wrong"),
            script=not_solved,
            then=reopen,
            may=may_say_not_solved,
            gathers=True,
        ),
        case_form(
            name="why_dissatisfied",
            title=_("Why you were dissatisfied"),
            script=why_dissatisfied,
            then=explain,
            may=_may(Event.EXPLAIN),
        ),
        case_form(
            name="withdraw",
            title=_("Withdrawing a case"),
            script=withdraw,
            then=end,
            may=_may(Event.WITHDRAW),
            cancelled=_("Not withdrawn. The case goes on as before."),
        ),
        Form(name="look_up", title=_("Looking up a case"), script=look_up, then=find),
    ),
    commands={"case": by_number},
)
