"""What a sent file really is, and the same file without what its maker's device wrote into it.

The type is decided by content alone; names and claimed types are never seen here. What comes out carries no place, time,
device or author outside the picture and sound themselves: a camera's shot of a name plate still shows the name plate.

    JPEG, PNG, WebP, GIF      decoded and encoded anew as JPEG or PNG: upright, at most 4096 pixels a side, first frame only
    MP4, MOV, 3GP, M4A        same bytes at the same places, but boxes that players don't need, times, names and tracks that
                              are neither picture nor sound (positions, timecode, faces) are zero
    Ogg with Opus, MP3, WAV   sound only; no comments, no tags, no chunks beside the sound
    AMR                       has no place for anything else; checked
    PDF                       pages and what they show, no more: no author, history, attachments, scripts, links

All else is refused, WebM and HEIC too. The functions are pure. The largest picture takes a second of CPU and some 250 MB, a usual
photo a fifth of both; a file made to harm takes what it can get, so bot/clean_room.py runs them in a process with limits.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.clean_files import Clean, FileKind, Reason, Unacceptable
from bot.documents import clean_pdf
from bot.movies import clean_movie
from bot.photos import clean_photo
from bot.recordings import clean_amr, clean_mp3, clean_ogg, clean_wav

__all__ = ["Clean", "FileKind", "Reason", "Unacceptable", "clean"]

_PHOTOS = (
    (re.compile(rb"\xff\xd8\xff"), "JPEG"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "PNG"),
    (re.compile(rb"GIF8[79]a"), "GIF"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "WEBP"),
)
_OTHERS: tuple[tuple[re.Pattern[bytes], Callable[[bytes], Clean]], ...] = (
    (re.compile(rb"RIFF.{4}WAVE", re.DOTALL), clean_wav),
    (re.compile(rb".{4}ftyp", re.DOTALL), clean_movie),
    (re.compile(rb"OggS"), clean_ogg),
    (re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"), clean_mp3),
    (re.compile(rb"#!AMR(-WB)?\n"), clean_amr),
)


def clean(data: bytes, *, limit: int) -> Clean:
    """Return the file `data` without metadata. limit: bytes that it may have. Raises Unacceptable, and nothing else."""
    if not data:
        raise Unacceptable(Reason.EMPTY)
    if len(data) > limit:
        raise Unacceptable(Reason.TOO_LARGE)
    try:
        return _clean_by_content(data, limit)
    except Unacceptable:
        raise
    # Hostile bytes make the parsers raise whatever lies on their way, and all of it means the same.
    except Exception as problem:
        raise Unacceptable(Reason.DAMAGED) from problem


def _clean_by_content(data: bytes, limit: int) -> Clean:
    for magic, image_format in _PHOTOS:
        if magic.match(data):
            return clean_photo(image_format, data, limit=limit)
    if data.startswith(b"%PDF-"):
        return clean_pdf(data, limit=limit)
    for magic, clean_other in _OTHERS:
        if magic.match(data):
            return clean_other(data)
    raise Unacceptable(Reason.UNKNOWN_TYPE)
