"""Rating a window: one visit, one rating, in the chain of the window with its level and nothing that says who gave it.

A dissatisfied rating is a case of the window's unit from that moment on. Rating again within one visit changes the first one.
Locks are taken in one order: person, case, rating, oddity, chains by their names, figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time

from actions.context import Context
from actions.filing import FileCase, Receipt, file_rating
from actions.notices import tell_unit
from actions.rating_words import entry_text, kept
from actions.record import move, note, write
from dialog.incoming import Place
from dialog.questions import Told
from dialog.subjects import Refused
from dialog.texts import Moment, _
from domain.cases import OPEN, CaseKind, Event, Party, Satisfaction
from domain.city import Window
from domain.ledger import JsonValue
from domain.privacy import mask, restore
from domain.ratings import LOOKED_AT, OF_PERSON, Pattern, RatingEvent, Seen, is_own, reaches_unit_at, unusual, was_open
from storage import appeals, entries, ledger, oddities, ratings, tickets
from storage.cases import Case
from storage.entries import EntryKind
from storage.ids import new_id
from storage.ratings import Rating
from storage.times import ms

HAS_REASONS = frozenset({Satisfaction.BASICALLY, Satisfaction.DISSATISFIED})
"""The levels with which the usual reasons are asked or offered."""
OWN_WINDOW = _("This window belongs to your own unit. Ratings are for those who are served there; thank you.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a citizen says of a window: `criteria` are levels by the code of a criterion, `reasons` codes of usual reasons.

    `messages` are the keyed names of the messages in which it was told. `leaves_out` names what was said before on this visit as
    it stood when the person wished it gone (see `on_file`); "" keeps it. `report` is what becomes a misconduct report instead:
    the unit gets none of it.
    """

    window: str
    level: Satisfaction
    criteria: Mapping[str, Satisfaction] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    text: str = ""
    files: tuple[str, ...] = ()
    publish: bool = False
    messages: tuple[str, ...] = ()
    leaves_out: str = ""
    report: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """What came of it: `before` is the rating of this visit that was changed, `receipt` that of a case that was opened.

    `marked`: the case that it had become goes on, and says now that it was changed.
    """

    rating: Rating
    before: Rating | None
    receipt: Receipt | None
    marked: bool = False


def window_to_rate(ctx: Context, code: str) -> Window:
    """Give a window that the person who acts may rate. Raises Refused."""
    window = ctx.city.city.windows.get(code)
    if window is None:
        raise Refused(_("This window is not in the city's list any more. Please choose another one: /rate"))
    if is_own(ctx.city.city, code, ctx.me.works_at):
        raise Refused(OWN_WINDOW)
    return window


async def of_this_visit(ctx: Context, window: str) -> Rating | None:
    """Read the rating that the person who acts gave on this visit already."""
    return await ratings.of_visit(ctx.tx, ctx.me.person, window, ctx.now - ctx.city.city.rating_again)


def on_file(rating: Rating) -> str:
    """Name what was said with a rating as it stands now; "" if that is nothing but the level."""
    said = rating.text or rating.files or rating.criteria or rating.reasons
    return f"{rating.id} {ms(rating.changed_at)}" if said else ""


async def own(ctx: Context, id: str) -> Rating:
    """Give a rating to whoever gave it, and to nobody else. Raises Refused."""
    rating = await ratings.get(ctx.tx, id)
    if rating is None or rating.person != ctx.me.person:
        raise Refused(_("We can't find this rating. Please open it again from your list: /my"))
    return rating


def changeable_until(ctx: Context, rating: Rating) -> datetime:
    """Give the time at which the visit of a rating is over: until then it can be changed, from then on rated anew."""
    return rating.rated_at + ctx.city.city.rating_again


def can_change(ctx: Context, rating: Rating) -> None:
    """Let nobody change a rating that was struck, or whose visit is over. Raises Refused."""
    until = Moment(changeable_until(ctx, rating))
    if rating.struck_at:
        raise Refused(
            _(
                "Your rating of this visit was struck and is not counted, so it can't be changed."
                " From {until} you can rate anew.",
                until=until,
            )
        )
    if ctx.now >= until.at:
        raise Refused(_("This rating could be changed until {until}. It counts as it is.", until=until))


async def rate(ctx: Context, command: Rate) -> Rated:
    """Rate a window, or change the rating of this visit. Raises Refused."""
    window_to_rate(ctx, command.window)
    city = ctx.city.city
    reasons = tuple(word.code for word in city.rating_reasons if word.code in command.reasons)
    criteria = {w.code: command.criteria[w.code] for w in city.rating_criteria if w.code in command.criteria}
    command = replace(command, reasons=reasons, criteria=criteria)
    if command.level is Satisfaction.DISSATISFIED and not (reasons or command.text.strip() or command.files or command.report):
        raise Refused(_("Please tell us why you are dissatisfied: the unit has to answer it."))
    before = await of_this_visit(ctx, command.window)
    return await _change(ctx, command, before) if before else await _first(ctx, command)


async def _first(ctx: Context, command: Rate) -> Rated:
    city = ctx.city.city
    hall = city.halls[city.windows[command.window].hall]
    rating = Rating(
        id=new_id(ctx.now),
        window=command.window,
        hall=hall.code,
        unit=hall.unit,
        person=ctx.me.person,
        level=command.level,
        day=ctx.now.astimezone(city.zone).date(),
        rated_at=ctx.now,
        changed_at=ctx.now,
    )
    rating = await _filled(ctx, rating, command)
    receipt = await _open_case(ctx, command) if command.level is Satisfaction.DISSATISFIED else None
    rating = replace(rating, case=receipt.case.id if receipt else None)
    flags = await _unusual(ctx, rating)
    notes = [Note(rating, RatingEvent.RATE, _said(rating))]
    notes += [Note(flagged, RatingEvent.FLAG, {"pattern": f.pattern, "oddity": f.oddity}) for f in flags for flagged in f.ratings]
    await record(ctx, str(Party.CITIZEN), notes)
    await ratings.insert(ctx.tx, rating, ctx.now)
    for flag in flags:
        await oddities.add(ctx.tx, flag.oddity, flag.pattern, rating.id)
    if receipt:
        await tell_unit(ctx, receipt.case)
    return Rated(rating=rating, before=None, receipt=receipt)


async def _change(ctx: Context, command: Rate, found: Rating) -> Rated:
    """Change the rating of this visit. A case that it has become stays, as long as it is open; the unit is told."""
    case = await ctx.case(found.case) if found.case else None
    before = await ratings.for_change(ctx.tx, found.id) or found
    can_change(ctx, before)
    whole = _with_earlier(ctx, command, before)
    rating = await _filled(ctx, replace(before, level=command.level, changed_at=ctx.now), whole)
    receipt = None
    stays = case is not None and case.state in OPEN
    if not stays and command.level is Satisfaction.DISSATISFIED:
        appeal = await appeals.of_rating(ctx.tx, before.id)
        if appeal and appeal.decided_at is None:  # it is decided on the case that it was made about
            raise Refused(_("The unit has appealed against this rating. You can change it when the office has decided."))
        receipt = await _open_case(ctx, whole)
        rating = replace(rating, case=receipt.case.id)
    await record(ctx, str(Party.CITIZEN), [Note(rating, RatingEvent.CHANGE, _said(rating))])
    await ratings.update(ctx.tx, before, rating, ctx.now)
    if case and stays:
        await _mark(ctx, case, command)
    if receipt:
        await tell_unit(ctx, receipt.case)
    return Rated(rating=rating, before=before, receipt=receipt, marked=stays)


def _with_earlier(ctx: Context, command: Rate, before: Rating) -> Rate:
    """Begin a change with what is on file: words, photos and points, and the reasons where none are chosen anew.

    Reasons of a level for which none are asked end with it. Raises Refused where something has been added to what was to go.
    """
    if command.leaves_out:
        if command.leaves_out != on_file(before):
            raise Refused(
                _("You have added something to this rating in the meantime. Please look at it again before you change it.")
            )
        return command
    earlier = before.reasons if command.level in HAS_REASONS else ()
    return replace(
        command,
        criteria={**before.criteria, **command.criteria},
        reasons=command.reasons or earlier,
        text=_joined(ctx, before, command.text),
        files=(*before.files, *command.files),
    )


def _joined(ctx: Context, before: Rating, text: str) -> str:
    """Put words below those of a rating, personal data in the clear."""
    return "\n".join(filter(None, (restore(entries.unseal(ctx.keys, before.text, before.sealed)), text)))


async def add(ctx: Context, id: str, text: str, files: Sequence[str]) -> Rating:
    """Add words and files to a rating as long as its visit lasts; one that is a case is added to there. Raises Refused."""
    found = await own(ctx, id)
    before = await ratings.for_change(ctx.tx, id) or found
    may_add(ctx, before)
    masked = mask(_joined(ctx, before, text))
    rating = replace(
        before, text=masked.text, sealed=entries.seal(ctx.keys, masked), files=(*before.files, *files), changed_at=ctx.now
    )
    await record(ctx, str(Party.CITIZEN), [Note(rating, RatingEvent.CHANGE, _said(rating))])
    await ratings.update(ctx.tx, before, rating, ctx.now)
    return rating


def may_add(ctx: Context, rating: Rating) -> None:
    """Let words be added to what is no case, while it can be changed. Raises Refused."""
    if rating.case:
        raise Refused(_("Your rating has become a case. Please open the case from your list and add to it there: /my"))
    can_change(ctx, rating)


async def _filled(ctx: Context, rating: Rating, command: Rate) -> Rating:
    """Put what was said into a rating; personal data in the words is sealed, and a ticket of this visit verifies it."""
    masked = mask(command.text)
    since = ctx.now - ctx.city.city.rating_again
    return replace(
        rating,
        criteria=command.criteria,
        reasons=command.reasons,
        text=masked.text,
        sealed=entries.seal(ctx.keys, masked),
        files=command.files,
        ticket=rating.ticket or await tickets.of_visit(ctx.tx, ctx.me.person, command.window, since),
    )


async def _open_case(ctx: Context, command: Rate) -> Receipt:
    city = ctx.city.city
    window = city.windows[command.window]
    hall = city.halls[window.hall]
    where = Place(lon=hall.lon, lat=hall.lat, words=f"{hall.name} {window.name}", area=hall.area)
    case = FileCase(
        kind=CaseKind.BAD_RATING,
        text=_kept(ctx, command),
        files=command.files,
        place=where,
        category=None,
        publish=command.publish,
        messages=command.messages,
    )
    return await file_rating(ctx, case, command.window)


async def _mark(ctx: Context, case: Case, command: Rate) -> None:
    """Note in a case that its rating was changed. The unit's card changes when the unit is told."""
    case = await move(ctx, case, Event.CHANGE_RATING, Party.CITIZEN)
    entry = await write(ctx, case, EntryKind.RATING_CHANGED, Party.CITIZEN, _kept(ctx, command), files=command.files)
    await note(
        ctx, case, Event.CHANGE_RATING, Party.CITIZEN,
        level=command.level, entry=entry.id, text=entry.hash, files=list(entry.files),
    )  # fmt: skip
    told = _("The citizen has changed the rating: {text}", text=entry_text(ctx, case.kind, entry))
    await tell_unit(ctx, case, told, files=entry.files, due=reaches_unit_at(ctx.now, ctx.city.city.zone))


def _kept(ctx: Context, command: Rate) -> str:
    return kept(ctx.city.city, command.level, command.reasons, command.criteria, command.text)


@dataclass(frozen=True, slots=True)
class Note:
    """What happened to a rating, for the chain of its window."""

    rating: Rating
    event: RatingEvent
    payload: Mapping[str, JsonValue]


async def record(ctx: Context, actor: str, notes: Sequence[Note]) -> None:
    """Write what happened into the chains of the windows, always in the same order, so that nobody waits in a circle."""
    for one in sorted(notes, key=lambda note: note.rating.window):
        payload = {"rating": one.rating.id, **one.payload}
        await ledger.append(ctx.tx, f"window:{one.rating.window}", actor, one.event, payload, ctx.now)


async def erase_words(ctx: Context, rating: Rating, actor: str) -> None:
    """Erase what was said with a rating; what was chosen still counts."""
    after = replace(rating, text="", sealed=None, salt=b"", files=())
    await ratings.update(ctx.tx, rating, after, ctx.now)
    await record(ctx, actor, [Note(after, RatingEvent.ERASE, _said(after))])


def _said(rating: Rating) -> dict[str, JsonValue]:
    """Give what the chain keeps of a rating: all that the figures are counted from, and what proves its words."""
    return {
        "hall": rating.hall,
        "unit": rating.unit,
        "day": rating.day.isoformat(),
        "level": rating.level,
        "verified": rating.verified,
        "criteria": dict(rating.criteria),
        "reasons": list(rating.reasons),
        "text": rating.hash,
        "files": list(rating.files),
        "case": rating.case,
    }


@dataclass(frozen=True, slots=True)
class _Flag:
    pattern: Pattern
    oddity: str
    ratings: tuple[Rating, ...]
    """Those that have this flag from now on."""


async def _unusual(ctx: Context, rating: Rating) -> list[_Flag]:
    """Look at a new rating beside the newest ones, which costs the same however many there are."""
    city = ctx.city.city
    midnight = datetime.combine(rating.day, time(), city.zone)
    at_window = [rating, *await ratings.last_at_window(ctx.tx, rating.window, LOOKED_AT)]
    of_person = [rating, *await ratings.last_of_person(ctx.tx, rating.person, midnight, LOOKED_AT)]
    local = ctx.now.astimezone(city.zone)
    is_working = ctx.city.working_days.is_working(local.date()).working
    found = unusual(
        [_seen(one) for one in at_window],
        [_seen(one) for one in of_person],
        was_open=was_open(city, rating.window, local, working_day=is_working),
    )
    known = {one.id: one for one in (*at_window, *of_person)}
    flags = []
    for odd in found:
        about = rating.person if odd.pattern in OF_PERSON else rating.hall if odd.pattern is Pattern.CLOSED else rating.window
        oddity = await oddities.find(ctx.tx, odd.pattern, about, rating.day, rating.window, ctx.now)
        standing = [id for id in odd.ratings[1:] if known[id].struck_at is None]
        earlier = [id for id in standing if await oddities.add(ctx.tx, oddity, odd.pattern, id)]
        flags.append(_Flag(odd.pattern, oddity, (rating, *(known[id] for id in earlier))))
    return flags


def _seen(rating: Rating) -> Seen:
    return Seen(id=rating.id, window=rating.window, level=rating.level, at=rating.rated_at)
