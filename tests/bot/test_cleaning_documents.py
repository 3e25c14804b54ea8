"""PDFs still show their pages, and carry nothing else."""

from __future__ import annotations

from io import BytesIO
from typing import cast

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NullObject, NumberObject, StreamObject
from sent_files import LIMIT, SECRET, box, jpeg, looks_like, pages_of, pdf, picture, reason_for, tells_nothing

from bot.cleaning import FileKind, Reason, clean


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
    assert (cleaned.kind, cleaned.media_type) == (FileKind.DOCUMENT, "application/pdf")
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


def test_a_small_pdf_that_becomes_a_large_one_is_refused() -> None:
    sent = pages_of(100, bytes_each=20_000)
    assert reason_for(sent, limit=1_000_000) is Reason.TOO_LARGE
    assert len(clean(pages_of(10, bytes_each=20_000), limit=1_000_000).data) > 200_000


def test_a_pdf_of_more_than_500_pages_is_refused() -> None:
    assert len(PdfReader(BytesIO(clean(pages_of(500, bytes_each=1), limit=LIMIT).data)).pages) == 500
    assert reason_for(pages_of(501, bytes_each=1)) is Reason.TOO_LARGE
