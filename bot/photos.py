"""Photos and other pictures without place, time, device and author: decoded, and encoded anew from their pixels.

At most 4096 pixels a side, upright, and of a moving picture the first frame only.
"""

from __future__ import annotations

import math
import struct
from contextlib import suppress
from io import BytesIO

from PIL import ExifTags, Image, ImageOps

from bot.clean_files import Clean, FileKind, Reason, Room, Unacceptable

LONGEST_SIDE = 4096
MOST_PIXELS = 32_000_000
"""Decoded at four bytes each. JPEGs of more are decoded at half or a quarter of their size, so phones' largest photos pass."""
MOST_PIXELS_TWICE = 13_000_000
"""The same where the decoder has the picture in its own memory too: WebP and progressive JPEG, the latter always in full size."""
MOST_JPEG_PIXELS = 120_000_000
BAND = 64
"""Rows that are scaled at once."""

# Some of Pillow's formats take memory already when they are opened, and only Pillow can refuse that: it does at twice this.
Image.MAX_IMAGE_PIXELS = MOST_JPEG_PIXELS


def clean_photo(image_format: str, data: bytes, *, limit: int) -> Clean:
    """Return the picture `data` made anew from its pixels alone; that takes some 200 MB at most.

    image_format is Pillow's name for what it was sent as: `WEBP`. A PNG of more than `limit` bytes becomes a JPEG on white.
    Raises Unacceptable, and on damage whatever Pillow raises.
    """
    bare = _bare(image_format, data)
    # Turned here, where what it was decoded from is no longer in memory.
    ImageOps.exif_transpose(bare, in_place=True)
    if bare.mode == "RGBA" or image_format not in ("JPEG", "WEBP"):
        with suppress(Unacceptable):
            encoded: BytesIO = Room(limit)
            bare.save(encoded, "PNG")
            return Clean(kind=FileKind.PHOTO, media_type="image/png", data=encoded.getvalue())
    if bare.mode == "RGBA":
        on_white = Image.new("RGB", bare.size, "white")
        on_white.paste(bare, mask=bare)
        bare = on_white
    encoded = BytesIO()
    bare.save(encoded, "JPEG", quality=88)
    return Clean(kind=FileKind.PHOTO, media_type="image/jpeg", data=encoded.getvalue())


def _bare(image_format: str, data: bytes) -> Image.Image:
    """Decode a picture and return it scaled, as RGB or RGBA, with nothing but its pixels and how it is to be turned."""
    try:
        image = Image.open(BytesIO(data), formats=[image_format])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise Unacceptable(Reason.TOO_LARGE) from problem
    with image:
        pixels = image.width * image.height
        is_progressive = "progressive" in image.info
        most = MOST_PIXELS_TWICE if is_progressive or image_format == "WEBP" else MOST_PIXELS
        halvings = math.ceil(math.log(max(1.0, pixels / most), 4))
        image.draft("RGB", (image.width >> halvings, image.height >> halvings))
        if pixels > (MOST_PIXELS if is_progressive else MOST_JPEG_PIXELS) or image.width * image.height > most:
            raise Unacceptable(Reason.TOO_LARGE)
        image.load()
        bare = _scaled(image)
        # A camera's unreadable EXIF is no reason to refuse its photo.
        with suppress(OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
            bare.getexif()[ExifTags.Base.Orientation] = image.getexif().get(ExifTags.Base.Orientation, 1)
    return bare


def _scaled(image: Image.Image) -> Image.Image:
    """Scale a picture to LONGEST_SIDE, band by band, for Pillow would make two or three more pictures of the whole.

    Encoders take profiles, comments and transparency from `info`: a picture that never had any has none to give.
    """
    scale = max(1.0, max(image.size) / LONGEST_SIDE)
    size = max(1, round(image.width / scale)), max(1, round(image.height / scale))
    scaled = Image.new("RGBA" if image.has_transparency_data else "RGB", size)
    step = image.height / scaled.height
    beyond = math.ceil(2 * step) + 1 if scale > 1 else 0  # rows of the neighbours that the filter looks at
    for top in range(0, scaled.height, BAND):
        bottom = min(top + BAND, scaled.height)
        first = max(0, math.floor(top * step) - beyond)
        band = image.crop((0, first, image.width, min(image.height, math.ceil(bottom * step) + beyond)))
        if band.mode.startswith("I;16"):
            # Pillow would cut 16 bits to their upper end and show white.
            band = band.point(lambda value: value / 256).convert("L")
        if band.mode != scaled.mode:
            band = band.convert(scaled.mode)
        box = (0, top * step - first, image.width, min(bottom * step - first, band.height))
        scaled.paste(band.resize((scaled.width, bottom - top), box=box), (0, top))
    return scaled
