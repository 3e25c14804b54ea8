"""Make the font of this folder from Debian's package fonts-noto-cjk: `make font`.

It keeps all of GB 2312 with its full-width forms and symbols, and what the font has of Latin and its punctuation.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection

FACE = "Noto Sans CJK SC"
MADE = Path(__file__).with_name("NotoSansSC-Regular.otf")
LATIN = (range(0x20, 0x7F), range(0xA0, 0x250), range(0x1E00, 0x1F00), range(0x2000, 0x2070), range(0x20A0, 0x20D0))
OURS = "✓"
"""What our own texts need beside them."""
DROPPED = ["BASE", "GSUB", "VORG", "vhea", "vmtx"]
"""Tables of vertical and of other countries' writing."""
NAMES = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
"""Copyright, names, version, trademark and licence."""


def gb2312() -> set[int]:
    """Give the 7,445 characters of GB 2312."""
    pairs = (bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return {ord(character) for pair in pairs for character in pair}


def subset(collection: Path) -> None:
    """Write the font anew; the same collection gives the same bytes."""
    fonts = TTCollection(collection, recalcTimestamp=False).fonts
    font = next(font for font in fonts if font["name"].getDebugName(1) == FACE)
    options = Options(layout_features=["kern"], hinting=False, name_IDs=NAMES)
    options.drop_tables = [*options.drop_tables, *DROPPED]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes={*gb2312(), *(code for codes in LATIN for code in codes), *map(ord, OURS)})
    subsetter.subset(font)
    font.save(MADE)


if __name__ == "__main__":
    subset(Path(sys.argv[1]))
