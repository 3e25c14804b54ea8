"""Open forms of a person: what was answered (sealed), what is being asked, where the question stands in the chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from dialog.play import Answers
from storage.database import Row, Tx
from storage.ids import new_id
from storage.keys import Keys
from storage.times import at, ms

LIFE = timedelta(hours=24)


@dataclass(slots=True, kw_only=True)
class Talk:
    """One form in progress.

    `asking` is the key of the open question, `reopened` of one asked again, `question` the outbox row that shows it.
    `version` grows with every new question: buttons carry it. `last_press` is the press accepted last.
    """

    id: str
    person: str
    form: str
    arg: str
    answers: Answers
    asking: str | None = None
    reopened: str | None = None
    question: str | None = None
    version: int = 1
    last_press: str | None = None
    suspended_at: datetime | None = None
    cancelled_at: datetime | None = None
    closed_at: datetime | None = None
    expires_at: datetime

    @property
    def mark(self) -> str:
        """The part of the id that buttons carry."""
        return self.id[-10:]


def new(person: str, form: str, arg: str, answers: Answers, now: datetime) -> Talk:
    """Begin a talk."""
    return Talk(id=new_id(now), person=person, form=form, arg=arg, answers=answers, expires_at=now + LIFE)


async def newest(tx: Tx, keys: Keys, person: str, now: datetime) -> Talk | None:
    """Read the talk that a person is in: the newest that is neither closed nor suspended nor expired."""
    row = await tx.one(
        "SELECT * FROM talk WHERE person = :person AND closed_at IS NULL AND suspended_at IS NULL AND expires_at > :now"
        " ORDER BY opened_at DESC, id DESC LIMIT 1",
        person=person,
        now=ms(now),
    )
    return _talk(row, keys) if row else None


async def last_suspended(tx: Tx, keys: Keys, person: str, now: datetime) -> Talk | None:
    """Read the talk that was suspended last and still waits."""
    row = await tx.one(
        "SELECT * FROM talk WHERE person = :person AND closed_at IS NULL AND suspended_at IS NOT NULL AND expires_at > :now"
        " ORDER BY suspended_at DESC, id DESC LIMIT 1",
        person=person,
        now=ms(now),
    )
    return _talk(row, keys) if row else None


async def waiting(tx: Tx, keys: Keys, person: str, form: str, now: datetime) -> Sequence[Talk]:
    """Read every open talk of a person in one form, suspended or not, newest first."""
    rows = await tx.all(
        "SELECT * FROM talk WHERE person = :person AND closed_at IS NULL AND form = :form AND expires_at > :now"
        " ORDER BY opened_at DESC, id DESC",
        person=person,
        form=form,
        now=ms(now),
    )
    return [_talk(row, keys) for row in rows]


async def of_person(tx: Tx, keys: Keys, person: str, now: datetime) -> Sequence[Talk]:
    """Read every open talk of a person, suspended or not, newest first."""
    rows = await tx.all(
        "SELECT * FROM talk WHERE person = :person AND closed_at IS NULL AND expires_at > :now ORDER BY opened_at DESC, id DESC",
        person=person,
        now=ms(now),
    )
    return [_talk(row, keys) for row in rows]


async def marked(tx: Tx, keys: Keys, person: str, mark: str) -> Talk | None:
    """Find the talk to which a button belongs, open or not."""
    rows = await tx.all(
        "SELECT * FROM talk WHERE person = :person AND substr(id, 23) = :mark ORDER BY opened_at DESC LIMIT 1",
        person=person,
        mark=mark,
    )
    return _talk(rows[0], keys) if rows else None


async def write(tx: Tx, keys: Keys, talk: Talk, now: datetime) -> None:
    """Keep a talk as it is now."""
    await tx.run(
        "INSERT INTO talk (id, person, form, arg, answers, asking, reopened, question, version, last_press, opened_at,"
        " suspended_at, cancelled_at, closed_at, expires_at)"
        " VALUES (:id, :person, :form, :arg, :answers, :asking, :reopened, :question, :version, :last_press, :now,"
        " :suspended_at, :cancelled_at, :closed_at, :expires_at)"
        " ON CONFLICT (id) DO UPDATE SET answers = excluded.answers, asking = excluded.asking, reopened = excluded.reopened,"
        " question = excluded.question, version = excluded.version, last_press = excluded.last_press,"
        " suspended_at = excluded.suspended_at, cancelled_at = excluded.cancelled_at, closed_at = excluded.closed_at,"
        " expires_at = excluded.expires_at",
        id=talk.id,
        person=talk.person,
        form=talk.form,
        arg=talk.arg,
        answers=keys.seal(orjson.dumps(talk.answers.dump())),
        asking=talk.asking,
        reopened=talk.reopened,
        question=talk.question,
        version=talk.version,
        last_press=talk.last_press,
        now=ms(now),
        suspended_at=_ms(talk.suspended_at),
        cancelled_at=_ms(talk.cancelled_at),
        closed_at=_ms(talk.closed_at),
        expires_at=ms(talk.expires_at),
    )


async def forget_expired(tx: Tx, now: datetime, keep: timedelta) -> int:
    """Delete talks that expired some time ago."""
    return await tx.run("DELETE FROM talk WHERE expires_at < :before", before=ms(now - keep))


def _ms(moment: datetime | None) -> int | None:
    return ms(moment) if moment else None


def _at(stored: int | None) -> datetime | None:
    return at(stored) if stored is not None else None


def _talk(row: Row, keys: Keys) -> Talk:
    return Talk(
        id=row["id"],
        person=row["person"],
        form=row["form"],
        arg=row["arg"],
        answers=Answers.load(orjson.loads(keys.unseal(row["answers"]))),
        asking=row["asking"],
        reopened=row["reopened"],
        question=row["question"],
        version=row["version"],
        last_press=row["last_press"],
        suspended_at=_at(row["suspended_at"]),
        cancelled_at=_at(row["cancelled_at"]),
        closed_at=_at(row["closed_at"]),
        expires_at=at(row["expires_at"]),
    )
