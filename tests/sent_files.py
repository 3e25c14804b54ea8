"""Files as people's devices write them, made piece by piece, with SECRET wherever something about their maker can stand."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.annotations import FreeText, Link
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from bot.cleaning import Reason, Unacceptable, clean

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


MP3_FRAME = b"\xff\xfb\x90\x00" + b"s" * 413


def id3(content: bytes, *, with_footer: bool = False) -> bytes:
    size = len(content)
    head = bytes((4, 0, 0x10 * with_footer, size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127))
    return b"ID3" + head + content + (b"3DI" + head if with_footer else b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def wav(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


FORMAT = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16))


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


def pdf_of(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    made = b"%PDF-1.7\n"
    places = []
    for number, written in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, written)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return made + b"xref\n0 %d\n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, table, size, len(made))


CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"


def pages_of(count: int, *, bytes_each: int) -> bytes:
    """A PDF that names its one page `count` times; that page has so many bytes in itself."""
    pages = b"<</Type/Pages/Kids[" + b"3 0 R " * count + b"]/Count %d>>" % count
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</X(" + b"a" * bytes_each + b")>>>>"
    return pdf_of(CATALOGUE, pages, page)


def unpacks(megabytes: int) -> bytes:
    """A PDF whose pictures, of 50 MB each, unpack to so many."""
    packed = zlib.compress(bytes(50_000_000))
    picture = b"<</Subtype/Image/Filter[/FlateDecode/DCTDecode]/Length %d>>\nstream\n%b\nendstream" % (len(packed), packed)
    count = megabytes // 50
    names = b"".join(b"/I%d %d 0 R" % (n, n) for n in range(4, 4 + count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<<%b>>>>>>" % names
    return pdf_of(CATALOGUE, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, *[picture] * count)
