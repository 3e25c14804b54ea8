"""The files that our pages load: scripts, styles, the mark; served under an address that changes whenever one of them does."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

WEB = Path(__file__).parent / "web"
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@cache
def assets() -> Mapping[str, bytes]:
    """Read the files by name."""
    return {path.name: path.read_bytes() for path in (WEB / "static").iterdir() if path.suffix in MEDIA_TYPES}


def version() -> str:
    """Name the state of all files together."""
    return hashlib.sha256(b"".join(content for _name, content in sorted(assets().items()))).hexdigest()[:12]
