"""Recordings keep their sound, and nothing else."""

from __future__ import annotations

import struct

import pytest
from sent_files import (
    FORMAT,
    LIMIT,
    MP3_FRAME,
    OPUS_HEAD,
    SECRET,
    VOICE,
    chunk,
    id3,
    jpeg,
    ogg_checksum,
    ogg_page,
    reason_for,
    voice,
    wav,
)

from bot.cleaning import FileKind, Reason, clean


@pytest.mark.parametrize("comment", [SECRET, SECRET * 20_000])
def test_a_voice_message_loses_its_comments_and_its_pages_stay_whole(comment: bytes) -> None:
    cleaned = clean(voice(comment), limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type) == (FileKind.AUDIO, "audio/ogg")
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


@pytest.mark.parametrize(
    "behind", [b"", b"TAG" + SECRET.ljust(125, b"\0"), b"APETAGEX" + SECRET * 30, bytes(4000), MP3_FRAME[:100], b"xy"]
)
@pytest.mark.parametrize("before", [b"", id3(SECRET), id3(SECRET, with_footer=True), id3(SECRET * 50) + id3(SECRET) + bytes(30)])
def test_an_mp3_keeps_its_sound_alone(before: bytes, behind: bytes) -> None:
    cleaned = clean(before + MP3_FRAME * 9 + behind, limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type) == (FileKind.AUDIO, "audio/mpeg")
    assert cleaned.data == MP3_FRAME * 9


@pytest.mark.parametrize("data", [id3(SECRET), MP3_FRAME, MP3_FRAME * 9 + b"<html>" * 100, b"ID3", id3(b"")[:9]])
def test_what_only_begins_like_an_mp3_is_damaged(data: bytes) -> None:
    assert reason_for(data) is Reason.DAMAGED


def test_a_wav_keeps_its_sound_alone() -> None:
    sound = chunk(b"data", b"\x01\x02\x03")
    sent = wav(chunk(b"LIST", b"INFOIART" + SECRET), FORMAT, chunk(b"bext", SECRET), sound, chunk(b"id3 ", SECRET))
    cleaned = clean(sent, limit=LIMIT)
    assert (cleaned.kind, cleaned.media_type) == (FileKind.AUDIO, "audio/wav")
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
