"""A chart as neutral data: drawn, or put into words, in the receiver's language only when it is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dialog.texts import Json, Text, Words, _, dump, load_text

MOST_BARS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Stacked bars, one below the other, in the order to be read.

    Each has its label and one count for each of the `series`, from the best to the worst; `note` stands small below them.
    Raises ValueError for counts that are negative, or too few or too many: that must be seen where a chart is made, not where it
    is sent.
    """

    title: Text
    series: tuple[Text, ...]
    bars: tuple[tuple[Text, tuple[int, ...]], ...]
    note: Text | None = None

    def __post_init__(self) -> None:
        if any(len(counts) != len(self.series) or min(counts, default=0) < 0 for _label, counts in self.bars):
            raise ValueError("a bar has one count for each series, none negative")

    def folded(self) -> Chart:
        """Put what comes after the first bars together into one, so that there are MOST_BARS at most."""
        shown, rest = self.bars[: MOST_BARS - 1], self.bars[MOST_BARS - 1 :]
        if len(rest) < 2:
            return self
        sums = tuple(sum(column) for column in zip(*(counts for _label, counts in rest), strict=True))
        return replace(self, bars=(*shown, (_("{count} others", count=len(rest)), sums)))


def in_words(chart: Chart, words: Words, language: str) -> str:
    """Say what a chart shows, a line for each bar: for those who can't see it, or read it before they look."""
    lines = [chart.title]
    for label, counts in chart.folded().bars:
        counted = tuple(_("{name} {count}", name=name, count=count) for name, count in zip(chart.series, counts, strict=True))
        lines.append(_("{label}: {counts}", label=label, counts=counted))
    if chart.note:
        lines.append(chart.note)
    return "\n".join(words.render(line, language) for line in lines)


def dump_chart(chart: Chart) -> Json:
    """Turn a chart into JSON values."""
    return {
        "title": dump(chart.title),
        "series": [dump(name) for name in chart.series],
        "bars": [[dump(label), counts] for label, counts in chart.bars],
        "note": dump(chart.note) if chart.note else None,
    }


def load_chart(value: Json) -> Chart:
    """Turn what `dump_chart` made back into a chart."""
    return Chart(
        title=load_text(value["title"]),
        series=tuple(load_text(name) for name in value["series"]),
        bars=tuple((load_text(label), tuple(counts)) for label, counts in value["bars"]),
        note=load_text(value["note"]) if value["note"] else None,
    )
