"""What people put right about a routing, for the office: who, and what became of what; and what is not to be learned from."""

from __future__ import annotations

from actions import correcting
from actions.context import Context
from actions.facts import excerpt
from dialog.outgoing import Button, Outgoing, say
from dialog.subjects import Act, Refused, Reply, Screen, Subject, act_button, screen_button
from dialog.texts import Arg, Moment, Name, Text, _, verbatim
from storage import cases, corrections, entries, roles
from storage.corrections import MANY, Correction, Sort, Whose
from storage.entries import EntryKind

PAGE = 5
TOLD = 160
WHAT: dict[Sort, Text] = {
    Sort.CHOSEN: _("{was} was suggested, {became} was chosen"),
    Sort.RETURNED: _("{was} returned it: {reason}"),
    Sort.ASSIGNED: _("given to {became} instead of {was}"),
    Sort.SUGGESTED: _("{was} was suggested, the office gave it to {became}"),
}
NOT_LEARNED: dict[Whose, Text] = {
    Whose.CORRECTION: _("It is not learned from: it was excluded."),
    Whose.PERSON: _("It is not learned from: all of this person's are excluded."),
    Whose.UNIT: _("It is not learned from: all that began with this unit's returns are excluded."),
}
EXCLUDE: dict[Whose, Text] = {
    Whose.CORRECTION: _("Do not learn from it"),
    Whose.PERSON: _("From none of this person"),
    Whose.UNIT: _("From none of this unit"),
}
INCLUDE: dict[Whose, Text] = {
    Whose.CORRECTION: _("Learn from it again"),
    Whose.PERSON: _("From this person again"),
    Whose.UNIT: _("From this unit again"),
}
ABOUT = _(
    "The program learns from these corrections when the office's operator lets it. Exclude what should not be learned from."
)


async def newest(ctx: Context, before: str) -> Outgoing:
    """List the corrections, newest first."""
    ctx.as_office()
    found = await corrections.newest(ctx.tx, before or None, PAGE + 1)
    lines = [ABOUT if found else _("Nobody has corrected a routing yet.")]
    rows: list[tuple[Button, ...]] = []
    for n, one in enumerate(found[:PAGE], start=1):
        case = await cases.get(ctx.tx, one.case)
        number = case.number if case else ""
        line = _("{n}. {at}  {number}: {what}", n=n, at=Moment(one.corrected_at), number=number, what=await what(ctx, one))
        lines += [line, *left_out(one)[:1]]
        rows.append((screen_button(_("Look at {n}", n=n), "correction", one.id),))
    if len(found) > PAGE:
        rows.append((screen_button(_("Older ones"), "corrections", found[PAGE - 1].id),))
    rows.append((screen_button(_("My desk"), "desk"),))
    return say(*lines, rows=tuple(rows))


async def show(ctx: Context, id: str) -> Outgoing:
    """Show one correction, and what can be excluded or included again."""
    ctx.as_office()
    one = await corrections.get(ctx.tx, id)
    case = await cases.get(ctx.tx, one.case) if one else None
    if one is None or case is None:
        raise Refused(_("There is no such correction."))
    lines = [
        _("{number}, {at}: {what}", number=case.number, at=Moment(one.corrected_at), what=await what(ctx, one)),
        _("By: {who}", who=await who(ctx, one)),
        verbatim(await told(ctx, one)),
        *await many(ctx, one),
        *left_out(one),
    ]
    rows: list[tuple[Button, ...]] = [(_button(one, whose),) for whose in Whose if one.whose(whose)]
    rows.append((screen_button(_("Show the case"), "office_case", one.case), screen_button(_("Corrections"), "corrections")))
    return say(*lines, rows=tuple(rows))


async def what(ctx: Context, one: Correction) -> Text:
    """Say what was put right, and of a return the reason that was given."""
    named = ctx.city.category if one.sort is Sort.CHOSEN else ctx.city.unit
    what: dict[str, Arg] = {"was": _name(named(one.was))}
    if one.sort is Sort.RETURNED:
        what["reason"] = excerpt(" ".join((await _reason(ctx, one)).split()), TOLD)
    else:
        what["became"] = _name(named(one.became)) if one.became else ""
    return Text(WHAT[one.sort].id, what)


async def _reason(ctx: Context, one: Correction) -> str:
    """Give the words with which the case was returned: they were written at the same moment."""
    written = await entries.of_case(ctx.tx, one.case)
    return next((e.text for e in written if e.kind is EntryKind.RETURNED and e.created_at == one.corrected_at), "")


async def who(ctx: Context, one: Correction) -> Text:
    """Say in which role it was put right; of a citizen no more than that it was one."""
    role = await roles.get(ctx.tx, one.role) if one.role else None
    if role is None:
        return _("a citizen")
    if role.unit:
        return _("{name}, {unit}", name=role.name, unit=ctx.city.unit(role.unit))
    return _("{name}, supervision office", name=role.name)


async def told(ctx: Context, one: Correction) -> str:
    """Give the beginning of the case's words, with what is personal in them masked."""
    first = next(iter(await entries.of_case(ctx.tx, one.case)), None)
    return excerpt(" ".join(first.text.split()), TOLD) if first and first.kind is EntryKind.TOLD else ""


async def many(ctx: Context, one: Correction) -> tuple[Text, ...]:
    """Say how many there are of the same person, and of the unit whose return it began with."""
    count = await corrections.count(ctx.tx, Whose.PERSON, one.person)
    lines = [_("Corrections by the same person: {count}", count=_counted(count))]
    if one.unit:
        count = await corrections.count(ctx.tx, Whose.UNIT, one.unit)
        unit = ctx.city.unit(one.unit)
        lines.append(_("Corrections that began with returns by {unit}: {count}", unit=unit, count=_counted(count)))
    return tuple(lines)


def left_out(one: Correction) -> tuple[Text, ...]:
    """Say why it is not learned from, if it is not."""
    return tuple(NOT_LEARNED[whose] for whose in Whose if whose in one.excluded)


async def exclude(ctx: Context, id: str, version: int) -> Reply:
    """Let something not be learned from; the id says what: "person." and a correction's id for all of its person."""
    done = await correcting.exclude(ctx, *_read(ctx, id))
    return Reply(card=await show(ctx, done.id), note=_("Excluded. The next training leaves it out."))


async def include(ctx: Context, id: str, version: int) -> Reply:
    """Let something be learned from again."""
    done = await correcting.include(ctx, *_read(ctx, id))
    return Reply(card=await show(ctx, done.id), note=_("Included again."))


def _read(ctx: Context, id: str) -> tuple[str, Whose]:
    ctx.as_office()
    whose, _dot, correction = id.partition(".")
    if whose not in set(Whose):
        raise Refused(_("There is no such correction."))
    return correction, Whose(whose)


def _button(one: Correction, whose: Whose) -> Button:
    excluded = whose in one.excluded
    label, act = (INCLUDE[whose], "include") if excluded else (EXCLUDE[whose], "exclude")
    return act_button(label, act, f"{whose}.{one.id}", 0)


def _name(name: Name | Text) -> Text:
    return name if isinstance(name, Text) else Text("{name}", {"name": name})


def _counted(n: int) -> str:
    return f"{MANY}+" if n >= MANY else str(n)


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="corrections", view=newest), Screen(name="correction", view=show)),
    acts=(Act(name="exclude", do=exclude), Act(name="include", do=include)),
)
