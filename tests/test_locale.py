"""What people read can be read in every language: nothing missing, nothing stale, nothing that escapes translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.catalogues import read_catalogues
from domain.city import LANGUAGES

ROOT = Path(__file__).parent.parent
SPEAKING = ("actions", "bot", "dialog", "handlers", "schedules")
RENEW = "Please run `make locale`, and fill in what is new (locale/README.md)."
HANZI = re.compile("[\u4e00-\u9fff]")
HALF_WIDTH = re.compile(r"""[,;:!?()"']|\.(?![0-9A-Za-z])|(?<!…)…(?!…)|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])""")
NO_BUTTONS_OF_OURS = {"城管", "位置", "我叫"}


def extracted() -> set[str]:
    return {
        str(message)
        for folder in SPEAKING
        for _file, _line, message, _comments, _context in extract_from_dir(ROOT / folder, keywords={"_": None})
    }


def catalogue(language: str) -> Catalog:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "huiyin.po").open("rb") as file:
        return read_po(file, locale=language)


def sentences(language: str) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in catalogue(language) if message.id}


def placeholders(sentence: str) -> set[str]:
    return {name for _words, name, _format, _conversion in Formatter().parse(sentence) if name is not None}


def words_of(sentence: str) -> str:
    """Leave the placeholders out of a sentence."""
    return "".join(words for words, _name, _format, _conversion in Formatter().parse(sentence))


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Find the calls of functions with these names in all code that speaks, with the place where each stands."""
    for folder in SPEAKING:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def written(node: ast.expr) -> str:
    """Give the words that stand in the code itself: those of a string, or between the braces of an f-string."""
    match node:
        case ast.Constant(value=str(value)):
            return words_of(value)
        case ast.JoinedStr(values):
            return "".join(written(value) for value in values)
        case _:
            return ""


@pytest.fixture(params=[language for language in LANGUAGES if language != "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_code_says_something() -> None:
    assert {"Complaint", "Your case is now with {unit}.", "Write a message"} <= extracted()


def test_the_sentences_to_translate_are_those_that_the_code_says(language: str) -> None:
    assert list(sentences(language)) == sorted(extracted()), RENEW


def test_every_sentence_is_translated(language: str) -> None:
    assert [source for source, translation in sentences(language).items() if not translation.strip()] == [], RENEW


def test_no_translation_is_a_guess_or_left_over(language: str) -> None:
    assert [message.id for message in catalogue(language) if message.id and message.fuzzy] == []
    assert list(catalogue(language).obsolete) == [], RENEW


def test_a_translation_has_the_placeholders_of_its_sentence(language: str) -> None:
    wrong = {s: t for s, t in sentences(language).items() if placeholders(s) != placeholders(t)}
    assert wrong == {}


def test_the_program_reads_every_translation(language: str) -> None:
    assert read_catalogues()[language] == sentences(language)


def test_chinese_is_written_in_chinese() -> None:
    said_in_words = {s: t for s, t in sentences("zh_Hans").items() if any(map(str.isalpha, words_of(s)))}
    assert [source for source, translation in said_in_words.items() if not HANZI.search(translation)] == []


def test_chinese_has_full_width_punctuation_and_no_spaces_between_hanzi() -> None:
    assert {t: found[0] for t in sentences("zh_Hans").values() if (found := HALF_WIDTH.search(words_of(t)))} == {}


def test_a_button_named_in_a_chinese_sentence_is_called_so() -> None:
    translations = set(sentences("zh_Hans").values())
    named = {name for translation in translations for name in re.findall("“([^”{]+)”", translation)}
    assert "完成" in named
    assert named - NO_BUTTONS_OF_OURS <= translations


def test_only_whole_sentences_are_marked_for_translation() -> None:
    built = [where for where, call in calls("_") if not isinstance(call.args[0], ast.Constant)]
    assert built == [], "_() takes a sentence as it stands, or it can't be found for translation"


def test_no_words_escape_translation() -> None:
    bare = [where for where, call in calls("Text", "verbatim") if any(map(str.isalpha, written(call.args[0])))]
    woven_in = [where for where, call in calls("_") for keyword in call.keywords if any(map(str.isalpha, written(keyword.value)))]
    assert bare + woven_in == [], "words for people are written _(...)"
