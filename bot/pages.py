"""How our server-rendered pages are made: the templates, and texts put into the reader's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import jinja2

from bot.assets import WEB
from dialog.texts import Moment, Name, Text, Words

Tell: TypeAlias = Callable[[Text | Name | Moment | str], str]


def templates() -> jinja2.Environment:
    """Open the templates; what they are given is escaped."""
    loader = jinja2.FileSystemLoader(WEB / "templates")
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)


def teller(words: Words, language: str) -> Tell:
    """Make what puts everything that a template prints into words of a language."""

    def tell(what: Text | Name | Moment | str) -> str:
        match what:
            case str():
                return words.shown(what, language)
            case Text():
                return words.render(what, language)
            case _:
                return words.render(Text("{it}", {"it": what}), language)

    return tell


def id_of(text: str) -> str:
    """Give an id as it came with an address; "" for what can be none, for PostgreSQL takes no zero byte."""
    return text if text.isalnum() else ""
