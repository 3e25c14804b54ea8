"""Recorded sound without comments, tags and other chunks: Ogg with Opus, MP3, WAV, AMR.

Functions raise Unacceptable, and on damage also what unpacking and looking up cut-short data raises.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from bot.clean_files import Clean, FileKind, Reason, Unacceptable

_OGG_HEAD = struct.Struct("<4sBBQIIIB")
_NO_COMMENTS = b"OpusTags" + struct.pack("<II", 0, 0)
_BITS_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def clean_ogg(data: bytes) -> Clean:
    """Put an empty comment packet in the place of the one there is (RFC 7845, 5.2). Opus alone: it is what phones record."""
    head, *pages = _ogg_pages(data)
    if not head.body.startswith(b"OpusHead") or any(page.stream != head.stream for page in pages):
        raise Unacceptable(Reason.UNKNOWN_TYPE)
    # A picture among the comments makes them longer than a page; they end with the first piece shorter than 255 bytes.
    last = next(index for index, page in enumerate(pages) if any(length < 255 for length in page.lengths))
    if not pages[0].body.startswith(b"OpusTags") or any(length < 255 for length in pages[last].lengths[:-1]):
        raise Unacceptable(Reason.DAMAGED)
    empty = _OggPage(flags=0, position=0, stream=head.stream, lengths=bytes([len(_NO_COMMENTS)]), body=_NO_COMMENTS)
    cleaned = b"".join(page.numbered(number) for number, page in enumerate((head, empty, *pages[last + 1 :])))
    return Clean(kind=FileKind.AUDIO, media_type="audio/ogg", data=cleaned)


@dataclass(frozen=True, slots=True, kw_only=True)
class _OggPage:
    """A page of RFC 3533. lengths: of the pieces that its body consists of, one byte each."""

    flags: int
    position: int
    stream: int
    lengths: bytes
    body: bytes

    def numbered(self, number: int) -> bytes:
        """Return the page as it stands in a file."""

        def sealed(checksum: int) -> bytes:
            fields = (b"OggS", 0, self.flags, self.position, self.stream, number, checksum, len(self.lengths))
            return _OGG_HEAD.pack(*fields) + self.lengths + self.body

        # Ogg's checksum is zlib's with the bits of everything reversed and nothing inverted: a thousand times faster this way.
        reversed_checksum = zlib.crc32(sealed(0).translate(_BITS_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
        return sealed(int(f"{reversed_checksum:032b}"[::-1], 2))


def _ogg_pages(data: bytes) -> Iterator[_OggPage]:
    start = 0
    while start < len(data):
        _, _, flags, position, stream, number, _, pieces = _OGG_HEAD.unpack_from(data, start)
        body = start + _OGG_HEAD.size + pieces
        lengths = data[start + _OGG_HEAD.size : body]
        end = body + sum(lengths)
        page = _OggPage(flags=flags, position=position, stream=stream, lengths=lengths, body=data[body:end])
        # Wrong marks, wrong checksums and missing ends all show here.
        if page.numbered(number) != data[start:end]:
            raise Unacceptable(Reason.DAMAGED)
        yield page
        start = end


_MP3_KILOBITS = {
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_HERTZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_MP3_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3")


def clean_mp3(data: bytes) -> Clean:
    """Keep the frames alone: tags before and behind them go, and so does a last frame that is cut short."""
    start = 0
    while data.startswith(b"ID3", start):
        flags, *sizes = data[start + 5 : start + 10]
        start += 10 + sum(size << shift for size, shift in zip(sizes, (21, 14, 7, 0), strict=True))
        start += 10 if flags & 0x10 else 0
    while data.startswith(b"\0", start):
        start += 1
    end, frames = start, 0
    while 0 < (length := _mp3_frame_length(data[end : end + 4])) <= len(data) - end:
        end += length
        frames += 1
    rest = data[end:]
    cut_short = len(rest) < max(length, 4)
    if frames < 2 or not (cut_short or rest.startswith(_MP3_TAGS) or not any(rest)):
        raise Unacceptable(Reason.DAMAGED)
    return Clean(kind=FileKind.AUDIO, media_type="audio/mpeg", data=data[start:end])


def _mp3_frame_length(head: bytes) -> int:
    """Return how many bytes the frame of MPEG layer III has that begins with these four, 0 if it is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, kilobits, hertz = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or not 0 < kilobits < 15 or hertz == 3:
        return 0
    bits = _MP3_KILOBITS[3 if version == 3 else 2][kilobits - 1] * 1000
    return (144 if version == 3 else 72) * bits // _MP3_HERTZ[version][hertz] + (head[2] >> 1 & 1)


def clean_wav(data: bytes) -> Clean:
    """Keep the format, the number of samples and the samples; all other chunks go."""
    kept = {}
    start = 12
    while start < len(data):
        kind, size = struct.unpack_from("<4sI", data, start)
        end = start + 8 + size
        if end > len(data):
            raise Unacceptable(Reason.DAMAGED)
        if kind in (b"fmt ", b"fact", b"data"):
            kept[kind] = data[start:end] + bytes(size % 2)
        start = end + size % 2
    if not {b"fmt ", b"data"} <= kept.keys():
        raise Unacceptable(Reason.DAMAGED)
    chunks = b"".join(kept.values())
    cleaned = b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks
    return Clean(kind=FileKind.AUDIO, media_type="audio/wav", data=cleaned)


# Bytes after a frame's first, by its type (RFC 4867, 3GPP TS 26.101 and 26.201).
_AMR_BYTES = (12, 13, 15, 17, 19, 20, 26, 31, 5, 6, 5, 5, 0, 0, 0, 0)
_AMR_WIDE_BYTES = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0)


def clean_amr(data: bytes) -> Clean:
    """Return the recording as it is, once it is sure that it has frames and nothing else."""
    wide = data.startswith(b"#!AMR-WB\n")
    start = len(b"#!AMR-WB\n") if wide else len(b"#!AMR\n")
    if start == len(data):
        raise Unacceptable(Reason.DAMAGED)
    while start < len(data):
        # The first bit and the last two are always 0: text and other files fail here.
        if data[start] & 0x83:
            raise Unacceptable(Reason.DAMAGED)
        start += 1 + (_AMR_WIDE_BYTES if wide else _AMR_BYTES)[data[start] >> 3]
    if start > len(data):
        raise Unacceptable(Reason.DAMAGED)
    if wide:
        return Clean(kind=FileKind.AUDIO, media_type="audio/amr-wb", data=data)
    return Clean(kind=FileKind.AUDIO, media_type="audio/amr", data=data)
