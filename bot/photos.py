"""Photos and other pictures without place, time, device and author: decoded, and encoded anew from their pixels.

At most 4096 pixels a side, upright, and of a moving picture the first frame only.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from io import BytesIO

from PIL import Image, ImageOps

from bot.clean_files import Clean, FileKind, Reason, Unacceptable

LONGEST_SIDE = 4096
# Decoded at four bytes a pixel. A plain JPEG is decoded at half or a quarter of its size, so phones' largest photos pass.
MOST_PIXELS = 50_000_000
MOST_JPEG_PIXELS = 120_000_000

# Some of Pillow's formats take memory already when they are opened, and only Pillow can refuse that: it does at twice this.
Image.MAX_IMAGE_PIXELS = MOST_JPEG_PIXELS


def clean_photo(image_format: str, data: bytes, *, limit: int) -> Clean:
    """Return the picture `data` made anew from its pixels alone.

    image_format is Pillow's name for what it was sent as: `WEBP`. A PNG of more than `limit` bytes becomes a JPEG on white.
    Raises Unacceptable, and on damage whatever Pillow raises.
    """
    try:
        image = Image.open(BytesIO(data), formats=[image_format])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise Unacceptable(Reason.TOO_LARGE) from problem
    with image:
        pixels = image.width * image.height
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        # A progressive JPEG is held whole in memory, whatever size it is decoded at.
        most = MOST_PIXELS if image.info.get("progressive") else MOST_JPEG_PIXELS
        if pixels > most or image.width * image.height > MOST_PIXELS:
            raise Unacceptable(Reason.TOO_LARGE)
        image.load()
        mode = "RGBA" if image.has_transparency_data else "RGB"
        picture: Image.Image = image
        if image.mode.startswith("I;16"):
            # Pillow would cut 16 bits to their upper end and show white.
            picture = image.point(lambda value: value / 256).convert("L")
        if picture.mode != mode:
            picture = picture.convert(mode)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        # A camera's unreadable EXIF is no reason to refuse its photo.
        with suppress(OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
            picture = ImageOps.exif_transpose(picture)
        # Encoders take profiles, comments and transparency from `info`: a picture that never had any has none to give.
        bare = Image.new(mode, picture.size)
        bare.paste(picture)
    if mode == "RGBA" or image_format not in ("JPEG", "WEBP"):
        encoded = BytesIO()
        bare.save(encoded, "PNG")
        if encoded.tell() <= limit:
            return Clean(kind=FileKind.PHOTO, media_type="image/png", data=encoded.getvalue())
    if mode == "RGBA":
        bare = Image.alpha_composite(Image.new("RGBA", bare.size, "white"), bare).convert("RGB")
    encoded = BytesIO()
    bare.save(encoded, "JPEG", quality=88)
    return Clean(kind=FileKind.PHOTO, media_type="image/jpeg", data=encoded.getvalue())
