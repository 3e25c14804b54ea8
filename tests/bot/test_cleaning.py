"""Files as people's devices write them, made here piece by piece: what must be gone is gone, what must stay stays."""

from __future__ import annotations

import resource
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NullObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from bot.cleaning import FileKind, Reason, Unacceptable, clean

LIMIT = 20_000_000
SECRET = b"Wang Xiaoming was here"
SECRETS = (SECRET, SECRET.decode().encode("utf-16-le"), SECRET.decode().encode("utf-16-be"), b"+36.6232+101.7787")
PLACE = {1: "N", 2: (36.0, 37.0, 23.5), 3: "E", 4: (101.0, 46.0, 43.3)}


def reason_for(data: bytes, limit: int = LIMIT) -> Reason:
    with pytest.raises(Unacceptable) as refusal:
        clean(data, limit=limit)
    return refusal.value.reason


def tells_nothing(data: bytes) -> bool:
    return not any(secret in data for secret in SECRETS)


# Photos


def picture(width: int = 40, height: int = 30, mode: str = "RGB") -> Image.Image:
    """A picture that is red in its upper left quarter and blue elsewhere."""
    made = Image.new(mode, (width, height), "blue")
    made.paste("red", (0, 0, width // 2, height // 2))
    return made


def jpeg(*, orientation: int = 1, progressive: bool = False) -> bytes:
    """A JPEG with everything that a phone writes into it: device, time, place, comment, XMP, colour profile."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x0131] = SECRET.decode()
    exif[0x0132] = "2026:03:04 10:02:00"
    exif.get_ifd(0x8825).update(PLACE)
    file = BytesIO()
    xmp = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    texts = {"exif": exif, "comment": SECRET, "xmp": xmp, "icc_profile": SECRET}
    picture().save(file, "JPEG", quality=95, progressive=progressive, **texts)
    return file.getvalue()


def png(made: Image.Image | None = None) -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", SECRET.decode())
    texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    exif = Image.Exif()
    exif.get_ifd(0x8825).update(PLACE)
    file = BytesIO()
    (made or picture()).save(file, "PNG", pnginfo=texts, exif=exif)
    return file.getvalue()


def webp(made: Image.Image | None = None) -> bytes:
    exif = Image.Exif()
    exif[0x0131] = SECRET.decode()
    exif.get_ifd(0x8825).update(PLACE)
    file = BytesIO()
    (made or picture()).save(file, "WEBP", exif=exif, xmp=SECRET, quality=95)
    return file.getvalue()


def gif() -> bytes:
    file = BytesIO()
    picture().save(file, "GIF", comment=SECRET, save_all=True, append_images=[Image.new("RGB", (40, 30), "white")])
    return file.getvalue()


def looks_like(data: bytes, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    pixel = Image.open(BytesIO(data)).convert("RGB").getpixel(place)
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=True))


def test_a_photo_loses_its_place_device_time_comment_and_profile() -> None:
    sent = jpeg()
    assert SECRET in sent
    assert Image.open(BytesIO(sent)).getexif().get_ifd(0x8825)
    cleaned = clean(sent, limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type, cleaned.extension) == (FileKind.PHOTO, "image/jpeg", ".jpg")
    assert tells_nothing(cleaned.data)
    left = Image.open(BytesIO(cleaned.data))
    assert not left.getexif()
    assert set(left.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert looks_like(cleaned.data, (5, 5), (255, 0, 0))
    assert looks_like(cleaned.data, (35, 25), (0, 0, 255))


@pytest.mark.parametrize(
    ("make", "media_type", "extension"), [(png, "image/png", ".png"), (webp, "image/jpeg", ".jpg"), (gif, "image/png", ".png")]
)
def test_other_pictures_lose_theirs_too(make: Callable[[], bytes], media_type: str, extension: str) -> None:
    sent = make()
    assert not tells_nothing(sent)
    cleaned = clean(sent, limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type, cleaned.extension) == (FileKind.PHOTO, media_type, extension)
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
        ("PNG", 5001, {}),
        ("GIF", 5001, {}),
        ("WEBP", 5001, {"method": 0}),
        ("JPEG", 8192, {"progressive": True}),
        ("JPEG", 13_000, {}),
    ],
)
def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused(image_format: str, height: int, options: dict[str, int]) -> None:
    file = BytesIO()
    Image.new("L", (10_000, height)).save(file, image_format, **options)
    assert len(file.getvalue()) < LIMIT
    assert reason_for(file.getvalue()) is Reason.TOO_LARGE


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


# Video


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def track(handler: bytes, samples_at: int, sample_sizes: list[int], *, name: bytes = SECRET, wide: bool = False) -> bytes:
    """A track whose samples stand in one chunk. Its source entry holds a path, as old editing programs write it."""
    times = struct.pack(">QQ", 3_800_000_000, 3_800_000_001) if wide else struct.pack(">II", 3_800_000_000, 3_800_000_001)
    version = bytes([wide, 0, 0, 0])
    tables = (
        box(b"stsd", bytes(4), struct.pack(">I", 1), box(b"avc1", bytes(8))),
        box(b"stts", bytes(4), struct.pack(">III", 1, len(sample_sizes), 40)),
        box(b"stsc", bytes(4), struct.pack(">IIII", 1, 1, len(sample_sizes), 1)),
        box(b"stsz", bytes(4), struct.pack(">II", 0, len(sample_sizes)), struct.pack(f">{len(sample_sizes)}I", *sample_sizes)),
        box(b"co64", bytes(4), struct.pack(">IQ", 1, samples_at))
        if wide
        else box(b"stco", bytes(4), struct.pack(">II", 1, samples_at)),
    )
    return box(
        b"trak",
        box(b"tkhd", version, times, struct.pack(">I", 7), bytes(60)),
        box(b"meta", SECRET),
        box(
            b"mdia",
            box(b"mdhd", version, times, struct.pack(">I", 600), bytes(8)),
            box(b"hdlr", bytes(8), handler, bytes(12), name + b"\0"),
            box(
                b"minf",
                box(b"vmhd", bytes(12)),
                box(b"dinf", box(b"dref", bytes(4), struct.pack(">I", 1), box(b"alis", bytes(4), SECRET))),
                box(b"stbl", *tables),
            ),
        ),
        box(b"udta", box(b"name", SECRET)),
    )


PICTURES = b"the pictures themselves"
POSITIONS = b"+36.6232+101.7787 a position for every second"


def mp4(brand: bytes = b"isom", *, positions: bytes = b"meta", shown: bytes = b"vide", wide: bool = False) -> bytes:
    """A recording with samples first, a track of positions, and everything else that tells about its maker."""
    head = box(b"ftyp", brand, bytes(4), brand) + box(b"uuid", bytes(16), SECRET)
    samples_at = len(head) + 8
    times = struct.pack(">QQ", 3_800_000_000, 3_800_000_000) if wide else struct.pack(">II", 3_800_000_000, 3_800_000_000)
    return (
        head
        + box(b"mdat", PICTURES, POSITIONS)
        + box(
            b"moov",
            box(b"mvhd", bytes([wide, 0, 0, 0]), times, struct.pack(">II", 600, 1200), bytes(80)),
            track(shown, samples_at, [10, len(PICTURES) - 10], wide=wide),
            track(positions, samples_at + len(PICTURES), [17, len(POSITIONS) - 17], wide=wide),
            box(b"udta", box(b"\xa9xyz", struct.pack(">HH", 17, 0x15C7), b"+36.6232+101.7787"), box(b"meta", SECRET)),
            box(b"meta", SECRET),
            box(b"gps ", SECRET),
        )
        + box(b"free", SECRET)
    )


@pytest.mark.parametrize(
    ("brand", "media_type", "extension"),
    [
        (b"isom", "video/mp4", ".mp4"),
        (b"mp42", "video/mp4", ".mp4"),
        (b"qt  ", "video/quicktime", ".mov"),
        (b"3gp5", "video/3gpp", ".3gp"),
    ],
)
@pytest.mark.parametrize("wide", [False, True])
def test_a_video_loses_place_names_and_times_and_keeps_its_pictures(
    brand: bytes, media_type: str, extension: str, wide: bool
) -> None:
    sent = mp4(brand, wide=wide)
    assert struct.pack(">I", 3_800_000_000) in sent
    cleaned = clean(sent, limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type, cleaned.extension) == (FileKind.VIDEO, media_type, extension)
    assert tells_nothing(cleaned.data)
    assert b"\xa9xyz" not in cleaned.data
    assert struct.pack(">I", 3_800_000_000) not in cleaned.data
    assert struct.pack(">I", 3_800_000_001) not in cleaned.data
    assert len(cleaned.data) == len(sent)
    assert cleaned.data.index(PICTURES) == sent.index(PICTURES)
    for kept in (b"mvhd", b"tkhd", b"mdhd", b"vide", b"avc1", b"stts", b"stsc", b"stsz"):
        assert kept in cleaned.data


def test_a_track_of_positions_disappears_with_all_its_samples() -> None:
    sent = mp4()
    assert POSITIONS in sent
    cleaned = clean(sent, limit=LIMIT).data
    assert cleaned[sent.index(POSITIONS) :][: len(POSITIONS)] == bytes(len(POSITIONS))
    assert cleaned.count(b"trak") == 1


def test_a_video_stays_playable_where_time_scale_and_duration_stood_beside_the_times() -> None:
    cleaned = clean(mp4(), limit=LIMIT).data
    at = cleaned.index(b"mvhd") + 4
    assert struct.unpack_from(">IIIII", cleaned, at) == (0, 0, 0, 600, 1200)
    source = cleaned.index(b"alis") + 4
    assert struct.unpack_from(">I", cleaned, source) == (1,)


def test_a_recording_without_pictures_is_audio() -> None:
    cleaned = clean(mp4(b"M4A ", shown=b"soun"), limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type, cleaned.extension) == (FileKind.AUDIO, "audio/mp4", ".m4a")
    assert tells_nothing(cleaned.data)


def test_a_video_in_fragments_is_blanked_inside_them() -> None:
    sent = mp4(positions=b"soun") + box(
        b"moof", box(b"mfhd", bytes(8)), box(b"traf", box(b"tfhd", bytes(8)), box(b"uuid", SECRET)), box(b"meta", SECRET)
    )
    cleaned = clean(sent, limit=LIMIT).data
    assert SECRET not in cleaned
    assert b"tfhd" in cleaned


def test_a_video_in_fragments_with_a_track_of_positions_is_refused() -> None:
    assert reason_for(mp4() + box(b"moof", box(b"mfhd", bytes(8)))) is Reason.UNKNOWN_TYPE


def small_mp4(*header: bytes, end: bytes = b"") -> bytes:
    head = box(b"ftyp", b"qt  ")
    shown = track(b"vide", len(head) + 8, [len(PICTURES)])
    return head + box(b"mdat", PICTURES) + box(b"moov", box(b"mvhd", *header), shown, end)


def test_a_list_of_boxes_that_ends_with_zero_bytes_is_understood() -> None:
    assert tells_nothing(clean(small_mp4(bytes(100), end=bytes(4)), limit=LIMIT).data)
    assert reason_for(small_mp4(bytes(100), end=b"\0\0\0x")) is Reason.DAMAGED


def test_a_header_too_short_for_its_times_is_damaged() -> None:
    assert reason_for(small_mp4(bytes(8))) is Reason.DAMAGED


def test_sizes_of_64_bits_and_a_last_box_without_size_are_understood() -> None:
    large = struct.pack(">I4sQ", 1, b"uuid", 16 + len(SECRET)) + SECRET
    endless = struct.pack(">I4s", 0, b"uuid") + SECRET
    assert SECRET not in clean(mp4() + large + endless, limit=LIMIT).data


@pytest.mark.parametrize(
    "tail",
    [
        b"\0\0",
        struct.pack(">I4s", 7, b"free"),
        struct.pack(">I4s", 9, b"free"),
        struct.pack(">I4sQ", 1, b"free", 2**64 - 1),
        struct.pack(">I4s", 2**32 - 1, b"mdat"),
    ],
)
def test_a_video_with_broken_boxes_is_damaged(tail: bytes) -> None:
    assert reason_for(mp4() + tail) is Reason.DAMAGED


def test_a_video_cut_short_is_damaged_wherever_it_was_cut() -> None:
    sent = mp4()
    starts_of_last_boxes = {len(sent) - 8 - len(SECRET)}
    for length in range(8, len(sent)):
        if length not in starts_of_last_boxes:
            assert reason_for(sent[:length]) in (Reason.DAMAGED, Reason.UNKNOWN_TYPE), length


def test_samples_that_reach_beyond_the_file_are_damage() -> None:
    sent = bytearray(mp4())
    per_chunk = sent.rindex(b"stsc") + 16
    sent[per_chunk : per_chunk + 4] = struct.pack(">I", 2**31)
    one_size = sent.rindex(b"stsz") + 8
    sent[one_size : one_size + 4] = struct.pack(">I", 1000)
    assert reason_for(bytes(sent)) is Reason.DAMAGED


def test_samples_that_begin_beyond_the_file_are_damage() -> None:
    sent = bytearray(mp4())
    place = sent.rindex(b"stco") + 12
    sent[place : place + 4] = struct.pack(">I", len(sent))
    assert reason_for(bytes(sent)) is Reason.DAMAGED


def test_a_video_of_a_hundred_thousand_empty_boxes_is_damaged() -> None:
    assert reason_for(mp4() + box(b"free") * 100_000) is Reason.DAMAGED


def test_a_hundred_chunks_at_the_same_place_are_damage() -> None:
    sent = mp4()
    one_size = sent.rindex(b"stsz") + 8
    sent = sent[:one_size] + struct.pack(">I", 40) + sent[one_size + 4 :]
    assert clean(sent, limit=LIMIT)
    chunks = sent.rindex(b"stco") + 8
    longer = sent[: chunks - 8 - 4] + box(b"stco", bytes(4), struct.pack(">I", 100), sent[chunks + 4 : chunks + 8] * 100)
    # The boxes around the table grow with it; what stood behind it is left out.
    grown = bytearray(longer)
    last_track = longer.rindex(b"trak")
    for kind in (b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        start = longer.index(b"moov") if kind == b"moov" else longer.index(kind, last_track)
        grown[start - 4 : start] = struct.pack(">I", len(longer) - start + 4)
    assert reason_for(bytes(grown)) is Reason.DAMAGED
    few = bytearray(grown)
    few[chunks : chunks + 4] = struct.pack(">I", 2)
    assert clean(bytes(few), limit=LIMIT)


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_pictures_that_pillow_cannot_write_anew_are_refused(brand: bytes) -> None:
    assert reason_for(mp4(brand)) is Reason.UNKNOWN_TYPE


# Sound


def ogg_checksum(data: bytes) -> int:
    """The checksum bit by bit, as RFC 3533 describes it."""
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


def ogg_page(number: int, lengths: list[int], body: bytes, *, stream: int = 77, flags: int = 0) -> bytes:
    def sealed(checksum: int) -> bytes:
        fields = (b"OggS", 0, flags, number * 960, stream, number, checksum, len(lengths))
        return struct.pack("<4sBBQIIIB", *fields) + bytes(lengths) + body

    return sealed(ogg_checksum(sealed(0)))


OPUS_HEAD = b"OpusHead\x01\x01" + struct.pack("<HIhB", 312, 48000, 0, 0)
VOICE = b"the voice itself"


def voice(comment: bytes = SECRET) -> bytes:
    tags = b"OpusTags" + struct.pack("<I", len(SECRET)) + SECRET + struct.pack("<II", 1, len(comment)) + comment
    pages = [ogg_page(0, [len(OPUS_HEAD)], OPUS_HEAD, flags=2)]
    lengths = [255] * (len(tags) // 255) + [len(tags) % 255]
    while lengths:
        here, lengths = lengths[:255], lengths[255:]
        pages.append(ogg_page(len(pages), here, tags[: sum(here)]))
        tags = tags[sum(here) :]
    pages.append(ogg_page(len(pages), [len(VOICE)], VOICE))
    pages.append(ogg_page(len(pages), [len(VOICE)], VOICE, flags=4))
    return b"".join(pages)


@pytest.mark.parametrize("comment", [SECRET, SECRET * 20_000])
def test_a_voice_message_loses_its_comments_and_its_pages_stay_whole(comment: bytes) -> None:
    cleaned = clean(voice(comment), limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type, cleaned.extension) == (FileKind.AUDIO, "audio/ogg", ".ogg")
    tags = b"OpusTags" + bytes(8)
    assert cleaned.data.startswith(
        ogg_page(0, [len(OPUS_HEAD)], OPUS_HEAD, flags=2)
        + struct.pack("<4sBBQII", b"OggS", 0, 0, 0, 77, 1)
        + struct.pack("<I", ogg_checksum(struct.pack("<4sBBQIIIBB", b"OggS", 0, 0, 0, 77, 1, 0, 1, 16) + tags))
        + b"\x01\x10"
        + tags
    )
    assert cleaned.data.count(VOICE) == 2
    assert clean(cleaned.data, limit=LIMIT) == cleaned


def test_a_voice_message_with_a_wrong_checksum_is_damaged() -> None:
    sent = bytearray(voice())
    sent[-1] ^= 1
    assert reason_for(bytes(sent)) is Reason.DAMAGED


@pytest.mark.parametrize("extra", [b"x", SECRET, jpeg()])
def test_a_voice_message_with_something_behind_it_is_damaged(extra: bytes) -> None:
    assert reason_for(voice() + extra) is Reason.DAMAGED


def test_comments_that_share_a_page_with_the_voice_are_damage() -> None:
    tags = b"OpusTags" + bytes(8)
    sent = ogg_page(0, [len(OPUS_HEAD)], OPUS_HEAD) + ogg_page(1, [len(tags), len(VOICE)], tags + VOICE)
    assert reason_for(sent) is Reason.DAMAGED


def test_ogg_with_another_stream_in_it_is_refused() -> None:
    assert reason_for(voice() + ogg_page(0, [5], b"other", stream=78)) is Reason.UNKNOWN_TYPE
    assert reason_for(ogg_page(0, [30], b"\x01vorbis".ljust(30, b"\0"))) is Reason.UNKNOWN_TYPE


MP3_FRAME = b"\xff\xfb\x90\x00" + b"s" * 413


def id3(content: bytes, *, with_footer: bool = False) -> bytes:
    size = len(content)
    head = bytes((4, 0, 0x10 * with_footer, size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127))
    return b"ID3" + head + content + (b"3DI" + head if with_footer else b"")


@pytest.mark.parametrize(
    "behind", [b"", b"TAG" + SECRET.ljust(125, b"\0"), b"APETAGEX" + SECRET * 30, bytes(4000), MP3_FRAME[:100], b"xy"]
)
@pytest.mark.parametrize("before", [b"", id3(SECRET), id3(SECRET, with_footer=True), id3(SECRET * 50) + id3(SECRET) + bytes(30)])
def test_an_mp3_keeps_its_sound_alone(before: bytes, behind: bytes) -> None:
    cleaned = clean(before + MP3_FRAME * 9 + behind, limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type, cleaned.extension) == (FileKind.AUDIO, "audio/mpeg", ".mp3")
    assert cleaned.data == MP3_FRAME * 9


@pytest.mark.parametrize("data", [id3(SECRET), MP3_FRAME, MP3_FRAME * 9 + b"<html>" * 100, b"ID3", id3(b"")[:9]])
def test_what_only_begins_like_an_mp3_is_damaged(data: bytes) -> None:
    assert reason_for(data) is Reason.DAMAGED


def chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def wav(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


FORMAT = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16))


def test_a_wav_keeps_its_sound_alone() -> None:
    sound = chunk(b"data", b"\x01\x02\x03")
    sent = wav(chunk(b"LIST", b"INFOIART" + SECRET), FORMAT, chunk(b"bext", SECRET), sound, chunk(b"id3 ", SECRET))
    cleaned = clean(sent, limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type, cleaned.extension) == (FileKind.AUDIO, "audio/wav", ".wav")
    assert cleaned.data == wav(FORMAT, sound)


@pytest.mark.parametrize("data", [wav(), wav(FORMAT), wav(FORMAT, chunk(b"data", bytes(20)))[:-4], wav(FORMAT) + b"x"])
def test_a_wav_without_its_sound_is_damaged(data: bytes) -> None:
    assert reason_for(data) is Reason.DAMAGED


def test_voices_of_wechat_pass_as_they_are() -> None:
    narrow = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 5 + b"\x7c"
    wide = b"#!AMR-WB\n" + (b"\x44" + bytes(60)) * 5
    assert clean(narrow, limit=LIMIT).data == narrow
    assert clean(narrow, limit=LIMIT).media_type == "audio/amr"
    assert clean(wide, limit=LIMIT).data == wide
    assert clean(wide, limit=LIMIT).media_type == "audio/amr-wb"


@pytest.mark.parametrize("tail", [b"", SECRET, b"\x3c" + bytes(30), b"<script>"])
def test_what_only_begins_like_an_amr_is_damaged(tail: bytes) -> None:
    assert reason_for(b"#!AMR\n" + tail) is Reason.DAMAGED


# PDF


def stream(content: bytes, **entries: object) -> StreamObject:
    made = DecodedStreamObject()
    made.set_data(content)
    for key, value in entries.items():
        made[NameObject(f"/{key}")] = NameObject(value) if isinstance(value, str) else NumberObject(value)
    return made


def pdf(photo_data: bytes = jpeg() + SECRET, photo_filter: str = "/DCTDecode", *, password: str | None = None) -> bytes:
    """A page with a photo, a note and a link, and everything that a PDF can carry besides."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 100)
    photo = stream(photo_data, Type="/XObject", Subtype="/Image", Width=40, Height=30, BitsPerComponent=8)
    photo[NameObject("/ColorSpace")] = NameObject("/DeviceRGB")
    photo[NameObject("/Filter")] = NameObject(photo_filter)
    photo[NameObject("/Metadata")] = writer._add_object(stream(SECRET, Type="/Metadata"))
    # "/A" and "/P" are names that programs give to pictures, and keys elsewhere.
    pictures = DictionaryObject({NameObject("/A"): writer._add_object(photo), NameObject("/P"): writer._add_object(photo)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): pictures})
    page[NameObject("/Contents")] = writer._add_object(stream(b"q 40 0 0 30 0 0 cm /A Do Q"))
    page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Maker"): writer._add_object(stream(SECRET))})
    page[NameObject("/Metadata")] = writer._add_object(stream(SECRET))
    note = FreeText(text=SECRET.decode(), rect=(0, 0, 50, 20))
    look = stream(b"% the note's look", Subtype="/Form")
    look[NameObject("/Metadata")] = writer._add_object(stream(SECRET))
    note[NameObject("/AP")] = DictionaryObject({NameObject("/N"): writer._add_object(look)})
    writer.add_annotation(0, note)
    writer.add_annotation(0, Link(rect=(0, 0, 50, 20), url=f"http://{SECRET.decode()}/"))
    writer.add_metadata({"/Author": SECRET.decode(), "/CreationDate": "D:20260304100200"})
    writer.xmp_metadata = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    writer.add_attachment("name.txt", SECRET)
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(SECRET.decode())}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): DictionaryObject(script)})
    writer.add_outline_item(title=SECRET.decode(), page_number=0)
    if password is not None:
        writer.encrypt(password, "owner", algorithm="AES-256")
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def everything_in(data: bytes) -> bytes:
    """All objects of a PDF, its streams unpacked."""
    reader = PdfReader(BytesIO(data))
    found = [str(reader.trailer).encode()]
    for number in range(1, cast("NumberObject", reader.trailer["/Size"])):
        written = reader.get_object(number)
        found.append(repr(written).encode())
        if isinstance(written, StreamObject):
            found.append(written.get_data())
    return b"\n".join(found)


@pytest.mark.parametrize("packed", [False, True])
def test_a_pdf_loses_author_history_attachments_scripts_and_the_places_in_its_photos(packed: bool) -> None:
    sent = packed_again(pdf()) if packed else pdf()
    assert SECRET in everything_in(sent)
    cleaned = clean(sent, limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type, cleaned.extension) == (FileKind.DOCUMENT, "application/pdf", ".pdf")
    everything = everything_in(cleaned.data)
    assert tells_nothing(everything)
    for word in (b"/JavaScript", b"/EmbeddedFile", b"/Metadata", b"/Info", b"/URI", b"/PieceInfo", b"pypdf", b"Exif"):
        assert word not in everything
    reader = PdfReader(BytesIO(cleaned.data))
    assert not reader.metadata
    assert not reader.attachments
    assert reader.xmp_metadata is None


def packed_again(data: bytes) -> bytes:
    """The same PDF with its photos packed once more, which needs a list of two filters."""
    writer = PdfWriter(clone_from=BytesIO(data))
    for number, written in enumerate(writer._objects):
        if isinstance(written, StreamObject) and written.get("/Filter") == "/DCTDecode":
            packed = written.flate_encode()
            assert isinstance(packed["/Filter"], ArrayObject)
            colours = DictionaryObject({NameObject("/ColorTransform"): NumberObject(1)})
            packed[NameObject("/DecodeParms")] = ArrayObject([NullObject(), colours])
            writer._objects[number] = packed
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


@pytest.mark.parametrize("progressive", [False, True])
def test_a_cleaned_pdf_still_shows_its_photo_and_its_note(progressive: bool) -> None:
    reader = PdfReader(BytesIO(clean(pdf(jpeg(progressive=progressive)), limit=LIMIT).data))
    [page] = reader.pages
    assert list(page.mediabox) == [0, 0, 200, 100]
    contents = page.get_contents()
    assert contents is not None
    assert b"/A Do" in contents.get_data()
    [first, second] = page.images
    assert {first.name, second.name} == {"A.jpg", "P.jpg"}
    assert looks_like(first.data, (5, 5), (255, 0, 0))
    assert Image.open(BytesIO(first.data)).size == (40, 30)
    [reference] = cast("ArrayObject", page["/Annots"])
    stamp = cast("DictionaryObject", reference.get_object())
    assert str(stamp["/Subtype"]) == "/Stamp"
    look = cast("DictionaryObject", stamp["/AP"])["/N"]
    assert cast("StreamObject", look).get_data() == b"% the note's look"


def test_a_photo_in_a_pdf_keeps_the_way_its_colours_are_read() -> None:
    reader = PdfReader(BytesIO(clean(packed_again(pdf()), limit=LIMIT).data))
    photo = photo_of(reader)
    assert str(photo["/Filter"]) == "/DCTDecode"
    assert repr(photo["/DecodeParms"]) == "{'/ColorTransform': 1}"


def test_a_jpeg_2000_in_a_pdf_loses_its_texts() -> None:
    file = BytesIO()
    picture().save(file, "JPEG2000")
    cleaned = clean(pdf(file.getvalue() + box(b"xml ", SECRET), "/JPXDecode"), limit=LIMIT)
    shown = photo_of(PdfReader(BytesIO(cleaned.data))).get_data()
    assert tells_nothing(shown)
    assert looks_like(shown, (5, 5), (255, 0, 0))


def photo_of(reader: PdfReader) -> StreamObject:
    resources = cast("DictionaryObject", reader.pages[0]["/Resources"])
    return cast("StreamObject", cast("DictionaryObject", resources["/XObject"])["/A"])


def test_a_pdf_that_only_its_author_may_change_is_taken() -> None:
    cleaned = clean(pdf(password=""), limit=LIMIT)
    assert tells_nothing(everything_in(cleaned.data))
    assert not PdfReader(BytesIO(cleaned.data)).is_encrypted


def test_a_pdf_behind_a_password_is_refused() -> None:
    assert reason_for(pdf(password="secret")) is Reason.DAMAGED


def test_a_pdf_that_is_a_page_with_a_script_as_well_is_only_a_pdf_afterwards() -> None:
    cleaned = clean(pdf() + b"<html><script>alert(1)</script>", limit=LIMIT)
    assert b"<script" not in cleaned.data


def test_a_pdf_without_pages_is_damaged() -> None:
    file = BytesIO()
    PdfWriter().write(file)
    assert reason_for(file.getvalue()) is Reason.DAMAGED


# Whatever people send


SAMPLES = {
    "jpeg": jpeg(),
    "png": png(),
    "webp": webp(),
    "gif": gif(),
    "mp4": mp4(),
    "ogg": voice(),
    "mp3": id3(SECRET) + MP3_FRAME * 3,
    "wav": wav(FORMAT, chunk(b"data", bytes(20))),
    "amr": b"#!AMR\n" + (b"\x3c" + bytes(31)) * 3,
    "pdf": pdf(),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_cleaning_what_is_clean_keeps_its_type(name: str) -> None:
    once = clean(SAMPLES[name], limit=LIMIT)
    twice = clean(once.data, limit=LIMIT)
    assert (twice.kind, twice.media_type, twice.extension) == (once.kind, once.media_type, once.extension)


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "gif", "ogg", "wav", "amr", "pdf"])
def test_half_a_file_is_damaged(name: str) -> None:
    assert reason_for(SAMPLES[name][: len(SAMPLES[name]) // 2]) is Reason.DAMAGED


def test_nothing_at_all_is_empty() -> None:
    assert reason_for(b"") is Reason.EMPTY


def test_one_byte_beyond_the_limit_is_too_large() -> None:
    clean(jpeg(), limit=len(jpeg()))
    assert reason_for(jpeg(), limit=len(jpeg()) - 1) is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html><html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"PK\x03\x04" + bytes(60),
        b"MZ" + bytes(200),
        b"\x7fELF" + bytes(200),
        b"\x1aE\xdf\xa3" + bytes(200),
        b"II*\0" + bytes(200),
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"RIFF\0\0\0\0AVI ",
        b"#!/bin/sh\n",
        b" \xff\xd8\xff",
        "我家门口的垃圾堆了一个星期".encode(),
    ],
)
def test_anything_else_is_of_unknown_type_whatever_its_name_was(data: bytes) -> None:
    assert reason_for(data) is Reason.UNKNOWN_TYPE


@pytest.mark.parametrize(
    "magic",
    [
        *(b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"RIFF\0\0\0\0WAVE"),
        *(b"\0\0\0\x10ftypisom", b"OggS", b"ID3", b"\xff\xfb", b"#!AMR\n", b"%PDF-1.7\n"),
    ],
)
@pytest.mark.parametrize("rest", [b"", b"<html><script>alert(1)</script></html>", bytes(3000), b"\xff" * 3000])
def test_a_page_with_a_script_behind_the_first_bytes_of_another_type_is_refused(magic: bytes, rest: bytes) -> None:
    assert reason_for(magic + rest) in (Reason.DAMAGED, Reason.UNKNOWN_TYPE)


def unacceptable_or_clean(data: bytes) -> None:
    try:
        cleaned = clean(data, limit=LIMIT)
    except Unacceptable:
        return
    assert cleaned.data


@given(st.binary(max_size=300))
def test_random_bytes_raise_nothing_but_unacceptable(data: bytes) -> None:
    unacceptable_or_clean(data)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_files_with_random_damage_raise_nothing_but_unacceptable(name: str, data: st.DataObject) -> None:
    sent = bytearray(SAMPLES[name])
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(sent) - 1))
        piece = data.draw(st.binary(max_size=8))
        sent[place : place + data.draw(st.integers(0, 8))] = piece
        if not sent:
            break
    unacceptable_or_clean(bytes(sent))
