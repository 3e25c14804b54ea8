"""The pages for what no route can answer: an address that leads nowhere, such as the misread code of a window, one to which
nothing can be sent, and a form that is too long. They say what happened, and where to go on from there.

It stands there in all languages of the city: whoever typed an address from a poster has told us nothing about themselves.
"""

from __future__ import annotations

import re

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.assets import version
from bot.channels.webchat_gate import HEADERS
from bot.pages import teller, templates
from dialog.texts import Text, Words, _

TITLE = _("There is nothing at this address")
SORRY = _("Perhaps a character is missing or wrong, or the window that you look for has another code now.")
NO_METHOD = _("This address can't be used in this way")
NO_METHOD_SORRY = _("Nothing was done. Please open the page again from the start page, and press its button there.")
TOO_MUCH = _("This is too much at once")
TOO_MUCH_SORRY = _("Nothing was done. Please go back in your browser, where your words may still stand, and make them shorter.")
CHOOSE = _("Choose the window that served you")
HOME = _("To the start page")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def kindly_lost(words: Words) -> Middleware:
    """Make what answers with a page where no route leads, or takes what came; what routes themselves refuse is theirs to say.

    None leads where control characters stand: no redirection can have them.
    """
    lost = _page(words, TITLE, SORRY)
    no_method = _page(words, NO_METHOD, NO_METHOD_SORRY)
    too_much = _page(words, TOO_MUCH, TOO_MUCH_SORRY)

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        has_control = _CONTROL.search(request.path) is not None
        try:
            if has_control:
                raise web.HTTPNotFound
            return await handler(request)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed, web.HTTPRequestEntityTooLarge) as error:
            if request.path.startswith("/chat/"):
                raise
            headers = dict(HEADERS)
            match error:
                case web.HTTPMethodNotAllowed():
                    html, headers["Allow"] = no_method, error.headers["Allow"]
                case web.HTTPRequestEntityTooLarge():
                    html = too_much
                case _:
                    is_nowhere = has_control or request.match_info.http_exception is not None
                    if not is_nowhere or request.method not in ("GET", "HEAD"):
                        raise
                    html = lost
            return web.Response(status=error.status, text=html, content_type="text/html", headers=headers)

    return answer


def _page(words: Words, title: Text, sorry: Text) -> str:
    """Render a page in all languages."""
    told = [(language, teller(words, language)) for language in words.languages]
    return (
        templates()
        .get_template("lost.html")
        .render(
            language=words.languages[0].replace("_", "-"),
            page_title=words.render(title, words.languages[0]),
            assets=f"/static/{version()}",
            told=[
                (language, {"title": t(title), "sorry": t(sorry), "choose": t(CHOOSE), "home": t(HOME)}) for language, t in told
            ],
        )
    )
