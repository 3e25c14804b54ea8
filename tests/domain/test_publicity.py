from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.publicity import PROBLEM, first_words, publish

DOOR, NAME, SPOT = "〔门牌〕", "〔姓名〕", "〔位置〕"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("五四西路12号门口", f"五四西路{DOOR}门口"),
        ("五四西路１２号院", f"五四西路{DOOR}"),
        ("阳光小区3号楼2单元501室漏水", f"阳光小区{DOOR}漏水"),
        ("阳光小区三号楼二单元漏水", f"阳光小区{DOOR}漏水"),
        ("B座1203的空调", f"{DOOR}的空调"),
        ("住12-3-502，漏水", f"住{DOOR}，漏水"),
        ("住3号楼2单元502室，漏水", f"住{DOOR}，漏水"),
        ("六楼漏水", f"{DOOR}漏水"),
        ("Room 502, No. 12 Wusi Road", f"{DOOR}, {DOOR} Wusi Road"),
        ("at 12 West Gate Road", f"at {DOOR} West Gate Road"),
        ("坐标36.62961, 101.74892处", f"坐标{SPOT}处"),
    ],
)
def test_doors_and_positions_are_hidden(text: str, shown: str) -> None:
    assert publish(text).text == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我叫欧阳小敏，欧阳小敏每天等", f"我叫{NAME}，{NAME}每天等"),
        ("我叫欧阳**，住这里", f"我叫{NAME}，住这里"),
        ("已联系业主张国伟，张国伟表示满意", f"已联系业主{NAME}，{NAME}表示满意"),
        ("车主王大力天天占道", f"车主{NAME}天天占道"),
        ("请找陈建国局长", f"请找{NAME}局长"),
        ("环卫科科长孙立军", f"环卫科科长{NAME}"),
        ("已到3号楼2单元501王秀英家中处理", f"已到{DOOR}{NAME}家中处理"),
        ("到王秀英家查看，王秀英满意", f"到{NAME}家查看，{NAME}满意"),
        ("投诉人刘洋反映属实", f"投诉人{NAME}反映属实"),
    ],
)
def test_of_a_name_nothing_is_left(text: str, shown: str) -> None:
    assert publish(text).text == shown


@pytest.mark.parametrize(
    "text",
    [
        "5月3号修好，地铁5号线停运，12号公交不来",
        "2026-01-05报修，事项20260105-12345-6",
        "30户居民没有水，3条街没有灯",
        "居民高度关注，业主方便出行，责任人马上到场",
        "工作人员已到现场，老人在家，学生家长都说好",
        "请拨打12345",
        "前往石家庄市，到马家湾村，三十户陆续搬家",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert publish(text).text == text


def test_what_is_hidden_is_told_with_what_stood_there() -> None:
    hidden = publish("3号楼王敏的电话13997254418", names=("王敏",)).hidden
    assert {words for _kind, words in hidden} == {"3号楼", "王敏", "13997254418"}


pieces = st.sampled_from(
    [
        "3号楼", "2单元", "501室", "12号", "路", "业主", "张国伟", "王**", "局长", "我叫", "13997254418", "36.62961", "101.74892",
        "，", " ", "-", "1", "23", "B座", "〔门牌〕", "〔电话〕", "**", "电话", "号", "楼", "No. 5",
    ]
)  # fmt: skip


@settings(max_examples=600)
@given(st.lists(pieces, max_size=14).map("".join))
def test_what_was_published_is_published_as_it_is(text: str) -> None:
    once = publish(text)
    assert publish(once.text).text == once.text
    assert publish(once.text).hidden == ()


def test_the_first_words_end_with_a_sentence_and_never_inside_of_a_placeholder() -> None:
    assert first_words("短。") == "短。"
    assert first_words("一句话。" * 50) == "一句话。" * (PROBLEM // 4)
    assert first_words("字" * (PROBLEM - 2) + "〔电话〕字") == "字" * (PROBLEM - 2) + "…"
    assert first_words("字" * 500) == "字" * PROBLEM + "…"


@pytest.mark.parametrize("piece", ["3号楼", "1", "12-", "业主张", "路1", "王", "12.345,", "一二三", "No."])
@pytest.mark.timeout(60)  # a fraction of a second; a slip into quadratic time takes minutes
def test_a_very_long_text_is_published_in_linear_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    assert publish(text).text
