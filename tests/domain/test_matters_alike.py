"""How alike two matters are: by words, place and time; and the issues of a stretch of time."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.hot_issues import FEWEST, Issue, Told, issues, phrases
from domain.likeness import (
    ALIKE,
    OPENING,
    POSTED,
    RARE_BITS,
    Matter,
    bits,
    distance,
    familiar,
    grams,
    likeness,
    posted,
    rarity,
    trace,
    words_alike,
)
from domain.places import Crs, Point, to_wgs84

NOW = datetime(2026, 7, 8, 2, 0, tzinfo=UTC)
GATE = Point(lon=101.7489, lat=36.6296)
LAMP = "五四大街12号门口的路灯坏了三天，晚上一片漆黑"
SAME_LAMP = "五四大街12号门前路灯不亮"
NOISE = "楼下烧烤店半夜还在放音乐，吵得孩子睡不着"

words = st.text(alphabet="路灯坏了三天没人修垃圾清运小区门口夜里很吵12号ab ，。", max_size=60)


def mark(gram: str) -> int:
    return int.from_bytes(hashlib.blake2b(gram.encode(), digest_size=7).digest(), "big") << 4


def matter(text: str, **changes: object) -> Matter:
    plain = Matter(marks=trace(text, mark), area="630104", category=None, point=None, filed_at=NOW)
    return replace(plain, **changes)  # type: ignore[arg-type]


matters = st.builds(
    lambda text, area, category, point, hours: matter(
        text, area=area, category=category, point=point, filed_at=NOW + timedelta(hours=hours)
    ),
    words,
    st.sampled_from([None, "630104", "630105"]),
    st.sampled_from([None, "street-lamps", "noise"]),
    st.none() | st.builds(lambda lon, lat: Point(lon=lon, lat=lat), st.floats(101.6, 101.9), st.floats(36.5, 36.7)),
    st.integers(0, 5000),
)


@given(matters, matters)
def test_which_of_two_is_first_changes_nothing_and_the_score_stays_within_its_bounds(one: Matter, other: Matter) -> None:
    found = likeness(one, other)
    assert found == likeness(other, one)
    assert 0 <= found.score <= 1
    assert 0 <= found.words <= 1 + 1e-9


@given(words)
def test_a_text_is_like_itself_if_it_says_anything(text: str) -> None:
    said = matter(text)
    assert words_alike(said, said) == (1 if said.marks else 0)


@given(matters, matters, st.integers(1, 400))
def test_more_time_between_never_makes_two_more_alike(one: Matter, other: Matter, days: int) -> None:
    later, earlier = max(one.filed_at, other.filed_at), min(one.filed_at, other.filed_at)
    near = likeness(replace(one, filed_at=later), replace(other, filed_at=earlier))
    far = likeness(replace(one, filed_at=later + timedelta(days=days)), replace(other, filed_at=earlier))
    assert far.score <= near.score


@given(words, words)
def test_what_is_posted_are_the_rarest_of_what_was_said(text: str, more: str) -> None:
    marks = trace(f"{text}，{more}", mark)
    chosen = posted(marks)
    assert len(chosen) == min(len(marks), POSTED)
    left = marks - set(chosen)
    assert not left or min(map(bits, chosen)) >= max(map(bits, left))


@given(words)
def test_only_the_opening_counts(text: str) -> None:
    said = grams(text)
    assert sum(map(rarity, said[:-1])) < OPENING
    assert grams(f"{text}\n{NOISE}")[: len(said)] == said


def test_the_same_lamp_in_other_words_is_alike_and_noise_is_not() -> None:
    assert likeness(matter(LAMP), matter(SAME_LAMP)).alike
    assert not likeness(matter(LAMP), matter(NOISE)).alike
    assert not likeness(matter(LAMP, point=GATE), matter(NOISE, point=GATE)).alike


def test_a_place_nearby_helps_short_words_and_one_far_away_speaks_against() -> None:
    one, other = matter("路灯坏了三天没人修"), matter("这里的路灯不亮")
    assert not likeness(one, other).alike
    near = Point(lon=GATE.lon + 0.0003, lat=GATE.lat)
    assert likeness(replace(one, point=GATE), replace(other, point=near)).alike
    far = likeness(matter(LAMP, point=GATE), matter(SAME_LAMP, point=Point(lon=101.80, lat=36.6296)))
    assert far.score < likeness(matter(LAMP), matter(SAME_LAMP)).score
    assert likeness(matter(LAMP), matter(SAME_LAMP, area="630105")).score < likeness(matter(LAMP), matter(SAME_LAMP)).score


def test_what_is_known_to_be_ten_kilometres_apart_is_not_the_same_whatever_the_words() -> None:
    here, there = Point(lon=101.912, lat=36.555), Point(lon=101.810, lat=36.608)
    words = "这里的路灯坏了，没有人修"
    assert likeness(matter(words), matter(words)).alike
    assert not likeness(matter(words, point=here), matter(words, point=there)).alike
    assert likeness(matter(words, point=here), matter(words, point=there)).score > ALIKE


def test_what_was_covered_says_nothing_and_numbers_are_kept_with_what_they_count() -> None:
    assert grams("王**，电话〔电话〕") == ("电话",)
    assert grams("3栋") == ("3栋",)
    assert not set(grams("12号楼")) & set(grams("12路公交")) - {"号楼"}
    assert grams("西宁市城西区路灯", ["西宁市", "城西区"]) == ("路灯",)
    assert grams("ＡＢ 路") == ("ab",)


def test_of_the_words_of_others_only_what_many_say_or_one_said_oneself_is_shown() -> None:
    assert familiar("李小明说北小街〔门牌〕的护栏倒了", "北小街护栏") == "…北小街〔门牌〕…护栏…"
    assert familiar("五四大街12号门口的路灯坏了", "12路的五四大街") == "五四大街…门口的路灯坏了"
    assert familiar("五四大街12号门口的路灯坏了", "五四大街12号") == "五四大街12号门口的路灯坏了"
    assert familiar("ཚེ་རིང 路灯！ Иван", "路灯") == "…་… 路灯！ …"
    assert familiar("", "") == ""


def test_a_common_pair_says_little() -> None:
    assert rarity("我们") < rarity("漆黑") == RARE_BITS


def test_points_of_both_systems_are_compared_where_they_are() -> None:
    wechat = Point(lon=101.7489, lat=36.6296, crs=Crs.GCJ02)
    assert distance(wechat, to_wgs84(wechat)) == 0
    assert distance(GATE, wechat) > 100
    assert abs(distance(GATE, Point(lon=GATE.lon, lat=GATE.lat + 0.001)) - 111) <= 1


def told(text: str, reporter: str, days: float = 0, **changes: object) -> Told:
    return Told(matter=matter(text, filed_at=NOW + timedelta(days=days), **changes), text=text, reporter=reporter)


def test_an_issue_is_what_several_people_reported() -> None:
    lamps = [told(LAMP, "a"), told(SAME_LAMP, "b", 1), told("五四大街12号路灯坏了好几天，请尽快修", "c", 2)]
    others = [told(NOISE, "d"), told(NOISE, "d", 1), told(NOISE, "d", 2)]
    (issue,) = issues(sorted([*lamps, *others], key=lambda one: one.matter.filed_at))
    assert list(issue.told) == lamps
    assert issue.people == 3


def test_a_phrase_is_shown_only_if_several_people_used_it() -> None:
    text = "五四大街路灯不亮"
    mine = told(f"{text}，张三丰书记管管", "a")
    (issue,) = issues([mine, told(f"{text}，请修", "b"), told(f"{text}，张三丰书记不管", "c")])
    assert phrases(issue) == ("五四大街路灯不亮",)
    twice = replace(issue, told=(mine, replace(mine, text=mine.text)))
    assert phrases(twice) == ()


def test_four_wordings_of_one_lamp_share_short_phrases_but_no_name_and_no_half_of_a_word() -> None:
    texts = (
        "路口的路灯坏了三天，晚上一片漆黑，周树人不管",
        "大门前路灯不亮，已经好几天了，希望领导重视",
        "路边的灯杆不亮，路灯没人修，周树人也不来",
        "这里路灯一直不亮，老人摔倒了，找周树人没用，希望尽快修",
    )
    found = phrases(Issue(told=tuple(told(text, name) for text, name in zip(texts, "abcd", strict=True))))
    assert set(found) == {"路灯", "不亮"}


def test_the_area_of_an_issue_is_as_small_as_all_of_it_shares() -> None:
    def area(*areas: tuple[str, ...]) -> str | None:
        return Issue(told=tuple(replace(told(LAMP, "a"), areas=some) for some in areas)).area

    lane, road = ("630104001", "630104"), ("630104002", "630104")
    assert area(lane, lane, ()) == "630104001"
    assert area(lane, road) == area(lane, ("630104",)) == "630104"
    assert area((), ()) is None


def test_issues_of_two_districts_are_never_one_whatever_lies_between_them() -> None:
    def lamp(reporter: str, day: float, district: str | None) -> Told:
        return replace(told("路灯坏了，晚上一片漆黑", reporter, day, area=district), areas=(district,) if district else ())

    west = [lamp(name, day, "630104") for day, name in enumerate("abc")]
    somewhere = lamp("d", 3, None)
    county = [lamp(name, 4 + day, "630121") for day, name in enumerate("efg")]
    found = issues([*west, somewhere, *county])
    assert [(issue.area, issue.people) for issue in found] == [("630104", 4), ("630121", 3)]
    mixed = [one for pair in zip(west, county, strict=True) for one in pair]
    assert [(issue.area, issue.people) for issue in issues(mixed)] == [("630104", 3), ("630121", 3)]
    assert [issue.people for issue in issues([somewhere, lamp("h", 4, None), *county])] == [5]


@given(st.lists(st.tuples(words, st.sampled_from("abcdef"), st.integers(0, 6)), max_size=30))
def test_issues_part_what_was_told_and_come_the_biggest_first(said: list[tuple[str, str, int]]) -> None:
    all_told = sorted((told(text, who, day) for text, who, day in said), key=lambda one: one.matter.filed_at)
    found = issues(all_told)
    assert all(issue.people >= FEWEST for issue in found)
    assert [issue.people for issue in found] == sorted((issue.people for issue in found), reverse=True)
    ids = [id(one) for issue in found for one in issue.told]
    assert len(ids) == len(set(ids)) <= len(all_told)
    for issue in found:
        for phrase in phrases(issue):
            assert len({one.reporter for one in issue.told if phrase in one.text}) >= FEWEST


def test_the_threshold_is_between_what_is_alike_and_what_only_sounds_so() -> None:
    assert likeness(matter("小区门口垃圾没人清"), matter("小区门口有人跳广场舞太吵")).score < ALIKE
