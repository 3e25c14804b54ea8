"""What was said of a window is kept in one language and read in each; own words stay as they were typed."""

from __future__ import annotations

import itertools

import pytest
from cast import xining
from hypothesis import given
from hypothesis import strategies as st

from actions.rating_words import kept, settled, shown
from dialog.texts import Words
from domain.cases import Satisfaction
from domain.city_ratings import CRITERIA, REASONS

CITY = xining().city
WORDS = Words({"zh_Hans": {"Rating: {level}": "评价：{level}", "Dissatisfied": "不满意"}}, ("zh_Hans", "en"), CITY.zone)
BAD, GOOD = Satisfaction.DISSATISFIED, Satisfaction.SATISFIED


def in_english(text: str, *, labelled: bool = True) -> str:
    return WORDS.render(shown(CITY, text, labelled=labelled), "en")


def test_level_reasons_and_criteria_are_read_in_the_readers_language() -> None:
    text = kept(CITY, BAD, ("slow", "absent"), {"service": GOOD, "efficiency": BAD}, "等了两个小时\n没有人")
    assert in_english(text) == (
        "Rating: Dissatisfied\nReasons: A long wait, or slow work; Nobody at the window\n"
        "Criteria: Quality of the service: Satisfied; Speed: Dissatisfied\n等了两个小时\n没有人"
    )
    assert in_english(text, labelled=False).startswith("Dissatisfied\n")
    assert WORDS.render(shown(CITY, kept(CITY, BAD, (), {})), "zh_Hans") == "评价：不满意"


def test_the_answer_that_a_rating_was_changed_is_read_in_the_readers_language() -> None:
    assert in_english(settled(GOOD)) == "The citizen has changed the rating to “Satisfied”."


@pytest.mark.parametrize(
    "own", ["原因：没有人理我", "分项：都不好", "评价：满意", "{level}", "原因：等候太久、办理太慢；还有别的"]
)
def test_own_words_that_look_like_ours_stay_as_they_were_typed(own: str) -> None:
    assert in_english(kept(CITY, BAD, (), {}, own)) == f"Rating: Dissatisfied\n{own}"


def test_words_that_no_rating_begins_with_stay_as_they_are() -> None:
    for text in ("评价：马马虎虎", "窗口没人", "已整改。", ""):
        assert in_english(text) == text


def test_a_reason_that_the_city_has_dropped_stays_as_it_was_kept() -> None:
    assert in_english("评价：不满意\n原因：早先的原因") == "Rating: Dissatisfied\n原因：早先的原因"


@given(
    level=st.sampled_from(Satisfaction),
    reasons=st.sets(st.sampled_from([one.code for one in REASONS])),
    criteria=st.dictionaries(st.sampled_from([one.code for one in CRITERIA]), st.sampled_from(Satisfaction)),
)
def test_nothing_of_ours_is_left_in_the_language_in_which_it_was_kept(
    level: Satisfaction, reasons: set[str], criteria: dict[str, Satisfaction]
) -> None:
    read = in_english(kept(CITY, level, reasons, criteria, "own"))
    assert read.isascii()
    names = [one.name_en for one in itertools.chain(REASONS, CRITERIA) if one.code in reasons | criteria.keys()]
    assert all(name in read for name in names)
    assert read.endswith("\nown")
