"""Pages to print, as a PDF: texts that are made to fit, codes to scan, lines to cut along.

Places are millimetres from the upper left corner. The font is ours and embedded, only the characters used of it; one that it
lacks is printed as 〓 and told. Codes are drawn as rectangles, not as pictures, so that no printer and no
magnification blurs them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Literal, Self

import segno
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import TextMode
from fpdf.fonts import TTFFont

from bot.drawing import FONT, LACKING, PIECE, UNSEEN

MILLIMETRES = 25.4 / 72
"""Of a point."""
LINE = 1.32
"""Height of a line by that of its letters."""
BASELINE = 0.98
"""How far below the top of its line a text stands, by the height of its letters: Chinese ones then look centred in it."""
QUIET = 4
"""Modules that stay blank around a code (ISO/IEC 18004)."""
OVERLAP = 0.01
"""By so much a row of a code reaches into the next: a viewer that smooths edges shows a gap else."""
WORD = re.compile(r"\S+ ?")
NARROWER = 0.97
"""How much narrower lines are tried, one after the other, to make them alike."""
STEP = 0.5
"""Points by which a text shrinks until it fits."""

Align = Literal["left", "centre"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A text broken into lines that fit; `size` in points, `height` in millimetres."""

    lines: tuple[str, ...]
    size: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A PDF, and the characters that its font lacks."""

    pdf: bytes
    lacking: frozenset[str]


class Paper:
    """A document of pages of one size; it holds the font's file open until the end of its block."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self.width, self.height = width, height
        self._lacking: set[str] = set()
        self._pdf = FPDF(format=(width, height))
        self._pdf.set_auto_page_break(False)
        self._pdf.set_title(title)
        self._pdf.add_font("our", fname=FONT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for font in self._pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def turn(self) -> None:
        """Begin the next page."""
        self._pdf.add_page()

    def fitted(self, text: str, room: float, size: float, *, least: float, lines: int) -> Block:
        """Break a text into at most so many lines of `room` millimetres: it shrinks down to `least` points, then it is cut."""
        text = self._known(text)
        while True:
            broken = self._balanced(text, room, size)
            if (len(broken) <= lines and self._fit(broken, room, size)) or size - STEP < least:
                break
            size -= STEP
        if len(broken) > lines:
            broken = self._broken(text, room, size)[:lines]
            broken[-1] += "…"
        kept = tuple(line if self._length(line, size) <= room else self._cut(line, room, size) for line in broken)
        return Block(lines=kept, size=size, height=len(kept) * size * LINE * MILLIMETRES)

    def write(
        self, block: Block, x: float, y: float, room: float, colour: str, *, align: Align = "centre", heavy: bool = False
    ) -> float:
        """Write a block with its upper left corner there; return where it ends."""
        self._pdf.set_font("our", size=block.size)
        self._pdf.set_text_color(colour)
        self._pdf.set_draw_color(colour)
        self._pdf.set_line_width(block.size * MILLIMETRES / 40)
        height = block.size * MILLIMETRES
        with self._pdf.local_context(text_mode=TextMode.FILL_STROKE if heavy else TextMode.FILL):
            for line in block.lines:
                left = x + (room - self._length(line, block.size)) / 2 if align == "centre" else x
                self._pdf.text(left, y + height * BASELINE, line)
                y += height * LINE
        return y

    def box(self, colour: str, x: float, y: float, width: float, height: float) -> None:
        """Fill a rectangle."""
        self._pdf.set_fill_color(colour)
        self._pdf.rect(x, y, width, height, style="F")

    def frame(self, colour: str, x: float, y: float, width: float, height: float) -> None:
        """Draw a rectangle with round corners."""
        self._pdf.set_draw_color(colour)
        self._pdf.set_line_width(0.3)
        self._pdf.rect(x, y, width, height, style="D", round_corners=True, corner_radius=3)

    def cut_line(self, colour: str, x: float, y: float, to_x: float, to_y: float) -> None:
        """Draw a thin dashed line."""
        self._pdf.set_draw_color(colour)
        self._pdf.set_line_width(0.15)
        self._pdf.set_dash_pattern(1.2, 1.2)
        self._pdf.line(x, y, to_x, to_y)
        self._pdf.set_dash_pattern()

    def code(self, text: str, x: float, y: float, side: float) -> None:
        """Draw a QR code with its blank border in a square."""
        rows = list(segno.make_qr(text, error="m").matrix)
        module = side / (len(rows) + 2 * QUIET)
        self.box("#ffffff", x, y, side, side)
        self._pdf.set_fill_color("#000000")
        for number, row in enumerate(rows):
            for start, length in _runs(row):
                left, top = x + (start + QUIET) * module, y + (number + QUIET) * module
                self._pdf.rect(left, top, length * module + OVERLAP, module + OVERLAP, style="F")

    def document(self) -> Document:
        """Give what was drawn."""
        return Document(pdf=bytes(self._pdf.output()), lacking=frozenset(self._lacking))

    def _balanced(self, text: str, room: float, size: float) -> list[str]:
        """Break a text into as few lines as it needs, at spaces if that is enough, and of much the same length."""
        broken, pattern = self._broken(text, room, size), PIECE
        at_spaces = self._broken(text, room, size, WORD)
        if len(at_spaces) == len(broken) and self._fit(at_spaces, room, size):
            broken, pattern = at_spaces, WORD
        while len(broken) > 1:
            room *= NARROWER
            narrower = self._broken(text, room, size, pattern)
            if len(narrower) > len(broken) or not self._fit(narrower, room, size):
                break
            broken = narrower
        return broken

    def _broken(self, text: str, room: float, size: float, pattern: re.Pattern[str] = PIECE) -> list[str]:
        lines = [""]
        for piece in pattern.findall(text):
            if not lines[-1] or self._length(lines[-1] + piece.rstrip(), size) <= room:
                lines[-1] += piece
            else:
                lines.append(piece)
        return [line.strip() for line in lines]

    def _fit(self, lines: list[str], room: float, size: float) -> bool:
        return all(self._length(line, size) <= room for line in lines)

    def _cut(self, line: str, room: float, size: float) -> str:
        line = line.removesuffix("…")
        while line and self._length(f"{line}…", size) > room:
            line = line[:-1].rstrip()
        return f"{line}…"

    def _length(self, text: str, size: float) -> float:
        self._pdf.set_font("our", size=size)
        return float(self._pdf.get_string_width(text))

    def _known(self, text: str) -> str:
        plain = " ".join(unicodedata.normalize("NFC", text).split())
        seen = [character for character in plain if unicodedata.category(character) not in UNSEEN]
        lacking = {character for character in seen if ord(character) not in _characters()}
        self._lacking |= lacking
        return "".join(LACKING if character in lacking else character for character in seen)


@cache
def _characters() -> frozenset[int]:
    with TTFont(FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _runs(row: bytearray) -> list[tuple[int, int]]:
    """Give (start, length) of the dark stretches of a row."""
    runs: list[tuple[int, int]] = []
    for place, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((place, 1))
    return runs
