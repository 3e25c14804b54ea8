"""The page for an address that leads nowhere, such as the misread code of a window: what happened, and where to go on from there.

It stands there in all languages of the city: whoever typed an address from a poster has told us nothing about themselves.
"""

from __future__ import annotations

import re

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.assets import version
from bot.channels.webchat_gate import HEADERS
from bot.pages import teller, templates
from dialog.texts import Words, _

TITLE = _("There is nothing at this address")
SORRY = _("Perhaps a character is missing or wrong, or the window that you look for has another code now.")
CHOOSE = _("Choose the window that served you")
HOME = _("To the start page")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def kindly_lost(words: Words) -> Middleware:
    """Make what answers with the page where no route leads; what routes themselves refuse is theirs to say.

    None leads where control characters stand: no redirection can have them.
    """
    told = [(language, teller(words, language)) for language in words.languages]
    page = templates().get_template("lost.html")
    html = page.render(
        language=words.languages[0].replace("_", "-"),
        page_title=words.render(TITLE, words.languages[0]),
        assets=f"/static/{version()}",
        told=[(language, {"title": t(TITLE), "sorry": t(SORRY), "choose": t(CHOOSE), "home": t(HOME)}) for language, t in told],
    )

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        has_control = _CONTROL.search(request.path) is not None
        try:
            if has_control:
                raise web.HTTPNotFound
            return await handler(request)
        except web.HTTPNotFound:
            is_nowhere = has_control or request.match_info.http_exception is not None
            is_lost = is_nowhere and request.method in ("GET", "HEAD")
            if not is_lost or request.path.startswith("/chat/"):
                raise
            return web.Response(status=404, text=html, content_type="text/html", headers=HEADERS)

    return answer
