"""The web server's application: all routes, a sign of life, and what is answered while the store is away."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.lost import kindly_lost
from bot.vault import VaultError
from dialog.texts import Words, _
from storage.database import StorageError

log = logging.getLogger("huiyin.web")

BODY = 1024 * 1024
AGAIN_SECONDS = 5
AWAY = _("This can't be done just now. Please try again in a minute; what you wrote is not lost.")
BEGUN: web.RequestKey[web.StreamResponse] = web.RequestKey("begun", web.StreamResponse)


def application(routes: Iterable[web.AbstractRouteDef], words: Words) -> web.Application:
    """Compose the application."""
    made = web.Application(client_max_size=BODY, middlewares=(_while_away(words), kindly_lost(words)))
    made.on_response_prepare.append(_note_begun)
    made.router.add_get("/healthz", _health)
    made.router.add_routes(routes)
    return made


async def _health(request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def _note_begun(request: web.Request, response: web.StreamResponse) -> None:
    request[BEGUN] = response


def _while_away(words: Words) -> Middleware:
    # The store that would tell the reader's language is what has failed: the sentence stands in all of them.
    sentence = "\n".join(words.render(AWAY, language) for language in words.languages)

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (StorageError, VaultError) as error:
            log.warning("request_waits_for_the_store", extra={"fields": {"why": str(error)}})
            if BEGUN in request:
                return request[BEGUN]  # what was being told ends here; the page comes again
            text, kind = sentence, "text/plain"
            if request.path.startswith("/chat/"):
                text, kind = json.dumps({"error": sentence}, ensure_ascii=False), "application/json"
            headers = {"Retry-After": str(AGAIN_SECONDS), "Cache-Control": "no-store"}
            return web.Response(status=503, text=text, content_type=kind, headers=headers)

    return guard
