"""Texts as message id and arguments, rendered in the reader's language only when they are sent.

The id is the English source sentence. Arguments are values that can be stored as JSON: strings, numbers, moments, names in
several languages, secrets, and other texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

Json = Any

LANGUAGE_NAMES: Mapping[str, str] = {"zh_Hans": "中文", "en": "English"}
"""What each language calls itself."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, shown in the city's zone; `day` leaves the time of day out."""

    at: datetime
    day: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name: Chinese, and English where there is one."""

    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is shown once and overwritten as soon as its reader has it."""

    value: str


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence: the English source as id, and its arguments by name."""

    id: str
    args: Mapping[str, Arg] = field(default_factory=dict)


Arg = str | int | Moment | Name | Secret | Text | tuple[Text, ...]


def _(id: str, **args: Arg) -> Text:
    """Mark a source sentence for translation."""
    return Text(id, args)


def verbatim(words: str) -> Text:
    """Show somebody's own words as they are."""
    return Text("", {"": words})


STANDS_FOR: Mapping[str, Text] = {
    "〔已遮盖〕": _("〔hidden〕"),
    "〔邮箱〕": _("〔e-mail address〕"),
    "〔电话〕": _("〔phone number〕"),
    "〔证件号〕": _("〔identity number〕"),
    "〔号码〕": _("〔number〕"),
    "〔账号〕": _("〔account〕"),
    "〔车牌〕": _("〔number plate〕"),
    "〔姓名〕": _("〔name〕"),
    "〔门牌〕": _("〔house number〕"),
    "〔位置〕": _("〔position〕"),
}
"""What stands where personal data was, as texts are kept, and as whoever does not read Chinese is shown it."""


def dump(value: Arg) -> Json:
    """Turn an argument or text into JSON values."""
    # Every message passes here: by its type a value is known in half the time that patterns take.
    if isinstance(value, (str, int)):
        return value
    if isinstance(value, Text):
        return {"m": value.id, "a": {name: dump(arg) for name, arg in value.args.items()}} if value.args else {"m": value.id}
    if isinstance(value, Moment):
        return {"at": round(value.at.timestamp() * 1000), "day": value.day}
    if isinstance(value, Name):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, Secret):
        return {"secret": value.value}
    return [dump(text) for text in value]


def load(value: Json) -> Arg:
    """Turn what `dump` made back into an argument."""
    match value:
        case {"m": id}:
            return Text(id, {name: load(arg) for name, arg in value.get("a", {}).items()})
        case {"at": at, "day": day}:
            return Moment(datetime.fromtimestamp(at / 1000, UTC), day)
        case {"zh": zh, "en": en}:
            return Name(zh, en)
        case {"secret": secret}:
            return Secret(secret)
        case list():
            return tuple(load_text(text) for text in value)
        case _:
            return cast("Arg", value)


def load_text(value: Json) -> Text:
    """Turn what `dump` made of a text back into it."""
    return cast("Text", load(value))


SHOWN_ONCE = _("(shown once, at {at})").id


def without_secrets(value: Arg, at: datetime) -> Arg:
    """Replace every secret by the time at which it was shown."""
    match value:
        case Text(id, args):
            return Text(id, {name: without_secrets(arg, at) for name, arg in args.items()})
        case tuple():
            return tuple(cast("Text", without_secrets(text, at)) for text in value)
        case Secret():
            return Text(SHOWN_ONCE, {"at": Moment(at)})
        case _:
            return value


def bears_secret(value: Arg) -> bool:
    """Tell whether a text bears a secret, or bore one that has been overwritten."""
    match value:
        case Text(id, args):
            return id == SHOWN_ONCE or any(map(bears_secret, args.values()))
        case tuple():
            return any(map(bears_secret, value))
        case _:
            return isinstance(value, Secret)


class Words:
    """Renders texts in the languages of a city.

    `catalogues` maps a language to its translations by source sentence; English needs none.
    """

    def __init__(self, catalogues: Mapping[str, Mapping[str, str]], languages: Sequence[str], zone: ZoneInfo) -> None:
        self._catalogues = catalogues
        self.zone = zone
        self.languages = tuple(languages)

    def render(self, text: Text, language: str) -> str:
        """Put a text into words of that language."""
        return self.shown(self._rendered(text, language), language)

    def shown(self, words: str, language: str) -> str:
        """Show somebody's own words as they are, but what stands for personal data in the reader's language."""
        if language.startswith("zh") or "〔" not in words:
            return words
        for kept, text in STANDS_FOR.items():
            words = words.replace(kept, self._rendered(text, language))
        return words

    def _rendered(self, text: Text, language: str) -> str:
        if not text.id:
            return str(text.args[""])
        sentence = self._catalogues.get(language, {}).get(text.id, text.id)
        if not text.args:
            return sentence
        return sentence.format_map({name: self._argument(arg, language) for name, arg in text.args.items()})

    def everywhere(self, text: Text) -> tuple[str, ...]:
        """Give a text in each language, to recognise what a person typed."""
        return tuple(self.render(text, language) for language in self.languages)

    def _argument(self, value: Arg, language: str) -> str:
        match value:
            case Text():
                return self._rendered(value, language)
            case Moment(at, day):
                return self._moment(at.astimezone(self.zone), day, language)
            case Name(zh, en):
                return en if en and language == "en" else zh
            case Secret(secret):
                return secret
            case tuple():
                joint = ", " if language == "en" else "、"
                return joint.join(self._rendered(text, language) for text in value)
            case _:
                return str(value)

    @staticmethod
    def _moment(at: datetime, day: bool, language: str) -> str:
        if language == "en":
            date = f"{at.day} {at:%b %Y}"
            return date if day else f"{date}, {at:%H:%M}"
        date = f"{at.year}年{at.month}月{at.day}日"
        return date if day else f"{date} {at:%H:%M}"
