"""What the unit of a window can see of a rating, on every screen of a contact and a head: nothing before its hour is over.

The same for each change of it; and never the minute in which the citizen did anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import pytest
from rating_town import BAD, FAIR, GOOD, MORNING, NOON, RatingTown

from actions import appealing, following, handling, mornings, rating, timekeeping
from actions.context import Context
from actions.rating import Rate
from dialog.outgoing import Outgoing
from dialog.subjects import Refused
from domain.cases import CaseState
from domain.limits import Limit
from handlers import SUBJECTS, appeals, desk, head_desk, timeline, unit_desk, unit_windows
from handlers.following import show_case
from storage import deadlines
from storage.appeals import Ground
from storage.deadlines import Deadline, DeadlineKind
from storage.times import ms

STAFF = ("clerk", "chief")
ALMOST = NOON - timedelta(milliseconds=1)
CHANGED = NOON + timedelta(minutes=7)
SIGNED_IN = NOON + timedelta(minutes=11)
NEXT_HOUR = NOON + timedelta(hours=1)

View = Callable[[Context, str], Awaitable[object]]
OF_THE_UNIT: dict[str, View] = {
    "desk": lambda ctx, case: desk.desk(ctx, ""),
    "unit": lambda ctx, case: unit_desk.ours(ctx, ""),
    "unit_all": lambda ctx, case: unit_desk.all_open(ctx, ""),
    "unit_ratings": lambda ctx, case: unit_windows.show_ratings(ctx, ""),
    "praise": lambda ctx, case: unit_windows.show_praise(ctx, ""),
    "tickets": lambda ctx, case: unit_windows.show_tickets(ctx, ""),
    "head": lambda ctx, case: head_desk.unit(ctx, ""),
    "head_late": lambda ctx, case: head_desk.late(ctx, ""),
}
OF_THE_CASE: dict[str, View] = {
    "unit_case": unit_desk.show,
    "case": show_case,
    "timeline": timeline.timeline,
    "files": timeline.files,
    "appeal": appeals.may_appeal,
    "return": unit_desk.may_return,
    "report": unit_desk.may_report,
}
OF_OTHERS = {
    "menu", "help", "privacy", "language", "my", "my_ratings", "rating", "silent",
    "office", "office_case", "correction", "corrections", "extensions", "digest", "digest_units",
    "digest_ratings", "late", "parked", "to_release", "accountability", "appeals", "oddities", "oddity", "odd_rating",
    "staff", "staff_unit", "staff_office", "devices", "bell", "template", "templates", "window", "hall", "halls",
}  # fmt: skip
"""Screens of the citizen and of the office, and what shows nothing of any case."""


async def seen(town: RatingTown, now: object, case: str, views: dict[str, View]) -> dict[tuple[str, str], object]:
    """Look at every screen as each of the staff."""
    found: dict[tuple[str, str], object] = {}
    for who in STAFF:
        for name, view in views.items():
            try:
                found[who, name] = await town.does(who, lambda ctx, view=view: view(ctx, case), now)  # type: ignore[arg-type]
            except Refused as refused:
                found[who, name] = refused.reason
    return found


async def morning_lists(town: RatingTown, now: object) -> list[str]:
    """Send the lists of the day, and give what they say."""
    before = len(await town.rows())
    await town.does("office", mornings.greet, now)  # type: ignore[arg-type]
    return [repr(town.message(row)) for row in (await town.rows())[before:]]


def test_every_screen_of_the_unit_is_looked_at() -> None:
    known = {screen.name for subject in SUBJECTS for screen in subject.screens}
    looked_at = (OF_THE_UNIT.keys() | OF_THE_CASE.keys()) - {"appeal", "return", "report"}
    assert known == OF_OTHERS | looked_at


async def test_before_the_hour_is_over_every_screen_is_as_if_nobody_had_rated(town: RatingTown) -> None:
    await town.rates("follower", "centre-2", BAD, MORNING - timedelta(days=1))
    before, lists = await seen(town, ALMOST, "", OF_THE_UNIT), await morning_lists(town, ALMOST)
    case = (await town.rates("reporter", "centre-1", BAD)).rating.case or ""
    assert await seen(town, ALMOST, case, OF_THE_UNIT) == before
    assert await morning_lists(town, ALMOST) == lists
    for view, shown in (await seen(town, ALMOST, case, OF_THE_CASE)).items():
        assert not isinstance(shown, Outgoing), view
        assert shown is not None, view
    later = await seen(town, NOON, case, OF_THE_UNIT)
    told = {view for view in before if later[view] != before[view]}
    assert told == {("clerk", "desk"), ("clerk", "unit"), ("clerk", "unit_all"), ("chief", "head")}


async def test_what_changes_within_the_hour_does_not_silence_the_first_that_the_unit_hears(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-1", BAD)).rating.case or ""
    await town.does("reporter", lambda ctx: following.withdraw(ctx, case, "算了"), MORNING + timedelta(minutes=3))
    first = next(row for row in await town.rows() if row.subject == case and town.said(row).to == "clerk")
    assert first.due_at == NOON
    assert "withdrawn" in repr(town.message(first))
    assert not town.message(first).silent


async def test_before_its_hour_is_over_every_screen_is_as_if_the_rating_had_not_been_changed(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-1", BAD, text="窗口没人")).rating.case or ""
    everything = OF_THE_UNIT | OF_THE_CASE
    before = await seen(town, NEXT_HOUR - timedelta(seconds=1), case, everything)
    changed = Rate(window="centre-1", level=FAIR, text="后来有人来了", files=("f" * 32,))
    await town.does("reporter", lambda ctx: rating.rate(ctx, changed), CHANGED)
    assert await seen(town, NEXT_HOUR - timedelta(seconds=1), case, everything) == before
    with pytest.raises(Refused, match="has not changed"):
        await town.does("clerk", lambda ctx: handling.settle(ctx, case, 0), SIGNED_IN)
    found = await town.case(case)
    await town.does("clerk", lambda ctx: handling.accept(ctx, case, found.version), SIGNED_IN)
    rows = [row for row in await town.rows() if town.said(row).to in STAFF]
    early = [repr(town.message(row)) for row in rows if row.due_at < NEXT_HOUR]
    assert not [text for text in early if "f" * 32 in text or "后来" in text or "changed" in text]
    assert any("signed in, being dealt with" in text for text in early), "the card that is there already shows who has it"
    (news,) = [row for row in rows if row.due_at == NEXT_HOUR and row.edits is None]
    assert "f" * 32 in repr(town.message(news))
    assert "settle" in repr(town.message(news))
    later = await seen(town, NEXT_HOUR, case, everything)
    for name in ("unit_case", "case", "timeline"):
        assert "changed" in repr(later["clerk", name]), name
    assert "f" * 32 in repr(later["clerk", "files"])


async def test_two_changes_are_told_each_in_its_hour(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-1", BAD)).rating.case or ""
    await town.rates("reporter", "centre-1", GOOD, MORNING + timedelta(minutes=4))
    await town.rates("reporter", "centre-1", FAIR, CHANGED)
    early = (await seen(town, CHANGED, case, OF_THE_CASE))["clerk", "unit_case"]
    assert "Satisfied" in repr(early)
    assert "Fairly" not in repr(early)
    assert "Fairly" in repr((await seen(town, NEXT_HOUR, case, OF_THE_CASE))["clerk", "unit_case"])


async def test_no_screen_ever_says_the_minute_of_what_the_citizen_did(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-1", BAD)).rating.case or ""
    added, withdrawn = MORNING + timedelta(minutes=3), MORNING + timedelta(minutes=9)
    await town.does("reporter", lambda ctx: following.add(ctx, case, "两个窗口都没人"), added)
    everything = OF_THE_UNIT | OF_THE_CASE
    shown = [await seen(town, NOON, case, everything)]
    await town.rates("reporter", "centre-1", FAIR, MORNING + timedelta(minutes=6))
    await town.does("reporter", lambda ctx: following.withdraw(ctx, case, "算了"), withdrawn)
    shown.append(await seen(town, NEXT_HOUR, case, everything))
    refused = []
    for deed in (
        lambda ctx: appealing.appeal(ctx, case, Ground.MISTAKEN, "不是本窗口"),
        lambda ctx: handling.report(ctx, case, "已整改"),
    ):
        with pytest.raises(Refused) as error:
            await town.does("clerk", deed, NEXT_HOUR)
        refused.append(repr(error.value.reason))
    rows = [repr(town.message(row)) for row in await town.rows() if town.said(row).to in STAFF]
    told = [repr(shown), *refused, *rows]
    for at in (MORNING, added, MORNING + timedelta(minutes=6), withdrawn):
        for secret in (f"{ms(at):012x}", str(ms(at))):
            assert not any(secret in text for text in told), secret
        assert not any(f"Moment(at={at!r}, day=False)" in text for text in told), at
    assert (await town.case(case)).state is CaseState.WITHDRAWN


@pytest.mark.parametrize(
    ("limit", "begins"), [("1wd", NOON - timedelta(hours=1)), ("5wd", NOON - timedelta(hours=1)), ("2h", NOON), ("3d", NOON)]
)
async def test_the_time_left_to_a_unit_does_not_say_the_minute_either(town: RatingTown, limit: str, begins: datetime) -> None:
    case = await town.case((await town.rates("reporter", "centre-1", BAD)).rating.case or "")
    ours = [one for one in await running(town, case.id) if one.kind in (DeadlineKind.ACCEPT, DeadlineKind.ANSWER)]
    for one in ours:
        assert not one.id.startswith(f"{ms(MORNING):012x}"), "buttons that go to the next page have it"
        assert one.started_at == NOON - timedelta(hours=1)
    late = MORNING + timedelta(minutes=20)
    await town.does("office", lambda ctx: timekeeping.start(ctx, case, DeadlineKind.ANSWER, Limit.parse(limit)), late)
    (again,) = [one for one in await running(town, case.id) if one.id not in [known.id for known in ours] and one.unit]
    assert again.started_at == begins


async def running(town: RatingTown, case: str) -> Sequence[Deadline]:
    """Read every deadline of a case."""
    async with town.database.reading() as tx:
        return await deadlines.of_case(tx, case)
