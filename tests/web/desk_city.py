"""Somebody of the office at the desk: signed in through the chat, and working on the program's pages as a browser does."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, FormData
from story_web import WebPerson
from web.board_city import BoardCity, board_city

from actions import filing
from actions.filing import FileCase
from domain.cases import CaseKind, CaseState
from storage.cases import Case

NOWHERE = FileCase(kind=CaseKind.COMPLAINT, text="很吵，睡不着。", files=(), place=None, category=None, publish=True)
FORM = re.compile(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', re.S)
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@dataclass(slots=True)
class Desk:
    """The pages, seen by one person. `page` is what they see now, `status` how it was answered."""

    city: BoardCity
    person: WebPerson
    session: ClientSession
    page: str = ""
    status: int = 0
    forms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    async def opens(self, path: str) -> str:
        """Load a page and note its forms."""
        async with self.session.get(path) as answer:
            self._sees(answer.status, await answer.text())
        return self.page

    async def presses(self, action: str, **typed: str) -> str:
        """Send a form of this page as it stands, with what was typed, and go where that leads."""
        known = next(fields for address, fields in self.forms.items() if address.endswith(f"/{action}"))
        address = next(address for address in self.forms if address.endswith(f"/{action}"))
        return await self.sends(address, {**known, **typed})

    async def sends(self, address: str, fields: Mapping[str, str] | FormData) -> str:
        """Send anything to an address."""
        async with self.session.post(address, data=fields) as answer:
            self._sees(303 if answer.history and answer.ok else answer.status, await answer.text())
        return self.page

    def _sees(self, status: int, page: str) -> None:
        self.status, self.page = status, unescape(page)
        self.forms = {action: dict(FIELD.findall(body)) for action, body in FORM.findall(page)}

    @property
    def said(self) -> str:
        """What the page says has happened, or why not."""
        found = re.findall(r'<(div|p) class="(?:said|alert)" role="\w+">(.*?)</\1>', self.page, re.S)
        return " ".join(re.sub("<[^>]+>", " ", part) for _tag, part in found)

    @property
    def listed(self) -> list[str]:
        """The numbers of the cases in the list, in their order."""
        return re.findall(r'<h2 id="n([0-9-]+)">', self.page)

    @property
    def offered(self) -> set[str]:
        """What can be pressed on this page."""
        return {action.rpartition("/")[2] for action in self.forms}


@asynccontextmanager
async def desk_city(folder: Path, database: str, **settings: Any) -> AsyncIterator[Desk]:
    """Start the program, and let somebody of the office sign in in the chat."""
    async with board_city(folder, database, **settings) as city, at_desk(city, "Li") as desk:
        yield desk


@asynccontextmanager
async def at_desk(city: BoardCity, name: str, language: str = "en") -> AsyncIterator[Desk]:
    """Sign somebody of the office in, in the chat, and open the desk in the same browser."""
    person = await city.town.office("web", name=name, language=language)
    assert isinstance(person, WebPerson)
    async with ClientSession(city.town.url, cookie_jar=person.cookies) as session:
        yield Desk(city, person, session)


def address(case: Case) -> str:
    """Give the address of a case's page."""
    return f"/desk/case/{case.number}"


async def filed(city: BoardCity, command: FileCase = NOWHERE) -> Case:
    """File a matter as a citizen does."""
    receipt = await city.does("citizen", lambda ctx: filing.file_case(ctx, command))
    case: Case = receipt.case
    return case


async def state(desk: Desk, case: Case) -> CaseState:
    """Read where a case stands now."""
    return (await desk.city.town.case(case.number)).state
