"""Files, places and long texts in a real browser."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, FilePayload, Route, expect
from webchat_browser import Tab, opened
from webchat_city import Served

from bot.channels.door import Attachment
from dialog.chart import Chart
from dialog.outgoing import Button, Wants, say
from dialog.texts import verbatim

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SLOW = 200_000  # bytes a second


def png() -> bytes:
    """Make a small picture."""
    data = BytesIO()
    Image.new("RGB", (64, 48), "green").save(data, "PNG")
    return data.getvalue()


def photo(name: str, size: int = 0) -> FilePayload:
    """Make a picture of at least so many bytes."""
    return {"name": name, "mimeType": "image/png", "buffer": png() + bytes(size)}


async def attach(tab: Tab, *files: FilePayload) -> None:
    """Choose files as the picker would."""
    await tab.page.locator("#files").set_input_files(list(files))


async def slow_down(tab: Tab, throughput: int) -> None:
    """Let uploads take their time; -1 ends that."""
    session = await tab.context.new_cdp_session(tab.page)
    await session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": throughput},
    )


async def test_photos_are_uploaded_with_progress_and_sent_with_the_words(served: Served, tab: Tab) -> None:
    await slow_down(tab, SLOW)
    await attach(tab, photo("one.png", 400_000), photo("two.png"))
    bar = tab.page.get_by_label("one.png", exact=True)
    await expect(bar).to_be_visible()
    await expect(tab.page.get_by_text("two.png: ready")).to_be_visible()
    shown = int(await bar.get_attribute("value") or 0)
    assert 0 <= shown < 100
    await expect(tab.page.get_by_text("one.png: ready")).to_be_visible()
    await tab.says("The rubbish")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    (kept,) = served.city.kept
    assert kept.text == "The rubbish"
    assert [(file.kind, file.kept) for file in kept.files] == [("photo", True)] * 2
    assert [served.city.files[file.ref][1] for file in kept.files] == [photo("", 400_000)["buffer"], png()]


async def test_words_sent_during_an_upload_wait_for_it_and_those_after_them_too(served: Served, tab: Tab) -> None:
    await slow_down(tab, SLOW)
    await attach(tab, photo("one.png", 300_000))
    await tab.says("with a photo")
    await tab.says("and more")
    await expect(tab.own.first).to_contain_text("Waiting to be sent")
    await expect(tab.page.locator(".own[data-state=kept]")).to_have_count(2)
    assert [(kept.text, len(kept.files)) for kept in served.city.kept] == [("with a photo", 1), ("and more", 0)]
    await tab.page.reload()
    await expect(tab.own.first.get_by_role("img", name="Photo")).to_be_visible()
    assert await tab.page.evaluate("document.querySelector('.own img').naturalWidth || 64") == 64


async def test_an_upload_can_be_called_off(served: Served, tab: Tab) -> None:
    await slow_down(tab, SLOW)
    await attach(tab, photo("big.png", 5_000_000))
    await tab.page.get_by_role("button", name="Cancel – big.png").click()
    await expect(tab.page.get_by_text("big.png")).to_have_count(0)
    await tab.says("no photo")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    assert not served.city.kept[0].files
    assert not served.city.files


async def test_an_upload_that_failed_can_be_tried_again(served: Served, tab: Tab) -> None:
    await tab.page.route("**/chat/files*", lambda route: route.abort())
    await attach(tab, photo("one.png"))
    await expect(tab.page.get_by_text("one.png was not sent. Please try again.")).to_be_visible()
    await tab.page.unroute("**/chat/files*")
    await tab.page.get_by_role("button", name="Try again – one.png").click()
    await expect(tab.page.get_by_text("one.png: ready")).to_be_visible()


async def test_an_upload_over_the_days_allowance_is_told_when_it_goes_on(served: Served, tab: Tab) -> None:
    served.city.allowances["uploads"] = (10, timedelta(hours=1))
    await attach(tab, photo("one.png"))
    await expect(tab.page.get_by_text("one.png is kept here and will be sent by itself at")).to_be_visible()


async def test_files_that_can_not_be_taken_are_told_and_left_out(served: Served, tab: Tab, tmp_path: Path) -> None:
    large = tmp_path / "film.mp4"
    large.write_bytes(bytes(20 * 2**20 + 1))
    await tab.page.locator("#files").set_input_files(large)
    await expect(tab.page.get_by_text("film.mp4 is larger than 20 MB.")).to_be_visible()
    await attach(tab, {"name": "setup.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"})
    await expect(tab.page.get_by_text("setup.exe can't be taken.")).to_be_visible()
    await tab.says("words")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    assert not served.city.kept[0].files


async def test_an_empty_file_is_refused_and_holds_nothing_back(served: Served, tab: Tab) -> None:
    await attach(tab, {"name": "empty.jpg", "mimeType": "image/jpeg", "buffer": b""}, photo("good.png"))
    await expect(tab.page.get_by_text("empty.jpg is empty or damaged")).to_be_visible()
    await expect(tab.page.locator(".file.refused")).to_have_count(1)
    await expect(tab.page.get_by_role("button", name="Remove – empty.jpg")).to_be_visible()
    await expect(tab.page.get_by_role("button", name="Try again – empty.jpg")).to_be_hidden()
    await tab.says("a caption")
    await tab.says("and a line")
    await expect(tab.page.locator(".own[data-state=kept]")).to_have_count(2)
    assert [(kept.text, len(kept.files)) for kept in served.city.kept] == [("a caption", 1), ("and a line", 0)]


async def test_a_file_that_the_program_finds_broken_is_refused_once(served: Served, tab: Tab) -> None:
    tries: list[str] = []

    async def broken(route: Route) -> None:
        tries.append(route.request.url)
        await route.fulfill(status=400, json={"error": "The file did not arrive whole."})

    await tab.page.route("**/chat/files*", broken)
    await attach(tab, photo("half.png"))
    await expect(tab.page.get_by_text("half.png is empty or damaged")).to_be_visible()
    await tab.says("a caption")
    await expect(tab.page.locator(".own[data-state=kept]")).to_have_count(1)
    assert len(tries) == 1


async def test_a_reload_keeps_the_files_that_had_arrived(served: Served, tab: Tab) -> None:
    await attach(tab, photo("whole.png"))
    await expect(tab.page.get_by_text("whole.png: ready")).to_be_visible()
    await slow_down(tab, SLOW)
    await attach(tab, photo("half.png", 5_000_000))
    await tab.says("look at these")
    await expect(tab.own).to_contain_text("Waiting to be sent")
    await tab.page.reload()
    await expect(tab.page.get_by_role("alert")).to_contain_text("before these files were sent: half.png. Please attach")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    assert [(kept.text, len(kept.files)) for kept in served.city.kept] == [("look at these", 1)]


async def test_a_file_that_could_not_be_taken_is_told_in_one_line_after_a_reload(served: Served, tab: Tab) -> None:
    await attach(tab, photo("broken.png"))
    await tab.button("Send").click()
    await expect(tab.own).to_have_attribute("data-state", "kept")
    (id,) = served.city.files
    served.city.files.clear()
    served.city.refused.add(id)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url) if "/chat/uploads/" in request.url else None)
    await tab.page.reload()
    await expect(tab.own.get_by_text("This file could not be taken.")).to_be_visible()
    assert not asked


async def test_a_reload_in_the_middle_of_an_upload_keeps_the_words_and_asks_for_the_file(served: Served, tab: Tab) -> None:
    await slow_down(tab, SLOW)
    await attach(tab, photo("half.png", 5_000_000))
    await tab.says("look at this")
    await expect(tab.own).to_contain_text("Waiting to be sent")
    await tab.page.reload()
    await expect(tab.page.get_by_role("alert")).to_contain_text("before these files were sent: half.png. Please attach")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    assert [(kept.text, kept.files) for kept in served.city.kept] == [("look at this", ())]


async def test_a_press_takes_along_what_was_attached_before_it(served: Served, tab: Tab) -> None:
    await tab.says("hello")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    await served.city.say(served.city.only, say(verbatim("Have you finished?"), rows=((Button(verbatim("Done"), "done"),),)))
    await slow_down(tab, SLOW)
    await attach(tab, photo("proof.png", 300_000))
    await tab.button("Done").click()
    await expect(tab.own.last).to_have_attribute("data-state", "kept")
    async with asyncio.timeout(10):
        while len(served.city.kept) < 3:
            await asyncio.sleep(0.05)
    assert [(kept.press, len(kept.files)) for kept in served.city.kept[1:]] == [(None, 1), ("done", 0)]


async def test_a_reload_tells_which_attached_files_were_not_sent(served: Served, tab: Tab) -> None:
    await attach(tab, photo("forgotten.png"))
    await expect(tab.page.get_by_text("forgotten.png: ready")).to_be_visible()
    await tab.page.reload()
    await expect(tab.page.get_by_role("alert")).to_contain_text("before these files were sent: forgotten.png")


async def test_above_buttons_only_long_paragraphs_are_folded(served: Served, tab: Tab) -> None:
    await tab.says("hello")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    lines = (verbatim("整" * 3000), verbatim("Shall we send it?"))
    await served.city.say(served.city.only, say(*lines, rows=((Button(verbatim("Send it"), "send"),),)))
    question = tab.page.get_by_text("Shall we send it?")
    await expect(question).to_be_visible()
    assert not await question.evaluate("element => Boolean(element.closest('.long'))")
    await expect(tab.button("Show all")).to_be_visible()


async def test_files_of_a_message_are_shown_by_their_kind(served: Served, tab: Tab) -> None:
    await tab.says("hello")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    city = served.city
    city.attachments["p"] = Attachment(kind="photo", media_type="image/png", name="p.png", data=png())
    city.attachments["d"] = Attachment(kind="document", media_type="application/pdf", name="d.pdf", data=b"%PDF-1.4")
    await city.say(city.only, say(verbatim("look"), files=("p", "d")))
    image = tab.log.get_by_role("img", name="Photo")
    await expect(image).to_be_visible()
    await tab.page.wait_for_function("document.querySelector('#log img').naturalWidth === 64")
    await expect(tab.log.get_by_role("link", name="Document")).to_have_attribute("download", "")


async def with_a_chart(served: Served, tab: Tab, data: bytes) -> None:
    """Let the page have a message with a chart, of which the server gives these bytes."""
    await tab.says("hello")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    chart = Chart(title=verbatim("This week"), series=(verbatim("Late"),), bars=((verbatim("Water"), (3,)),))
    served.city.attachments["chart"] = Attachment(kind="photo", media_type="image/png", name="chart.png", data=data)
    await served.city.say(served.city.only, say(verbatim("Ten lines."), chart=chart))


async def test_a_chart_is_shown_whole_and_said_in_words(served: Served, tab: Tab) -> None:
    drawn = BytesIO()
    Image.new("RGB", (1080, 1500), "green").save(drawn, "PNG")
    await with_a_chart(served, tab, drawn.getvalue())
    image = tab.log.get_by_role("img", name="This week Water: Late 3")
    await expect(image).to_be_visible()
    await tab.page.wait_for_function("document.querySelector('#log .chart img').naturalWidth === 1080")
    box = await image.bounding_box()
    assert box is not None
    assert box["height"] / box["width"] == pytest.approx(1500 / 1080, abs=0.02)
    assert box["x"] + box["width"] < tab.page.viewport_size["width"]


async def test_a_chart_that_is_not_there_is_still_said_in_words(served: Served, tab: Tab) -> None:
    await with_a_chart(served, tab, b"no picture")
    await expect(tab.log.get_by_text("Water: Late 3")).to_be_visible()


async def test_a_file_that_is_still_being_checked_is_shown_when_it_is_ready(served: Served, tab: Tab) -> None:
    await attach(tab, photo("one.png"))
    await tab.button("Send").click()
    await expect(tab.own).to_have_attribute("data-state", "kept")
    (id,) = served.city.files
    file = served.city.files.pop(id)
    await tab.page.reload()
    await expect(tab.own.get_by_text("The file is on its way.")).to_be_visible()
    served.city.files[id] = file
    await expect(tab.own.get_by_role("img", name="Photo")).to_be_visible()


async def test_a_text_of_100_000_characters_is_sent_and_folded(served: Served, tab: Tab) -> None:
    await tab.says("整" * 100_000)
    await expect(tab.own).to_have_attribute("data-state", "kept")
    assert served.city.kept[0].text == "整" * 100_000
    height = "document.querySelector('.own .bubble').offsetHeight"
    assert await tab.page.evaluate(height) < 400
    await tab.button("Show all").click()
    assert await tab.page.evaluate(height) > 10_000
    await expect(tab.button("Show less")).to_be_attached()


async def test_a_longer_text_stays_where_it_was_written(served: Served, tab: Tab) -> None:
    await tab.says("a" * 100_001)
    await expect(tab.page.get_by_role("alert")).to_contain_text("has 100001 characters; at most 100000")
    assert len(await tab.page.locator("#text").input_value()) == 100_001
    assert not served.city.kept


async def wanting_a_place(served: Served, tab: Tab) -> None:
    await tab.says("hello")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    await served.city.say(served.city.only, say(verbatim("Where is it?"), wants=Wants.PLACE))


async def test_the_browsers_position_is_sent_when_a_place_is_wanted(browser: Browser, served: Served) -> None:
    position = {"longitude": 101.77, "latitude": 36.62}
    async with opened(browser, served.url, 390, permissions=["geolocation"], geolocation=position) as tab:
        await expect(tab.button("Send my position")).to_be_hidden()
        await wanting_a_place(served, tab)
        await tab.button("Send my position").click()
        await tab.sees("My position: 36.62000, 101.77000")
        await expect(tab.own.last).to_have_attribute("data-state", "kept")
        place = served.city.kept[-1].place
        assert place is not None
        assert (place.lon, place.lat, place.crs) == (101.77, 36.62, "wgs84")
        await served.city.say(served.city.only, say(verbatim("Your name?"), wants=Wants.TEXT))
        await expect(tab.button("Send my position")).to_be_hidden()


async def test_no_position_is_offered_below_a_question_with_buttons_while_another_waits_for_a_place(
    browser: Browser, served: Served
) -> None:
    async with opened(browser, served.url, 390) as tab:
        await wanting_a_place(served, tab)
        await expect(tab.button("Send my position")).to_be_visible()
        await served.city.say(served.city.only, say(verbatim("Shall we send this rating?"), wants=Wants.PRESS))
        await expect(tab.button("Send my position")).to_be_hidden()


async def test_a_position_that_is_refused_is_asked_for_in_words(browser: Browser, served: Served) -> None:
    async with opened(browser, served.url, 390, permissions=[]) as tab:
        await wanting_a_place(served, tab)
        await tab.button("Send my position").click()
        await expect(tab.page.get_by_role("alert")).to_contain_text("pick the place from the list or describe it in words")
        await expect(tab.button("Send my position")).to_be_enabled()
