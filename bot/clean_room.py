"""A process of its own for each file that is cleaned: whatever a file does to what reads it, the program goes on.

It is told the file on standard input, and answers on standard output with a line, kind and type or the reason why the file is
not taken, and the cleaned file behind it.
"""

from __future__ import annotations

import asyncio
import resource
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from pathlib import Path

from bot.cleaning import Clean, FileKind, Reason, Unacceptable, clean

MOST_MEMORY = 512 * 2**20
"""In bytes. The largest picture takes half of it, as does a PDF with a hundred thousand objects."""
MOST_SECONDS = 20
"""Of CPU. The largest files that people send take one or two, on a slow machine five."""


class Interrupted(Exception):
    """The process ended without an answer; another try may have one."""


async def clean_apart(data: bytes, *, limit: int) -> Clean:
    """Return the file `data` without metadata, as `clean` does. Raises Unacceptable, Interrupted."""
    command = (sys.executable, "-m", "bot.clean_room", str(limit))
    try:
        # In a session of its own, because what interrupts us (Ctrl-C) must not seem to be the file's doing.
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True)
    except OSError as error:
        raise Interrupted("a process to clean in could not be begun") from error
    try:
        answer, _errors = await process.communicate(data)
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode == -signal.SIGXCPU:
        raise Unacceptable(Reason.DAMAGED)
    if process.returncode != 0:
        raise Interrupted(f"the process to clean in ended with {process.returncode}")
    line, _end, cleaned = answer.partition(b"\n")
    match line.decode().split():
        case [kind, media_type]:
            return Clean(kind=FileKind(kind), media_type=media_type, data=cleaned)
        case [reason]:
            raise Unacceptable(Reason(reason))
    raise Interrupted("the process to clean in gave no answer")


def main() -> None:
    """Clean the file on standard input."""
    with suppress(OSError):  # where memory runs short it is this process that is ended, and not the program
        Path("/proc/self/oom_score_adj").write_text("1000")
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # it would show what was sent
    try:
        cleaned = clean(sys.stdin.buffer.read(), limit=int(sys.argv[1]))
    except Unacceptable as unacceptable:
        sys.stdout.buffer.write(f"{unacceptable.reason}\n".encode())
    else:
        sys.stdout.buffer.write(f"{cleaned.kind} {cleaned.media_type}\n".encode())
        sys.stdout.buffer.write(cleaned.data)


if __name__ == "__main__":
    main()
