"""Erasing what a citizen told, when they ask for it: words, files and place go; that they went stays on record.

What staff wrote stays, for it is how the case was dealt with; only a wording for the public that was made of what is erased goes
too, and the case is off the board until it is released again. Staff's chats are wiped; those of others who reported the same,
photos that were delivered, and backups are out of reach.
"""

from __future__ import annotations

from dataclasses import replace

from actions.context import Context
from actions.identity import as_confidant
from actions.likeness import keep
from actions.notices import tell_followers, wipe
from actions.rating import erase_words
from actions.record import note, state_after
from actions.releasing import revoke
from dialog.subjects import Refused
from dialog.texts import _
from domain.cases import Event, Party
from domain.ledger import JsonValue
from storage import cases, entries, files, ratings, releases
from storage.cases import Case
from storage.entries import Entry, EntryKind

GONE = _("This has been erased already.")


def can_erase(entry: Entry) -> bool:
    """Tell whether a text may be erased: a citizen wrote it, and nobody has erased it yet."""
    return entry.author == Party.CITIZEN and not entry.erased


def has_name(case: Case) -> bool:
    """Tell whether there is a name, or words that were covered, to be erased."""
    return case.named is not None or case.cover is not None


async def erase(ctx: Context, id: str, n: int | None) -> Case:
    """Erase the text with this number; for None name, phone number and the words that were covered. Raises Refused.

    Followers are told, and cards are brought up to date.
    """
    case = await ctx.case(id)
    role, party = await as_confidant(ctx, case)
    state_after(case, Event.ERASE, party)
    if case.released_at:
        case = await revoke(ctx, case.id)
    if n is None:
        case, what = await _erase_name(ctx, case)
    else:
        case, what = await _erase_text(ctx, case, n, f"{party}:{role.id}")
    await note(ctx, case, Event.ERASE, party, role, **what)
    await keep(ctx, case)
    for one in {case.id: case, (lead := await cases.leading(ctx.tx, case)).id: lead}.values():
        await wipe(ctx, one)
    news = _(
        "As was asked for, something you told us was erased from your case. If you have not asked, tell the supervision office."
    )
    await tell_followers(ctx, case, news, alone=True)
    return case


async def _erase_name(ctx: Context, case: Case) -> tuple[Case, dict[str, JsonValue]]:
    if not has_name(case):
        raise Refused(GONE)
    case = replace(case, named=None, cover=None)
    await cases.erase(ctx.tx, case)
    return case, {"name": True}


async def _erase_text(ctx: Context, case: Case, n: int, actor: str) -> tuple[Case, dict[str, JsonValue]]:
    every = await entries.of_case(ctx.tx, case.id)
    entry = next((one for one in every if one.n == n and can_erase(one)), None)
    if entry is None:
        raise Refused(GONE)
    gone = [entry]
    if entry.kind is EntryKind.TOLD:
        gone += [one for one in every if one.kind is EntryKind.RELEASED and not one.erased]
        case = replace(case, place="", lon_e6=None, lat_e6=None, crs=None)
        await cases.erase(ctx.tx, case)
        await releases.forget(ctx.tx, case.id)
    rating = await ratings.of_case(ctx.tx, case.id)
    if rating and rating.text and entry.kind in (EntryKind.TOLD, EntryKind.RATING_CHANGED):
        await erase_words(ctx, rating, actor)  # it has the words of both in one
    await entries.erase(ctx.tx, [one.id for one in gone], ctx.now)
    elsewhere = {file for one in every if one not in gone for file in one.files}
    await files.erase(ctx.tx, [file for file in entry.files if file not in elsewhere], ctx.now)
    return case, {"erased": [one.id for one in gone]}
