"""Charts as pictures: PNG, 1080 pixels wide, made to be read on a phone.

A chart is a column of stacked bars, each below its label, with its counts on it or, where one has no room, beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.drawing import LINE, Drawing
from dialog.chart import Chart
from dialog.texts import Words

TITLE, LEGEND, LABEL, COUNT, NOTE = 58, 42, 44, 38, 34
TITLE_LINES, LABEL_LINES, NOTE_LINES = 3, 2, 4
BAR, SWATCH, GAP = 48, 32, 16
BETWEEN_BARS = 20

INK, QUIET = "#17211e", "#55635e"
COLOURS = (
    ("#56b4e9", "#17211e", "#56b4e9"), ("#e69f00", "#17211e", "#e69f00"), ("#b02418", "#ffffff", "#17211e"),
    ("#0072b2", "#ffffff", "#0072b2"), ("#cc79a7", "#17211e", "#cc79a7"), ("#009e73", "#17211e", "#009e73"),
)  # fmt: skip
"""Of the series, of the counts on them, and of the frame around them; most from the palette of Okabe and Ito, told apart whatever
colours somebody sees. The third, the worst where there are three, is the darkest and has a frame of its own."""
FRAME = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One series' part of a bar, `width` pixels long; `inside` if its count has room on it."""

    series: int
    count: int
    width: float
    inside: bool


def draw(chart: Chart, words: Words, language: str) -> bytes:
    """Draw a chart as PNG; the same chart gives the same bytes. That takes some tenths of a second: call it in a thread."""
    chart = chart.folded()
    drawing = Drawing()
    drawing.paragraph(words.render(chart.title, language), TITLE, INK, TITLE_LINES, heavy=True)
    drawing.y += GAP
    _legend(drawing, [words.render(name, language) for name in chart.series])
    scale = _scale(drawing, [values for _label, values in chart.bars])
    for label, values in chart.bars:
        drawing.y += BETWEEN_BARS
        drawing.paragraph(words.render(label, language), LABEL, INK, LABEL_LINES)
        _bar(drawing, _segments(drawing, values, scale))
    if chart.note:
        drawing.y += BETWEEN_BARS + GAP
        drawing.paragraph(words.render(chart.note, language), NOTE, QUIET, NOTE_LINES)
    return drawing.png()


def _legend(drawing: Drawing, names: list[str]) -> None:
    x = float(drawing.left)
    for n, name in enumerate(names):
        shown = drawing.cut(name, LEGEND, drawing.room - SWATCH - GAP)
        width = SWATCH + GAP + drawing.width(shown, LEGEND)
        if x > drawing.left and x + width > drawing.right:
            x = drawing.left
            drawing.y += LEGEND * LINE
        _swatch(drawing, n, x, LEGEND * LINE)
        drawing.text(shown, LEGEND, INK, x + SWATCH + GAP, LEGEND * LINE)
        x += width + 3 * GAP
    drawing.y += LEGEND * LINE if names else 0


def _bar(drawing: Drawing, segments: list[Segment]) -> None:
    x = float(drawing.left)
    for part in segments:
        # A thin gap parts neighbours also for who sees no colours at all.
        _framed(drawing, part.series, (x, 0), (max(2.0, part.width - 3), BAR))
        if part.inside:
            inset = (part.width - 3 - drawing.width(str(part.count), COUNT)) / 2
            drawing.text(str(part.count), COUNT, COLOURS[part.series % len(COLOURS)][1], x + inset, BAR)
        x += part.width
    x += GAP if segments else 0
    for part in segments:
        if not part.inside:
            _swatch(drawing, part.series, x, BAR)
            drawing.text(str(part.count), COUNT, INK, x + SWATCH + GAP / 2, BAR)
            x += _beside(drawing, part)
    if not segments:
        drawing.text("0", COUNT, QUIET, x, BAR)
    drawing.y += BAR


def _swatch(drawing: Drawing, series: int, x: float, height: float) -> None:
    _framed(drawing, series, (x, (height - SWATCH) / 2), (SWATCH, SWATCH))


def _framed(drawing: Drawing, series: int, at: tuple[float, float], size: tuple[float, float]) -> None:
    """Fill a rectangle in a series' colours, `at` so far right and down; one too thin for a frame is all frame."""
    fill, _ink, frame = COLOURS[series % len(COLOURS)]
    drawing.box(frame, *at, *size)
    if min(size) > 2 * FRAME:
        drawing.box(fill, at[0] + FRAME, at[1] + FRAME, size[0] - 2 * FRAME, size[1] - 2 * FRAME)


def _segments(drawing: Drawing, values: tuple[int, ...], scale: float) -> list[Segment]:
    """Divide a bar at `scale` pixels for each one counted; what is 0 has no part in it."""
    return [
        Segment(series=n, count=count, width=count * scale, inside=drawing.width(str(count), COUNT) + GAP <= count * scale)
        for n, count in enumerate(values)
        if count
    ]


def _beside(drawing: Drawing, part: Segment) -> float:
    """Tell how much room a count takes beside its bar."""
    return 0 if part.inside else SWATCH + drawing.width(str(part.count), COUNT) + 2 * GAP


def _scale(drawing: Drawing, bars: list[tuple[int, ...]]) -> float:
    """Find the scale at which each bar fits together with the counts beside it."""
    longest = max((sum(values) for values in bars), default=0)
    scale = drawing.room / max(1, longest)
    while True:
        rows = [_segments(drawing, values, scale) for values in bars if any(values)]
        fitting = [(drawing.room - sum(_beside(drawing, p) for p in row)) / sum(p.count for p in row) for row in rows]
        smaller = max(0.0, min(fitting, default=scale))
        if scale <= smaller:
            return scale
        scale = smaller  # on shorter bars fewer counts have room, so look again
