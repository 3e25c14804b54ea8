"""The index of cases that are alike: what is put is found, by district, the newest; what is forgotten is gone."""

from __future__ import annotations

from datetime import timedelta

from stores import NOW

from domain.cases import CaseKind, CaseState
from domain.likeness import POSTED
from storage import cases, likeness, people
from storage.cases import Case
from storage.database import Database, Tx
from storage.ids import new_id

LAMP = frozenset({(n << 4) | 8 for n in range(1, 11)})
NOISE = frozenset({(n << 4) | 8 for n in range(101, 131)})


async def filed(tx: Tx, n: int, area: str | None = "630104") -> str:
    """Put in a case that was filed so many minutes later."""
    at = NOW + timedelta(minutes=n)
    case = Case(
        id=new_id(at), number=f"20260107-{n:05}-0", kind=CaseKind.COMPLAINT, state=CaseState.TRIAGE, version=1, round=1,
        area=area, category=None, unit=None, holder=None, reporter=await people.add(tx, "en", NOW), named=None, cover=None,
        publish_at=None, lon_e6=None, lat_e6=None, crs=None, place="", routing="{}", code="", filed_at=at, changed_at=at,
    )  # fmt: skip
    assert await cases.insert(tx, case)
    return case.id


async def found(tx: Tx, marks: frozenset[int], *areas: str | None, but: str | None = None) -> list[str]:
    return [one.case.id for one in await likeness.candidates(tx, marks, areas, but)]


async def test_a_case_is_found_in_its_district_by_any_of_its_marks_with_all_of_them(store: Database) -> None:
    async with store.transaction() as tx:
        here, there, nowhere = await filed(tx, 1), await filed(tx, 2), await filed(tx, 3)
        for case, area in ((here, "630104"), (there, "630105"), (nowhere, None)):
            await likeness.put(tx, case, area, LAMP)
        one = frozenset(list(LAMP)[:1])
        assert await found(tx, one, "630104", None) == [nowhere, here]
        assert await found(tx, one, "630104", None, but=here) == [nowhere]
        assert await found(tx, one, None, "630104", "630105") == [nowhere, there, here]
        assert await found(tx, NOISE, "630104", None) == []
        assert await found(tx, frozenset(), "630104", None) == []
        (candidate,) = await likeness.candidates(tx, one, ["630105"])
        assert candidate.marks == LAMP


async def test_putting_a_case_again_leaves_only_what_it_says_now_and_forgetting_leaves_nothing(store: Database) -> None:
    async with store.transaction() as tx:
        case = await filed(tx, 1)
        await likeness.put(tx, case, "630104", LAMP)
        await likeness.put(tx, case, "630105", NOISE)
        assert await found(tx, LAMP, "630104", "630105") == []
        assert await found(tx, NOISE, "630105") == [case]
        posts = await tx.all("SELECT mark FROM likeness_post")
        assert len(posts) == POSTED < len(NOISE)
        await likeness.forget(tx, case)
        await likeness.forget(tx, case)
        for table in ("likeness", "likeness_post"):
            assert await tx.all(f"SELECT * FROM {table}") == []


async def test_of_very_many_alike_the_newest_are_read_and_no_more(store: Database) -> None:
    async with store.transaction() as tx:
        ids = [await filed(tx, n) for n in range(likeness.NEWEST + 10)]
        for case in ids:
            await likeness.put(tx, case, "630104", LAMP)
        newest = await found(tx, LAMP, "630104", None)
        assert len(newest) == likeness.NEWEST // 2
        assert newest == sorted(ids, reverse=True)[: len(newest)]


async def test_what_was_open_before_is_due_until_it_is_done(store: Database) -> None:
    async with store.transaction() as tx:
        case = await filed(tx, 1)
        await tx.run("INSERT INTO likeness_due (case_id) VALUES (:case)", case=case)
        assert await likeness.due(tx, 10) == [case]
        await likeness.done(tx, case)
        assert await likeness.due(tx, 10) == []
