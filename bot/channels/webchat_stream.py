"""What the web chat's page is told as it happens: one stream of server-sent events an open page.

Everything depends on `after`, the time at which the last message that the page has fell due, so a page may go on at any
replica. Events: `message` (a message of the program, or its new content), `own` (what the person sent, at the first load only),
`ready` (all that was there has been told), `busy` (the program is working on an answer), `language`, and `beat`, by which the
page notices that a connection is dead.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Set
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.channels.door import Delivery, Door, Mailbox
from bot.channels.webchat_gate import CHANNEL, HEADERS, Gate, Visitor
from bot.channels.webchat_words import TOO_MANY_PAGES
from dialog.chart import Chart, in_words
from dialog.code import Code
from dialog.incoming import Incoming
from dialog.texts import Words

BEAT_SECONDS = 15.0
STREAMS_PER_IP = 300
"""Open pages of one IP address on one replica: more than a whole office has, less than what hurts."""


class Streams:
    """The open pages of this process."""

    def __init__(self, door: Door, words: Words, gate: Gate, *, beat_seconds: float) -> None:
        self._door = door
        self._words = words
        self._gate = gate
        self.beat_seconds = beat_seconds
        self._by_ip: Counter[str] = Counter()
        self._open: set[asyncio.Task[Any]] = set()
        self._closing = False

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Tell one page what happens until either side goes."""
        visitor = self._gate.known_visitor(request)
        if self._by_ip[visitor.ip] >= STREAMS_PER_IP:
            raise self._gate.refusal(request, web.HTTPTooManyRequests, TOO_MANY_PAGES)
        task = asyncio.current_task()
        assert task is not None
        self._by_ip[visitor.ip] += 1
        self._open.add(task)
        response = web.StreamResponse(
            headers={**HEADERS, "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        try:
            await response.prepare(request)
            await self._tell(response, visitor, _after(request))
        except ConnectionResetError:
            pass  # the page has gone; it knows where to go on
        except asyncio.CancelledError:
            if not self._closing:
                raise
            task.uncancel()
        finally:
            self._open.discard(task)
            self._by_ip -= Counter({visitor.ip: 1})
        return response

    async def close(self) -> None:
        """End all streams, so that the server can stop; the pages come again by themselves."""
        self._closing = True
        for task in self._open:
            task.cancel()
        await asyncio.sleep(0)

    async def _tell(self, response: web.StreamResponse, visitor: Visitor, after: int) -> None:
        news = self._door.listen(CHANNEL, visitor.address)
        known = await self._door.language(CHANNEL, visitor.address) is not None
        told: dict[str, bytes] = {}
        settled = 0
        state: dict[str, Any] = {}
        first = True
        loop = asyncio.get_running_loop()
        beat_at = loop.time()
        while not self._closing:
            mailbox = await self._door.history(CHANNEL, visitor.address, after, settled)
            settled = mailbox.settled
            known = known or bool(mailbox.deliveries)
            events: list[bytes] = []
            for item in in_order(mailbox):
                if isinstance(item, Delivery):
                    event = _event("message", message_json(item, self._words))
                    # Until it is acknowledged a message comes with every look; it is told again only if it has changed.
                    if told.get(item.id) != event:
                        told[item.id] = event
                        events.append(event)
                    after = max(after, item.n)
                elif first:
                    events.append(_event("own", own_json(*item, mailbox.refused)))
            if first:
                events.append(_event("ready", None))
            first = False
            now: dict[str, Any] = {"busy": mailbox.busy}
            if known:  # before that it is the city's language, not the reader's
                now["language"] = mailbox.language
            events += [_event(name, value) for name, value in now.items() if state.get(name) != value]
            state = now
            if not events and loop.time() >= beat_at:
                events.append(_event("beat", None))
            for event in events:
                await response.write(event)
                beat_at = loop.time() + self.beat_seconds
            # Not every change rings: a message may be due later, or come from another replica. So look again in any case.
            await news(self.beat_seconds)


def in_order(mailbox: Mailbox) -> Iterator[Delivery | tuple[datetime, Incoming]]:
    """Give messages by the time at which they came, an edit behind what it edits, with the person's own between them.

    By number, what was put off would stand where it was caused: a unit could read there in which minute it was rated.
    Presses and commands of links are not shown.
    """
    came = {delivery.id: delivery.at for delivery in mailbox.deliveries}

    def place_of(delivery: Delivery) -> datetime:
        return max(delivery.at, came.get(delivery.edits or "", delivery.at))

    own = [(at, sent) for at, sent in mailbox.own if not sent.press and not sent.text.startswith("/start ")]
    own.sort(key=lambda pair: (pair[0], pair[1].order))
    place = 0
    for delivery in sorted(mailbox.deliveries, key=place_of):
        while place < len(own) and own[place][0] <= delivery.at:
            yield own[place]
            place += 1
        yield delivery
    yield from own[place:]


def message_json(delivery: Delivery, words: Words) -> dict[str, Any]:
    """Put a message into the words of its language and the shape that the page knows."""
    message = delivery.message
    return {
        "n": delivery.n,
        "id": delivery.id,
        "at": milliseconds(delivery.at),
        "edits": delivery.edits,
        "bares": delivery.bares,
        "lines": [words.render(line, delivery.language) for line in message.lines],
        "rows": [
            [{"label": words.render(button.label, delivery.language), "press": button.press, "url": button.url} for button in row]
            for row in message.rows
        ],
        "files": [
            *(
                {"kind": kind, "url": f"/chat/files/{delivery.source}/{index}", "ready": ready}
                for index, (kind, ready) in enumerate(delivery.files)
            ),
            *([_picture_json(delivery, message.picture, words)] if message.picture else ()),
        ],
        "wants": message.wants,
    }


def _picture_json(delivery: Delivery, picture: Chart | Code, words: Words) -> dict[str, Any]:
    # The browser keeps the picture; the language in its address makes another one of it in another language.
    url = f"/chat/files/{delivery.source}/{len(delivery.message.files)}?language={delivery.language}"
    alt = (
        words.render(picture.alt, delivery.language) if isinstance(picture, Code) else in_words(picture, words, delivery.language)
    )
    return {"kind": "photo", "url": url, "ready": True, "alt": alt}


def own_json(at: datetime, sent: Incoming, refused: Set[str]) -> dict[str, Any]:
    """Give a message of the person's own in the shape that the page knows."""
    place = sent.place
    return {
        "id": sent.message,
        "at": milliseconds(at),
        "text": sent.text,
        "reply_to": sent.reply_to,
        "files": [
            {"kind": file.kind, "url": f"/chat/uploads/{file.ref}", "refused": file.ref in refused}
            for file in sent.files
            if file.kept
        ],
        "place": {"lon": place.lon, "lat": place.lat} if place and place.lon is not None else None,
    }


def milliseconds(at: datetime) -> int:
    """Give a point in time as the page counts it."""
    return round(at.timestamp() * 1000)


def _after(request: web.Request) -> int:
    after = request.query.get("after", "0")
    return int(after) if after.isascii() and after.isdigit() and len(after) < 15 else 0


def _event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
