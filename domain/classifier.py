"""What a message is about, from its characters: a linear model over pairs of characters, read from bytes and used without numpy.

The features are the single characters and the pairs of a text, weighted (1 + ln times) x idf, at a length of one. A text of 200
characters takes about 0.1 ms, for the weights of all labels are added at once, side by side in one long integer.
`domain.training` makes the bytes.
"""

from __future__ import annotations

import json
import re
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt
from typing import Self

MAGIC = b"huiyin labels 1\n"
FIELD_BITS = 40
TIMES_STEP = 16
"""How finely 1 + ln(times) is kept, as an integer."""
MOST_READ = 4000
"""Characters of a text that count: whoever tells more has said what it is about by then."""

_MASKED = re.compile(r"〔[^〕]{1,4}〕")
_DIGITS = re.compile(r"[0-9]+")
_REST = re.compile(r"[\W_]+")
_FIELD = 1 << FIELD_BITS
_TIMES = tuple(round(TIMES_STEP * (1 + log(max(times, 1)))) for times in range(256))


class BadModel(ValueError):
    """These bytes are no model that this version can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A label and how probable it is, 0 to 1."""

    label: str
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """What a city's corrections say about its categories: how the matters of one label part among them, by category code.

    `unsaid` is how often the right one was not named by a word, where words named another one. Nothing learned: no shares.
    """

    shares: Mapping[str, float] = field(default_factory=dict)
    unsaid: float = 0.0


NOTHING_LEARNED = Shares()


class Classifier:
    """A trained model. `straight` and `ask` are the confidences from which a unit is given at once, and a person is asked."""

    def __init__(
        self, *, labels: Sequence[str], bias: Sequence[float], scale: float, straight: float, ask: float,
        weights: Mapping[str, tuple[int, float]], learned: Shares = NOTHING_LEARNED,
    ) -> None:  # fmt: skip
        """Take the parts; `weights` are, by n-gram, the packed weights of all labels and the squared idf."""
        self.labels = tuple(labels)
        self.straight = straight
        self.ask = ask
        self.learned = learned
        self._bias = tuple(bias)
        self._scale = scale
        self._weights = weights

    def guess(self, text: str) -> tuple[Guess, ...]:
        """Give all labels with their probabilities, the most probable first."""
        total, square = 0, 0.0
        known = self._weights.get
        for gram, times in Counter(grams(plain(text))).items():
            if found := known(gram):
                weight = _TIMES[min(times, 255)]
                total += found[0] * weight
                square += found[1] * weight * weight
        size = self._scale / (sqrt(square) or 1.0)
        scores = [score * size + bias for score, bias in zip(_unpack(total, len(self.labels)), self._bias, strict=True)]
        top = max(scores)
        shares = [exp(score - top) for score in scores]
        whole = sum(shares)
        guesses = [Guess(label=label, p=share / whole) for label, share in zip(self.labels, shares, strict=True)]
        return tuple(sorted(guesses, key=lambda guess: -guess.p))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` made. Raises BadModel."""
        if not data.startswith(MAGIC):
            raise BadModel("This is not a model of Huiyin, or one of another version. Make one: huiyin train FILE.csv")
        try:
            head, names, body = zlib.decompress(data[len(MAGIC) :]).split(b"\n", 2)
            about = json.loads(head)
            words = json.loads(names)
            width = len(about["labels"]) * FIELD_BITS // 8
            squares = struct.unpack(f"<{len(words)}f", body[: 4 * len(words)])
            packed = body[4 * len(words) :]
            if len(packed) != width * len(words):
                raise BadModel("The model's file is incomplete. Make it again: huiyin train FILE.csv")
            weights = {
                word: (int.from_bytes(packed[n * width : (n + 1) * width], "little", signed=True), squares[n])
                for n, word in enumerate(words)
            }
            return cls(
                labels=about["labels"], bias=about["bias"], scale=about["scale"], straight=about["straight"], ask=about["ask"],
                weights=weights, learned=Shares(shares=about.get("shares", {}), unsaid=about.get("unsaid", 0.0)),
            )  # fmt: skip
        except (zlib.error, struct.error, KeyError, TypeError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise BadModel("The model's file is damaged. Make it again: huiyin train FILE.csv") from error


def to_bytes(
    *, labels: Sequence[str], bias: Sequence[float], scale: float, straight: float, ask: float,
    weights: Mapping[str, tuple[Sequence[int], float]],
) -> bytes:  # fmt: skip
    """Write a model down; `weights` are, by n-gram, one whole number a label and the squared idf."""
    about = {"labels": list(labels), "bias": list(bias), "scale": scale, "straight": straight, "ask": ask}
    width = len(labels) * FIELD_BITS // 8
    parts = [
        json.dumps(about, ensure_ascii=False).encode(),
        json.dumps(list(weights), ensure_ascii=False).encode(),
        struct.pack(f"<{len(weights)}f", *(square for _row, square in weights.values()))
        + b"".join(_pack(row).to_bytes(width, "little", signed=True) for row, _square in weights.values()),
    ]
    return MAGIC + zlib.compress(b"\n".join(parts), 9)


def taught(data: bytes, learned: Shares, straight: float, ask: float) -> bytes:
    """Write the bytes of a model again, with other shares and thresholds and the same weights. Raises BadModel."""
    Classifier.from_bytes(data)
    head, rest = zlib.decompress(data[len(MAGIC) :]).split(b"\n", 1)
    about = {**json.loads(head), "straight": straight, "ask": ask, "shares": dict(learned.shares), "unsaid": learned.unsaid}
    return MAGIC + zlib.compress(b"\n".join((json.dumps(about, ensure_ascii=False).encode(), rest)), 9)


def plain(text: str) -> str:
    """Bring a text into the form in which it is counted: width, case, numbers and punctuation make no difference."""
    text = unicodedata.normalize("NFKC", text[:MOST_READ]).lower()
    return _REST.sub(" ", _DIGITS.sub("0", _MASKED.sub(" ", text))).strip()


def grams(text: str) -> Iterator[str]:
    """Yield the characters and the pairs of characters of a plain text."""
    yield from text
    yield from map(str.__add__, text, text[1:])


def _pack(row: Sequence[int]) -> int:
    return sum(value << (FIELD_BITS * place) for place, value in enumerate(row))


def _unpack(total: int, count: int) -> list[int]:
    """Take signed sums out of their fields, the lowest first: a negative one has borrowed from the next."""
    row = []
    for _ in range(count):
        low = total & (_FIELD - 1)
        if low >= _FIELD >> 1:
            low -= _FIELD
        row.append(low)
        total = (total - low) >> FIELD_BITS
    return row
