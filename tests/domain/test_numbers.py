from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.numbers import CASE_RANDOM, CODE_RANDOM, case_number, read_case_number, read_code, receipt_code, show_code

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
case_randoms = st.integers(0, CASE_RANDOM - 1)
codes = st.integers(0, CODE_RANDOM - 1).map(receipt_code)
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


def test_a_case_number_shows_its_day_its_random_part_and_one_check_digit():
    assert case_number(date(2026, 11, 22), 4217) == "20261122-04217-9"


@given(days, case_randoms)
def test_a_case_number_is_read_back(day: date, random: int):
    number = case_number(day, random)
    assert read_case_number(number) == number
    assert read_case_number(number.replace("-", "")) == number


@given(days, case_randoms, st.integers(0, 13), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(day: date, random: int, place: int, added: int):
    digits = case_number(day, random).replace("-", "")
    wrong = digits[:place] + str((int(digits[place]) + added) % 10) + digits[place + 1 :]
    assert read_case_number(wrong) is None


@given(days, case_randoms, st.integers(0, 12))
def test_every_swap_of_two_neighbours_is_noticed(day: date, random: int, place: int):
    digits = case_number(day, random).replace("-", "")
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assert read_case_number(swapped) == (case_number(day, random) if swapped == digits else None)


@pytest.mark.parametrize(
    "written",
    [
        "我的编号是20261122-04217-9，请问办得怎么样了？",
        "２０２６１１２２－０４２１７－９",
        "20261122 04217 9",
        "2026-11-22-04217-9",
        "2026 1122 0421 79",
        "20261122—04217—9",
        "/case 20261122042179",
        "3 20261122-04217-9 2026年",
        "first 20261122-04217-8, no, 20261122-04217-9",
    ],
)
def test_a_case_number_is_found_as_people_write_it(written: str):
    assert read_case_number(written) == "20261122-04217-9"


@pytest.mark.parametrize("written", ["", "你好", "20261122", "20261122-04217", "120261122042179", "202611220421791"])
def test_what_is_no_case_number_is_not_read_as_one(written: str):
    assert read_case_number(written) is None


def test_a_number_with_a_right_check_digit_on_an_impossible_day_is_refused():
    possible = [f"20261322-0421{last}-{check}" for last in range(10) for check in range(10)]
    assert [read_case_number(number) for number in possible] == [None] * 100


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2100, 1, 1)])
def test_a_day_outside_of_the_century_has_no_case_number(day: date):
    with pytest.raises(ValueError, match="year"):
        case_number(day, 0)


@pytest.mark.parametrize("random", [-1, CASE_RANDOM])
def test_a_random_part_of_another_length_is_refused(random: int):
    with pytest.raises(ValueError, match="random part"):
        case_number(date(2026, 1, 1), random)


@given(codes, st.booleans())
def test_a_code_is_read_back_from_the_form_it_is_shown_in(code: str, full_width: bool):
    shown = show_code(code).translate(FULL_WIDTH) if full_width else show_code(code)
    assert read_code(f"我的查询码：{shown}，谢谢。") == code


def test_a_code_keeps_its_leading_zeros_and_is_shown_in_fours():
    assert receipt_code(7) == "0000000000000007"
    assert show_code("1234567890123456") == "1234 5678 9012 3456"


@pytest.mark.parametrize("written", ["", "123456789012345", "12345678901234567", "1234 5678 9012 345a6"])
def test_anything_but_sixteen_digits_is_no_code(written: str):
    assert read_code(written) is None


@given(days, case_randoms, codes)
def test_a_code_is_found_beside_its_case_number(day: date, random: int, code: str):
    number = case_number(day, random)
    for text in (f"{number} {show_code(code)}", f"{number} {code}", f"{code}\n{number}", f"{number}\n{show_code(code)}"):
        assert read_case_number(text) == number
        assert read_code(text) == code


@pytest.mark.parametrize("random", [-1, CODE_RANDOM])
def test_a_code_of_another_length_is_refused(random: int):
    with pytest.raises(ValueError, match="16 digits"):
        receipt_code(random)
