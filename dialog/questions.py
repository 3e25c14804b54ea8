"""The questions a form may ask, what an answer to each looks like, and how it is read from what a person sent.

A raw answer is JSON: a string for a choice or a text, a mapping for a place, a mapping with `items` and `done` for a collection.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from dialog.incoming import Place
from dialog.texts import Json, Text, _, dump, load_text

SEND, CHANGE, CANCEL = "send", "change", "cancel"
SKIP = "skip"
YES_WORDS = ("yes", "y", "ok", "okay", "好", "行", "可以", "同意", "是", "对", "嗯")
NOT_KNOWN = (
    *(f"{who}{how}{what}" for who in ("", "我", "我也") for how in ("不", "不太") for what in ("知道", "清楚", "晓得", "记得")),
    "don't know", "i don't know", "i do not know", "no idea",
)  # fmt: skip
NO_WORDS = ("no", "n", "不", "不是", "不行", "不可以", "不同意", "不要", "不用", "否")
_PARTICLES = "啊呀吧呢哦噢喔嘛哈呗啦的"
LONGEST_PICK = 12
# In a longer answer these may turn its meaning round: "not anonymous" is no wish to stay anonymous.
DENIALS = ("不", "没", "别", "not", "n't", "no ")


class Invalid(Exception):
    """An answer that does not fit its question; `why` tells the person what to do."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.id)
        self.why = why


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose."""

    key: str
    label: Text


Options = tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One message of a collection, masked nowhere, its files as our file ids; or the key of an option that was picked."""

    picked: str = ""
    text: str = ""
    files: tuple[str, ...] = ()
    place: Place | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a person told us in several messages."""

    items: tuple[Item, ...] = ()

    @property
    def picked(self) -> tuple[str, ...]:
        """The keys of the options that were picked."""
        return tuple(item.picked for item in self.items if item.picked)

    @property
    def text(self) -> str:
        """All words, one message a line."""
        return "\n".join(item.text for item in self.items if item.text)

    def in_words(self, *, but_last_place: bool = False) -> str:
        """All words and all places, one message a line; for texts that have no other room for a place."""
        lines = []
        for item in self.items:
            lines += [item.text] if item.text else []
            if item.place and not (but_last_place and item.place is self.place):
                lines.append(item.place.in_words())
        return "\n".join(lines)

    @property
    def files(self) -> tuple[str, ...]:
        """All files, in the order they came."""
        return tuple(file for item in self.items for file in item.files)

    @property
    def place(self) -> Place | None:
        """The place shared last."""
        return next((item.place for item in reversed(self.items) if item.place), None)


class Kind(StrEnum):
    """Sort of a question."""

    COLLECT = "collect"
    TEXT = "text"
    CHOOSE = "choose"
    PLACE = "place"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a form, with everything needed to show it and to read its answer.

    `label` names it in the summary's list of changes. `check` looks at a text and returns what is wrong with it. `own_words`
    are the key of the option and of the question after it to which typed words go that are none of the options. `echo` gives
    what is shown of an answer that bears a secret.
    """

    key: str
    kind: Kind
    prompt: Text
    label: Text
    lines: tuple[Text, ...] = ()
    options: Options = ()
    least: int = 0
    most: int = 0
    check: Callable[[str], Text | None] | None = None
    own_words: tuple[str, str] | None = None
    echo: Callable[[str], str] | None = None
    rests_on: tuple[str, ...] | None = None
    """Keys of the questions asked or offered before, where what is shown came from a look or sums them up; None elsewhere."""

    @property
    def seen(self) -> str:
        """Hash of what the person is shown, the same in every language."""
        shown = [self.kind, dump(self.prompt), [dump(line) for line in self.lines], [o.key for o in self.options]]
        return hashlib.sha256(json.dumps(shown, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]

    def parse(self, raw: Json) -> Json | Told | Place | None:
        """Turn a stored raw answer into its value; raises Invalid."""
        match self.kind:
            case Kind.COLLECT:
                return Told(tuple(load_item(item) for item in raw["items"]))
            case Kind.PLACE:
                return None if raw == SKIP else Place(**raw)
            case Kind.TEXT:
                return self._text(raw)
            case Kind.CHOOSE | Kind.CONFIRM:
                if any(option.key == raw for option in self.options):
                    return raw
                raise Invalid(_("Please choose one of the buttons below."))

    def _text(self, raw: str) -> str:
        text = raw.strip()
        if len(text) < self.least:
            raise Invalid(_("That is empty. Please write a few words."))
        if len(text) > self.most:
            raise Invalid(_("Please keep it to {most} characters; that was {length}.", most=self.most, length=len(text)))
        if self.check and (wrong := self.check(text)):
            raise Invalid(wrong)
        return text


def read(question: Question, sent: Item, everywhere: Callable[[Text], Sequence[str]]) -> Json:
    """Read what a person sent as a raw answer to an open question; raises Invalid. Collections are the engine's own matter."""
    text = sent.text.strip()
    match question.kind:
        case Kind.PLACE if sent.place:
            return asdict(sent.place)
        case Kind.PLACE | Kind.CHOOSE | Kind.CONFIRM:
            if (key := _picked(question, text, everywhere)) is not None:
                return key if key == SKIP or question.kind is not Kind.PLACE else asdict(Place(area=key))
            if question.kind is Kind.PLACE and text:
                if len(text) > question.most:
                    raise Invalid(_("Please describe the place in at most {most} characters.", most=question.most))
                return asdict(Place(words=text))
            raise Invalid(_("Please choose one of the buttons below."))
        case _:
            if not text and (sent.files or sent.place):
                raise Invalid(_("Please answer this question in words."))
            question.parse(text)
            return text


def pressed(question: Question, key: str) -> Json:
    """Turn the key of a pressed button into a raw answer; raises Invalid."""
    if all(option.key != key for option in question.options):
        raise Invalid(_("Please choose one of the buttons below."))
    return asdict(Place(area=key)) if question.kind is Kind.PLACE and key != SKIP else key


def plain(text: str) -> str:
    """Fold a typed word for comparison: width, case, outer white space and punctuation."""
    return unicodedata.normalize("NFKC", text).strip(" \t\n.。!！、,，~").casefold()


def _picked(question: Question, text: str, everywhere: Callable[[Text], Sequence[str]]) -> str | None:
    """Find the option that was typed: its number, its label, a plain yes or no, or what only one label has in it."""
    typed, options = plain(text), question.options
    if typed.isdecimal() and 1 <= int(typed[:3]) <= len(options):
        return options[int(typed) - 1].key if len(typed) <= 3 else None
    labels = [(option.key, plain(label)) for option in options for label in everywhere(option.label)]
    for key, label in labels:
        if typed and typed == label:
            return key
    keys, bare = {option.key for option in options}, typed.rstrip(_PARTICLES)
    for words, meant in ((YES_WORDS, ("yes", SEND)), (NO_WORDS, ("no",)), (NOT_KNOWN, (SKIP,))):
        for key in meant:
            if bare in words and key in keys:
                return key
    if question.kind is not Kind.CHOOSE or not 2 <= len(typed) <= LONGEST_PICK or any(word in typed for word in DENIALS):
        return None
    found = {key for key, label in labels if typed in label or (len(label) > 1 and label in typed)}
    return found.pop() if len(found) == 1 else None


def load_item(raw: Json) -> Item:
    """Read a message as it is kept."""
    place = raw.get("place")
    return Item(
        picked=raw.get("picked", ""),
        text=raw.get("text", ""),
        files=tuple(raw.get("files", ())),
        place=Place(**place) if place else None,
        message=raw.get("message"),
    )


def dump_item(item: Item) -> Json:
    """Write a message down as `load_item` reads it."""
    return {
        "text": item.text,
        "files": list(item.files),
        "message": item.message,
        **({"place": asdict(item.place)} if item.place else {}),
    }


def dump_options(options: Options) -> Json:
    """Write options for storage."""
    return [[option.key, dump(option.label)] for option in options]


def load_options(raw: Json) -> Options:
    """Read what `dump_options` wrote."""
    return tuple(Option(key, load_text(label)) for key, label in raw)
