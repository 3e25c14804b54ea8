from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.classifiers import SHIPPED, shipped
from domain.classifier import BadModel, Classifier, to_bytes

SAMPLE = (
    "我们小区楼下的饭店每天营业到半夜，油烟直接排到住户窗口，音响也开得很大，老人孩子没法睡觉，找过物业和城管都没有结果。" * 4
)
LABELS = ("路", "水", "电")


def small(**changes: object) -> bytes:
    given = {
        "labels": LABELS, "bias": (0.1, 0.0, 0.0), "scale": 0.001, "straight": 0.9, "ask": 0.4,
        "weights": {"路": ((3000, -1000, -1000), 4.0), "水": ((-1000, 3000, -1), 4.0), "水管": ((-32767, 32767, -32767), 9.0)},
    }  # fmt: skip
    return to_bytes(**(given | changes))  # type: ignore[arg-type]


def best(text: str) -> str:
    return Classifier.from_bytes(small()).guess(text)[0].label


def test_the_words_decide_and_unknown_ones_leave_the_usual_shares() -> None:
    assert (best("路面"), best("水管爆了"), best("xyz")) == ("路", "水", "路")


def test_each_label_gets_its_own_sum_even_beside_negative_ones() -> None:
    weights = {"水": ((-7, 5, -32767), 1.0)}
    model = Classifier.from_bytes(small(weights=weights, bias=(0.0, 0.0, 0.0), scale=1.0))
    p = {guess.label: guess.p for guess in model.guess("水")}
    assert p["水"] / p["路"] == pytest.approx(2.718281828459045**12)
    assert p["电"] == 0.0


@given(st.text(max_size=300))
def test_any_text_gets_probabilities_that_add_up(text: str) -> None:
    guesses = shipped().guess(text)
    assert sum(guess.p for guess in guesses) == pytest.approx(1.0)
    assert [guess.p for guess in guesses] == sorted((guess.p for guess in guesses), reverse=True)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("楼下烧烤店油烟熏人，河里也都是黑水", "环境保护"),
        ("老板欠了我们三个月工资不给", "劳动和社会保障"),
        ("初三学生周末被要求补课交钱", "教育文体"),
        ("医生开错药，医院不肯给病历", "卫生计生"),
        ("出租车不打表乱收费，司机态度很差", "交通运输"),
    ],
)
def test_the_model_that_ships_knows_plain_cases(text: str, label: str) -> None:
    assert shipped().guess(text)[0].label == label


def test_width_case_and_numbers_make_no_difference() -> None:
    assert shipped().guess("ＡＢ路１２号停水") == shipped().guess("ab路345号停水")


def test_the_model_that_ships_is_small_and_quick_and_keeps_nothing_rare() -> None:
    data = SHIPPED.read_bytes()
    assert len(data) <= 2 * 1024 * 1024
    assert _milliseconds(lambda: Classifier.from_bytes(data)) < 50
    assert _milliseconds(lambda: shipped().guess(SAMPLE[:200])) < 0.3


def _milliseconds(work: object) -> float:
    """Take the best of some runs: a busy machine makes any of them slow."""
    taken = []
    for _ in range(50):
        begin = time.thread_time()
        work()  # type: ignore[operator]
        taken.append(time.thread_time() - begin)
    return min(taken) * 1000


@pytest.mark.parametrize("spoil", [lambda d: d[:-9], lambda d: d[:40] + b"x" + d[41:], lambda d: b"", lambda d: b"PK" + d])
def test_damaged_bytes_are_refused_with_what_to_do(spoil: object) -> None:
    with pytest.raises(BadModel, match="huiyin train"):
        Classifier.from_bytes(spoil(small()))  # type: ignore[operator]
