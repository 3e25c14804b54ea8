"""What has been said of a case, for the cards of those who deal with it: nobody takes it over, or judges its result, unread."""

from __future__ import annotations

from collections.abc import Set

from actions.context import Context
from actions.facts import EXCERPT, Facts, excerpt
from actions.rating_words import entry_text, shown
from dialog.texts import Moment, Text, _, verbatim
from domain.cases import CaseKind
from storage.entries import Entry, EntryKind

LATER: dict[EntryKind, Text] = {
    EntryKind.ADDED: _("Added on {day}: {text}"),
    EntryKind.CORRECTED: _("Reworded on {day}: {text}"),
    EntryKind.QUESTION: _("Asked on {day}: {text}"),
    EntryKind.REPLY: _("Replied on {day}: {text}"),
    EntryKind.NOT_SOLVED: _("Not solved, said on {day}: {text}"),
    EntryKind.RATING_CHANGED: _("Rated anew on {day}: {text}"),
}
ERASED = _("(erased on request)")
MOST_LATER, LATER_EXCERPT = 4, 300
BY_CITIZENS = (EntryKind.TOLD, *(LATER.keys() - {EntryKind.QUESTION}))


def said(ctx: Context, f: Facts) -> list[Text]:
    """Tell staff what a case is about and what has been said of it since, how many files came, and what was answered last."""
    return [told(ctx, f), *_later(ctx, f), *_also(f), *_sent(f), *_answered(ctx, f)]


def told(ctx: Context, f: Facts) -> Text:
    """What the citizen told at first, cut to what a card can hold."""
    text = f.in_words()
    if not text and any(entry.erased for entry in f.entries if entry.kind is EntryKind.TOLD):
        return ERASED
    if not text:
        return _("(no words, see the files)")
    return shown(ctx.city.city, text, EXCERPT) if f.case.kind is CaseKind.BAD_RATING else verbatim(excerpt(text))


def with_files(ctx: Context, kind: CaseKind, entry: Entry, refused: Set[str], most: int | None = None) -> Text | str:
    """Give a text of a case of this kind as its reader reads it, and how many files came with it that were not `refused`."""
    if entry.erased:
        return ERASED
    text, count = entry_text(ctx, kind, entry, most), sum(file not in refused for file in entry.files)
    if not count:
        return text
    return _("{text} (files: {count})", text=text, count=count) if entry.text else _("(files: {count})", count=count)


def _later(ctx: Context, f: Facts) -> list[Text]:
    """What the citizen wrote after that, and what the unit asked, each with its day: the newest few."""
    later = [entry for entry in f.entries if entry.kind in LATER and (entry.text or set(entry.files) - f.refused)]
    more = [_("What was added earlier stands in the timeline.")] if len(later) > MOST_LATER else []
    return more + [
        Text(
            LATER[entry.kind].id,
            {"day": Moment(entry.created_at, day=True), "text": with_files(ctx, f.case.kind, entry, f.refused, LATER_EXCERPT)},
        )
        for entry in later[-MOST_LATER:]
    ]


def _also(f: Facts) -> list[Text]:
    """What those told whose cases follow this one."""
    words = "\n".join(entry.text for entry in f.merged if entry.kind in BY_CITIZENS and entry.text)
    return [_("Others have reported the same: {text}", text=excerpt(words))] if words else []


def _sent(f: Facts) -> list[Text]:
    lines = [_("Files that could not be taken: {count}", count=f.citizens_refused)] if f.citizens_refused else []
    if not (sent := len(f.citizens_files)):
        return lines
    return [_("Sent with it: 1 photo or file") if sent == 1 else _("Sent with it: {count} photos and files", count=sent), *lines]


def _answered(ctx: Context, f: Facts) -> list[Text]:
    return [_("Answered last: {text}", text=with_files(ctx, f.case.kind, f.result, f.refused, EXCERPT))] if f.result else []
