"""QR codes as pictures: PNG, black on white with the blank border that scanners want, on a screen held out to somebody else."""

from __future__ import annotations

from io import BytesIO

import segno

MODULE = 12
"""Pixels of a module: a code of a visit is some 600 pixels wide, which no chat makes smaller."""
QUIET = 4
"""Modules that stay blank around a code (ISO/IEC 18004)."""


def draw_code(link: str) -> bytes:
    """Draw a link."""
    png = BytesIO()
    segno.make_qr(link, error="m").save(png, kind="png", scale=MODULE, border=QUIET)
    return png.getvalue()
