"""Windows found by what people call them, measured on the thirty windows of the example city."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from domain.city import City, Window
from domain.city_files import read_city
from domain.window_search import is_doubtful, windows_like, windows_named, windows_near

FOLDER = Path(__file__).parent.parent.parent / "examples" / "xining"

NAMES = {
    "护照": ["permits-4"],
    "PASSPORT": ["permits-4"],
    "Ｐａｓｓｐｏｒｔ": ["permits-4"],
    "permits-4": ["permits-4"],
    "PERMITS-4": ["permits-4"],
    "湟中 社保": ["huangzhong-2"],
    "social huangzhong": ["huangzhong-2"],
    "医保 慢特病": ["insurance-4"],
    "城东 社保": ["east-1"],
    "医保": ["insurance-1", "insurance-2", "insurance-3", "insurance-4", "insurance-5"],
    "4号窗口": ["centre-4", "east-4", "insurance-4", "permits-4", "huangzhong-4"],
    "营业执照": ["centre-2", "centre-3", "huangzhong-4"],
    "": [],
    "   ": [],
}
"""Every word stands in a name, or is short for one."""

OTHER_WORDS = {
    "医保报销": ["insurance-2", "insurance-5"],
    "住院费用怎么报销": ["insurance-2"],
    "我要办身份证": ["permits-2"],
    "身份证丢了怎么补办": ["permits-2"],
    "我昨天去办护照，等了两个小时": ["permits-4"],
    "想给孩子办生育登记要去哪里": ["east-5"],
    "二手房过户要带什么": ["centre-4"],
    "房产证": ["centre-5", "centre-4", "huangzhong-5"],
    "取公积金": ["centre-6"],
    "个人要开发票": ["centre-7"],
    "食品许可证": ["east-4", "huangzhong-4"],
    "失业金": ["east-1"],
    "养老金": ["east-1", "huangzhong-2"],
    "领农机的补贴": ["huangzhong-3"],
    "给孩子上户口": ["permits-1"],
    "在外地看病异地就医": ["insurance-3"],
    "生孩子产检报销": ["insurance-5"],
    "老人高龄补贴": ["east-3", "east-2", "huangzhong-3"],
    "身份证在哪个窗口办": ["permits-2"],
    "renew passport": ["permits-4"],
    "I want to renew my pasport": ["permits-4"],
    "I lost my identity card": ["permits-2"],
    "extend my visa": ["permits-5"],
    "hospital reimbursement": ["insurance-2"],
    "unemployment benefit": ["east-1"],
    "register a company": ["centre-2", "centre-3"],
    "a certificate for my property": ["centre-4", "centre-5", "huangzhong-5"],
    "changing my name": ["permits-1"],
    "start-up grants": ["east-2"],
}
"""No window has them all: what they share with names decides, the best first."""

GUESSES = {
    "交税": ["centre-7"],
    "改名字": ["permits-1"],
    "去香港": ["permits-4"],
    "转院": ["insurance-2", "east-1", "insurance-3"],
}
"""A few characters of which one is rare."""

WANTED = {
    "我想办个营业执照": "centre-2", "公司注销去哪办": "centre-2", "刻公章": "centre-3", "房子过户": "centre-4",
    "查房产": "centre-5", "无房证明在哪开": "centre-5", "公积金怎么提出来": "centre-6", "代开发票": "centre-7",
    "个税": "centre-7", "规划许可怎么申请": "centre-8", "失业了怎么登记": "east-1", "创业补贴申请": "east-2",
    "申请低保": "east-3", "开饭店要食品经营许可": "east-4", "卫生许可证": "east-5", "城乡居民医保参保": "insurance-1",
    "门诊费报销": "insurance-2", "异地看病备案": "insurance-3", "慢病认定": "insurance-4", "产检费用报销": "insurance-5",
    "孩子落户": "permits-1", "临时身份证": "permits-2", "办居住证": "permits-3", "去澳门的通行证": "permits-4",
    "老外签证延期": "permits-5", "取证件": "permits-6", "湟中交社保": "huangzhong-2", "农机补贴找谁": "huangzhong-3",
    "宅基地审批": "huangzhong-3", "土地确权证": "huangzhong-5", "business licence": "centre-2", "company seal": "centre-3",
    "transfer of house ownership": "centre-4", "proof that I own no property": "centre-5",
    "withdraw provident fund": "centre-6", "pay income tax": "centre-7", "building permits": "centre-8",
    "transfer my social insurance": "east-1", "find a job": "east-2", "allowance for old people": "east-3",
    "food permit in Chengdong": "east-4", "print a certificate": "east-6", "enrol in medical insurance": "insurance-1",
    "claim hospital bills": "insurance-2", "referral": "insurance-3", "maternity leave allowance": "insurance-5",
    "new id card": "permits-2", "visa for my wife": "permits-5", "homestead": "huangzhong-3",
    "land rights certificate": "huangzhong-5",
}  # fmt: skip
"""What somebody wants, and the window for it; the search was made without these."""

NOTHING = [
    "龙", "dragons from the sky", "今天天气不错", "路灯坏了", "投诉", "我要投诉窗口态度差", "结婚登记", "where is the office",
]  # fmt: skip


@pytest.fixture(scope="module")
def city() -> City:
    found = read_city({path.name: path.read_bytes() for path in FOLDER.iterdir()}).city
    assert found is not None
    return found


def codes(city: City, typed: str) -> list[str]:
    return [window.code for window in windows_named(city, typed)]


@pytest.mark.parametrize(("typed", "found"), (NAMES | OTHER_WORDS).items())
def test_windows_are_found_by_what_people_call_them(city: City, typed: str, found: list[str]) -> None:
    assert codes(city, typed) == found


def test_one_character_is_short_for_nothing(city: City) -> None:
    assert len(codes(city, "保")) < 30


@pytest.mark.parametrize(("typed", "near"), GUESSES.items())
def test_a_few_other_words_lead_to_guesses_only(city: City, typed: str, near: list[str]) -> None:
    assert codes(city, typed) == []
    assert [window.code for window in windows_near(city, typed)] == near


@pytest.mark.parametrize("typed", NOTHING)
def test_words_that_have_nothing_to_do_with_any_window_find_none(city: City, typed: str) -> None:
    assert codes(city, typed) == []
    assert windows_near(city, typed) == ()


def test_each_window_is_found_by_each_of_its_services_said_in_a_sentence(city: City) -> None:
    for window in city.windows.values():
        for service in window.services:
            sentence = f"I would like to get {service}, please" if service.isascii() else f"你好，我想问一下{service}去哪里"
            found = codes(city, sentence)
            assert window.code in found, (window.code, service, found)
            assert len(found) <= 6 or service == "registration", (service, found)


def test_what_people_want_is_offered_and_nearly_always_first(city: City) -> None:
    offered = {typed: codes(city, typed) for typed in WANTED}
    assert all(window in offered[typed][:4] for typed, window in WANTED.items())
    assert sum(offered[typed][0] == window for typed, window in WANTED.items()) >= 48, "of fifty"
    assert sum(map(len, offered.values())) <= 75, "the list is short"


def test_a_city_of_one_window_can_be_searched(city: City) -> None:
    only = Window(code="centre-1", hall="centre", name="护照", name_en="Passports")
    small = replace(city, windows={"centre-1": only})
    assert codes(small, "我要办护照") == codes(small, "renew passport") == ["centre-1"]
    assert codes(small, "今天天气不错") == codes(replace(city, windows={}), "护照") == []


def test_a_code_is_known_in_any_case_and_exactly_where_two_differ_in_nothing_else(city: City) -> None:
    shouted = replace(city.windows["centre-4"], code="CENTRE-4")
    assert city.window_coded("Centre-4") is city.windows["centre-4"]
    assert city.window_coded("centre") is None
    assert replace(city, windows={**city.windows, "CENTRE-4": shouted}).window_coded("CENTRE-4") is shouted
    assert city.hall_coded("EAST") is city.halls["east"]
    assert city.hall_coded("nowhere") is None


@pytest.mark.parametrize(
    ("typed", "window"),
    [
        ("市民中心4号", "centre-4"),
        ("centre window 4", "centre-4"),
        ("Chengdong hall 4", "east-4"),
        ("城东4号窗口", "east-4"),
        ("医保大厅三号窗口", "insurance-3"),
        ("civic centre no. 8", "centre-8"),
    ],
)
def test_a_hall_and_a_number_are_a_window(city: City, typed: str, window: str) -> None:
    assert codes(city, typed) == [window]


def test_what_one_word_of_two_means_is_doubtful(city: City) -> None:
    only = replace(city.windows["centre-4"], services=())
    without = replace(city, windows={**city.windows, "centre-4": only})
    (found,) = windows_named(without, "house deed")
    assert found.code == "centre-7"
    assert is_doubtful(without, "house deed", found)
    assert [window.code for window in windows_like(without, "house deed")][:2] == ["centre-7", "permits-1"]


@pytest.mark.parametrize(
    "typed", ["renew passport", "transfer of house ownership", "print a certificate", "我要办身份证", "护照 2"]
)
def test_what_most_words_mean_is_not_doubtful(city: City, typed: str) -> None:
    assert not any(is_doubtful(city, typed, found) for found in windows_named(city, typed)[:1])
