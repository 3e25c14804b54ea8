"""Pages of a list of things that have codes: each begins behind a code, so that its button stays good when the list grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from dialog.outgoing import Rows
from dialog.subjects import screen_button
from dialog.texts import Text, _

PAGE = 8
"""What fits on a phone with the buttons below it."""


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


_C = TypeVar("_C", bound=_Coded)


@dataclass(frozen=True, slots=True)
class Page(Generic[_C]):
    """What is shown, and behind which code the pages before and after it begin: "" is the first page, None: there is none."""

    shown: Sequence[_C]
    before: str | None
    after: str | None


def page(items: Sequence[_C], behind: str) -> Page[_C]:
    """Cut the page out of a list that begins behind a code; the first page where the code is not in it."""
    codes = [item.code for item in items]
    start = codes.index(behind) + 1 if behind in codes else 0
    before = None if start == 0 else codes[start - PAGE - 1] if start > PAGE else ""
    end = start + PAGE
    return Page(items[start:end], before, codes[end - 1] if end < len(items) else None)


def turns(cut: Page[Any], screen: str, *, first: str = "", behind: str = "", more: Text) -> Rows:
    """Give the buttons that turn pages: the screen's argument is `first` for the first page, else `behind` and a code."""
    buttons = []
    if cut.before is not None:
        buttons.append(screen_button(_("Previous page"), screen, f"{behind}{cut.before}" if cut.before else first))
    if cut.after is not None:
        buttons.append(screen_button(more, screen, f"{behind}{cut.after}"))
    return (tuple(buttons),) if buttons else ()
