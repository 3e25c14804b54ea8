"""A message with a chart: everybody gets the picture in their own language, or at least the words."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from botapi import SentMessage
from PIL import Image
from story_person import Message, Person
from story_town import Town
from story_web import WebMessage, WebPerson

from actions.notices import tell_office
from dialog.chart import Chart
from dialog.outgoing import Button, Outgoing, say
from dialog.texts import Name, Text, verbatim

UNIT = Text("{unit}", {"unit": Name("城西区城市管理局", "Chengxi Urban Management")})
BARS = ((UNIT, (12, 3)), (verbatim("供水"), (5, 0)))
CHART = Chart(title=verbatim("This week"), series=(verbatim("On time"), verbatim("Late")), bars=BARS)
IN_WORDS = "This week\nChengxi Urban Management: On time 12, Late 3\n供水: On time 5, Late 0"
DIGEST = say(verbatim("Ten lines."), rows=((Button(verbatim("Look"), "s:desk"),),), chart=CHART)


async def announce(town: Town, message: Outgoing) -> None:
    """Tell the office something, as a job does."""
    async with town.app.database.transaction() as tx:
        ctx = await town.app._town.context(tx)
        await tell_office(ctx, message)
    town.app._bell.ring_for(ctx.rings, ctx.now)


def photo(message: Message) -> bytes:
    """Give the picture that Telegram was sent; it must be one of ours."""
    assert isinstance(message, SentMessage)
    assert message.kind == "photo"
    assert message.media is not None
    assert Image.open(BytesIO(message.media), formats=["PNG"]).width == 1080
    return message.media


def chart_of(message: Message) -> tuple[str, str]:
    """Give the address and the words of the chart that the page was told of."""
    assert isinstance(message, WebMessage)
    (file,) = message.files
    return file["url"], file["alt"]


async def look(person: Person, url: str) -> bytes | None:
    """Open a picture on somebody's page."""
    assert isinstance(person, WebPerson)
    return await person.opens(url)


async def test_on_telegram_a_chart_is_a_photo_with_the_words_and_buttons_below_it(town: Town) -> None:
    office = await town.office("telegram")
    await announce(town, DIGEST)
    photo(await office.sees("^Ten lines.$", buttons=["Look"]))


async def test_on_telegram_a_chart_above_long_words_has_its_numbers_below_it(town: Town) -> None:
    office = await town.office("telegram")
    await announce(town, say(verbatim("long " * 300), chart=CHART))
    photo(await office.sees(f"^{IN_WORDS}$"))
    await office.sees("^long long")


async def test_on_the_page_a_chart_is_a_picture_with_its_numbers_in_words(town: Town) -> None:
    office = await town.office("web")
    await announce(town, DIGEST)
    url, alt = chart_of(await office.sees("^Ten lines.$", buttons=["Look"]))
    assert alt == IN_WORDS
    data = await look(office, url)
    assert data is not None
    assert Image.open(BytesIO(data), formats=["PNG"]).width == 1080


async def test_each_reader_has_a_chart_in_their_own_language(town: Town) -> None:
    anna, zhang, wang = await town.office("web"), await town.office("web", language="zh"), await town.office("telegram")
    await announce(town, DIGEST)
    shown = {person: chart_of(await person.sees("Ten lines")) for person in (anna, zhang)}
    assert "城西区城市管理局" in shown[zhang][1]
    english, chinese = [await look(person, url) for person, (url, _alt) in shown.items()]
    assert english != chinese
    assert photo(await wang.sees("Ten lines")) == english


async def test_a_chart_is_shown_to_nobody_else(town: Town) -> None:
    office, other = await town.office("web"), await town.somebody("web")
    await announce(town, DIGEST)
    url, _alt = chart_of(await office.sees("Ten lines"))
    await other.says("/start")
    await other.sees("write what the matter is")
    assert await look(office, url) is not None
    assert await look(office, url.replace("/0?", "/1?")) is None
    assert await look(other, url) is None


async def test_a_chart_that_can_not_be_drawn_goes_out_in_words_with_one_alarm(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, wang = await town.office("web"), await town.office("telegram")
    monkeypatch.setattr("bot.drawing.FONT", tmp_path / "gone.otf")
    await announce(town, DIGEST)
    message = await wang.sees("^Ten lines.$", buttons=["Look"])
    assert isinstance(message, SentMessage) and message.kind == "text"
    url, alt = chart_of(await anna.sees("^Ten lines.$"))
    assert (await look(anna, url), await look(anna, url), alt) == (None, None, IN_WORDS)
    (alarm,) = town.alarms.records
    assert alarm.getMessage() == "chart_not_drawn"
    town.alarms.records.clear()
