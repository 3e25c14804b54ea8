"""Files that a page uploads and files that messages bear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio
from webchat_city import Served
from webchat_device import OURS, Device

from bot.channels.door import Attachment
from dialog.outgoing import say
from dialog.texts import verbatim

MEBIBYTE = 2**20

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_upload_is_kept_for_its_device(served: Served, device: Device) -> None:
    response = await device.upload(b"picture")
    kept = await response.json()
    assert kept["kind"] == "photo"
    assert served.city.files[kept["id"]] == (device.address, b"picture")
    assert (await (await device.session.get(f"/chat/uploads/{kept['id']}")).read()) == b"picture"
    async with Device(served.url) as other:
        await other.open()
        assert (await other.open(f"/chat/uploads/{kept['id']}")).status == 404


@pytest.mark.parametrize(
    ("name", "media_type", "kind"),
    [
        ("image.jpg", "image/jpeg", "photo"),
        ("clip.mov", "video/quicktime", "video"),
        ("voice.amr", "application/octet-stream", "audio"),
        ("letter.PDF", "", "document"),
    ],
)
async def test_the_kind_is_what_the_browser_says(device: Device, name: str, media_type: str, kind: str) -> None:
    response = await device.upload(b"x", name, media_type or "application/octet-stream")
    assert (await response.json())["kind"] == kind


async def test_a_file_of_another_kind_is_refused_with_a_sentence(served: Served, device: Device) -> None:
    response = await device.upload(b"MZ", "setup.exe", "application/x-msdownload")
    assert response.status == 415
    assert (await response.json())["error"]
    assert not served.city.files


async def test_a_file_of_20_mb_is_taken_and_a_larger_one_refused(served: Served, device: Device) -> None:
    assert (await device.upload(b"x" * 20 * MEBIBYTE)).status == 200
    response = await device.upload(b"x" * (20 * MEBIBYTE + 1))
    assert response.status == 413
    assert "20 MB" in (await response.json())["error"]
    assert len(served.city.files) == 1


async def test_a_file_that_claims_to_be_larger_is_refused_before_it_is_sent(served: Served, device: Device) -> None:
    served.city.allowances["uploads"] = (10 * MEBIBYTE, timedelta(hours=3))
    response = await device.upload(b"x" * 25 * MEBIBYTE)
    assert response.status == 413
    assert not served.city.quotas


async def test_the_days_allowance_is_counted_in_bytes(served: Served, device: Device) -> None:
    served.city.allowances["uploads"] = (MEBIBYTE, timedelta(hours=3))
    assert (await device.upload(b"x" * (MEBIBYTE // 2))).status == 200
    response = await device.upload(b"x" * (MEBIBYTE // 2))
    assert response.status == 429
    assert response.headers["Retry-After"] == str(3 * 3600)
    assert len(served.city.files) == 1


@asynccontextmanager
async def stalled(device: Device, path: str, headers: str) -> AsyncIterator[asyncio.StreamReader]:
    """Begin to post something and stop after the first bytes of its body."""
    host, port = device.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    ours = f"Host: {host}\r\nCookie: huiyin={device.address}\r\nSec-Fetch-Site: same-origin\r\n"
    writer.write(f"POST {path} HTTP/1.1\r\n{ours}{headers}\r\n".encode())
    writer.write(b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nx')
    await writer.drain()
    await asyncio.sleep(0.1)
    try:
        yield reader
    finally:
        writer.close()


UPLOAD = f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {2 * MEBIBYTE}\r\n"


@pytest.mark.parametrize("name", ["AT_ONCE", "AT_ONCE_FROM_IP"])
async def test_uploads_that_wait_for_the_rest_leave_no_room_for_more_until_they_are_over(
    served: Served, device: Device, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(f"bot.channels.webchat_files.{name}", 3 * MEBIBYTE)
    async with stalled(device, "/chat/files", UPLOAD):
        counted = dict(served.city.quotas)
        response = await device.upload(b"x" * MEBIBYTE)
        assert (response.status, response.headers["Retry-After"]) == (429, "10")
        assert served.city.quotas == counted
        assert (await device.upload(b"x")).status == 200
    await asyncio.sleep(0.1)
    assert (await device.upload(b"x" * MEBIBYTE)).status == 200


async def test_an_upload_that_never_ends_is_ended(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.webchat_files.MOST_SECONDS", 0.3)
    monkeypatch.setattr("bot.channels.webchat_files.AT_ONCE", 3 * MEBIBYTE)
    async with stalled(device, "/chat/files", UPLOAD) as reader:
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
        assert (await device.upload(b"x" * MEBIBYTE)).status == 200


async def test_a_message_that_never_ends_is_ended(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.webchat.BODY_SECONDS", 0.3)
    async with stalled(device, "/chat/messages", "Content-Length: 1000\r\n") as reader:
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)


async def test_a_full_disk_is_told_as_a_time_to_wait(served: Served, device: Device) -> None:
    served.city.full = True
    response = await device.upload(b"x")
    assert (response.status, response.headers["Retry-After"]) == (429, "300")


@pytest.mark.parametrize(
    "body",
    [b"", b"--x\r\n\r\n", b"nonsense", b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n\r\n--x--'],
)
async def test_a_broken_form_is_refused(served: Served, device: Device, body: bytes) -> None:
    headers = {**OURS, "Content-Type": "multipart/form-data; boundary=x"}
    assert (await device.post("/chat/files", body, headers)).status in (400, 415)
    assert not served.city.files


async def test_a_body_that_is_no_form_is_refused(device: Device) -> None:
    assert (await device.post("/chat/files", b"{}", {**OURS, "Content-Type": "application/json"})).status == 400


@pytest_asyncio.fixture(loop_scope="session")
async def path(served: Served, device: Device) -> str:
    """Give the path of a picture that a message bears."""
    served.city.attachments["picture"] = Attachment(kind="photo", media_type="image/png", name="照片.png", data=b"0123456789")
    await device.say("hi")
    delivery = await served.city.say(served.city.only, say(verbatim("look"), files=("picture",)))
    return f"/chat/files/{delivery.id}/0"


async def test_a_messages_picture_is_shown_in_place_and_runs_nothing(device: Device, path: str) -> None:
    async with device.session.get(path) as response:
        assert await response.read() == b"0123456789"
        assert response.content_type == "image/png"
        assert response.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''%E7%85%A7")
        assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "private, max-age=86400"


async def test_the_stream_names_the_path_of_a_messages_file(device: Device, path: str) -> None:
    async with device.events() as stream:
        events = await stream.until("ready")
    (message,) = [event.data for event in events if event.name == "message"]
    assert message["files"] == [{"kind": "photo", "url": path, "ready": True}]


@pytest.mark.parametrize(
    ("asked", "status", "data"),
    [
        ("bytes=2-4", 206, b"234"),
        ("bytes=-2", 206, b"89"),
        ("bytes=8-", 206, b"89"),
        ("bytes=50-60", 200, b"0123456789"),
        ("lines=1", 200, b"0123456789"),
    ],
)
async def test_a_part_of_a_file_may_be_asked_for(device: Device, path: str, asked: str, status: int, data: bytes) -> None:
    async with device.session.get(path, headers={"Range": asked}) as response:
        assert (response.status, await response.read()) == (status, data)


@pytest.mark.parametrize("media_type", ["application/pdf", "text/html", "image/svg+xml"])
async def test_what_could_run_is_given_as_a_download(served: Served, device: Device, path: str, media_type: str) -> None:
    served.city.attachments["picture"] = Attachment(kind="document", media_type=media_type, name="a", data=b"x")
    assert (await device.open(path)).headers["Content-Disposition"].startswith("attachment")


async def test_a_file_is_given_to_nobody_else(served: Served, path: str) -> None:
    async with Device(served.url) as other:
        await other.open()
        assert (await other.open(path)).status == 404


async def test_a_file_that_is_not_there_is_told_in_a_sentence(device: Device, path: str) -> None:
    response = await device.open(path[:-1] + "7")
    assert response.status == 404
    assert (await response.json())["error"]
