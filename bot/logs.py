"""Logs: one line an event, as text or as JSON; never a word that a person wrote, and nothing about who they are."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from aiohttp.http_exceptions import HttpProcessingError

LIBRARIES = {
    "apscheduler": logging.CRITICAL,  # it calls being late and being stopped errors; bot/scheduler.py tells what matters
    "aiohttp.access": logging.ERROR,
    "pypdf": logging.ERROR,
    "PIL": logging.WARNING,
    "fontTools": logging.WARNING,
    "fpdf": logging.WARNING,
    "matplotlib": logging.WARNING,
}
_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime"}


class Line(logging.Formatter):
    """Formats an event with its fields."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """Write one line; the place of an error is told, its words are not, for they may quote somebody."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        fields.update(fields.pop("fields", {}))
        event = record.getMessage()
        if record.exc_info and record.exc_info[0]:
            fields["error"] = record.exc_info[0].__name__
            trace = record.exc_info[2]
            places = []
            while trace:
                places.append(f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}")
                trace = trace.tb_next
            fields["at"] = " > ".join(places[-6:])
        if self._as_json:
            line = {"time": at, "level": record.levelname, "logger": record.name, "event": event, **fields}
            return json.dumps(line, ensure_ascii=False, default=str)
        return " ".join([at, record.levelname, record.name, event, *(f"{name}={value}" for name, value in fields.items())])


def without_clients(record: logging.LogRecord) -> bool:
    """Take the client's address out of what aiohttp's server reports; False if it is only that a client speaks no HTTP."""
    record.msg, record.args = "request_failed", ()
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def set_up_logs(*, as_json: bool) -> None:
    """Send every event to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Line(as_json=as_json))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name, level in LIBRARIES.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger("aiohttp.server").addFilter(without_clients)
