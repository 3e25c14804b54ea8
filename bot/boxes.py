"""Boxes in boxes, the form of ISO base media files (ISO/IEC 14496-12), of QuickTime's and of JPEG 2000.

What is taken out becomes a `free` box full of zeros: the file keeps its length, and offsets that point into it stay true.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bot.clean_files import Reason, Unacceptable

# Kinds of boxes that are known, as they stand in one another; None: taken as it is.
Boxes: TypeAlias = "Mapping[bytes, Boxes | None]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box in a file: it begins at `start` with its header, its content is `[body:end]`."""

    kind: bytes
    start: int
    body: int
    end: int


def leaves(kinds: bytes) -> dict[bytes, Boxes | None]:
    """Return boxes of these kinds, written with spaces between them, to be taken as they are."""
    return dict.fromkeys(kinds.split())


def whole(file: bytearray) -> Box:
    """Return the file as the box that all others stand in."""
    return Box(kind=b"", start=0, body=0, end=len(file))


def walk(file: bytearray, outer: Box, *path: bytes) -> Iterator[Box]:
    """Go through the boxes directly inside `outer`, or through those at the end of every `path` of kinds below it.

    Raises Unacceptable for a box that ends outside `outer`, struct.error for a header cut short.
    """
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
        box = Box(kind=kind, start=start, body=body, end=end)
        if not path:
            yield box
        elif kind == path[0]:
            if len(path) == 1:
                yield box
            else:
                yield from walk(file, box, *path[1:])
        start = end


def walk_all(file: bytearray, outer: Box, known: Boxes) -> Iterator[Box]:
    """Go through all boxes below `outer` as far as `known` says what stands in them; errors as in `walk`."""
    for box in walk(file, outer):
        yield box
        if inner := known.get(box.kind):
            yield from walk_all(file, box, inner)


def blank(file: bytearray, box: Box) -> None:
    """Turn `box` into free space, its content into zeros."""
    file[box.start + 4 : box.start + 8] = b"free"
    file[box.body : box.end] = bytes(box.end - box.body)


def blank_unknown(file: bytearray, outer: Box, known: Boxes) -> None:
    """Blank every box below `outer` that is not `known`; errors as in `walk`."""
    for box in walk(file, outer):
        if box.kind not in known:
            blank(file, box)
        elif (inner := known[box.kind]) is not None:
            blank_unknown(file, box, inner)


def zero(file: bytearray, box: Box, first: int, beyond: int) -> None:
    """Zero the bytes `[first:beyond]` of what `box` contains. Raises Unacceptable if it is shorter."""
    if box.body + beyond > box.end:
        raise Unacceptable(Reason.DAMAGED)
    file[box.body + first : box.body + beyond] = bytes(beyond - first)
