"""After a whole case, the files of the running program are searched byte by byte for whoever filed it.

The search is over everything that lies in the program's folder: database, its log, media; while it runs and afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from botapi import BotApi
from botapi_files import picture
from story_filing import RUBBISH, solves, tells
from story_telegram import TelegramPerson
from story_town import Town

OWN_PHONE, OTHER_PHONE, MAIL, IDENTITY = "13997254418", "15111203345", "xiaomin.ouyang@example.com", "63010419850512123X"
GIVEN_NAME, REPLY = "欧阳小敏", "晚上八点以后我在家，敲门就行"
TOLD = f"{RUBBISH}。我叫王建民，电话{OTHER_PHONE}，邮箱{MAIL}，身份证{IDENTITY}"


def traces(needle: str | int) -> Iterator[bytes]:
    """Give every form in which something could stand in a file."""
    text = str(needle)
    yield from (text.encode(), text.encode("utf-16-le"), text.encode().hex().encode())
    if text.isdecimal():
        # SQLite keeps integers in 4, 6 or 8 bytes, the highest first.
        yield from (int(text).to_bytes(size, "big") for size in (4, 6, 8) if int(text).bit_length() in range(25, 8 * size))


def found(folder: Path, needles: dict[str, str | int]) -> set[str]:
    """Tell which needles stand in a file below a folder."""
    written = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return {name for name, needle in needles.items() for trace in traces(needle) if any(trace in data for data in written)}


async def test_nothing_that_leads_to_the_reporter_stands_in_any_file(direct: None, tmp_path: Path) -> None:
    async with BotApi() as api:
        async with Town(api, tmp_path, f"sqlite:{tmp_path}/huiyin.db") as town:
            contact = await town.contact("web", name="Wang")
            citizen = await town.somebody("telegram", name="Penelope")
            assert isinstance(citizen, TelegramPerson)
            citizen.user.wire.update(last_name="Featherstonehaugh", username="penelope_f_1985")
            photo = picture("#123456")
            await tells(citizen, TOLD, place=f"城西区某小区西门，打{OWN_PHONE}找{GIVEN_NAME}", name=GIVEN_NAME, phone=OWN_PHONE)
            needles: dict[str, str | int] = {
                "account": citizen.user.id,
                "first name": "Penelope",
                "last name": "Featherstonehaugh",
                "username": "penelope_f_1985",
                "given name": GIVEN_NAME,
                "her phone": OWN_PHONE,
                "a phone in the text": OTHER_PHONE,
                "a name in the text": "王建民",
                "a mail address in the text": MAIL,
                "an identity number in the text": IDENTITY,
                "the raw text": TOLD,
            }
            assert found(tmp_path, needles | {"what she told": RUBBISH}) == set()
            await citizen.presses("^Send$")
            receipt = await citizen.sees("have received your case")
            code = re.search(r"Code: ([\d ]+)", receipt.text)
            assert code
            needles |= {"code": code[1].replace(" ", ""), "code as shown": code[1].strip()}
            await contact.sees("Sign in by")
            assert found(tmp_path, needles) == set()
            await contact.presses("Ask the citizen")
            await contact.sees("What would you like to ask")
            await contact.says("几点方便？")
            await contact.says("/done")
            await contact.presses("^Send$")
            question = await citizen.sees("几点方便")
            await citizen.replies_to(question, f"{REPLY}，打{OWN_PHONE}")
            await citizen.sends_photo(photo)
            await contact.sees(REPLY)
            await solves(contact, "已清运")
            await citizen.sees("Is it solved")
            await citizen.presses("Not solved")
            await citizen.sees("still wrong")
            await citizen.says(f"还是没人管，联系人{GIVEN_NAME}")
            await citizen.says("/done")
            await citizen.sees("reopened")
            needles |= {"her reply as she wrote it": f"{REPLY}，打{OWN_PHONE}"}
            assert found(tmp_path, needles) == set()
            assert not any(photo[:64] in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
            # What the office searches and clusters stands there in clear: the search does find what is there.
            assert found(tmp_path, {"what she told": RUBBISH, "her reply": REPLY}) == {"what she told", "her reply"}
        assert not (tmp_path / "huiyin.db-wal").exists()
        assert found(tmp_path, needles) == set()
