"""PDF documents with their pages and what these show, no more: no author, history, attachments, scripts, links."""

from __future__ import annotations

import re
import struct
from io import BytesIO

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.filters import decode_stream_data
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NullObject, PdfObject, StreamObject

from bot.boxes import Boxes, blank_unknown, leaves, whole
from bot.clean_files import Clean, FileKind, Reason, Room, Unacceptable

MOST_PAGES = 500
"""Longer than anybody reads. A file may name the same page over and over, and each time it becomes a copy of its own."""
_PAGE_KEYS = frozenset(("/Type", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"))
# Long names only: fonts and pictures may be called /A or /P, and stand in dictionaries like any other.
_HIDDEN_KEYS = frozenset(
    ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/Alternates", "/Measure", "/PtData", "/Annots", "/Parent")
)
_HIDDEN_STREAM_KEYS = ("/F", "/FFilter", "/FDecodeParms", "/AF", "/EF", "/OPI", "/Ref")

_JPEG_2000: Boxes = {b"jP  ": None, **leaves(b"ftyp jp2h jp2c")}


def clean_pdf(data: bytes, *, limit: int) -> Clean:
    """Return the pages of `data`; limit: bytes that they may take.

    Raises Unacceptable if there are none or too many, and what pypdf raises on damage or behind a password.
    """
    pages = PdfReader(BytesIO(data)).pages
    if not pages:
        raise Unacceptable(Reason.DAMAGED)
    if len(pages) > MOST_PAGES:
        raise Unacceptable(Reason.TOO_LARGE)
    writer = PdfWriter()
    writer.metadata = None
    seen: dict[int, PdfObject] = {}
    for page in pages:
        stamps = _stamps(page)
        for key in page.keys() - _PAGE_KEYS:
            del page[key]
        # What is cloned into the writer is written even if nothing points to it, so the pages are stripped before that.
        _strip(page, seen)
        _strip(stamps, seen)
        page[NameObject("/Annots")] = stamps
        writer.add_page(page)
    cleaned = Room(limit)
    writer.write(cleaned)
    return Clean(kind=FileKind.DOCUMENT, media_type="application/pdf", data=cleaned.getvalue())


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
        blank_unknown(boxes, whole(boxes), _JPEG_2000)
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
