"""What a sent file really is, and the same file without what its maker's device wrote into it.

The type is decided by content alone; names and claimed types are never seen here. What comes out carries no place, time,
device or author outside the picture and sound themselves: a camera's shot of a name plate still shows the name plate.

    JPEG, PNG, WebP, GIF      decoded and encoded anew as JPEG or PNG: upright, at most 4096 pixels a side, first frame only
    MP4, MOV, 3GP, M4A        same bytes at the same places, but boxes that players don't need, times, names and tracks that
                              are neither picture nor sound (positions, timecode, faces) are zero
    Ogg with Opus, MP3, WAV   sound only; no comments, no tags, no chunks beside the sound
    AMR                       has no place for anything else; checked
    PDF                       pages and what they show, no more: no author, history, attachments, scripts, links

All else is refused, WebM and HEIC too. The functions are pure; the worst file takes seconds of CPU and some 550 MB (a usual photo
a tenth of both), so callers on the event loop run them in a thread, few at a time.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from io import BytesIO
from itertools import islice
from typing import TypeAlias

from PIL import Image, ImageOps
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.filters import decode_stream_data
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NullObject, PdfObject, StreamObject

LONGEST_SIDE = 4096
# Decoded at four bytes a pixel. A plain JPEG is decoded at half or a quarter of its size, so phones' largest photos pass.
MOST_PIXELS = 50_000_000
MOST_JPEG_PIXELS = 120_000_000
# A film in fragments has some ten boxes for each; millions of empty ones would keep us busy for minutes.
MOST_BOXES = 50_000

# Some of Pillow's formats take memory already when they are opened, and only Pillow can refuse that: it does at twice this.
Image.MAX_IMAGE_PIXELS = MOST_JPEG_PIXELS


class FileKind(StrEnum):
    """How a file is shown and sent on."""

    PHOTO = "photo"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"


class Reason(StrEnum):
    """Why a file is not taken."""

    TOO_LARGE = "too_large"
    EMPTY = "empty"
    UNKNOWN_TYPE = "unknown_type"
    DAMAGED = "damaged"


class Unacceptable(Exception):
    """The file is not taken, and sending the same one again will not change that."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"The file is not taken: {reason}.")
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """A file that may be stored and shown. extension begins with its dot: `.jpg`."""

    kind: FileKind
    media_type: str
    data: bytes
    extension: str


def clean(data: bytes, *, limit: int) -> Clean:
    """Return the file `data` without metadata. limit: bytes that it may have. Raises Unacceptable, and nothing else."""
    if not data:
        raise Unacceptable(Reason.EMPTY)
    if len(data) > limit:
        raise Unacceptable(Reason.TOO_LARGE)
    for magic, cleaner in _CLEANERS:
        if magic.match(data):
            try:
                return cleaner(data, limit)
            except Unacceptable:
                raise
            # Hostile bytes make the parsers raise whatever lies on their way, and all of it means the same.
            except Exception as problem:
                raise Unacceptable(Reason.DAMAGED) from problem
    raise Unacceptable(Reason.UNKNOWN_TYPE)


def _photo(image_format: str, data: bytes, limit: int) -> Clean:
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
            return Clean(kind=FileKind.PHOTO, media_type="image/png", data=encoded.getvalue(), extension=".png")
    if mode == "RGBA":
        bare = Image.alpha_composite(Image.new("RGBA", bare.size, "white"), bare).convert("RGB")
    encoded = BytesIO()
    bare.save(encoded, "JPEG", quality=88)
    return Clean(kind=FileKind.PHOTO, media_type="image/jpeg", data=encoded.getvalue(), extension=".jpg")


# Boxes of ISO/IEC 14496-12 that a player needs, as they stand in one another; None: taken as it is. Only these stay, because
# makers invent new places for positions and serial numbers every year.
Boxes: TypeAlias = "Mapping[bytes, Boxes | None]"


def _leaves(kinds: bytes) -> dict[bytes, Boxes | None]:
    return dict.fromkeys(kinds.split())


_SAMPLES: Boxes = _leaves(b"stsd stts ctts cslg stss stps stsc stsz stz2 stco co64 sdtp sbgp sgpd subs saiz saio")
_MEDIA: Boxes = _leaves(b"vmhd smhd hdlr") | {b"dinf": _leaves(b"dref"), b"stbl": _SAMPLES}
_TRACK: Boxes = _leaves(b"tkhd tapt") | {b"edts": _leaves(b"elst"), b"mdia": _leaves(b"mdhd hdlr") | {b"minf": _MEDIA}}
_FRAGMENT: Boxes = _leaves(b"mfhd") | {b"traf": _leaves(b"tfhd tfdt trun sbgp sgpd subs saiz saio")}
_MOVIE: Boxes = _leaves(b"ftyp styp sidx mdat mfra") | {
    b"moov": _leaves(b"mvhd") | {b"trak": _TRACK, b"mvex": _leaves(b"mehd trex")},
    b"moof": _FRAGMENT,
}
_JPEG_2000: Boxes = {b"jP  ": None, **_leaves(b"ftyp jp2h jp2c")}
_STILL_BRANDS = frozenset(b"heic heix heim heis hevc hevx mif1 mif2 msf1 avif avis".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """A box in a file: it begins at `start` with its header, its content is `[body:end]`."""

    kind: bytes
    start: int
    body: int
    end: int


def _video(data: bytes, limit: int) -> Clean:
    if data[8:12] in _STILL_BRANDS:
        raise Unacceptable(Reason.UNKNOWN_TYPE)
    file = bytearray(data)
    whole = _Box(kind=b"", start=0, body=0, end=len(file))
    if any(True for _ in islice(_every_box(file, whole, _MOVIE), MOST_BOXES, None)):
        raise Unacceptable(Reason.DAMAGED)
    in_fragments = any(_boxes(file, whole, b"moof"))
    handlers = set()
    for track in _boxes(file, whole, b"moov", b"trak"):
        [handler] = _boxes(file, track, b"mdia", b"hdlr")
        kind = bytes(file[handler.body + 8 : handler.body + 12])
        if kind in (b"vide", b"soun"):
            handlers.add(kind)
        elif in_fragments:
            # Its samples are scattered over the fragments, and no phone writes such a file.
            raise Unacceptable(Reason.UNKNOWN_TYPE)
        else:
            _blank_samples(file, track)
            _blank(file, track)
    if not handlers:
        raise Unacceptable(Reason.UNKNOWN_TYPE)
    _blank_unknown(file, whole, _MOVIE)
    _blank_times_and_names(file, whole)
    if b"vide" not in handlers:
        kind_of_file, media_type, extension = FileKind.AUDIO, "audio/mp4", ".m4a"
    elif data[8:12] == b"qt  ":
        kind_of_file, media_type, extension = FileKind.VIDEO, "video/quicktime", ".mov"
    elif data[8:10] == b"3g":
        kind_of_file, media_type, extension = FileKind.VIDEO, "video/3gpp", ".3gp"
    else:
        kind_of_file, media_type, extension = FileKind.VIDEO, "video/mp4", ".mp4"
    return Clean(kind=kind_of_file, media_type=media_type, data=bytes(file), extension=extension)


def _boxes(file: bytearray, outer: _Box, *path: bytes) -> Iterator[_Box]:
    """Go through the boxes directly inside `outer`, or through those at the end of every `path` of kinds below it."""
    start = outer.body
    while start < outer.end:
        # QuickTime may end a list of boxes with four zero bytes.
        if outer.kind and outer.end - start < 8 and not any(file[start : outer.end]):
            return
        size, kind = struct.unpack_from(">I4s", file, start)
        body = start + 8
        if size == 1:
            [size] = struct.unpack_from(">Q", file, body)
            body += 8
        elif size == 0 and not outer.kind:
            size = outer.end - start
        end = start + size
        if end < body or end > outer.end:
            raise Unacceptable(Reason.DAMAGED)
        box = _Box(kind=kind, start=start, body=body, end=end)
        if not path:
            yield box
        elif kind == path[0]:
            if len(path) == 1:
                yield box
            else:
                yield from _boxes(file, box, *path[1:])
        start = end


def _every_box(file: bytearray, outer: _Box, known: Boxes) -> Iterator[_Box]:
    for box in _boxes(file, outer):
        yield box
        if inner := known.get(box.kind):
            yield from _every_box(file, box, inner)


def _blank(file: bytearray, box: _Box) -> None:
    file[box.start + 4 : box.start + 8] = b"free"
    file[box.body : box.end] = bytes(box.end - box.body)


def _blank_unknown(file: bytearray, outer: _Box, known: Boxes) -> None:
    for box in _boxes(file, outer):
        if box.kind not in known:
            _blank(file, box)
        elif (inner := known[box.kind]) is not None:
            _blank_unknown(file, box, inner)


def _blank_samples(file: bytearray, track: _Box) -> None:
    """Zero what `track` shows, wherever its table of chunks says that it stands. A table we can't read raises."""
    [table] = _boxes(file, track, b"mdia", b"minf", b"stbl")
    tables = {box.kind: box.body for box in _boxes(file, table)}
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


def _blank_times_and_names(file: bytearray, whole: _Box) -> None:
    track = (b"moov", b"trak")
    with_times: tuple[tuple[bytes, ...], ...] = ((b"moov", b"mvhd"), (*track, b"tkhd"), (*track, b"mdia", b"mdhd"))
    for path in with_times:
        for box in _boxes(file, whole, *path):
            # Created and modified: 4 bytes each in version 0, 8 bytes each in version 1.
            _zero(file, box, 4, 20 if file[box.body] == 1 else 12)
    for path in ((*track, b"mdia", b"hdlr"), (*track, b"mdia", b"minf", b"hdlr")):
        for box in _boxes(file, whole, *path):
            _zero(file, box, 24, max(24, box.end - box.body))
    for box in _boxes(file, whole, *track, b"mdia", b"minf", b"dinf", b"dref"):
        for source in _boxes(file, _Box(kind=b"dref", start=box.start, body=box.body + 8, end=box.end)):
            # Editing programs keep the path on their owner's disk here; flag 1 says "in this same file".
            _zero(file, source, 0, max(4, source.end - source.body))
            file[source.body + 3] = 1


def _zero(file: bytearray, box: _Box, first: int, beyond: int) -> None:
    if box.body + beyond > box.end:
        raise Unacceptable(Reason.DAMAGED)
    file[box.body + first : box.body + beyond] = bytes(beyond - first)


_OGG_HEAD = struct.Struct("<4sBBQIIIB")
_NO_COMMENTS = b"OpusTags" + struct.pack("<II", 0, 0)
_BITS_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _ogg(data: bytes, limit: int) -> Clean:
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
    return Clean(kind=FileKind.AUDIO, media_type="audio/ogg", data=cleaned, extension=".ogg")


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


def _mp3(data: bytes, limit: int) -> Clean:
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
    return Clean(kind=FileKind.AUDIO, media_type="audio/mpeg", data=data[start:end], extension=".mp3")


def _mp3_frame_length(head: bytes) -> int:
    """Return how many bytes the frame of MPEG layer III has that begins with these four, 0 if it is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, kilobits, hertz = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or not 0 < kilobits < 15 or hertz == 3:
        return 0
    bits = _MP3_KILOBITS[3 if version == 3 else 2][kilobits - 1] * 1000
    return (144 if version == 3 else 72) * bits // _MP3_HERTZ[version][hertz] + (head[2] >> 1 & 1)


def _wav(data: bytes, limit: int) -> Clean:
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
    return Clean(kind=FileKind.AUDIO, media_type="audio/wav", data=cleaned, extension=".wav")


# Bytes after a frame's first, by its type (RFC 4867, 3GPP TS 26.101 and 26.201).
_AMR_BYTES = (12, 13, 15, 17, 19, 20, 26, 31, 5, 6, 5, 5, 0, 0, 0, 0)
_AMR_WIDE_BYTES = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0)


def _amr(data: bytes, limit: int) -> Clean:
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
        return Clean(kind=FileKind.AUDIO, media_type="audio/amr-wb", data=data, extension=".awb")
    return Clean(kind=FileKind.AUDIO, media_type="audio/amr", data=data, extension=".amr")


_PAGE_KEYS = frozenset(("/Type", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"))
# Long names only: fonts and pictures may be called /A or /P, and stand in dictionaries like any other.
_HIDDEN_KEYS = frozenset(
    ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/Alternates", "/Measure", "/PtData", "/Annots", "/Parent")
)
_HIDDEN_STREAM_KEYS = ("/F", "/FFilter", "/FDecodeParms", "/AF", "/EF", "/OPI", "/Ref")


def _pdf(data: bytes, limit: int) -> Clean:
    writer = PdfWriter()
    writer.metadata = None
    seen: dict[int, PdfObject] = {}
    for page in PdfReader(BytesIO(data)).pages:
        stamps = _stamps(page)
        for key in page.keys() - _PAGE_KEYS:
            del page[key]
        # What is cloned into the writer is written even if nothing points to it, so the pages are stripped before that.
        _strip(page, seen)
        _strip(stamps, seen)
        page[NameObject("/Annots")] = stamps
        writer.add_page(page)
    if not writer.pages:
        raise Unacceptable(Reason.DAMAGED)
    cleaned = BytesIO()
    writer.write(cleaned)
    return Clean(kind=FileKind.DOCUMENT, media_type="application/pdf", data=cleaned.getvalue(), extension=".pdf")


def _stamps(page: PageObject) -> ArrayObject:
    """Return the page's annotations and filled-in fields as mere pictures: no author, no time, no action."""
    stamps = ArrayObject()
    listed = page.get("/Annots", NullObject()).get_object()
    for reference in listed if isinstance(listed, ArrayObject) else ():
        annotation = reference.get_object()
        if isinstance(annotation, DictionaryObject) and "/AP" in annotation and "/Rect" in annotation:
            stamp = DictionaryObject({NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Stamp")})
            for key in ("/Rect", "/AP", "/AS", "/F"):
                if key in annotation:
                    stamp[NameObject(key)] = annotation.raw_get(key)
            stamps.append(stamp)
    return stamps


def _strip(root: PdfObject, seen: dict[int, PdfObject]) -> None:
    """Remove from everything below `root` what no page shows. seen: what is done already, by its `id`."""
    waiting: list[PdfObject] = [root]
    while waiting:
        found = waiting.pop().get_object()
        if found is None or id(found) in seen:
            continue
        seen[id(found)] = found
        if isinstance(found, DictionaryObject):
            for key in found.keys() & _HIDDEN_KEYS:
                del found[key]
            if isinstance(found, StreamObject):
                _strip_stream(found)
            waiting.extend(dict.values(found))
        elif isinstance(found, ArrayObject):
            waiting.extend(list.__iter__(found))


def _strip_stream(stream: StreamObject) -> None:
    """Remove what a camera wrote into an embedded JPEG: programs that make a PDF of photos copy them byte by byte."""
    for key in _HIDDEN_STREAM_KEYS:
        stream.pop(key, None)
    named = stream.get("/Filter", NullObject()).get_object()
    filters = named if isinstance(named, ArrayObject) else [named]
    last = filters[-1].get_object() if filters else None
    if last not in ("/DCTDecode", "/DCT", "/JPXDecode"):
        return
    picture = decode_stream_data(stream)
    if last != "/JPXDecode":
        picture = _bare_jpeg(picture)
    elif picture[4:8] == b"jP  ":
        boxes = bytearray(picture)
        _blank_unknown(boxes, _Box(kind=b"", start=0, body=0, end=len(boxes)), _JPEG_2000)
        picture = bytes(boxes)
    stream._data = picture
    stream[NameObject("/Filter")] = NameObject(last)
    parameters = stream.pop("/DecodeParms", NullObject()).get_object()
    if isinstance(parameters, ArrayObject):
        parameters = parameters[-1].get_object()
    if isinstance(parameters, DictionaryObject):
        stream[NameObject("/DecodeParms")] = parameters


# In a JPEG's compressed picture 0xFF is followed by 0 or by a restart mark; anything else begins the next segment.
_JPEG_SEGMENT = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _bare_jpeg(data: bytes) -> bytes:
    """Return the JPEG without comments, application segments (but colour transform, APP14) and what follows its end."""
    kept = [data[:2]]
    start = 2
    while (segment := _JPEG_SEGMENT.search(data, start)) and segment.group() != b"\xff\xd9":
        kept.append(data[start : segment.start()])
        [length] = struct.unpack_from(">H", data, segment.end())
        start = segment.end() + length
        mark = segment.group()[1]
        if mark != 0xFE and (mark == 0xEE or not 0xE0 <= mark <= 0xEF):
            kept.append(data[segment.start() : start])
    kept.append(data[start : segment.end()] if segment else data[start:])
    return b"".join(kept)


_CLEANERS: tuple[tuple[re.Pattern[bytes], Callable[[bytes, int], Clean]], ...] = tuple(
    (re.compile(magic, re.DOTALL), cleaner)
    for magic, cleaner in (
        (rb"\xff\xd8\xff", partial(_photo, "JPEG")),
        (rb"\x89PNG\r\n\x1a\n", partial(_photo, "PNG")),
        (rb"GIF8[79]a", partial(_photo, "GIF")),
        (rb"RIFF.{4}WEBP", partial(_photo, "WEBP")),
        (rb"RIFF.{4}WAVE", _wav),
        (rb".{4}ftyp", _video),
        (rb"OggS", _ogg),
        (rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", _mp3),
        (rb"#!AMR(-WB)?\n", _amr),
        (rb"%PDF-", _pdf),
    )
)
