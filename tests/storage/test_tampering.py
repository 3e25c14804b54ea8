"""Whoever can write to the database can change it, but not quietly: `verify` finds it and says where."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from ledger_case import write_case
from stores import NOW

from actions.verify import Proof, verify
from domain.ledger import link
from storage import cases, ledger
from storage.database import Database, Tx
from storage.keys import Keys

Tampering = Callable[[Tx, str], Awaitable[object]]


@pytest.fixture
async def case(store: Database, keys: Keys, conversation: str) -> str:
    """Write two cases and a chain of the city, seal them, and open the ledger to whoever wants to change it."""
    async with store.transaction() as tx:
        case = await write_case(tx, keys, conversation)
        await ledger.append(tx, "city", "system", "load", {}, NOW)
        await ledger.seal(tx, NOW)
        await write_case(tx, keys, conversation)
        await ledger.seal(tx, NOW)
        for name in ("ledger_is_not_rewritten", "ledger_is_not_cut"):
            await tx.run(f"DROP /*lite TRIGGER {name} *//*pg RULE {name} ON ledger */")
    return case


async def prove(store: Database) -> Proof:
    async with store.reading() as tx:
        return await verify(tx)


def sql(statement: str) -> Tampering:
    """Change something where the subject is `:subject` and the case `:case`."""

    async def tamper(tx: Tx, case: str) -> None:
        names = {"subject": f"case:{case}", "case": case}
        assert await tx.run(statement, **{name: value for name, value in names.items() if f":{name}" in statement})

    return tamper


async def rewrite_a_row_and_its_hash(tx: Tx, case: str) -> None:
    """Change the second row so that it fits itself, but not the row after it."""
    row = (await ledger.of_subject(tx, f"case:{case}"))[1]
    hash = link(row.previous, row.subject, row.n, row.at_ms, "contact:r2", row.event, row.payload)
    change = "UPDATE ledger SET actor = 'contact:r2', hash = :hash WHERE subject = :subject AND n = 2"
    await tx.run(change, hash=hash, subject=row.subject)


async def rewrite_the_last_row_and_the_head(tx: Tx, case: str) -> None:
    row = (await ledger.of_subject(tx, f"case:{case}"))[-1]
    hash = link(row.previous, row.subject, row.n, row.at_ms, "contact:r2", row.event, row.payload)
    change = "UPDATE ledger SET actor = 'contact:r2', hash = :hash WHERE subject = :subject AND n = 3"
    await tx.run(change, hash=hash, subject=row.subject)
    await tx.run("UPDATE ledger_head SET hash = :hash WHERE subject = :subject", hash=hash, subject=row.subject)


async def cut_the_end_and_set_the_head_back(tx: Tx, case: str) -> None:
    rows = await ledger.of_subject(tx, f"case:{case}")
    await tx.run("DELETE FROM ledger WHERE subject = :subject AND n = 3", subject=rows[0].subject)
    await tx.run(
        "UPDATE ledger_head SET n = 2, sealed_n = 2, hash = :hash WHERE subject = :subject",
        hash=rows[1].hash,
        subject=rows[0].subject,
    )


async def put_in_a_text_that_nobody_recorded(tx: Tx, case: str) -> None:
    await tx.run(
        "INSERT INTO entry (id, case_id, n, round, kind, author, text, salt, files, created_at)"
        " VALUES ('forged', :case, 9, 1, 'result', 'contact', '已解决', :salt, '[]', 0)",
        case=case,
        salt=b"salt",
    )


async def put_in_a_case_that_nobody_filed(tx: Tx, case: str) -> None:
    filed = await cases.get(tx, case)
    assert filed is not None
    await cases.insert(tx, replace(filed, id="forged", number="forged"))


async def take_the_whole_case_away(tx: Tx, case: str) -> None:
    await tx.run("DELETE FROM ledger WHERE subject = :subject", subject=f"case:{case}")
    await tx.run("DELETE FROM ledger_head WHERE subject = :subject", subject=f"case:{case}")
    await tx.run("DELETE FROM entry WHERE case_id = :case", case=case)


TAMPERING: dict[str, Tampering] = {
    "a text was changed": sql("UPDATE entry SET text = '已解决' WHERE case_id = :case AND n = 2"),
    "the salt of a text was changed": sql(
        "UPDATE entry SET salt = (SELECT MIN(salt) FROM entry WHERE case_id <> :case) WHERE case_id = :case AND n = 2"
    ),
    "the files of a text were changed": sql("UPDATE entry SET files = '[\"f9\"]' WHERE case_id = :case AND n = 1"),
    "a text was taken out": sql("DELETE FROM entry WHERE case_id = :case AND n = 1"),
    "a text was put in": put_in_a_text_that_nobody_recorded,
    "a text was called erased": sql("UPDATE entry SET text = '', erased_at = 1 WHERE case_id = :case AND n = 1"),
    "a case was put in": put_in_a_case_that_nobody_filed,
    "a case was called closed": sql("UPDATE cases SET state = 'closed' WHERE id = :case"),
    "a case was given to another unit": sql("UPDATE cases SET unit = 'housing' WHERE id = :case"),
    "a case was rated": sql("UPDATE cases SET rating = 'satisfied' WHERE id = :case"),
    "a reopening was taken back": sql("UPDATE cases SET round = 0 WHERE id = :case"),
    "a payload was changed": sql('UPDATE ledger SET payload = \'{"state":"closed"}\' WHERE subject = :subject AND n = 2'),
    "a payload was made unreadable": sql("UPDATE ledger SET payload = 'nonsense' WHERE subject = :subject AND n = 2"),
    "a payload was made something else": sql("UPDATE ledger SET payload = '[1]' WHERE subject = :subject AND n = 2"),
    "an actor was changed": sql("UPDATE ledger SET actor = 'office' WHERE subject = :subject AND n = 3"),
    "an event was changed": sql("UPDATE ledger SET event = 'refuse' WHERE subject = :subject AND n = 1"),
    "a time was changed": sql("UPDATE ledger SET at = at - 3600000 WHERE subject = :subject AND n = 3"),
    "a row was moved to another chain": sql("UPDATE ledger SET subject = 'city', n = 2 WHERE subject = :subject AND n = 3"),
    "a row in the middle was taken out": sql("DELETE FROM ledger WHERE subject = :subject AND n = 2"),
    "the first row was taken out": sql("DELETE FROM ledger WHERE subject = :subject AND n = 1"),
    "the last row was taken out": sql("DELETE FROM ledger WHERE subject = :subject AND n = 3"),
    "the last row was taken out and the head set back": cut_the_end_and_set_the_head_back,
    "a row was rewritten with its hash": rewrite_a_row_and_its_hash,
    "the last row was rewritten with its hash and the head": rewrite_the_last_row_and_the_head,
    "a head was taken out": sql("DELETE FROM ledger_head WHERE subject = :subject"),
    "the head of the city was taken out": sql("DELETE FROM ledger_head WHERE subject = 'city'"),
    "a head was set back": sql("UPDATE ledger_head SET n = 2 WHERE subject = :subject"),
    "a head was made up": sql("INSERT INTO ledger_head (subject, n, hash, sealed_n) VALUES ('case:none', 1, 'x', 0)"),
    "all rows of a case were taken out": sql("DELETE FROM ledger WHERE subject = :subject"),
    "a whole case was taken away": take_the_whole_case_away,
    "a seal was changed": sql("UPDATE seal SET at = at + 1 WHERE n = 2"),
    "the heads in a seal were changed": sql("UPDATE seal SET heads = '{}' WHERE n = 1"),
    "the heads in a seal were made unreadable": sql("UPDATE seal SET heads = 'nonsense' WHERE n = 1"),
    "a seal was taken out": sql("DELETE FROM seal WHERE n = 1"),
}


WHERE = {"seal": "Seal", "made up": "case:none", "a case was put in": "case:forged", "of the city": "city:"}
"""Where a problem is to be named, by words in what was done; else it is the case."""


async def test_what_nobody_touched_is_whole(store: Database, case: str) -> None:
    proof = await prove(store)
    assert proof.problems == ()
    assert (proof.chains, proof.rows, proof.seals, proof.texts) == (3, 7, 2, 4)
    assert proof.newest_seal.startswith("2 ")


@pytest.mark.parametrize("what", TAMPERING)
async def test_tampering_is_found(store: Database, case: str, what: str) -> None:
    async with store.transaction() as tx:
        await TAMPERING[what](tx, case)
    problems = (await prove(store)).problems
    assert problems
    where = next((place for words, place in WHERE.items() if words in what), f"case:{case}")
    assert any(where in problem for problem in problems)
    assert all(problem.endswith(".") for problem in problems)
