"""Adding to what others have reported already: offered while a matter is filed, and told in the receipt.

Of the others' case a citizen learns its category, its area, since when, how many reported it, and roughly how far from theirs it
is; and of its first words what many say or they said themselves, for only cases are offered whose reporter agreed to publication.
"""

from __future__ import annotations

from collections.abc import Sequence

from actions.cards import due
from actions.context import Context
from actions.filing import Receipt, where_is
from actions.likeness import Alike, like_told
from actions.releasing import words_for
from dialog.incoming import Place
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.texts import Moment, Text, _
from domain.cases import CaseKind
from domain.privacy import mask
from storage import cases

WORDS = 40
"""Characters that are shown of what another citizen told."""
WITHIN = (100, 300, 500, 1000, 1500)
"""The metres that are shown, up to `FAR_METRES`: so rough that nobody finds out by asking where exactly another one stood."""
DIFFERENT = Option("different", _("No, mine is different"))


async def same_matter(d: Dialog, kind: CaseKind, text: str, place: Place | None, category: str | None) -> str | None:
    """Ask whether it is one of the open cases alike, if there are any; give that case's id. Never about misconduct."""
    if kind is CaseKind.MISCONDUCT:
        return None
    others = await d.look("others", others_like_it, kind, text, place, category)
    if not others:
        return None
    into = await d.choose(
        "into",
        _(
            "This seems to have been reported already. Is it the same? If you add yours, you hear of every step and say at the"
            " end whether it is solved."
        ),
        (*others, DIFFERENT),
        label=_("Reported already"),
        lines=tuple(one.label for one in await d.look("others_words", words_of, [one.key for one in others], text)),
    )
    return None if into == DIFFERENT.key else into


async def others_like_it(ctx: Context, kind: CaseKind, text: str, place: Place | None, category: str | None) -> Options:
    """Offer the open cases alike to which this may be added."""
    located, picked = where_is(ctx, place, text)
    area = picked or located.area
    found = await like_told(ctx, kind, mask(text).text, place, area, category)
    counts = [await cases.count_reporters(ctx.tx, one.case.id) for one in found]
    days = [one.case.filed_at.astimezone(ctx.city.city.zone).date() for one in found]
    shown = [(one.case.category, one.case.area, day, count) for one, day, count in zip(found, days, counts, strict=True)]
    # Where nothing else that may be shown tells two apart, the time of day does.
    return tuple(
        Option(one.case.id, _label(ctx, one, Moment(one.case.filed_at, day=shown.count(what) == 1), count))
        for one, what, count in zip(found, shown, counts, strict=True)
    )


async def words_of(ctx: Context, ids: Sequence[str], said: str) -> Options:
    """Give the first words of the cases offered to whoever `said` the like, in the order of their buttons, if they have any."""
    found: dict[str, Text] = {}
    for n, id in enumerate(ids, 1):
        case = await cases.get(ctx.tx, id)
        if case and (words := await words_for(ctx, case, said, WORDS)):
            found[id] = _("{n}. Reported on {day}: “{words}”", n=n, day=Moment(case.filed_at, day=True), words=words)
    return tuple(Option(id, line) for id, line in found.items())


def _label(ctx: Context, one: Alike, day: Moment, count: int) -> Text:
    case, metres = one.case, one.likeness.metres
    category, area = ctx.city.category(case.category), _area(ctx, case.area)
    if metres is not None:
        area = _("{area}, at most {metres} m from yours", area=area, metres=next(most for most in WITHIN if metres <= most))
    if case.reporter == ctx.me.person:
        what = _("{category}, {area}, since {day}", category=category, area=area, day=day)
        return _("It is my case {number}: {what}", number=case.number, what=what)
    return _("Add mine: {category}, {area}, since {day}, people: {count}", category=category, area=area, day=day, count=count)


def _area(ctx: Context, area: str | None) -> Text:
    return Text("{name}", {"name": ctx.city.area(area)}) if area else _("place not known")


async def dealt_with_together(ctx: Context, receipt: Receipt) -> list[Text]:
    """Say in the receipt with whom it is dealt with, and by when."""
    lead = receipt.joined
    if lead is None:
        return []
    count = await cases.count_reporters(ctx.tx, lead.id)
    with_it = _("It is dealt with together with what others have reported: {count} people so far.", count=count)
    if count == 1:
        with_it = _("It is dealt with together with your case {number}.", number=lead.number)
    lines = [with_it]
    if receipt.promise.due_at <= ctx.now:
        lines.append(_("An answer to it was promised by {due} and is late; we are sorry.", due=due(receipt.promise)))
    elif lead.unit:
        unit = ctx.city.unit(lead.unit)
        lines.append(_("Responsible: {unit}. You get an answer by {due}.", unit=unit, due=due(receipt.promise)))
    else:
        lines.append(_("You get an answer by {due}.", due=due(receipt.promise)))
    return lines
