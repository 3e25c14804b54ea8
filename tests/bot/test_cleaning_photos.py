"""Photos show the same afterwards, upright, and tell nothing else; bombs are refused."""

from __future__ import annotations

import resource
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image, ImageChops
from sent_files import LIMIT, SECRET, gif, jpeg, looks_like, picture, png, reason_for, tells_nothing, webp

from bot.cleaning import FileKind, Reason, clean


def test_a_photo_loses_its_place_device_time_comment_and_profile() -> None:
    sent = jpeg()
    assert SECRET in sent
    assert Image.open(BytesIO(sent)).getexif().get_ifd(0x8825)
    cleaned = clean(sent, limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type) == (FileKind.PHOTO, "image/jpeg")
    assert tells_nothing(cleaned.data)
    left = Image.open(BytesIO(cleaned.data))
    assert not left.getexif()
    assert set(left.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert looks_like(cleaned.data, (5, 5), (255, 0, 0))
    assert looks_like(cleaned.data, (35, 25), (0, 0, 255))


@pytest.mark.parametrize(("make", "media_type"), [(png, "image/png"), (webp, "image/jpeg"), (gif, "image/png")])
def test_other_pictures_lose_theirs_too(make: Callable[[], bytes], media_type: str) -> None:
    sent = make()
    assert not tells_nothing(sent)
    cleaned = clean(sent, limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type) == (FileKind.PHOTO, media_type)
    assert tells_nothing(cleaned.data)
    left = Image.open(BytesIO(cleaned.data))
    assert not left.getexif()
    assert getattr(left, "n_frames", 1) == 1
    assert looks_like(cleaned.data, (5, 5), (255, 0, 0))
    assert looks_like(cleaned.data, (35, 25), (0, 0, 255))


def test_a_photo_taken_sideways_stands_upright() -> None:
    cleaned = clean(jpeg(orientation=6), limit=LIMIT)
    assert Image.open(BytesIO(cleaned.data)).size == (30, 40)
    assert looks_like(cleaned.data, (25, 5), (255, 0, 0))
    assert looks_like(cleaned.data, (5, 5), (0, 0, 255))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_photo_with_unreadable_exif_is_taken() -> None:
    file = BytesIO()
    picture().save(file, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + SECRET)
    cleaned = clean(file.getvalue(), limit=LIMIT)
    assert tells_nothing(cleaned.data)
    assert Image.open(BytesIO(cleaned.data)).size == (40, 30)


@pytest.mark.parametrize(
    ("size", "expected"), [((5000, 2500), (4096, 2048)), ((4096, 4096), (4096, 4096)), ((3, 9000), (1, 4096))]
)
def test_a_large_photo_is_scaled_to_4096_pixels(size: tuple[int, int], expected: tuple[int, int]) -> None:
    cleaned = clean(png(Image.new("RGB", size)), limit=LIMIT)
    assert Image.open(BytesIO(cleaned.data)).size == expected


def test_a_photo_of_a_hundred_megapixels_is_taken_and_made_smaller() -> None:
    file = BytesIO()
    picture(12_000, 9_000).save(file, "JPEG", quality=20)
    cleaned = clean(file.getvalue(), limit=LIMIT)
    assert Image.open(BytesIO(cleaned.data)).size == (4096, 3072)
    assert looks_like(cleaned.data, (100, 100), (255, 0, 0))


@pytest.mark.parametrize(
    ("image_format", "height", "options"),
    [
        ("PNG", 3201, {}),
        ("GIF", 3201, {}),
        ("WEBP", 1301, {"method": 0}),
        ("JPEG", 3201, {"progressive": True}),
        ("JPEG", 13_000, {}),
    ],
)
def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused(image_format: str, height: int, options: dict[str, int]) -> None:
    file = BytesIO()
    Image.new("L", (10_000, height)).save(file, image_format, **options)
    assert len(file.getvalue()) < LIMIT
    assert reason_for(file.getvalue()) is Reason.TOO_LARGE


def test_a_photo_is_scaled_without_seams() -> None:
    noise = Image.effect_noise((5000, 1000), 80)
    whole = noise.resize((4096, 819))
    made = Image.open(BytesIO(clean(png(noise), limit=LIMIT).data)).convert("L")
    assert max(ImageChops.difference(made, whole).getextrema()) <= 1


def test_a_gif_that_asks_for_gigabytes_before_its_first_pixel_is_refused() -> None:
    size = struct.pack("<HH", 65535, 65535)
    cleared_afterwards = b"!\xf9\x04\x08\0\0\0\0"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sent = b"GIF89a" + size + b"\x80\0\0" + bytes(6) + cleared_afterwards + b"," + bytes(4) + size + b"\0\x02\x01\x4c\0;"
    assert reason_for(sent) is Reason.TOO_LARGE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000  # kilobytes


def test_a_picture_that_claims_to_be_larger_than_any_is_refused() -> None:
    sent = bytearray(png())
    sent[16:24] = struct.pack(">II", 2**31 - 1, 2**31 - 1)
    sent[29:33] = struct.pack(">I", zlib.crc32(sent[12:29]))
    assert reason_for(bytes(sent)) is Reason.TOO_LARGE


@pytest.mark.parametrize("make", [png, webp])
def test_a_transparent_picture_stays_transparent(make: Callable[[Image.Image], bytes]) -> None:
    clear = Image.new("RGBA", (40, 30), (255, 0, 0, 0))
    cleaned = clean(make(clear), limit=LIMIT)
    assert cleaned.media_type == "image/png"
    left = Image.open(BytesIO(cleaned.data))
    assert left.mode == "RGBA"
    assert left.getchannel("A").getextrema() == (0, 0)


def test_a_picture_that_would_grow_beyond_the_limit_becomes_a_jpeg_on_white() -> None:
    noise = Image.effect_noise((300, 300), 80)
    cut = Image.merge("RGBA", [noise, noise, noise, Image.new("L", (300, 300), 0)])
    sent = webp(cut)
    cleaned = clean(sent, limit=len(sent))
    assert cleaned.media_type == "image/jpeg"
    assert looks_like(cleaned.data, (150, 150), (255, 255, 255))


def test_a_picture_of_sixteen_bits_does_not_turn_white() -> None:
    file = BytesIO()
    Image.new("I;16", (40, 30), 0x4000).save(file, "PNG")
    assert looks_like(clean(file.getvalue(), limit=LIMIT).data, (5, 5), (64, 64, 64))


def test_a_photo_in_printers_colours_is_taken() -> None:
    file = BytesIO()
    picture().convert("CMYK").save(file, "JPEG", quality=95)
    assert looks_like(clean(file.getvalue(), limit=LIMIT).data, (5, 5), (255, 0, 0))


def test_a_photo_that_is_a_zip_file_as_well_is_only_a_photo_afterwards() -> None:
    hidden = BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("run.js", SECRET)
    cleaned = clean(jpeg() + hidden.getvalue(), limit=LIMIT)
    assert tells_nothing(cleaned.data)
    assert not zipfile.is_zipfile(BytesIO(cleaned.data))


def test_a_picture_that_is_a_page_with_a_script_as_well_is_only_a_picture_afterwards() -> None:
    file = BytesIO()
    picture().save(file, "GIF", comment=b"<html><script>alert(1)</script>")
    cleaned = clean(file.getvalue() + b"<script>alert(1)</script>", limit=LIMIT)
    assert b"<script" not in cleaned.data
