"""Who is at the web chat's door: the device's cookie, its address, its language, and what it may do.

The cookie's value is a device's address in this channel. Refusals are `web.HTTPException`s with a sentence as JSON.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import math
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import web

from bot.channels.door import Door
from bot.channels.webchat_words import FOREIGN, RELOAD, TOO_MUCH
from dialog.texts import Text, Words

CHANNEL = "web"
COOKIE_AGE = timedelta(days=400)  # the longest that browsers keep a cookie
_ADDRESS = re.compile(r"[A-Za-z0-9_-]{43}")

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self)",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A device that is known by its cookie; `ip` is the network it comes from as a source of quotas: `ip:10.0.0.7`."""

    address: str
    ip: str

    @property
    def device(self) -> str:
        """Name the device where its address must not stand."""
        return hashlib.sha256(self.address.encode()).hexdigest()[:32]


class TooLarge(web.HTTPClientError):
    """A body is larger than we take."""

    status_code = 413


class Gate:
    """Tells devices apart and keeps foreign pages and floods out."""

    def __init__(self, door: Door, words: Words, *, public_url: str, behind_proxy: bool) -> None:
        parts = urlsplit(public_url)
        self._door = door
        self._words = words
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._secure = parts.scheme == "https"
        # Browsers take a cookie of this prefix from this very host only, so no neighbour of its domain can plant one.
        self._cookie = "__Host-huiyin" if self._secure else "huiyin"
        self._behind_proxy = behind_proxy

    def address(self, request: web.Request) -> str:
        """Give the device's address, a new one if it has none yet."""
        return self._known(request) or _new_address()

    def visitor(self, request: web.Request, address: str | None = None) -> Visitor | None:
        """Tell who is asking; None without a cookie, unless an address is given to a new device."""
        address = address or self._known(request)
        return Visitor(address=address, ip=f"ip:{self._ip(request)}") if address else None

    def known_visitor(self, request: web.Request) -> Visitor:
        """Tell who is asking; refuses with 401 without a cookie."""
        visitor = self.visitor(request)
        if visitor is None:
            raise self.refusal(request, web.HTTPUnauthorized, RELOAD)
        return visitor

    def own_page(self, request: web.Request) -> None:
        """Refuse with 403 what another site's page sent in this person's name.

        Browsers send Sec-Fetch-Site to https and loopback only; elsewhere the Origin has to do.
        """
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin", "")
        ours = site == "same-origin" if site else origin in (self._origin, f"{request.scheme}://{request.host}")
        if not ours:
            raise self.refusal(request, web.HTTPForbidden, FOREIGN)

    async def within_quota(self, request: web.Request, visitor: Visitor, **amounts: int) -> None:
        """Count amounts for the device and its IP address; refuses with 429 if either has used up an allowance."""
        wait = await self.wait(visitor, **amounts)
        if wait is not None:
            raise self.too_much(request, wait)

    async def wait(self, visitor: Visitor, **amounts: int) -> timedelta | None:
        """Count amounts for the device and its IP address; how long to wait if either has used up an allowance."""
        for source in (visitor.address, visitor.ip):
            wait = await self._door.quota(source, **amounts)
            if wait is not None:
                return wait
        return None

    async def people(self, request: web.Request, visitor: Visitor) -> None:
        """Count a device that sends for the first time; refuses with 429 if its IP address brought too many."""
        if await self._door.language(CHANNEL, visitor.address) is None:
            wait = await self._door.quota(visitor.ip, people=1)
            if wait is not None:
                raise self.too_much(request, wait)

    def too_much(self, request: web.Request, wait: timedelta) -> web.HTTPException:
        """Make the refusal that names a time to wait."""
        seconds = max(1, math.ceil(wait.total_seconds()))
        refusal = self.refusal(request, web.HTTPTooManyRequests, TOO_MUCH, seconds=seconds)
        refusal.headers["Retry-After"] = str(seconds)
        return refusal

    def refusal(self, request: web.Request, kind: type[web.HTTPException], text: Text, **args: int) -> web.HTTPException:
        """Make a refusal with a sentence in the page's language; asks nothing of the store, which may be what has failed."""
        language = asked_language(request, self._words.languages) or self._words.languages[0]
        body = json.dumps({"error": self._words.render(Text(text.id, args), language)}, ensure_ascii=False)
        return kind(text=body, content_type="application/json", headers=HEADERS)

    async def language(self, request: web.Request, address: str | None) -> str:
        """Choose a language: the one asked for, the person's own, the browser's, the city's first."""
        if request.query.get("lang") not in self._words.languages and address:
            known = await self._door.language(CHANNEL, address)
            if known in self._words.languages:
                return str(known)
        return asked_language(request, self._words.languages) or self._words.languages[0]

    def set_cookie(self, response: web.StreamResponse, address: str) -> None:
        """Let the browser keep the address."""
        response.set_cookie(
            self._cookie,
            address,
            max_age=int(COOKIE_AGE.total_seconds()),
            path="/",
            httponly=True,
            secure=self._secure,
            samesite="Lax",
        )

    def renew_cookie(self, response: web.StreamResponse) -> None:
        """Make the browser a device that nobody knows."""
        self.set_cookie(response, _new_address())

    def _known(self, request: web.Request) -> str | None:
        address = request.cookies.get(self._cookie, "")
        return address if _ADDRESS.fullmatch(address) else None

    def _ip(self, request: web.Request) -> str:
        forwarded = request.headers.getall("X-Forwarded-For", []) if self._behind_proxy else []
        # The last entry is the proxy's own; those before it are whatever the client claims.
        return _network(forwarded[-1].rpartition(",")[2].strip() if forwarded else request.remote or "")


def _network(address: str) -> str:
    """Give what stands for one source: of an IPv6 address the first half, because one line has all that begin with it."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((int(ip) >> 64 << 64, 64)).network_address)


def _new_address() -> str:
    return secrets.token_urlsafe(32)


def asked_language(request: web.Request, languages: Sequence[str]) -> str | None:
    """Give the language that the address asks for, else the one that the browser likes best; None if we speak none of them."""
    asked = request.query.get("lang")
    if asked in languages:
        return asked
    for wanted in _by_preference(request.headers.get("Accept-Language", "")):
        for language in languages:
            if language.partition("_")[0] == wanted:
                return language
    return None


def _by_preference(header: str) -> list[str]:
    """Read an Accept-Language header: primary language codes, the most wanted first."""
    wanted: list[tuple[float, str]] = []
    for item in header.split(","):
        tag, _, quality = item.strip().partition(";q=")
        try:
            wanted.append((float(quality or 1), tag.partition("-")[0].lower()))
        except ValueError:
            continue
    return [tag for quality, tag in sorted(wanted, key=lambda pair: -pair[0]) if quality > 0]
