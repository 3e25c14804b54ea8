"""The three things a conversation is made of: screens that show, acts that do one thing, forms that ask.

`C` is what they work with (the open transaction, who acts, the time, the city); this layer never looks into it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from dialog.outgoing import Button, Outgoing
from dialog.play import Script
from dialog.texts import Json, Text

C = TypeVar("C")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A form to open: its argument, and messages that a collection of it has already (`complete`: and needs no more).

    The collection is the form's first question, or the one `at` this key, also where it would be asked on request only.
    """

    form: str
    arg: str = ""
    items: tuple[Json, ...] = ()
    complete: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an act or a finished form answers.

    `card` replaces the message whose button was pressed (or is said anew where there was none); `note` is the short
    acknowledgement of the press. `hands_back` is a message for the form that waited meanwhile.
    """

    messages: tuple[Outgoing, ...] = ()
    card: Outgoing | None = None
    note: Text | None = None
    opens: Opening | None = None
    hands_back: Json = None


class Refused(Exception):
    """The wish can't be granted: already done, not theirs, too late. Nothing was changed; the person is told why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.id)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen(Generic[C]):
    """A read-only view. `commands` are typed after a slash, their first word as argument."""

    name: str
    view: Callable[[C, str], Awaitable[Outgoing]]
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Generic[C]):
    """One press, one change. `do` gets the subject's id and the version that the person saw."""

    name: str
    do: Callable[[C, str, int], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Generic[C]):
    """Questions that end in one change.

    `commands` maps what is typed after a slash to the form's argument. `may` refuses to open it (raises Refused). `then` does
    the change. `about` reads from the argument what the form is about: begun again about the same, it takes the place of the
    one that waits, with its answers but those to `anew`, which the argument gives. `named` names what a waiting form is about;
    `heading` stands above each of its questions, for those who have many alike. `gathers`: words that answer none of its
    questions join those told before, for it asks where these belong; elsewhere the person is asked whether to add them.
    `cancelled` is said when it has been cancelled.
    """

    name: str
    title: Text
    script: Script[Any]
    then: Callable[[C, Any], Awaitable[Reply]]
    commands: Mapping[str, str] = field(default_factory=dict)
    may: Callable[[C, str], Awaitable[None]] | None = None
    about: Callable[[str], str] | None = None
    anew: tuple[str, ...] = ()
    named: Callable[[C, str], Awaitable[Text]] | None = None
    heading: Callable[[C, str], Awaitable[Text | None]] | None = None
    gathers: bool = False
    cancelled: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject(Generic[C]):
    """Everything of one subject: what a file in handlers offers.

    `commands` are words after a slash that neither just show a screen nor just open a form; they get what follows the word.
    """

    screens: tuple[Screen[C], ...] = ()
    acts: tuple[Act[C], ...] = ()
    forms: tuple[Form[C], ...] = ()
    commands: Mapping[str, Callable[[C, str], Awaitable[Reply]]] = field(default_factory=dict)


def screen_button(label: Text, screen: str, arg: str = "") -> Button:
    """Make a button that shows a screen."""
    return Button(label, f"s:{screen}:{arg}")


def act_button(label: Text, act: str, subject: str, version: int) -> Button:
    """Make a button that does one thing to a subject as it stands at `version`."""
    return Button(label, f"d:{act}:{subject}:{version}")


def form_button(label: Text, form: str, arg: str = "") -> Button:
    """Make a button that opens a form."""
    return Button(label, f"f:{form}:{arg}")
