"""Making a classifier from labelled messages: reproducible, in plain numpy, with a report on messages held back.

Logistic regression over the features of `domain.classifier`, each scaled before by how differently the labels use it (as in
Wang & Manning, "Baselines and bigrams", 2012): the mean of two such models, one with a scale for each label and one with the
greatest for all. The first 40 characters of each message, and the words that a city's files give for a label, are learned too,
with less weight. Only n-grams seen in 20 messages or more are kept, so that no rare name is in a model.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.classifier import TIMES_STEP, Classifier, grams, plain, to_bytes
from domain.examples import SHORT, Example

FOLDS = 5
SEEN_IN = 20
LEARNED_FROM = 3
"""Messages with a label that have to hold an n-gram."""
SAYS_SOMETHING = 0.05
"""By how much more probable than without any words the best label has to be before it is worth a question."""
WRONG = 0.05
"""The share of straight routings that may be wrong."""
SHORT_WEIGHT, WORD_WEIGHT = 0.3, 0.5
SMOOTHING = 0.1
VARIANTS = ((True, 1.0, 10.0), (False, 1.5, 3.0))
"""(a scale for each label, its exponent, weight of the errors against the size of the weights): found by cross-validation."""
MOST_STEPS = 60

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What messages held back showed; shares from 0 to 1. `wrong` are those of the share `straight` that would go wrong."""

    messages: int
    labels: int
    ngrams: int
    accuracy: float
    macro_f1: float
    top_three: float
    surest: float
    short_accuracy: float
    short_top_three: float
    straight: float
    ask: float
    share_straight: float
    wrong: float
    by_label: dict[str, tuple[int, float]]


def train(examples: Sequence[Example], words: Sequence[tuple[str, str]] = (), others: Sequence[str] = ()) -> tuple[bytes, Report]:
    """Train on all examples, with thresholds and report from training without a fifth of them, five times.

    `words` are (word, label); those of labels that no example has are left out. `others` are messages without a label: they only
    help to tell which n-grams are common. Raises ValueError if there is too little.
    """
    seen = Counter(gram for text in others for gram in set(grams(plain(text))))
    labels = sorted({example.label for example in examples})
    if len(labels) < 2 or min(Counter(example.label for example in examples).values()) < 2 * FOLDS:
        raise ValueError(f"At least two labels are needed, each with {2 * FOLDS} messages or more.")
    known = [(word, label) for word, label in words if label in labels]
    right = np.array([labels.index(example.label) for example in examples])
    folds = np.array([_fold(example) for example in examples])
    scores, short_scores = (np.zeros((len(examples), len(labels))) for _ in range(2))
    for fold in range(FOLDS):
        held = np.flatnonzero(folds == fold)
        if not len(held):
            continue
        model = _Model([examples[n] for n in np.flatnonzero(folds != fold).tolist()], known, labels, seen, len(others))
        scores[held] = model.scores([examples[n].text for n in held.tolist()])
        short_scores[held] = model.scores([examples[n].short for n in held.tolist()])
    both, both_right = np.vstack([scores, short_scores]), np.concatenate([right, right])
    warmth = _warmth(both, both_right)
    straight, ask = _thresholds(_shares(both * warmth), both_right)
    model = _Model(examples, known, labels, seen, len(others))
    # Where the words say nothing, the most frequent label would still be offered.
    nothing = float(_shares(model.bias[None, :] * warmth).max())
    ask = min(max(ask, round(nothing + SAYS_SOMETHING, 4)), straight)
    shares, short_shares = _shares(scores * warmth), _shares(short_scores * warmth)
    sure = shares.max(1) >= straight
    hits = shares.argmax(1) == right
    surest = np.argsort(-shares.max(1), kind="stable")[: max(len(right) * 4 // 5, 1)]
    report = Report(
        messages=len(examples),
        labels=len(labels),
        ngrams=len(model.grams),
        accuracy=float(hits.mean()),
        macro_f1=float(np.mean([_f1(shares.argmax(1) == n, right == n) for n in range(len(labels))])),
        top_three=_within(shares, right, 3),
        surest=float(hits[surest].mean()),
        short_accuracy=_within(short_shares, right, 1),
        short_top_three=_within(short_shares, right, 3),
        straight=straight,
        ask=ask,
        share_straight=float(sure.mean()),
        wrong=float((~hits[sure]).mean()) if sure.any() else 0.0,
        by_label={label: (int((right == n).sum()), _f1(shares.argmax(1) == n, right == n)) for n, label in enumerate(labels)},
    )
    return model.to_bytes(warmth, straight, ask), report


def measure(classifier: Classifier, examples: Sequence[Example], short: bool = False) -> dict[str, float]:
    """Measure a classifier on messages that it has not seen: accuracy, macro_f1, top_three, surest, share_straight, wrong."""
    labels = sorted(classifier.labels)
    guessed = [{g.label: g.p for g in classifier.guess(e.short if short else e.text)} for e in examples]
    shares = np.array([[guess[label] for label in labels] for guess in guessed])
    right = np.array([labels.index(example.label) if example.label in labels else -1 for example in examples])
    hits, best = shares.argmax(1) == right, shares.max(1)
    sure = best >= classifier.straight
    surest = np.argsort(-best, kind="stable")[: max(len(right) * 4 // 5, 1)]
    return {
        "accuracy": float(hits.mean()),
        "macro_f1": float(np.mean([_f1(shares.argmax(1) == n, right == n) for n in range(len(labels))])),
        "top_three": _within(shares, right, 3),
        "surest": float(hits[surest].mean()),
        "share_straight": float(sure.mean()),
        "wrong": float((~hits[sure]).mean()) if sure.any() else 0.0,
    }


class _Model:
    """One training: the n-grams kept, and weights for each label."""

    def __init__(
        self,
        examples: Sequence[Example],
        words: Sequence[tuple[str, str]],
        labels: Sequence[str],
        seen_else: Counter[str],
        others: int,
    ) -> None:
        self.labels = labels
        counted = [Counter(grams(plain(example.text))) for example in examples]
        labelled = Counter(gram for count in counted for gram in count)
        seen = labelled + seen_else
        common = sorted(gram for gram, times in labelled.items() if times >= LEARNED_FROM and seen[gram] >= SEEN_IN)
        self.grams = {gram: n for n, gram in enumerate(common)}
        if not self.grams:
            raise ValueError(f"No pair of characters occurs in {SEEN_IN} messages; more of them are needed.")
        times = np.array([seen[gram] for gram in self.grams])
        self.idf: Matrix = np.log((1 + len(examples) + others) / (1 + times)) + 1
        more = [(example.short, example.label, SHORT_WEIGHT) for example in examples]
        more += [(word, label, WORD_WEIGHT) for word, label in words]
        rows = self._rows([*counted, *(Counter(grams(plain(text))) for text, _label, _weight in more)])
        names = [*(example.label for example in examples), *(label for _text, label, _weight in more)]
        right = np.eye(len(labels))[[labels.index(name) for name in names]]
        trust = np.array([*(1.0 for _ in examples), *(weight for _text, _label, weight in more)])
        fitted = [_fit(rows, right, trust, *variant) for variant in VARIANTS]
        self.weights: Matrix = np.mean([weights for weights, _bias in fitted], axis=0)
        self.bias: Matrix = np.mean([bias for _weights, bias in fitted], axis=0)

    def scores(self, texts: Iterable[str]) -> Matrix:
        return self._rows([Counter(grams(plain(text))) for text in texts]).times(self.weights) + self.bias

    def to_bytes(self, warmth: float, straight: float, ask: float) -> bytes:
        """Round the weights to whole numbers of 15 bits."""
        weights = self.weights * self.idf[:, None]
        step = float(np.abs(weights).max()) / 32767
        whole = np.round(weights / step).astype(int)
        return to_bytes(
            labels=self.labels,
            bias=[round(float(value) * warmth, 6) for value in self.bias],
            scale=step * warmth,
            straight=straight,
            ask=ask,
            weights={gram: (whole[n].tolist(), float(self.idf[n]) ** 2) for gram, n in self.grams.items()},
        )

    def _rows(self, counted: Sequence[Counter[str]]) -> _Rows:
        columns: list[int] = []
        values: list[float] = []
        begins: list[int] = []
        for count in counted:
            begins.append(len(columns))
            # One entry of nothing in each row: an empty one would be given its neighbour's sum.
            columns.append(0)
            values.append(0.0)
            for gram, times in count.items():
                if (n := self.grams.get(gram)) is not None:
                    columns.append(n)
                    values.append(round(TIMES_STEP * (1 + np.log(min(times, 255)))) / TIMES_STEP * self.idf[n])
        return _Rows(np.array(columns), np.array(values), np.array(begins), len(self.grams))


class _Rows:
    """A sparse matrix of texts (rows of length one) and n-grams (columns)."""

    def __init__(self, columns: NDArray[Any], values: Matrix, begins: NDArray[Any], width: int) -> None:
        lengths = np.sqrt(np.add.reduceat(values * values, begins))
        counts = np.diff(np.append(begins, len(columns)))
        self._rows = np.repeat(np.arange(len(begins)), counts)
        self._values = values / np.maximum(lengths, 1e-9)[self._rows]
        self._columns, self._begins, self._width = columns, begins, width
        self._order = np.argsort(columns, kind="stable")
        self._used, self._column_begins = np.unique(columns[self._order], return_index=True)

    def times(self, weights: Matrix) -> Matrix:
        """Multiply with (columns x labels)."""
        product: Matrix = np.add.reduceat(self._values[:, None] * weights[self._columns], self._begins)
        return product

    def turned_times(self, errors: Matrix) -> Matrix:
        """Multiply the transposed matrix with (rows x labels)."""
        product = np.zeros((self._width, errors.shape[1]))
        parts = self._values[self._order, None] * errors[self._rows[self._order]]
        product[self._used] = np.add.reduceat(parts, self._column_begins)
        return product


def _fit(rows: _Rows, right: Matrix, trust: Matrix, each: bool, power: float, cost: float) -> tuple[Matrix, Matrix]:
    """Find weights and bias; `each`: every label has a scale of its own."""
    used = rows.turned_times(right * trust[:, None]) + SMOOTHING
    others = used.sum(1, keepdims=True) - used
    scale = np.abs(np.log((used / used.sum(0)) / (others / others.sum(0)))) ** power
    if not each:
        scale = np.repeat(scale.max(1, keepdims=True), right.shape[1], axis=1)

    def loss(at: Matrix) -> tuple[float, Matrix]:
        scores = rows.times(at[:-1] * scale) + at[-1]
        top = scores.max(1, keepdims=True)
        logs = top + np.log(np.exp(scores - top).sum(1, keepdims=True))
        errors = (np.exp(scores - logs) - right) * trust[:, None] * cost
        value = cost * float((trust * (logs[:, 0] - (right * scores).sum(1))).sum()) + 0.5 * float((at[:-1] ** 2).sum())
        return value, np.vstack([rows.turned_times(errors) * scale + at[:-1], errors.sum(0)])

    found = _least(loss, np.zeros((scale.shape[0] + 1, right.shape[1])))
    return found[:-1] * scale, found[-1]


def _least(loss: Any, at: Matrix) -> Matrix:
    """Find where a smooth convex function is least: limited-memory BFGS (Nocedal & Wright, algorithm 7.5), halving the step."""
    value, slope = loss(at)
    past: list[tuple[Matrix, Matrix, float]] = []
    for _ in range(MOST_STEPS):
        way = -slope
        used = []
        for moved, turned, share in reversed(past):
            part = share * float((moved * way).sum())
            way = way - part * turned
            used.append(part)
        if past:
            moved, turned, share = past[-1]
            way = way / (share * float((turned * turned).sum()))
        else:
            way = way / max(float(np.sqrt((slope * slope).sum())), 1e-9)
        for (moved, turned, share), part in zip(past, reversed(used), strict=True):
            way = way + moved * (part - share * float((turned * way).sum()))
        steep, step = float((slope * way).sum()), 1.0
        for _ in range(20):
            new_value, new_slope = loss(at + step * way)
            if new_value <= value + 1e-4 * step * steep:
                break
            step /= 2
        else:
            return at
        moved, turned = step * way, new_slope - slope
        if (bend := float((moved * turned).sum())) > 1e-12:
            past = [*past[-9:], (moved, turned, 1.0 / bend)]
        gained = value - new_value
        at, value, slope = at + moved, new_value, new_slope
        if gained < 1e-6 * abs(value):
            return at
    return at


def _fold(example: Example) -> int:
    """Hold back by content, so that neither order nor chance decides."""
    return hashlib.sha256((example.group or plain(example.body)[:SHORT]).encode()).digest()[0] % FOLDS


def _shares(scores: Matrix) -> Matrix:
    grown = np.exp(scores - scores.max(1, keepdims=True))
    shares: Matrix = grown / grown.sum(1, keepdims=True)
    return shares


def _warmth(scores: Matrix, right: NDArray[Any]) -> float:
    """Find the factor by which the scores have to be multiplied so that a share says how often it is right."""
    tried = np.geomspace(0.3, 3.0, 60)
    rows = np.arange(len(right))
    return float(tried[int(np.argmin([-np.log(_shares(scores * one)[rows, right] + 1e-12).mean() for one in tried]))])


def _thresholds(shares: Matrix, right: NDArray[Any]) -> tuple[float, float]:
    """Find the confidence from which at most `WRONG` go wrong, and the one from which so few miss the best three."""
    best, hits = shares.max(1), shares.argmax(1) == right
    in_three = (np.argsort(-shares, axis=1, kind="stable")[:, :3] == right[:, None]).any(1)
    straight = _lowest(best, hits)
    unsure = best < straight
    return straight, min(_lowest(best[unsure], in_three[unsure]), straight)


def _lowest(best: Matrix, good: NDArray[Any]) -> float:
    if not len(best):
        return 0.0
    order = np.argsort(-best, kind="stable")
    wrong = np.cumsum(~good[order]) / np.arange(1, len(order) + 1)
    fine = np.flatnonzero(wrong <= WRONG)
    return floor(float(best[order][fine[-1]]) * 1e4) / 1e4 if len(fine) else 1.0


def _within(shares: Matrix, right: NDArray[Any], most: int) -> float:
    return float((np.argsort(-shares, axis=1, kind="stable")[:, :most] == right[:, None]).any(1).mean())


def _f1(said: NDArray[Any], true: NDArray[Any]) -> float:
    return 2 * float((said & true).sum()) / max(float(said.sum() + true.sum()), 1.0)
