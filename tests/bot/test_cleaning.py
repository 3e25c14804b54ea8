"""Whatever people send is taken without what tells about them, or refused with a reason; nothing else is ever raised."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sent_files import FORMAT, LIMIT, MP3_FRAME, SECRET, chunk, gif, id3, jpeg, mp4, pdf, png, reason_for, voice, wav, webp

from bot.cleaning import Reason, Unacceptable, clean

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
    assert (twice.kind, twice.media_type) == (once.kind, once.media_type)


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
