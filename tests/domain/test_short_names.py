"""Names of two characters, which stand within other words too: in the example city, in words of our own."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_choosing import COMPLAINT, TOWN, choice, model
from test_routing import CITY, found

from domain.choosing import Way, choose
from domain.city import City
from domain.city_files import read_city
from domain.locating import locate
from domain.places import Point
from domain.reasons import ReasonCode

FOLDER = Path(__file__).parent.parent.parent / "examples" / "xining"


@pytest.fixture(scope="module")
def city() -> City:
    read = read_city({path.name: path.read_bytes() for path in FOLDER.iterdir()}).city
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("words", "area"),
    [
        ("城西的垃圾没人管", "630104"),
        ("城西边上那条路没有灯", "630104"),
        ("城北万达门口占道", "630105"),
        ("城东停水了", "630102"),
        ("西宁城东路灯坏了", "630102"),
        ("西宁的城北什么时候供暖", "630105"),
        ("今天城西停电", "630104"),
        ("投诉城北一家饭店", "630105"),
        ("大通的路坏了", "630121"),
        ("大通路灯坏了", "630121"),
        ("青海大通停水", "630121"),
        ("从大通到西宁的车太少", "630121"),
        ("我是大通人", "630121"),
        ("反映湟中医院收费", "630106"),
        ("我在湟中", "630106"),
        ("湟中教育局不回复", "630106"),
        ("家在湟源，没有暖气", "630123"),
        ("湟源县城西边路灯坏了", "630123"),
        ("大通县城北面垃圾没人管", "630121"),
        ("湟中区县城东面的路", "630106"),
        ("大通县城关镇的路灯", "630121101"),
        ("湟源县城关镇", "630123100"),
        ("多巴这边停水", "630106105"),
        ("南川园区停水", "630103400"),
        ("住在多巴的人", "630106105"),
        ("湟中多巴垃圾成堆", "630106105"),
        ("家住朝阳，停水了", "630105001"),
        ("朝阳东路堵车", "630105001"),
        ("城北朝阳有人摆摊", "630105001"),
        ("小桥附近有人摆摊", "630105002"),
        ("我住东关", "630102001"),
        ("西关，公交不来", "630104001"),
        ("东川那边有废气", "630102400"),
        ("大通长宁有废气", "630121105"),
    ],
)  # fmt: skip
def test_a_short_name_that_stands_as_a_word_says_where_it_is(city: City, words: str, area: str) -> None:
    assert found(locate(city, None, words)) == (area, ReasonCode.WORDS)


@pytest.mark.parametrize(
    ("words", "perhaps"),
    [
        ("县城西边路灯坏了", ""),
        ("县城北面", ""),
        ("住在县城东头", ""),
        ("老城东门", ""),
        ("新城西路口", ""),
        ("古城北门", ""),
        ("旧城西区改造", ""),
        ("山东关于路灯的规定很好，我们这路灯坏了", "630102001"),
        ("广东关闭的厂", "630102001"),
        ("村里的小桥塌了", "630105002"),
        ("河上小桥没有栏杆", "630105002"),
        ("门前那座小桥断了", "630105002"),
        ("把东西关在外面", "630104001"),
        ("优良教师被开除", "630121207"),
        ("不良教学", "630121207"),
        ("白桦林里的路灯", "630121209"),
        ("朝阳产业", "630105001"),
        ("主卧朝阳的房子漏水", "630105001"),
        ("希望扩大通行宽度", "630121"),
        ("重大通报", "630121"),
        ("放大通知", "630121"),
        ("多巴胺药品", "630106105"),
        ("向化工厂投诉", "630121208"),
        ("增长宁可慢", "630121105"),
        ("天才大才能", "630106203"),
        ("巨大才华", "630106203"),
        ("很多林木被砍", "630121107"),
        ("山南川菜馆油烟", "630103400"),
        ("山东川菜馆油烟", "630102400"),
        ("申中介费", "630123204"),
        ("延伸城西延线", "630104"),
        ("在汉东开会", "630106202"),
        ("反映多巴物业", "630106105"),
        ("小桥医院收费", "630105002"),
        ("路过南川小学", "630103400"),
        ("东川小区垃圾没人清运", "630102400"),
        ("朝阳公园的垃圾桶", "630105001"),
        ("西关医院旁边有人摆摊", "630104001"),
        ("南川幼儿园收费", "630103400"),
        ("朝阳中学门口", "630105001"),
        ("东川大厦停电", "630102400"),
        ("朝阳新村停水", "630105001"),
    ],
)
def test_a_short_name_within_another_word_says_at_most_where_it_may_be(city: City, words: str, perhaps: str) -> None:
    located = locate(city, None, words)
    assert (located.area, located.perhaps) == (None, perhaps)
    assert located.how.code is (ReasonCode.WORDS_UNSURE if perhaps else ReasonCode.NOTHING_SAID)


FRAMES = ("{}", "我在{}，没有水", "{}的垃圾", "{}这边停电", "家住{}附近", "西宁{}有人摆摊", "到{}的公交", "投诉{}某小区")


def test_every_name_of_every_area_is_found_in_ordinary_sentences(city: City) -> None:
    names = {name for area in city.areas.values() for name in (area.name, *area.aliases)}
    for name in names:
        bearers = {area.code for area in city.areas.values() if name in (area.name, *area.aliases)}
        for frame in FRAMES:
            located = locate(city, None, frame.format(name))
            sure = located.area in bearers or located.how.code is ReasonCode.WORDS_AMBIGUOUS
            assert sure, frame.format(name)


def test_a_name_that_is_not_sure_counts_only_where_no_other_does() -> None:
    assert found(locate(CITY, None, "西区的灯，架桥南边")) == ("12", ReasonCode.WORDS)
    assert found(locate(CITY, None, "东区的灯，架桥南边")) == ("1101", ReasonCode.WORDS), "it lies in one that is surely named"
    assert locate(CITY, Point(lon=102.5, lat=36.5), "架桥南边").perhaps == ""


def test_nothing_goes_where_a_name_may_be_part_of_another_word_unasked() -> None:
    asked = choice("架桥南边垃圾堆坏了")
    assert (asked.way, asked.unit, asked.located.area) == (Way.ASK, "clean", "1101")
    assert [asked.reasons[0].code, asked.reasons[-1].code] == [ReasonCode.WORDS_UNSURE, ReasonCode.SURE_BUT]
    assert choose(TOWN, model(), COMPLAINT, "架桥南边垃圾堆坏了", area="12").way is Way.STRAIGHT


def test_a_doubtful_name_is_asked_about_only_where_the_area_makes_a_difference() -> None:
    chosen = choice("架桥南边路灯坏了")
    assert (chosen.way, chosen.unit, chosen.located.area) == (Way.STRAIGHT, "light", None)


@pytest.mark.timeout(60)  # seconds at most; what grew with the square of the names took minutes
@pytest.mark.parametrize("words", ["不怪八一路" * 50_000, "医保大厅3号窗口" * 40_000])
def test_a_very_long_line_of_names_is_read_at_once(city: City, words: str) -> None:
    choose(city, model(), COMPLAINT, words)
