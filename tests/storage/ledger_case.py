"""A case with a chain of three rows and two texts, for tests of the ledger."""

from __future__ import annotations

from stores import NOW

from domain.cases import CaseKind, CaseState
from domain.ledger import JsonValue
from domain.privacy import mask
from storage import cases, entries, ledger, people
from storage.cases import Case
from storage.database import Tx
from storage.entries import EntryKind
from storage.ids import new_id
from storage.keys import Keys

STANDS: dict[str, JsonValue] = {"state": "accepted", "round": 1, "unit": None}


async def write_case(tx: Tx, keys: Keys, conversation: str) -> str:
    """Write a case as actions do, and return its id."""
    talker = await people.conversation(tx, conversation)
    assert talker is not None
    id = new_id(NOW)
    case = Case(
        id=id, number=id, kind=CaseKind.COMPLAINT, state=CaseState.ACCEPTED, version=1, round=1, area=None, category=None,
        unit=None, holder=None, reporter=talker.person, named=None, cover=None, publish_at=None,
        lon_e6=None, lat_e6=None, crs=None, place="", routing="{}", code="", filed_at=NOW, changed_at=NOW,
    )  # fmt: skip
    assert await cases.insert(tx, case)
    subject = f"case:{id}"
    for kind, text, files in ((EntryKind.TOLD, "楼下垃圾没人管", ("f1", "f2")), (EntryKind.RESULT, "已清运", ("f3",))):
        entry = await entries.write(
            tx, keys, case=id, round=1, kind=kind, author="citizen", masked=mask(text), files=files, now=NOW
        )
        payload: dict[str, JsonValue] = {**STANDS, "entry": entry.id, "text": entry.hash, "files": list(entry.files)}
        await ledger.append(tx, subject, "citizen", "file", payload, NOW)
        if kind is EntryKind.TOLD:
            await ledger.append(tx, subject, "contact:r1", "accept", STANDS, NOW)
    return id
