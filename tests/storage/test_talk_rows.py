"""Open forms are kept sealed, found again, and forgotten in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from stores import NOW

from dialog.play import Answer, Answers, Look
from storage import people, talks
from storage.database import Database
from storage.keys import Keys
from storage.talks import LIFE, Talk


@pytest.fixture
async def person(store: Database, keys: Keys, conversation: str) -> str:
    async with store.transaction() as tx:
        found = await people.conversation(tx, conversation)
    assert found is not None
    return found.person


def talk(person: str, words: str = "楼下垃圾没人管", **changes: object) -> Talk:
    answers = Answers(
        given={"told": Answer({"items": [{"text": words}], "done": True}, "hash"), "sure": Answer("send", "hash", confirms=True)},
        looks={"likely": Look({"options": [["a", {"m": "A"}]]}, ("told",))},
    )
    made = talks.new(person, "file", "complaint", answers, NOW)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


async def newest(store: Database, keys: Keys, person: str, now: object = NOW) -> Talk | None:
    async with store.transaction() as tx:
        return await talks.newest(tx, keys, person, now)  # type: ignore[arg-type]


async def keep(store: Database, keys: Keys, *all: Talk) -> None:
    for n, one in enumerate(all):
        async with store.transaction() as tx:
            await talks.write(tx, keys, one, NOW + timedelta(seconds=n))


async def test_a_talk_comes_back_as_it_was_written(store: Database, keys: Keys, person: str) -> None:
    made = talk(
        person, asking="sure", reopened="told", question="o1", version=4, last_press="a:x:3:send",
        expires_at=NOW + LIFE,
    )  # fmt: skip
    await keep(store, keys, made)
    assert await newest(store, keys, person) == made
    made.version, made.asking, made.answers = 5, None, Answers()
    await keep(store, keys, made)
    assert await newest(store, keys, person) == made


async def test_the_newest_open_talk_is_the_one_a_person_is_in(store: Database, keys: Keys, person: str) -> None:
    first, second, suspended, closed = talk(person), talk(person), talk(person), talk(person)
    suspended.suspended_at = closed.closed_at = NOW
    await keep(store, keys, first, second, suspended, closed)
    assert await newest(store, keys, person) == second
    async with store.transaction() as tx:
        assert await talks.last_suspended(tx, keys, person, NOW) == suspended


async def test_the_talk_suspended_last_is_taken_up_first(store: Database, keys: Keys, person: str) -> None:
    early, late = talk(person, suspended_at=NOW + timedelta(minutes=2)), talk(person, suspended_at=NOW + timedelta(minutes=1))
    await keep(store, keys, early, late)
    async with store.transaction() as tx:
        assert await talks.last_suspended(tx, keys, person, NOW) == early


async def test_a_talk_waits_a_day_and_is_deleted_later(store: Database, keys: Keys, person: str) -> None:
    await keep(store, keys, talk(person))
    assert await newest(store, keys, person, NOW + LIFE - timedelta(seconds=1))
    assert await newest(store, keys, person, NOW + LIFE) is None
    async with store.transaction() as tx:
        assert await talks.forget_expired(tx, NOW + LIFE + timedelta(days=6), timedelta(days=7)) == 0
        assert await talks.forget_expired(tx, NOW + LIFE + timedelta(days=8), timedelta(days=7)) == 1


async def test_a_button_finds_its_own_talk_open_or_not(store: Database, keys: Keys, person: str) -> None:
    open_one, closed = talk(person), talk(person, closed_at=NOW)
    await keep(store, keys, open_one, closed)
    async with store.transaction() as tx:
        stranger = await people.arrive(tx, keys, "telegram", "7002", "en", NOW)
        other = await people.conversation(tx, stranger)
        assert other is not None
        assert await talks.marked(tx, keys, person, closed.mark) == closed
        assert await talks.marked(tx, keys, person, open_one.mark) == open_one
        assert await talks.marked(tx, keys, other.person, open_one.mark) is None


@pytest.mark.parametrize("mark", ["%", "_" * 10, "\\", "", "0", "' OR 1=1 --"])
async def test_a_crafted_mark_finds_nothing(store: Database, keys: Keys, person: str, mark: str) -> None:
    await keep(store, keys, talk(person))
    async with store.transaction() as tx:
        assert await talks.marked(tx, keys, person, mark) is None


async def test_answers_are_sealed(store: Database, keys: Keys, person: str) -> None:
    await keep(store, keys, talk(person, "我叫王小明"))
    async with store.transaction() as tx:
        row = await tx.one("SELECT * FROM talk")
    assert row is not None
    for column in ("id", "person", "form", "arg", "asking", "question", "last_press"):
        assert "王小明" not in str(row[column])
    assert "王小明".encode() not in bytes(row["answers"])
    assert "王小明".encode() in keys.unseal(bytes(row["answers"]))
