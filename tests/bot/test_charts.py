"""Charts drawn for real: the picture can be read, is the same every time, and nothing that a city writes breaks it."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops

from bot.catalogues import read_catalogues
from bot.charts import draw
from bot.drawing import FONT, LACKING, MARGIN, WIDTH
from dialog.chart import MOST_BARS, Chart, in_words
from dialog.texts import Name, Text, Words, verbatim

ROOT = Path(__file__).parents[2]
WORDS = Words({"zh_Hans": {"Late by unit": "各单位超期情况"}}, ("zh_Hans", "en"), ZoneInfo("Asia/Shanghai"))
BUREAU = Text("{unit}", {"unit": Name("城西区城市管理局", "Chengxi Urban Management")})


def chart(*bars: tuple[Text, tuple[int, ...]]) -> Chart:
    """Make a chart of two series."""
    return Chart(title=Text("Late by unit"), series=(verbatim("A"), verbatim("B")), bars=bars or ((BUREAU, (12, 3)),))


def picture(chart: Chart, language: str = "en") -> Image.Image:
    """Draw a chart and read the PNG."""
    image = Image.open(BytesIO(draw(chart, WORDS, language)), formats=["PNG"])
    return image.convert("RGB")


def colours(image: Image.Image) -> set[object]:
    """Give the colours that more than a hundred pixels have."""
    return {colour for count, colour in image.getcolors(image.width * image.height) or () if count > 100}


def edges(image: Image.Image) -> tuple[int, int]:
    """Tell between which columns anything is drawn."""
    left, _top, right, _bottom = ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox() or (0, 0, 0, 0)
    return left, right


def test_a_chart_is_as_wide_as_a_phone_and_shows_each_series_in_its_colour() -> None:
    image = picture(chart())
    assert image.width == WIDTH
    assert 200 < image.height < 600
    assert {(86, 180, 233), (230, 159, 0), (255, 255, 255)} <= colours(image)


def test_the_worst_of_three_is_the_darkest_and_framed() -> None:
    three = Chart(title=verbatim("x"), series=(verbatim("a"), verbatim("b"), verbatim("c")), bars=((verbatim("y"), (9, 9, 9)),))
    best, bad, worst = (luminance(rgb) for rgb in ((86, 180, 233), (230, 159, 0), (176, 36, 24)))
    assert worst < bad / 3
    assert worst < best / 3
    image = picture(three)
    x, y = next((x, y) for y in range(image.height) for x in range(WIDTH - 500, WIDTH) if image.getpixel((x, y)) == (176, 36, 24))
    assert image.getpixel((x, y - 3)) == image.getpixel((x - 3, y)) == (23, 33, 30)


def luminance(rgb: tuple[int, int, int]) -> float:
    """Tell how bright a colour is, as WCAG 2.2 reckons it, from 0 to 1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (value / 255 for value in rgb)]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def test_a_bar_is_as_long_as_its_counts() -> None:
    image = picture(chart((verbatim("x"), (30, 10)), (verbatim("y"), (15, 5))))
    rows = [sum(image.getpixel((x, y)) == (86, 180, 233) for x in range(WIDTH)) for y in range(image.height)]
    tall = [length for length in rows if length > 100]
    assert max(tall) / min(tall) == pytest.approx(2, abs=0.3)


def test_a_chart_speaks_the_language_of_its_reader() -> None:
    zh, en = picture(chart(), "zh_Hans"), picture(chart(), "en")
    assert zh.size == en.size
    above = (0, 0, WIDTH, 120)
    assert ImageChops.difference(zh.crop(above), en.crop(above)).getbbox()


def test_the_same_chart_gives_the_same_bytes_and_they_name_neither_time_nor_program() -> None:
    data = draw(chart(), WORDS, "zh_Hans")
    assert data == draw(chart(), WORDS, "zh_Hans")
    assert not Image.open(BytesIO(data)).text  # type: ignore[attr-defined]


def test_two_hundred_bars_are_folded_into_twelve() -> None:
    many = chart(*((verbatim(f"unit {n}"), (n, 1)) for n in range(200)))
    folded = many.folded()
    assert len(folded.bars) == MOST_BARS == 12
    assert folded.bars[:11] == many.bars[:11]
    label, sums = folded.bars[-1]
    assert (WORDS.render(label, "en"), sums) == ("189 others", (sum(range(11, 200)), 189))
    assert picture(many).height < 2100


def test_one_bar_too_many_is_folded_with_the_one_before_it() -> None:
    bars = tuple((verbatim(f"{n}"), (n, n)) for n in range(13))
    assert chart(*bars[:12]).folded() == chart(*bars[:12])
    assert chart(*bars).folded().bars[-1][1] == (23, 23)


@pytest.mark.parametrize(
    "name",
    ["名" * 10_000, "n" * 10_000, "n " * 5_000, "", "\n\t\u200d\u0000", "😀𠮷", "$\\frac$", "م\u202e٣", "e\u0301"],
    ids=["hanzi", "letters", "words", "nothing", "unseen", "lacking", "formula", "right to left", "combining"],
)
def test_whatever_a_name_is_made_of_it_is_drawn(name: str) -> None:
    text = verbatim(name)
    image = picture(Chart(title=text, series=(text, text), bars=((text, (1, 2)),), note=text))
    assert image.width == WIDTH
    assert image.height < 1000


@pytest.mark.parametrize("name", ["名" * 300, "n" * 300, "a long name of many words " * 12], ids=["hanzi", "letters", "words"])
def test_a_long_name_stays_within_the_margins(name: str) -> None:
    image = picture(Chart(title=verbatim(name), series=(verbatim(name),), bars=((verbatim(name), (1,)),), note=verbatim(name)))
    left, right = edges(image)
    assert left >= MARGIN - 2
    assert WIDTH * 0.9 < right <= WIDTH - MARGIN + 2


@pytest.mark.parametrize("values", [(0, 0), (1, 10**15), (10**15, 10**15), (1, 0)])
def test_whatever_was_counted_is_drawn(values: tuple[int, int]) -> None:
    assert picture(chart((BUREAU, values), (BUREAU, (1, 1)))).width == WIDTH


def test_a_chart_without_bars_is_a_title() -> None:
    assert picture(Chart(title=BUREAU, series=(), bars=())).height < 250


def test_counts_that_have_no_room_on_their_bar_stand_beside_it() -> None:
    image = picture(chart((verbatim("x"), (1000, 1)), (verbatim("y"), (1000, 0))))
    orange = sum(image.getpixel((x, y)) == (230, 159, 0) for x in range(900, WIDTH) for y in range(image.height))
    assert orange > 20 * 20
    assert edges(image)[1] <= WIDTH - MARGIN + 2


def test_a_chart_in_words_gives_every_number() -> None:
    assert in_words(chart((BUREAU, (12, 3)), (verbatim("y"), (0, 1))), WORDS, "en").splitlines() == [
        "Late by unit", "Chengxi Urban Management: A 12, B 3", "y: A 0, B 1",
    ]  # fmt: skip


# ---- the font ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def glyphs() -> set[str]:
    """Give the characters that the font has."""
    return {chr(code) for code in TTFont(FONT).getBestCmap()}


def test_every_character_of_gb_2312_has_a_glyph(glyphs: set[str]) -> None:
    pairs = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    standard = set("".join(pair.decode("gb2312", "ignore") for pair in pairs))
    assert len(standard) == 7445
    assert not standard - glyphs


def test_what_our_texts_and_the_example_city_are_written_with_has_a_glyph(glyphs: set[str]) -> None:
    said = {text for sentences in read_catalogues().values() for pair in sentences.items() for text in pair}
    said |= {path.read_text("utf-8") for path in (ROOT / "examples" / "xining").glob("*.csv")}
    assert {character for text in said for character in text} - glyphs <= {"\n"}
    assert LACKING in glyphs


def test_the_font_keeps_its_makers_names_and_licence() -> None:
    names = TTFont(FONT)["name"]
    assert "Adobe" in names.getDebugName(0)
    assert "SIL Open Font License" in names.getDebugName(13)
    assert "SIL OPEN FONT LICENSE" in (FONT.parent / "OFL.txt").read_text("utf-8")


# ---- the program around it -----------------------------------------------------------------------


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own."""
    given = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    return subprocess.run([sys.executable, "-c", code], env=given, cwd=ROOT, capture_output=True, text=True, check=True)


def test_the_program_starts_without_loading_what_draws() -> None:
    loaded = run("import bot.app, sys; print(*(name for name in ('matplotlib', 'numpy') if name in sys.modules))")
    assert loaded.stdout.strip() == ""


def test_drawing_leaves_no_trace_in_a_home_and_takes_no_settings_from_it(tmp_path: Path) -> None:
    draws = (
        "from zoneinfo import ZoneInfo; from bot.charts import draw; from dialog.chart import Chart; from dialog.texts import *;"
        "chart = Chart(title=verbatim('字'), series=(), bars=());"
        "print(draw(chart, Words({}, ('en',), ZoneInfo('UTC')), 'en').hex())"
    )
    home, settings = tmp_path / "home", tmp_path / "matplotlibrc"
    home.mkdir()
    settings.write_text("text.antialiased: False\nfigure.facecolor: red\naxes.linewidth: 9\n")
    nowhere = {"XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": "", "MPLCONFIGDIR": ""}
    plain = run(draws, HOME=str(home), **nowhere)
    settled = run(draws, HOME=str(tmp_path / "none"), MATPLOTLIBRC=str(settings), **nowhere)
    assert (plain.stdout, plain.stderr, plain.stderr) == (settled.stdout, settled.stderr, "")
    assert sorted(tmp_path.iterdir()) == [home, settings]
    assert not list(home.iterdir())
