"""Films keep their bytes in their places; what is not picture or sound is zero."""

from __future__ import annotations

import struct

import pytest
from sent_files import LIMIT, PICTURES, POSITIONS, SECRET, box, mp4, reason_for, tells_nothing, track

from bot.cleaning import FileKind, Reason, clean


@pytest.mark.parametrize(
    ("brand", "media_type"),
    [(b"isom", "video/mp4"), (b"mp42", "video/mp4"), (b"qt  ", "video/quicktime"), (b"3gp5", "video/3gpp")],
)
@pytest.mark.parametrize("wide", [False, True])
def test_a_video_loses_place_names_and_times_and_keeps_its_pictures(brand: bytes, media_type: str, wide: bool) -> None:
    sent = mp4(brand, wide=wide)
    assert struct.pack(">I", 3_800_000_000) in sent
    cleaned = clean(sent, limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type) == (FileKind.VIDEO, media_type)
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
    assert (cleaned.kind, cleaned.media_type) == (FileKind.AUDIO, "audio/mp4")
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
