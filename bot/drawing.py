"""A picture as it is composed: boxes and lines of text, laid out in pixels from the upper left corner, downwards.

The one font is our own, so that a picture looks the same on every machine; a character that it lacks becomes 〓, the
printers' sign for that.
"""

from __future__ import annotations

import math
import os
import re
import unicodedata
from functools import cache
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

FONT = Path(__file__).parent / "fonts" / "NotoSansSC-Regular.otf"
LACKING = "〓"
UNSEEN = ("Cc", "Cf", "Mn", "Me")

WIDTH, MARGIN = 1080, 40
LINE = 1.36
"""Height of a line by that of its letters."""
BASELINE = 0.36
"""How far below the middle of its line a text stands, by the height of its letters."""
PAPER = "#ffffff"
SHADES = 64
DPI = 72
"""A point is a pixel then."""
WHOLE = 9
"""So many pixels are an eighth of an inch: a multiple of them is not one pixel less after the division by DPI."""

LONGEST = 400
"""Characters of a text that are looked at; no more has room anywhere."""
PIECE = re.compile(r"(?:[!-~\u00a1-\u024f]+|.)[，。、；：！？）》】」』”’…]* ?")
"""What stays together on a line: a Latin word or one Chinese character, and the signs that end it."""


class Drawing:
    """A picture of fixed width; `y` is how far down it is filled, and what is drawn is placed from there."""

    left, right, room = MARGIN, WIDTH - MARGIN, WIDTH - 2 * MARGIN

    def __init__(self) -> None:
        _prepare()
        from matplotlib.figure import Figure
        from matplotlib.font_manager import FontProperties
        from matplotlib.ft2font import FT2Font

        self.y = float(MARGIN)
        self._face = FontProperties(fname=FONT)
        self._font = FT2Font(FONT)
        self._font.set_size(DPI, DPI)
        self._figure = Figure(dpi=DPI, facecolor=PAPER)
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, WIDTH)

    def box(self, colour: str, x: float, down: float, width: float, height: float) -> None:
        """Fill a rectangle."""
        from matplotlib.patches import Rectangle

        self._axes.add_patch(Rectangle((x, self.y + down), width, height, facecolor=colour, linewidth=0))

    def text(self, text: str, size: int, colour: str, x: float, height: float, *, heavy: bool = False) -> None:
        """Write one line in the middle of a stripe of that height."""
        from matplotlib.patheffects import withStroke

        self._axes.text(
            x,
            self.y + height / 2 + BASELINE * size,
            self._known(text),
            size=size,
            color=colour,
            fontproperties=self._face,
            parse_math=False,
            path_effects=[withStroke(linewidth=size / 30, foreground=colour)] if heavy else [],
        )

    def paragraph(self, text: str, size: int, colour: str, lines: int, *, heavy: bool = False) -> None:
        """Write a text on at most so many lines, the last one cut if it has to be, and go on below it."""
        for line in self._broken(text, size, lines):
            self.text(line, size, colour, self.left, size * LINE, heavy=heavy)
            self.y += size * LINE

    def width(self, text: str, size: int) -> float:
        """Tell how long a line of text is."""
        return sum(map(self._advance, self._known(text))) * size

    def cut(self, text: str, size: int, room: float) -> str:
        """Cut a text that is longer than there is room for."""
        text = self._known(text)
        if self.width(text, size) <= room:
            return text
        room -= self.width("…", size)
        ends = accumulate(self._advance(character) * size for character in text)
        return f"{text[: sum(end <= room for end in ends)].rstrip()}…"

    def png(self) -> bytes:
        """Give the picture, in few colours: a third of the bytes. Nothing in it tells when it was drawn."""
        height = math.ceil((self.y + MARGIN) / WHOLE) * WHOLE
        self._axes.set_ylim(height, 0)
        self._figure.set_size_inches(WIDTH / DPI, height / DPI)
        pixels = BytesIO()
        self._figure.savefig(pixels, format="rgba")
        picture = Image.frombytes("RGBA", (WIDTH, height), pixels.getvalue()).convert("RGB")
        png = BytesIO()
        picture.quantize(SHADES, dither=Image.Dither.NONE).save(png, "PNG")
        return png.getvalue()

    def _broken(self, text: str, size: int, most: int) -> list[str]:
        lines = [""]
        for piece in PIECE.findall(self._known(text)):
            if not lines[-1] or self.width(lines[-1] + piece.rstrip(), size) <= self.room:
                lines[-1] += piece
            else:
                lines.append(piece)
        if len(lines) > most:
            lines[most - 1 :] = ["".join(lines[most - 1 :])]
        return [self.cut(line.rstrip(), size, self.room) for line in lines]

    def _known(self, text: str) -> str:
        """Leave the characters that the font can show."""
        plain = " ".join(unicodedata.normalize("NFC", text[:LONGEST]).split())
        seen = (character for character in plain if unicodedata.category(character) not in UNSEEN)
        return "".join(character if self._font.get_char_index(ord(character)) else LACKING for character in seen)

    def _advance(self, character: str) -> float:
        return self._font.load_char(ord(character)).linearHoriAdvance / 65536 / DPI


@cache
def _prepare() -> None:
    """Import matplotlib, unaffected by anybody's settings of it, and without a trace in anybody's home.

    It writes down which fonts a machine has, in a folder that may not be writable; we need none of them.
    """
    before = os.environ.get("MPLCONFIGDIR")
    with TemporaryDirectory() as folder:
        os.environ["MPLCONFIGDIR"] = folder
        try:
            import matplotlib.font_manager

            matplotlib.rcdefaults()
        finally:
            os.environ.pop("MPLCONFIGDIR")
            if before is not None:
                os.environ["MPLCONFIGDIR"] = before
