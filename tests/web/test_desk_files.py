"""Photos that come with a letter: taken at the desk like in the chat, and none lost where one can't be taken."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, FormData
from botapi_files import picture
from sent_files import SECRET, jpeg, tells_nothing
from story_web import WebPerson
from web.desk_city import Desk, at_desk, desk_city

from bot.media import UNUSED
from storage import files

LETTER = {"source": "letter", "kind": "complaint", "area": "630104", "category": "sanitation"}
MEBIBYTE = 2**20


@pytest.fixture
async def desk(direct: None, tmp_path: Path, database: str) -> AsyncIterator[Desk]:
    async with desk_city(tmp_path, database) as desk:
        yield desk


def form(fields: Mapping[str, str], *sent: tuple[str, bytes]) -> FormData:
    """Write a form as a browser does: its hidden fields first."""
    made = FormData()
    for name, value in fields.items():
        made.add_field(name, value)
    for name, data in sent:
        made.add_field("files", BytesIO(data), filename=name, content_type="image/jpeg")
    made.add_field("place", "门口")
    return made


async def sends(desk: Desk, *sent: tuple[str, bytes], **typed: str) -> None:
    """Send the page's form with files."""
    await desk.sends("/desk/new", form({**desk.forms["/desk/new"], **LETTER, **typed}, *sent))


def kept(desk: Desk) -> dict[str, str]:
    """Read which files the page shows as attached: names by field."""
    return dict(re.findall(r'<input type="checkbox" id="kept-\w+" name="(kept-\w+)" value="([^"]*)" checked>', desk.page))


def filed(desk: Desk) -> str:
    """Read the number that the receipt shows."""
    number = re.search(r"Case number: (\d{8}-\d{5}-\d)", desk.said)
    assert number, desk.said
    return number[1]


async def rows(desk: Desk) -> int:
    """Count the files that are kept."""
    async with desk.city.town.app.database.reading() as tx:
        row = await tx.one("SELECT COUNT(*) AS n FROM file")
    assert row
    return int(row["n"])


async def test_a_letter_of_photos_and_no_words_is_filed_and_its_unit_sees_them_clean(desk: Desk) -> None:
    contact = await desk.city.town.contact("web", name="Wang")
    assert isinstance(contact, WebPerson)
    await desk.opens("/desk/new")
    sent = jpeg()
    assert SECRET in sent
    await sends(desk, ("第1页.jpg", sent), ("第2页.jpg", picture("#123456")))
    number = filed(desk)
    await contact.sees(number)
    await contact.sees_photos(2)
    await desk.opens(f"/desk/case/{number}")
    assert "no words, see the files" in desk.page
    async with desk.session.get(f"/desk/case/{number}/files/1") as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        assert tells_nothing(await answer.read())
    row = (await desk.city.town.history(number))[0]
    assert (row["event"], row["source"], len(row["files"])) == ("file", "letter", 2)


async def test_what_can_not_be_taken_is_named_with_its_reason_and_the_rest_stands_in_the_form(desk: Desk) -> None:
    await desk.opens("/desk/new")
    before = await desk.city.town.count()
    bad = [("long.jpg", b"x" * (20 * MEBIBYTE + 1)), ("torn.jpg", jpeg()[:60]), ("none.jpg", b""), ("words.txt", b"words")]
    await sends(desk, *bad[:2], ("page.jpg", picture()), *bad[2:], told="垃圾没人清运")
    assert desk.status == 409
    for said in (
        "long.jpg is larger than 20 MB", "torn.jpg is empty or damaged", "none.jpg is empty or damaged",
        "words.txt can't be taken", "Nothing is filed yet",
    ):  # fmt: skip
        assert said in desk.said
    assert await desk.city.town.count() == before
    assert ">垃圾没人清运</textarea>" in desk.page
    assert 'value="门口"' in desk.page
    assert list(kept(desk).values()) == ["page.jpg"]
    await sends(desk, **kept(desk), told="垃圾没人清运", name="欧阳小敏")
    assert "both name and phone" in desk.said
    assert list(kept(desk).values()) == ["page.jpg"]
    await sends(desk, ("more.jpg", picture("#654321")), **kept(desk))
    row = (await desk.city.town.history(filed(desk)))[0]
    assert len(row["files"]) == 2


async def test_a_file_that_is_taken_off_the_form_does_not_go_along_and_is_let_go_in_the_end(desk: Desk) -> None:
    await desk.opens("/desk/new")
    await sends(desk, ("page.jpg", picture()), name="欧阳小敏")
    assert len(kept(desk)) == 1
    field = next(iter(kept(desk)))
    await sends(desk)
    assert "write in a few words what happened, or attach photos" in desk.said
    async with at_desk(desk.city, "Zhao") as other:
        await other.opens("/desk/new")
        body = urlencode({**other.forms["/desk/new"], **LETTER, field: "page.jpg", "kept-\x00": "x"}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        async with other.session.post("/desk/new", data=body, headers=headers) as answer:
            assert answer.status == 409
            assert "write in a few words what happened, or attach photos" in await answer.text()
    await sends(desk, told="垃圾没人清运")
    assert (await desk.city.town.history(filed(desk)))[0]["files"] == []
    async with desk.city.town.app.database.transaction() as tx:
        now = desk.city.town.clock.now()
        assert not await files.forget_unused(tx, now - UNUSED, 10)
        assert len(await files.forget_unused(tx, now + timedelta(seconds=1), 10)) == 1
    assert await rows(desk) == 0


async def test_no_file_is_read_for_anybody_but_the_office_with_a_form_of_its_own_page(desk: Desk) -> None:
    contact = await desk.city.town.contact("web", name="Wang")
    assert isinstance(contact, WebPerson)
    await desk.opens("/desk/new")
    fields = {**desk.forms["/desk/new"], **LETTER}
    for token in ({"token": "0" * 64}, {}):
        await desk.sends("/desk/new", form({"once": "x", **LETTER, **token}, ("page.jpg", picture())))
        assert desk.status == 403
        assert "Nothing was done" in desk.page
    late = form({}, ("page.jpg", picture()))
    late.add_field("token", fields["token"])
    await desk.sends("/desk/new", late)
    assert desk.status == 403
    for cookies in (None, contact.cookies):
        async with (
            ClientSession(desk.city.town.url, cookie_jar=cookies) as session,
            session.post("/desk/new", data=form(fields, ("page.jpg", picture()))) as answer,
        ):
            assert answer.status == 403
    assert await rows(desk) == 0
    assert await desk.city.town.count() == 0


async def test_words_beside_files_have_the_limit_that_they_always_had(desk: Desk) -> None:
    await desk.opens("/desk/new")
    async with desk.session.post(
        "/desk/new", data=form({**desk.forms["/desk/new"], "told": "x" * MEBIBYTE}, ("page.jpg", picture()))
    ) as answer:
        assert answer.status == 413
        assert "This is too much at once" in await answer.text()
    many = form({f"field{n}": "" for n in range(12_000)})
    async with desk.session.post("/desk/new", data=many) as answer:
        assert answer.status == 413
    async with desk.session.post("/desk/office/invite", data=form({"token": "x"}, ("page.jpg", b"x" * (MEBIBYTE + 1)))) as answer:
        assert answer.status == 413


async def test_a_letter_that_is_sent_twice_is_filed_once(desk: Desk) -> None:
    await desk.opens("/desk/new")
    fields = {**desk.forms["/desk/new"], **LETTER}

    async def send() -> None:
        async with desk.session.post("/desk/new", data=form(fields, ("page.jpg", picture())), allow_redirects=False) as answer:
            assert answer.status == 303

    await asyncio.gather(send(), send(), send())
    assert await desk.city.town.count() == 1


async def test_more_files_than_go_with_one_case_are_left_out_and_the_fields_behind_them_are_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.desk.forms.FILES_LIMIT", 2)
    await desk.opens("/desk/new")
    await sends(desk, *((f"{n}.jpg", picture(f"#00000{n}")) for n in range(4)))
    assert "At most 2 files go with one case. The others were left out." in desk.said
    assert list(kept(desk).values()) == ["0.jpg", "1.jpg"]
    assert 'value="门口"' in desk.page


async def test_the_desk_has_its_room_for_files_together_with_the_chat(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.webchat_files.AT_ONCE", 21 * MEBIBYTE)
    begun = asyncio.Event()

    async def half_an_upload() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        begun.set()
        await asyncio.Event().wait()

    async def uploads() -> None:
        length = {"Content-Length": str(2 * MEBIBYTE), "Content-Type": "multipart/form-data; boundary=b"}
        async with desk.session.post(
            "/chat/files", data=half_an_upload(), headers={**length, "Sec-Fetch-Site": "same-origin"}
        ) as answer:
            pytest.fail(f"An upload of which the rest never comes was answered: {answer.status}")

    await desk.opens("/desk/new")
    uploading = asyncio.create_task(uploads())
    await begun.wait()
    await asyncio.sleep(0.2)
    await sends(desk, ("page.jpg", picture()))
    assert "page.jpg can't be taken just now" in desk.said
    assert not uploading.done()
    uploading.cancel()
    await asyncio.gather(uploading, return_exceptions=True)
    await asyncio.sleep(0.2)
    await sends(desk, ("page.jpg", picture()))
    assert filed(desk)


async def test_what_cannot_be_read_to_its_end_is_no_form(desk: Desk) -> None:
    await desk.opens("/desk/new")
    body = b'--b\r\nContent-Disposition: form-data; name="told"\r\n\r\n\xff\xfe\r\n--b--\r\n'
    for data in (body, b"--b\r\n", b"nothing"):
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        async with desk.session.post("/desk/new", data=data, headers=headers) as answer:
            assert answer.status == 403
            assert "This form has expired" in await answer.text()


async def test_who_has_sent_enough_for_today_is_told_when_to_go_on_and_keeps_the_words(direct: None, tmp_path: Path) -> None:
    settings = {"UPLOAD_MEGABYTES_PER_DAY": "1"}
    async with desk_city(tmp_path, f"sqlite:{tmp_path}/huiyin.db", **settings) as desk:
        await desk.opens("/desk/new")
        await sends(desk, ("page.jpg", b"x" * MEBIBYTE), told="垃圾没人清运")
        assert re.search(r"page.jpg can't be taken just now. Please attach it again after 9 Jul 2026, \d\d:\d\d", desk.said)
        assert ">垃圾没人清运</textarea>" in desk.page
        assert await rows(desk) == 0
        await sends(desk, told="垃圾没人清运")
        assert filed(desk)
