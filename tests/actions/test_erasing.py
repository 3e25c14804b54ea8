"""Erasing on request: nothing of what was told is left anywhere, the ledger still holds, and only those do it who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cast import COMPLAINT, MISCONDUCT, NAMED, Cast
from rating_town import BAD, FAIR, MORNING, NOON, RatingTown
from stores import NOW

from actions import erasing, following, handling, releasing
from dialog.incoming import IncomingFile, Place
from dialog.subjects import Refused
from storage import entries, files, ratings
from storage.cases import Case
from storage.entries import Entry
from storage.releases import Wording

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERE = Place(lon=101.7, lat=36.6, words="昆仑路77号", area="630100")
TOLD = replace(NAMED, text="我叫欧阳小敏，昆仑路77号的垃圾没人清运", place=HERE, cover=("昆仑路",))


async def texts(cast: Cast, case: Case) -> list[Entry]:
    async with cast.database.reading() as tx:
        return list(await entries.of_case(tx, case.id))


async def everything(cast: Cast) -> str:
    """Give all that the database has in the clear, but for messages."""
    async with cast.database.reading() as tx:
        rows = [await tx.all(f"SELECT * FROM {table}") for table in ("entry", "cases", "release", "rating", "ledger", "file")]
    return repr([list(dict(row).values()) for table in rows for row in table])


async def test_nothing_of_what_was_told_is_left_and_the_ledger_holds(cast: Cast) -> None:
    case = await cast.accepted(replace(TOLD, publish=True))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "已清运"))
    await cast.does(
        "office", lambda ctx: releasing.release(ctx, case.id, Wording(problem="独特的77号门口有垃圾", result="已清运"))
    )
    await cast.does("office", lambda ctx: releasing.revoke(ctx, case.id))
    assert "77号" in await everything(cast)
    await cast.does("office", lambda ctx: erasing.erase(ctx, case.id, 1))
    assert "77号" not in await everything(cast)
    told, result, released = await texts(cast, case)
    assert (told.erased, result.erased, released.erased) == (True, False, True)
    after = await cast.case(case.id)
    assert (after.place, after.lon_e6, after.area) == ("", None, case.area)
    assert (await cast.events(case.id))[-1] == "erase"
    await cast.is_whole()
    async with cast.database.reading() as tx:
        kept = await tx.one("SELECT marks FROM likeness WHERE case_id = :case", case=case.id)
    assert kept is not None
    assert bytes(kept["marks"]) == b""


async def test_the_name_goes_and_the_words_stay(cast: Cast) -> None:
    case = await cast.accepted(TOLD)
    await cast.does("office", lambda ctx: erasing.erase(ctx, case.id, None))
    after = await cast.case(case.id)
    assert (after.named, after.cover) == (None, None)
    assert [entry.erased for entry in await texts(cast, case)] == [False]
    refused = await cast.tries("office", lambda ctx: erasing.erase(ctx, case.id, None))
    assert refused
    assert "erased already" in refused.reason.id
    await cast.is_whole()


async def test_what_is_published_goes_off_the_board_with_what_is_erased(cast: Cast) -> None:
    case = await cast.answered(replace(COMPLAINT, publish=True))
    await cast.does("office", lambda ctx: releasing.release(ctx, case.id, Wording(problem="门口有垃圾", result="已清运")))
    await cast.does("office", lambda ctx: erasing.erase(ctx, case.id, 1))
    assert (await cast.case(case.id)).released_at is None
    assert (await cast.events(case.id))[-2:] == ["revoke", "erase"]
    await cast.is_whole()


async def test_words_of_staff_and_what_is_not_there_are_not_erased(cast: Cast) -> None:
    case = await cast.answered()
    for n in (0, 2, 99, -1):
        assert await cast.tries("office", lambda ctx, n=n: erasing.erase(ctx, case.id, n)), n  # type: ignore[misc]
    await cast.does("office", lambda ctx: erasing.erase(ctx, case.id, 1))
    assert await cast.tries("office", lambda ctx: erasing.erase(ctx, case.id, 1))
    assert (await cast.events(case.id)).count("erase") == 1


async def test_two_who_erase_the_same_at_once_do_it_once(cast: Cast) -> None:
    case = await cast.accepted()
    ends = await cast.at_once(
        ("office", lambda ctx: erasing.erase(ctx, case.id, 1)), ("second office", lambda ctx: erasing.erase(ctx, case.id, 1))
    )
    assert [isinstance(end, Refused) for end in ends].count(True) == 1
    await cast.is_whole()


async def test_nobody_at_the_office_erases_what_was_told_about_the_unit_at_which_they_work(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-1", BAD, text="窗口没人")).rating.case or ""
    with pytest.raises(Refused, match="You work at the unit concerned"):
        await town.does("both", lambda ctx: erasing.erase(ctx, case, 1), NOON)
    await town.does("office", lambda ctx: erasing.erase(ctx, case, 1), NOON)


async def test_a_misconduct_report_is_erased_by_its_team_alone(cast: Cast) -> None:
    case = await cast.accepted(MISCONDUCT)
    for who in ("office", "holder", "other discipline", "reporter"):
        assert await cast.tries(who, lambda ctx: erasing.erase(ctx, case.id, 1)), who
    await cast.does("discipline", lambda ctx: erasing.erase(ctx, case.id, 1))
    assert [entry.erased for entry in await texts(cast, case)] == [True]
    await cast.is_whole()


async def test_a_file_goes_with_its_text_unless_another_text_has_it(cast: Cast) -> None:
    photo = IncomingFile(kind="photo", ref="ref", size=1)

    async def expect(cast: Cast) -> str:
        async with cast.database.transaction() as tx:
            return await files.expect(tx, cast.keys, cast.conversations["reporter"], "telegram", photo, NOW)

    alone, shared = await expect(cast), await expect(cast)
    case = await cast.accepted(replace(COMPLAINT, files=(alone, shared)))
    await cast.does("reporter", lambda ctx: following.add(ctx, case.id, "again", (shared,)))
    await cast.does("office", lambda ctx: erasing.erase(ctx, case.id, 1))
    async with cast.database.transaction() as tx:
        left = {file.id: file.refused for file in await files.get(tx, [alone, shared])}
        assert left == {alone: "erased", shared: None}
        await files.forget_unused(tx, NOW, 100)
        assert [file.id for file in await files.get(tx, [alone, shared])] == [shared]
    await cast.is_whole()


async def test_the_words_of_a_bad_rating_go_with_those_of_its_case_and_the_rating_counts_on(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-1", BAD, text="七十七号窗口不理人")).rating.case or ""
    await town.rates("reporter", "centre-1", FAIR, MORNING + timedelta(minutes=4), text="后来有人来了")
    assert "七十七号" in await everything(town)
    await town.does("office", lambda ctx: erasing.erase(ctx, case, 1), NOON)
    assert "七十七号" not in await everything(town)
    async with town.database.reading() as tx:
        rating = await ratings.of_case(tx, case)
    assert rating
    assert (rating.text, rating.level) == ("", FAIR)
    await town.is_whole()
