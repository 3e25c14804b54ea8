"""The office decides about unusual ratings one by one: it stays in the group that it looks at, and every button names that."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from rating_town import BAD, MORNING, NOON, RatingTown

from actions import rating
from actions.rating import Rate
from bot.channels.telegram_outgoing import PRESS_BYTES
from dialog.outgoing import Button, Outgoing
from dialog.texts import Text
from domain.ratings import Pattern
from handlers import oddities as shown
from handlers.following import show_case
from storage import oddities

PLACES = (("reporter", "centre-1"), ("reporter", "centre-2"), ("reporter", "east-1"))


async def group(town: RatingTown, pattern: Pattern, rated: Sequence[str]) -> str:
    """Put some ratings together."""
    async with town.database.transaction() as tx:
        found = await oddities.find(tx, pattern, pattern, MORNING.date(), "centre-1", NOON)
        for one in rated:
            await oddities.add(tx, found, pattern, one)
    return found


async def rated(town: RatingTown, count: int = 3) -> list[str]:
    """Let people rate; give the ids of the ratings."""
    return [(await town.rates(who, window)).rating.id for who, window in PLACES[:count]]


def button(card: Outgoing, name: str) -> Button:
    """Give the one button that is called so, with its gaps filled."""
    (found,) = [one for row in card.rows for one in row if name in filled(one.label)]
    return found


def filled(text: Text) -> str:
    """Fill the gaps of a text that are no texts of their own."""
    return text.id.format(**{name: value.id if isinstance(value, Text) else value for name, value in text.args.items()})


@pytest.mark.parametrize("strikes", [False, True])
async def test_who_decides_a_rating_comes_back_to_the_group_from_which_it_was_opened(town: RatingTown, strikes: bool) -> None:
    ones = await rated(town)
    closed = await group(town, Pattern.CLOSED, ones[:2])  # the older one, which was shown before
    account = await group(town, Pattern.MANY_WINDOWS, ones)
    card = await town.does("office", lambda ctx: shown.show(ctx, account), NOON)
    opens = button(card, "Open 1").press.removeprefix("s:odd_rating:")
    one = await town.does("office", lambda ctx: shown.show_one(ctx, opens), NOON)
    assert button(one, "together with it").press == f"s:oddity:{account}"
    kind, _name, arg = button(one, "Strike it" if strikes else "Keep it").press.split(":")[:3]
    if strikes:
        id, _dot, among = arg.partition(".")
        command = shown.StrikeOne(rating=id, reason="未到过该窗口", among=among)
        then = (await town.does("office", lambda ctx: shown.send_one(ctx, command), NOON)).messages[0]
    else:
        then = (await town.does("office", lambda ctx: shown.keep_one(ctx, arg, 0), NOON)).card
    assert "account or device" in repr(then.lines)
    assert button(then, "Strike 2: one account, many windows")
    assert closed not in repr(then.rows)
    assert kind == ("f" if strikes else "d")


async def test_every_button_about_a_whole_group_names_it(town: RatingTown) -> None:
    ones = await rated(town)
    for pattern in Pattern:
        found = await group(town, pattern, ones)
        card = await town.does("office", lambda ctx, found=found: shown.show(ctx, found), NOON)
        for name in ("Keep 3: ", "Strike 3: "):
            assert filled(button(card, name).label) == f"{name}{shown.GROUPS[pattern].id}"
        one = await town.does("office", lambda ctx, p=pattern: shown.show_one(ctx, shown.opened_from(ones[0], p)), NOON)
        presses = [one.press for row in (*card.rows, *one.rows) for one in row]
        assert max(len(press.encode()) for press in presses) <= PRESS_BYTES, pattern


async def test_of_one_account_s_ratings_each_names_its_hall(town: RatingTown) -> None:
    ones = await rated(town)
    account = await group(town, Pattern.MANY_WINDOWS, ones)
    card = await town.does("office", lambda ctx: shown.show(ctx, account), NOON)
    halls = ["Xining Public Service Centre" in repr(line) for line in card.lines[1:]]
    assert sorted(halls) == [False, True, True]
    assert "Chengdong" in repr(card.lines[1:])


async def test_a_decision_is_told_as_what_it_is(town: RatingTown) -> None:
    ones = await rated(town)
    found = await group(town, Pattern.MANY_WINDOWS, ones)
    kept = await town.does("office", lambda ctx: shown.keep_one(ctx, ones[0], 0), NOON)
    assert kept.note and "was kept" in kept.note.id
    kept = await town.does("office", lambda ctx: shown.keep(ctx, found, 2), NOON)
    assert kept.note and "were kept" in kept.note.id


async def test_lists_turn_both_ways_and_call_their_pages_what_they_are(town: RatingTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "SHOWN", 2)
    monkeypatch.setattr(shown, "PAGE", 1)
    ones = await rated(town)
    ids = [await group(town, pattern, ones) for pattern in (Pattern.MANY_WINDOWS, Pattern.CLOSED)]
    first = await town.does("office", lambda ctx: shown.show(ctx, ids[0]), NOON)
    more = button(first, "More ratings").press.removeprefix("s:oddity:")
    second = await town.does("office", lambda ctx: shown.show(ctx, more), NOON)
    assert button(second, "Previous page").press == f"s:oddity:{ids[0]}:0"
    listed = await town.does("office", lambda ctx: shown.to_look_at(ctx, ""), NOON)
    assert "To the beginning" not in repr(listed.rows)
    after = button(listed, "More patterns").press.removeprefix("s:oddities:")
    assert button(await town.does("office", lambda ctx: shown.to_look_at(ctx, after), NOON), "To the beginning")


async def test_the_office_s_card_of_a_bad_rating_says_that_a_photo_came_with_it_and_leads_there(town: RatingTown) -> None:
    bad = Rate(window="centre-1", level=BAD, text="没人", files=("f" * 32,))
    case = (await town.does("reporter", lambda ctx: rating.rate(ctx, bad), MORNING)).rating.case
    card = await town.does("office", lambda ctx: show_case(ctx, case), NOON)
    assert "Sent with it: 1 photo or file" in [line.id for line in card.lines]
    assert button(card, "Photos and files").press == f"s:files:{case}"
    bare = (await town.rates("follower", "centre-1", BAD)).rating.case
    card = await town.does("office", lambda ctx: show_case(ctx, bare), NOON)
    assert "Sent with it" not in repr(card)
    assert "s:files" not in repr(card)
