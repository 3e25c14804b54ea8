"""What a unit's contact does: see what is theirs, sign in, return, ask, report with proof, hand over, pass on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from actions import handling
from actions.cards import due
from actions.context import Context
from actions.facts import facts
from actions.hearing import heard
from actions.timekeeping import to_be_paused
from actions.unit_cards import unit_card
from dialog.outgoing import Button, Outgoing, say
from dialog.play import Dialog
from dialog.questions import Option, Options, Told
from dialog.subjects import Act, Refused, Reply, Screen, Subject, screen_button
from dialog.texts import Moment, Text, _, verbatim
from domain.cases import CaseKind, CaseState
from handlers import templates
from handlers.case_form import case_form
from handlers.following import one_line
from storage import cases, cursors, workloads
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.workloads import Waiting

SIGNS_IN = _("Sending it also signs the case in: it is yours then.")
RUNS_ON = _("Your time runs on meanwhile: a question stops it at most twice, and only before it is up.")
PAGE = 6
OWN_WORDS = "own"
ADDING = (Option("no", _("Nothing to add")), Option("yes", _("Add something")))
REASONS: dict[str, Text] = {
    "not_our_task": _("Not our task"),
    "not_our_area": _("Not in our area"),
    "other_unit": _("Another unit has been dealing with it"),
    "not_enough": _("Too little is known to act on"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a contact wrote about a case; `reason` is a key of REASONS or ""."""

    case: str
    text: str
    reason: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """To whom a case goes: a colleague's role, or a unit."""

    case: str
    colleague: str | None
    unit: str | None


async def ours(ctx: Context, after: str) -> Outgoing:
    """List what waits for a contact's units: what is late first, then by the time at which it is due."""
    found = await workloads.most_urgent(ctx.tx, await _units(ctx), cursors.read(after), PAGE + 1, ctx.told_until)
    shown = await waiting_rows(ctx, found[:PAGE], "unit_case")
    rows = [*shown]
    if len(found) > PAGE:
        rows.append((screen_button(_("Less urgent ones"), "unit", cursors.write(found[PAGE - 1].cursor)),))
    rows.append((screen_button(_("All open cases"), "unit_all"), screen_button(_("My desk"), "desk")))
    if not shown:
        return say(_("Nothing waits for your unit."), rows=tuple(rows))
    return say(
        _("What waits for your unit, the most urgent first. ‼ is late, ◇ waits for the citizen's answer."), rows=tuple(rows)
    )


async def waiting_rows(ctx: Context, found: Sequence[Waiting], screen: str) -> list[tuple[Button, ...]]:
    """Give a button for each case."""
    rows: list[tuple[Button, ...]] = []
    for waiting in found:
        case = await cases.get(ctx.tx, waiting.case)
        if case is None:
            continue
        rows.append((screen_button(await waiting_line(ctx, waiting, case), screen, case.id),))
    return rows


async def waiting_line(ctx: Context, waiting: Waiting, case: Case) -> Text:
    """Name a case on a button, with its due day and a mark if it is late or stands still."""
    mark = "◇ " if waiting.still else "‼ " if waiting.due_at <= ctx.now else ""
    return _("{mark}{day}: {case}", mark=mark, day=Moment(waiting.due_at, day=True), case=await one_line(ctx, case))


async def all_open(ctx: Context, after: str) -> Outgoing:
    """List all open cases of a contact's units, oldest first: also those that are answered."""
    found = await cases.of_units(ctx.tx, await _units(ctx), after or None, PAGE + 1, ctx.told_until)
    rows = [(screen_button(await one_line(ctx, case), "unit_case", case.id),) for case in found[:PAGE]]
    if len(found) > PAGE:
        rows.append((screen_button(_("Newer ones"), "unit_all", found[PAGE - 1].id),))
    rows.append((screen_button(_("My desk"), "desk"),))
    return say(_("Open cases of your unit, the oldest first:") if found else _("Nothing is open at your unit."), rows=tuple(rows))


async def _units(ctx: Context) -> Sequence[str]:
    units = await ctx.deals_at()
    if not units:
        raise Refused(_("This list is for the contacts of a unit, and for its head while none of them is there."))
    return units


async def show(ctx: Context, id: str) -> Outgoing:
    """Show one case to a contact of its unit."""
    case = await _mine(ctx, id)
    f = await facts(ctx, case)
    return replace(unit_card(ctx, f, ctx.me.roles), files=heard(ctx, f).citizens_files)


async def accept(ctx: Context, id: str, version: int) -> Reply:
    """Sign in."""
    await handling.accept(ctx, id, version)
    return Reply(note=_("Signed in. The case is yours."))


async def return_(d: Dialog) -> Written | None:
    """Ask why the case is not the unit's."""
    options = (*(Option(key, label) for key, label in REASONS.items()), Option(OWN_WORDS, _("Another reason")))
    reason = await d.choose(
        "reason", _("Why does the case not belong to your unit?"), options, label=_("Reason"), own_words=(OWN_WORDS, "words")
    )
    words = ""
    if reason == OWN_WORDS:
        words = await d.text(
            "words", _("Please write the reason, for the supervision office."), label=_("In your words"), most=500
        )
    why = REASONS[reason] if reason in REASONS else verbatim(words)
    sure = await d.confirm("sure", _("Return the case to the supervision office?"), (why,), yes=_("Return it"))
    return Written(case=d.arg, text=words, reason=reason if reason in REASONS else "") if sure else None


async def ask(d: Dialog) -> Written | None:
    """Ask the citizen something."""
    told = await d.collect(
        "told",
        _(
            "What would you like to ask the citizen? Please don't ask for name, phone or address."
            " Press Done when you have finished."
        ),
        label=_("Question"),
    )
    also = await d.look("also", comes_of_asking, d.arg)
    return await _sure_of(d, told.in_words(), told.files, *(option.label for option in also))


async def comes_of_asking(ctx: Context, id: str) -> Options:
    """Say what else a question does, or does not do: it signs a case in, and the unit's time may run on all the same."""
    case = await cases.get(ctx.tx, id)
    if case is None:
        return ()
    signs_in = (Option("signs_in", SIGNS_IN),) if case.state is CaseState.ASSIGNED else ()
    runs_on = () if await to_be_paused(ctx, case) else (Option("runs_on", RUNS_ON),)
    return (*signs_in, *runs_on)


async def report(d: Dialog) -> Written | None:
    """Report the result, with a usual answer where the unit has any."""
    usual = await d.look("usual", templates.choices, d.arg)
    picked = templates.OWN_WORDS
    if usual:
        picked = await d.choose("template", _("Use a usual answer?"), usual, label=_("Usual answer"))
    if picked == templates.OWN_WORDS:
        return await report_told(d)
    answer = await d.look("answer", templates.words, picked)
    add = await d.choose("add", _("This will be the answer:\n{text}", text=answer), ADDING, label=_("Anything to add"))
    told = Told()
    if add == "yes":
        told = await d.collect(
            "added",
            _("What would you like to add? Photos and documents too. Press Done when you have finished."),
            label=_("Added"),
        )
    return await _sure_of_result(d, "\n".join(filter(None, (answer, told.in_words()))), told.files)


async def report_told(d: Dialog) -> Written | None:
    """Report the result in own words, with proof."""
    told = await d.collect(
        "told",
        _("What was done? Please send photos or documents as proof too. Press Done when you have finished."),
        label=_("Result"),
    )
    return await _sure_of_result(d, told.in_words(), told.files)


async def others_who_read_it(ctx: Context, id: str) -> Options:
    """Say of a case that others follow with theirs how many they are."""
    count = len(await cases.led_by(ctx.tx, id))
    others = _("{count} more who reported the same get it too, photos included: please show nobody's home or name.", count=count)
    return (Option("others", others),) if count else ()


async def _sure_of_result(d: Dialog, text: str, files: tuple[str, ...]) -> Written | None:
    others = await d.look("others", others_who_read_it, d.arg)
    return await _sure_of(d, text, files, *(option.label for option in others))


async def _sure_of(d: Dialog, text: str, files: tuple[str, ...], *also: Text) -> Written | None:
    words = verbatim(text) if text else _("(no words, see the files)")
    attached = (_("Files: {count}", count=len(files)),) if files else ()
    sure = await d.confirm("sure", _("The citizen will read this. Send it?"), (words, *attached, *also))
    return Written(case=d.arg, text=text, files=files) if sure else None


async def hand_over(d: Dialog) -> HandOver | None:
    """Choose a colleague or a unit."""
    choices = await d.look("receivers", receivers, d.arg)
    to = await d.choose("to", _("Who should take over the case?"), choices, label=_("Receiver"))
    sort, _colon, id = to.partition("=")
    if sort == "nobody":
        return None
    return HandOver(case=d.arg, colleague=id if sort == "role" else None, unit=id if sort == "unit" else None)


async def receivers(ctx: Context, id: str) -> Options:
    """Offer the colleagues of a case's holder, and the units to which it can be passed on."""
    case = await _mine(ctx, id)
    holds = await ctx.holds(case)
    colleagues = [r for r in await ctx.colleagues(case.unit or "") if r.id != case.holder and (r.person != ctx.me.person)]
    return (
        *(Option(f"role={role.id}", verbatim(role.name)) for role in colleagues if holds),
        *(Option(f"unit={unit}", Text("{name}", {"name": ctx.city.unit(unit)})) for unit in handling.passable(ctx, case)),
        Option("nobody", _("Nobody, keep it")),
    )


async def send_back(ctx: Context, written: Written) -> Reply:
    """Return a case."""
    words = " / ".join(part for part in (REASON_WORDS.get(written.reason, ""), written.text) if part)
    case = await handling.return_(ctx, written.case, words)
    return Reply(messages=(say(_("Case {number} has been returned to the supervision office.", number=case.number)),))


async def send_question(ctx: Context, written: Written) -> Reply:
    """Ask."""
    case = await handling.ask(ctx, written.case, written.text, written.files)
    reply = (await facts(ctx, case)).deadlines.get(DeadlineKind.REPLY)
    stands_still = _("Your time stands still until they answer, until {due} at most.", due=due(reply)) if reply else None
    time = stands_still or _("Your time runs on meanwhile.")
    return Reply(messages=(await _card(ctx, case, _("Your question has been sent to the citizen. {time}", time=time)),))


async def send_report(ctx: Context, written: Written) -> Reply:
    """Report."""
    case = await handling.report(ctx, written.case, written.text, written.files)
    return Reply(
        messages=(say(_("Thank you. The citizen has been told; case {number} waits for their word.", number=case.number)),)
    )


async def pass_over(ctx: Context, to: HandOver) -> Reply:
    """Hand over, or pass on."""
    if to.colleague:
        role = await handling.hand_over(ctx, to.case, to.colleague)
        return Reply(messages=(say(_("The case has been handed to {name}.", name=role.name)),))
    case = await handling.pass_on(ctx, to.case, to.unit or "")
    return Reply(messages=(say(_("The case has been passed on to {unit}.", unit=ctx.city.unit(case.unit or ""))),))


async def may_work(ctx: Context, id: str) -> None:
    """Let only those open a form who deal with the case, or could sign it in."""
    await ctx.as_holder(await _mine(ctx, id))


async def may_hand_over(ctx: Context, id: str) -> None:
    """Let only those open the form who deal with the case, and only where somebody could take it over."""
    await may_work(ctx, id)
    if len(await receivers(ctx, id)) > 1:
        return
    case = await _mine(ctx, id)
    if case.state is CaseState.ASSIGNED and len(await ctx.colleagues(case.unit or "")) > 1:
        raise Refused(_("Please sign case {number} in first, then hand it to a colleague.", number=case.number))
    if case.kind is CaseKind.MISCONDUCT:
        raise Refused(_("Nobody else could take this report over. Whoever runs this program can invite another member."))
    raise Refused(
        _(
            "Your unit has no other contact and no unit below it, so nobody could take the case over. If it is not yours, you can"
            " return it; the supervision office can invite another contact."
        )
    )


async def may_report(ctx: Context, id: str) -> None:
    """Let only the contact report who has signed the case in."""
    await may_work(ctx, id)
    case = await _mine(ctx, id)
    if case.state is CaseState.ASSIGNED:
        raise Refused(_("Please sign case {number} in first, then report the result.", number=case.number))


async def may_return(ctx: Context, id: str) -> None:
    """Let only those open a form who deal with the case, or could sign it in; misconduct reports are never returned."""
    case = await _mine(ctx, id)
    await ctx.as_holder(case)
    if case.kind is CaseKind.MISCONDUCT:
        raise Refused(_("A misconduct report can't be returned. You can pass it on to another discipline team."))


async def _mine(ctx: Context, id: str) -> Case:
    case = await cases.get(ctx.tx, id)
    if case is None:
        raise Refused(_("We can't find this case. Please open it again from your list: /desk"))
    await ctx.as_contact(case)
    return case


async def _card(ctx: Context, case: Case, news: Text) -> Outgoing:
    return unit_card(ctx, await facts(ctx, case), ctx.me.roles).with_passing_news(news)


# The office reads the reason as it was chosen; entries keep plain words.
REASON_WORDS = {
    "not_our_task": "不属于本单位职责",
    "not_our_area": "不在本单位辖区",
    "other_unit": "已由其他单位办理",
    "not_enough": "情况不清，无法办理",
}

SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="unit", view=ours), Screen(name="unit_all", view=all_open), Screen(name="unit_case", view=show)),
    acts=(Act(name="accept", do=accept),),
    forms=(
        case_form(name="return", title=_("Returning a case"), script=return_, then=send_back, may=may_return),
        case_form(name="ask", title=_("Asking the citizen"), script=ask, then=send_question, may=may_work),
        case_form(name="report", title=_("Reporting the result"), script=report, then=send_report, may=may_report),
        case_form(name="report_told", title=_("Reporting the result"), script=report_told, then=send_report, may=may_report),
        case_form(name="hand_over", title=_("Handing a case over"), script=hand_over, then=pass_over, may=may_hand_over),
    ),
)
