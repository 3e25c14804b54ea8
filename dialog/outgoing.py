"""What the program says, in one shape for every channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import cast

import orjson

from dialog.chart import Chart, dump_chart, load_chart
from dialog.code import Code, dump_code, load_code
from dialog.texts import Text, bears_secret, dump, load_text, without_secrets


class Wants(StrEnum):
    """What an open question would like to get, so that a channel can offer its own way of giving it. `PRESS` is a button."""

    TOLD = "told"
    PLACE = "place"
    TEXT = "text"
    PRESS = "press"


@dataclass(frozen=True, slots=True)
class Button:
    """A button: `press` comes back to us when it is pressed (at most 64 bytes), `url` opens a page."""

    label: Text
    press: str = ""
    url: str = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message: paragraphs, rows of buttons, ids of files, what the question wants, and a chart or a QR code as a picture.

    `subject` is the id of what the message is about, `card` whose view of it; a reply to the message goes there.
    The first `news` paragraphs say what happened, the next `passing` ones what matters only now, the rest how things stand.
    A `patient` message is worth nothing without its files: it waits for them up to a day instead of half a minute. A `silent`
    one makes no sound where it arrives.
    """

    lines: tuple[Text, ...]
    rows: Rows = ()
    files: tuple[str, ...] = ()
    wants: Wants | None = None
    subject: str | None = None
    card: str | None = None
    patient: bool = False
    silent: bool = False
    news: int = 0
    passing: int = 0
    chart: Chart | None = None
    code: Code | None = None

    @property
    def picture(self) -> Chart | Code | None:
        """What is drawn when the message is sent."""
        return self.chart or self.code

    def with_news(self, *news: Text, files: tuple[str, ...] = ()) -> Outgoing:
        """Put paragraphs above this message, and files with it."""
        return replace(self, lines=(*news, *self.lines), files=files, news=self.news + len(news))

    def with_passing_news(self, *news: Text, files: tuple[str, ...] = ()) -> Outgoing:
        """Put paragraphs above this message that go when it is brought up to date, and files with it."""
        return replace(self, lines=(*news, *self.lines), files=files, passing=len(news))


def say(
    *lines: Text,
    rows: Rows = (),
    files: tuple[str, ...] = (),
    wants: Wants | None = None,
    chart: Chart | None = None,
    code: Code | None = None,
) -> Outgoing:
    """Make a message from its paragraphs."""
    return Outgoing(lines=lines, rows=rows, files=files, wants=wants, chart=chart, code=code)


SECRET = b'"secret":'
"""What stands in a stored message that bears a secret."""


def to_json(outgoing: Outgoing) -> bytes:
    """Write a message for storage."""
    return orjson.dumps(
        {
            "lines": [dump(line) for line in outgoing.lines],
            "rows": [[[dump(b.label), b.press, b.url] for b in row] for row in outgoing.rows],
            "files": outgoing.files,
            "wants": outgoing.wants,
            "patient": outgoing.patient,
            "news": outgoing.news,
            **({"passing": outgoing.passing} if outgoing.passing else {}),
            **({"silent": True} if outgoing.silent else {}),
            **({"chart": dump_chart(outgoing.chart)} if outgoing.chart else {}),
            **({"code": dump_code(outgoing.code)} if outgoing.code else {}),
        }
    )


def from_json(body: bytes) -> Outgoing:
    """Read what `to_json` wrote."""
    fields = orjson.loads(body)
    return Outgoing(
        lines=tuple(load_text(line) for line in fields["lines"]),
        rows=tuple(tuple(Button(load_text(label), press, url) for label, press, url in row) for row in fields["rows"]),
        files=tuple(fields["files"]),
        wants=Wants(fields["wants"]) if fields["wants"] else None,
        patient=fields["patient"],
        silent=fields.get("silent", False),
        news=fields.get("news", 0),
        passing=fields.get("passing", 0),
        chart=load_chart(fields["chart"]) if "chart" in fields else None,
        code=load_code(fields["code"]) if "code" in fields else None,
    )


def bears_secrets(outgoing: Outgoing) -> bool:
    """Tell whether a message bears a secret, or bore one that has been overwritten."""
    return any(map(bears_secret, outgoing.lines))


def shown_once(outgoing: Outgoing, at: datetime) -> Outgoing | None:
    """Give the message with its secrets overwritten, or None if it has none."""
    lines = tuple(cast("Text", without_secrets(line, at)) for line in outgoing.lines)
    return None if lines == outgoing.lines else replace(outgoing, lines=lines)
