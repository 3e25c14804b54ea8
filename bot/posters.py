"""What hangs at a window: its A5 poster, and sheets of A4 with labels to cut out, in the city's languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.paper import Align, Block, Document, Paper
from dialog.texts import Name, Text, Words, _, verbatim
from domain.city import City, Hall, Window

CHIEF, INK, QUIET, PALE, LINE, WHITE = "#0b5a4a", "#17211e", "#55635e", "#cfe4dd", "#c9d3cf", "#ffffff"
A5, A4 = (148.0, 210.0), (210.0, 297.0)

MARGIN = 12.0
BAND = 34.0
"""Height of the coloured band at the top."""
CODE_TOP, CODE = 94.0, 68.0
FOOT = 179.0
"""Where the bottom strip begins."""
TELEGRAM_CODE, TELEGRAM_NAME = 24.0, 17.0
GAP = 1.5

COLUMNS, ROWS = 3, 7
LABEL_WIDTH, LABEL_HEIGHT, LABEL_CODE = 63.5, 38.1, 30.0
OUT = 5.0
"""How far cutting lines reach out of the labels."""

ASK = _("How were you served here?")
HOW = _("Scan with WeChat or your camera, choose a level, and send.")
NO_APP = _("No app, no account. The unit never learns who rated.")
RATE = _("Scan and rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """A window and its links; `telegram` is None where the bot's name is not known."""

    city: City
    hall: Hall
    window: Window
    web: str
    telegram: str | None


def draw_posters(posters: Sequence[Poster], words: Words) -> Document:
    """Draw one page for each window."""
    with Paper(*A5, title=_title(posters, words)) as paper:
        for poster in posters:
            paper.turn()
            _band(paper, poster, words)
            _names(paper, poster, words)
            _code(paper, poster, words)
            _foot(paper, poster, words)
        return paper.document()


def draw_labels(posters: Sequence[Poster], words: Words) -> Document:
    """Draw sheets of labels, each with the code and the name of one window, and lines to cut along."""
    left, top = (A4[0] - COLUMNS * LABEL_WIDTH) / 2, (A4[1] - ROWS * LABEL_HEIGHT) / 2
    with Paper(*A4, title=_title(posters, words)) as paper:
        for number, poster in enumerate(posters):
            row, column = divmod(number % (COLUMNS * ROWS), COLUMNS)
            if row == column == 0:
                paper.turn()
                _cut_lines(paper, left, top)
            _label(paper, poster, words, left + column * LABEL_WIDTH, top + row * LABEL_HEIGHT)
        return paper.document()


def _cut_lines(paper: Paper, left: float, top: float) -> None:
    for line in range(COLUMNS + 1):
        x = left + line * LABEL_WIDTH
        paper.cut_line(QUIET, x, top - OUT, x, paper.height - top + OUT)
    for line in range(ROWS + 1):
        y = top + line * LABEL_HEIGHT
        paper.cut_line(QUIET, left - OUT, y, paper.width - left + OUT, y)


def _band(paper: Paper, poster: Poster, words: Words) -> None:
    paper.box(CHIEF, 0, 0, paper.width, BAND)
    lines = _Lines(paper, paper.width - 2 * MARGIN)
    lines.add(" · ".join(_told(words, _name(poster.city))), 9.5, PALE, least=7, below=1)
    for number, text in enumerate(_told(words, ASK)):
        lines.add(text, 11 if number else 23, WHITE, least=9 if number else 14, heavy=not number)
    lines.write(MARGIN, 0, BAND)


def _names(paper: Paper, poster: Poster, words: Words) -> None:
    lines = _Lines(paper, paper.width - 2 * MARGIN)
    for number, text in enumerate(_told(words, _name(poster.hall))):
        lines.add(text, 9 if number else 12.5, QUIET, least=8, below=GAP * number)
    for number, text in enumerate(_told(words, _name(poster.window))):
        lines.add(text, 13 if number else 27, INK, least=10 if number else 18, most=2, heavy=not number, below=GAP * number)
    for number, text in enumerate(_services(words, poster.window)):
        lines.add(text, 8.5 if number else 10.5, QUIET, least=7.5)
    lines.write(MARGIN, BAND, CODE_TOP - BAND)


def _code(paper: Paper, poster: Poster, words: Words) -> None:
    left = (paper.width - CODE) / 2
    paper.code(poster.web, left, CODE_TOP, CODE)
    paper.frame(LINE, left, CODE_TOP, CODE, CODE)
    lines = _Lines(paper, paper.width - 2 * MARGIN)
    for number, text in enumerate(_told(words, HOW)):
        lines.add(text, 9 if number else 13, INK, least=8, heavy=not number)
    lines.write(MARGIN, CODE_TOP + CODE, FOOT - CODE_TOP - CODE)


def _foot(paper: Paper, poster: Poster, words: Words) -> None:
    room, height = paper.width - 2 * MARGIN, paper.height - MARGIN / 2 - FOOT
    paper.box(LINE, MARGIN, FOOT, room, 0.25)
    if poster.telegram:
        left = paper.width - MARGIN - TELEGRAM_CODE
        paper.code(poster.telegram, left, FOOT + (height - TELEGRAM_CODE) / 2, TELEGRAM_CODE)
        name = _Lines(paper, TELEGRAM_NAME)
        name.add("Telegram", 8.5, QUIET, least=7)
        name.write(left - TELEGRAM_NAME, FOOT, height)
        room -= TELEGRAM_CODE + TELEGRAM_NAME
    lines = _Lines(paper, room)
    for number, text in enumerate(_told(words, NO_APP)):
        lines.add(text, 7.5 if number else 9, QUIET, least=7)
    lines.add(_address(poster.web), 7.5, QUIET, least=6, most=2)
    lines.write(MARGIN, FOOT, height, align="left" if poster.telegram else "centre")


def _label(paper: Paper, poster: Poster, words: Words, x: float, y: float) -> None:
    paper.code(poster.web, x + 1.5, y + (LABEL_HEIGHT - LABEL_CODE) / 2, LABEL_CODE)
    lines = _Lines(paper, LABEL_WIDTH - LABEL_CODE - 5)
    lines.add(_told(words, RATE)[0], 7.5, CHIEF, least=6, below=0.6)
    for number, text in enumerate(_told(words, _name(poster.window))):
        lines.add(text, 7 if number else 10.5, INK, least=6 if number else 7.5, most=3, heavy=not number, below=0.6 * number)
    lines.add(_told(words, _name(poster.hall))[0], 6.5, QUIET, least=5.5, most=2)
    lines.write(x + LABEL_CODE + 2.5, y, LABEL_HEIGHT, align="left")


class _Lines:
    """Texts below one another, as long as there is room for; written in the middle of a height."""

    def __init__(self, paper: Paper, room: float) -> None:
        self._paper, self._room = paper, room
        self._blocks: list[tuple[Block, str, bool, float]] = []

    def add(
        self, text: str, size: float, colour: str, *, least: float, most: int = 1, heavy: bool = False, below: float = 0
    ) -> None:
        """Add a text of `size` to `least` points on at most so many lines, and the space below it."""
        self._blocks.append((self._paper.fitted(text, self._room, size, least=least, lines=most), colour, heavy, below))

    def write(self, x: float, y: float, height: float, *, align: Align = "centre") -> None:
        """Write what was added."""
        y += (height - sum(block.height + below for block, _colour, _heavy, below in self._blocks)) / 2
        for block, colour, heavy, below in self._blocks:
            y = self._paper.write(block, x, y, self._room, colour, align=align, heavy=heavy) + below


def _told(words: Words, text: Text) -> tuple[str, ...]:
    """Give a text in each of the city's languages, once where they say the same."""
    return tuple(dict.fromkeys(words.everywhere(text)))


def _name(named: City | Hall | Window) -> Text:
    return Text("{name}", {"name": Name(named.name, named.name_en)})


def _services(words: Words, window: Window) -> tuple[str, ...]:
    lists = (window.services_in(language) for language in words.languages)
    return tuple(dict.fromkeys(" · ".join(services) for services in lists if services))


def _address(link: str) -> str:
    """Shorten a link to what somebody has to type."""
    return link.removeprefix(f"{urlsplit(link).scheme}://")


def _title(posters: Sequence[Poster], words: Words) -> str:
    return _told(words, verbatim(posters[0].city.name))[0]
