from __future__ import annotations

import pytest

from domain.vocabulary import Vocabulary

WORDS = Vocabulary((word, word) for word in ("bus", "street light", "library", "highway", "gas", "垃圾"))


@pytest.mark.parametrize(
    ("text", "word", "code"),
    [
        ("Two buses passed", "buses", "bus"),
        ("The street lights are off", "street lights", "street light"),
        ("LIBRARIES are closed", "libraries", "library"),
        ("highways", "highways", "highway"),
        ("the bus", "bus", "bus"),
        ("垃圾s", "垃圾", "垃圾"),
    ],
)
def test_english_words_are_found_in_the_plural_too(text: str, word: str, code: str) -> None:
    assert [(found, codes) for _, found, codes in WORDS.found(text)] == [(word, (code,))]


@pytest.mark.parametrize("text", ["Las Vegas", "busy", "the busing", "librarys"])
def test_what_only_begins_like_a_word_is_none(text: str) -> None:
    assert not list(WORDS.found(text))
