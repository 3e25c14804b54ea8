"""Films, and sound recorded in the same form (MP4, MOV, 3GP, M4A), without place, time, device and names.

All bytes stay where they are; boxes that players don't need, times, names and tracks that are neither picture nor sound
(positions, timecode, faces) become zero.
"""

from __future__ import annotations

import struct
from itertools import islice

from bot.boxes import Box, Boxes, blank, blank_unknown, leaves, walk, walk_all, whole, zero
from bot.clean_files import Clean, FileKind, Reason, Unacceptable

# A film in fragments has some ten boxes for each; millions of empty ones would keep us busy for minutes.
MOST_BOXES = 50_000

# Boxes that a player needs. Only these stay, because makers invent new places for positions and serial numbers every year.
_SAMPLES: Boxes = leaves(b"stsd stts ctts cslg stss stps stsc stsz stz2 stco co64 sdtp sbgp sgpd subs saiz saio")
_MEDIA: Boxes = leaves(b"vmhd smhd hdlr") | {b"dinf": leaves(b"dref"), b"stbl": _SAMPLES}
_TRACK: Boxes = leaves(b"tkhd tapt") | {b"edts": leaves(b"elst"), b"mdia": leaves(b"mdhd hdlr") | {b"minf": _MEDIA}}
_FRAGMENT: Boxes = leaves(b"mfhd") | {b"traf": leaves(b"tfhd tfdt trun sbgp sgpd subs saiz saio")}
_MOVIE: Boxes = leaves(b"ftyp styp sidx mdat mfra") | {
    b"moov": leaves(b"mvhd") | {b"trak": _TRACK, b"mvex": leaves(b"mehd trex")},
    b"moof": _FRAGMENT,
}
_STILL_BRANDS = frozenset(b"heic heix heim heis hevc hevx mif1 mif2 msf1 avif avis".split())


def clean_movie(data: bytes) -> Clean:
    """Return the film or, if it shows no pictures, the sound recording `data`.

    Raises Unacceptable, and on damage also struct.error, IndexError, KeyError or ValueError.
    """
    if data[8:12] in _STILL_BRANDS:
        raise Unacceptable(Reason.UNKNOWN_TYPE)
    file = bytearray(data)
    outer = whole(file)
    if any(True for _ in islice(walk_all(file, outer, _MOVIE), MOST_BOXES, None)):
        raise Unacceptable(Reason.DAMAGED)
    in_fragments = any(walk(file, outer, b"moof"))
    handlers = set()
    for track in walk(file, outer, b"moov", b"trak"):
        [handler] = walk(file, track, b"mdia", b"hdlr")
        kind = bytes(file[handler.body + 8 : handler.body + 12])
        if kind in (b"vide", b"soun"):
            handlers.add(kind)
        elif in_fragments:
            # Its samples are scattered over the fragments, and no phone writes such a file.
            raise Unacceptable(Reason.UNKNOWN_TYPE)
        else:
            _blank_samples(file, track)
            blank(file, track)
    if not handlers:
        raise Unacceptable(Reason.UNKNOWN_TYPE)
    blank_unknown(file, outer, _MOVIE)
    _blank_times_and_names(file, outer)
    if b"vide" not in handlers:
        kind_of_file, media_type = FileKind.AUDIO, "audio/mp4"
    elif data[8:12] == b"qt  ":
        kind_of_file, media_type = FileKind.VIDEO, "video/quicktime"
    elif data[8:10] == b"3g":
        kind_of_file, media_type = FileKind.VIDEO, "video/3gpp"
    else:
        kind_of_file, media_type = FileKind.VIDEO, "video/mp4"
    return Clean(kind=kind_of_file, media_type=media_type, data=bytes(file))


def _blank_samples(file: bytearray, track: Box) -> None:
    """Zero what `track` shows, wherever its table of chunks says that it stands. A table we can't read raises."""
    [table] = walk(file, track, b"mdia", b"minf", b"stbl")
    tables = {box.kind: box.body for box in walk(file, table)}
    one_size, count = struct.unpack_from(">II", file, tables[b"stsz"] + 4)
    sizes = () if one_size else struct.unpack_from(f">{count}I", file, tables[b"stsz"] + 12)
    offsets, width = (tables[b"stco"], "I") if b"stco" in tables else (tables[b"co64"], "Q")
    [chunks] = struct.unpack_from(">I", file, offsets + 4)
    [runs] = struct.unpack_from(">I", file, tables[b"stsc"] + 4)
    run_table = struct.unpack_from(f">{3 * runs}I", file, tables[b"stsc"] + 8)
    samples_from_chunk = dict(zip(run_table[0::3], run_table[1::3], strict=True))
    samples = sample = blanked = 0
    for number, start in enumerate(struct.unpack_from(f">{chunks}{width}", file, offsets + 8), start=1):
        samples = samples_from_chunk.get(number, samples)
        length = one_size * samples if one_size else sum(sizes[sample : sample + samples])
        sample += samples
        blanked += length
        # Chunks that overlap would let a small file keep us busy for hours.
        if start + length > len(file) or blanked > len(file):
            raise Unacceptable(Reason.DAMAGED)
        file[start : start + length] = bytes(length)


def _blank_times_and_names(file: bytearray, outer: Box) -> None:
    track = (b"moov", b"trak")
    with_times: tuple[tuple[bytes, ...], ...] = ((b"moov", b"mvhd"), (*track, b"tkhd"), (*track, b"mdia", b"mdhd"))
    for path in with_times:
        for box in walk(file, outer, *path):
            # Created and modified: 4 bytes each in version 0, 8 bytes each in version 1.
            zero(file, box, 4, 20 if file[box.body] == 1 else 12)
    for path in ((*track, b"mdia", b"hdlr"), (*track, b"mdia", b"minf", b"hdlr")):
        for box in walk(file, outer, *path):
            zero(file, box, 24, max(24, box.end - box.body))
    for box in walk(file, outer, *track, b"mdia", b"minf", b"dinf", b"dref"):
        for source in walk(file, Box(kind=b"dref", start=box.start, body=box.body + 8, end=box.end)):
            # Editing programs keep the path on their owner's disk here; flag 1 says "in this same file".
            zero(file, source, 0, max(4, source.end - source.body))
            file[source.body + 3] = 1
