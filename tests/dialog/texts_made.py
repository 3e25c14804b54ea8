"""Random texts, as code and people make them."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from dialog.texts import Arg, Moment, Name, Secret, Text, verbatim

WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
AT = st.integers(0, 4_000_000_000_000).map(
    lambda ms: datetime.fromtimestamp(ms / 1000, UTC).replace(microsecond=ms % 1000 * 1000)
)
NAMES = st.sampled_from(("number", "unit", "at", "text"))


def _texts(arguments: st.SearchStrategy[Arg]) -> st.SearchStrategy[Text]:
    """Make a text whose sentence names each of its arguments."""
    return st.dictionaries(NAMES, arguments, max_size=3).map(
        lambda args: Text(" ".join(("Case", *(f"{{{name}}}" for name in args))), args)
    )


ARGUMENTS: st.SearchStrategy[Arg] = st.recursive(
    WORDS
    | st.integers(-(2**53), 2**53)
    | st.builds(Moment, AT, st.booleans())
    | st.builds(Name, WORDS, WORDS)
    | st.builds(Secret, WORDS.map(lambda words: f"<secret {words}>")),
    lambda inner: _texts(inner) | st.lists(_texts(inner), max_size=3).map(tuple),
    max_leaves=6,
)
TEXTS = _texts(ARGUMENTS) | WORDS.map(verbatim)
