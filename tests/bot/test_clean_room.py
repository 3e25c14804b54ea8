"""Files are cleaned in a process of their own, and whatever happens to it is no more than an answer."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sent_files import LIMIT, jpeg, unpacks

from bot.clean_room import Interrupted, clean_apart
from bot.cleaning import Reason, Unacceptable, clean

MEASURE = """
import re, sys
from bot.cleaning import clean
def most() -> int:
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
before = most()
clean(sys.stdin.buffer.read(), limit=20_000_000)
print((most() - before) // 1000)
"""


async def refusal(data: bytes) -> Reason:
    with pytest.raises(Unacceptable) as refused:
        await clean_apart(data, limit=LIMIT)
    return refused.value.reason


async def test_a_file_comes_out_as_it_would_here() -> None:
    assert await clean_apart(jpeg(), limit=LIMIT) == clean(jpeg(), limit=LIMIT)


async def test_a_refusal_has_its_reason() -> None:
    assert await refusal(b"") is Reason.EMPTY
    assert await refusal(b"#!/bin/sh\n") is Reason.UNKNOWN_TYPE


async def test_a_file_that_takes_all_memory_is_damaged() -> None:
    assert await refusal(unpacks(megabytes=700)) is Reason.DAMAGED


@pytest.mark.parametrize(("end", "raised"), [("XCPU", Unacceptable), ("KILL", Interrupted), ("TERM", Interrupted)])
async def test_who_used_up_its_time_is_damaged_and_who_was_killed_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, raised: type[Exception]
) -> None:
    ends = tmp_path / "ends"
    ends.write_text(f"#!/bin/sh\nkill -{end} $$\n")
    ends.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(ends))
    with pytest.raises(raised):
        await clean_apart(jpeg(), limit=LIMIT)


async def test_where_no_process_can_be_begun_the_file_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    with pytest.raises(Interrupted):
        await clean_apart(jpeg(), limit=LIMIT)


@pytest.mark.parametrize(
    ("image_format", "mode", "size"),
    [
        ("PNG", "RGB", (5650, 5650)),
        ("PNG", "RGBA", (5650, 5650)),
        ("PNG", "RGBA", (20_000, 1600)),
        ("JPEG", "RGB", (12_000, 9000)),
    ],
)
def test_the_largest_picture_takes_two_hundred_megabytes(image_format: str, mode: str, size: tuple[int, int]) -> None:
    file = BytesIO()
    Image.new(mode, size).save(file, image_format)
    measured = subprocess.run([sys.executable, "-c", MEASURE], input=file.getvalue(), capture_output=True, check=True)
    assert int(measured.stdout) < 210
