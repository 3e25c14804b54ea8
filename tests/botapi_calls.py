"""What arrives at the server: calls with their parameters, and the faults that meet them."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import BodyPartReader, web
from botapi_limits import ApiError, bad, decoded, forbidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file in a multipart body."""

    name: str
    data: bytes


@dataclass(slots=True, kw_only=True)
class Call:
    """A call of the bot; `at` in monotonic seconds, `status` as answered, None when no answer went out."""

    method: str
    params: dict[str, Any]
    uploads: dict[str, Upload]
    at: float
    status: int | None = None

    def text(self, name: str) -> str:
        return str(self.params.get(name, ""))

    def number(self, name: str, default: int = 0) -> int:
        try:
            return int(self.params.get(name, default))
        except (TypeError, ValueError):
            raise bad(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "1")

    def nested(self, name: str) -> Any:
        """Return an object or a list, None when it was not given."""
        return decoded(self.params.get(name), name)


FaultKind = Literal["429", "502", "403", "401", "close", "lost", "hang", "delay"]


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong, for whom and how often.

    429, 502, 403, 401: refused with that code. close: the connection breaks before anything is done. lost: done, but
    the connection breaks (after `seconds`) instead of an answer. hang: nothing is done, nothing answered until
    `seconds` are over. delay: done after `seconds`. `methods` empty: all of them ("file" is a download); `chat`: only
    this one; `times`: how often, then the fault is taken from the list; `p`: the chance of each time.
    """

    kind: FaultKind
    methods: Collection[str] = ()
    chat: int | None = None
    times: int | None = None
    p: float = 1.0
    retry_after: int = 1
    seconds: float = 0.0

    def refusal(self) -> ApiError | None:
        """Return the error to answer with, None for faults of the connection."""
        if self.kind == "429":
            wait = f"Too Many Requests: retry after {self.retry_after}"
            return ApiError(429, wait, retry_after=self.retry_after)
        if self.kind == "403":
            return forbidden("bot was blocked by the user")
        return ApiError(401, "Unauthorized") if self.kind == "401" else None


async def read(request: web.Request, call: Call) -> None:
    """Take the parameters from the query and the body, whatever its form."""
    call.params |= request.query
    if request.content_type == "application/json":
        try:
            call.params |= json.loads(await request.read() or b"{}")
        except ValueError:
            raise bad("can't parse request body as JSON object") from None
    elif request.content_type == "multipart/form-data":
        parts = await request.multipart()
        while isinstance(part := await parts.next(), BodyPartReader):
            name = str(part.name)
            if part.filename is None:
                call.params[name] = await part.text()
            else:
                call.uploads[name] = Upload(name=part.filename, data=bytes(await part.read()))
    else:
        call.params |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
