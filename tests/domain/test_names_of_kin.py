"""Names of relatives and neighbours, and a surname said before the name, are masked; what only looks alike is not."""

from __future__ import annotations

import pytest

from domain.privacy import mask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我奶奶张桂兰住在三楼，邻居李国强天天吵", "我奶奶张**住在三楼，邻居李**天天吵"),
        ("我姓张，叫张建国", "我姓张，叫张**"),
        ("我姓张，叫建国。", "我姓张，叫〔姓名〕。"),
        ("我女儿叫陈小雨，在读三年级", "我女儿叫陈**，在读三年级"),
        ("我爸李强，六十岁", "我爸李**，六十岁"),
        ("我爱人李强在工地受伤", "我爱人李**在工地受伤"),
        ("我孩子李小明上三年级", "我孩子李**上三年级"),
        ("我是李小明的妈妈", "我是李**的妈妈"),
        ("我是三年级二班李小明的家长", "我是三年级二班李**的家长"),
    ],
)
def test_a_name_beside_kin_or_a_surname_is_masked_once_and_for_all(text: str, shown: str) -> None:
    assert mask(text).text == shown
    assert mask(shown).text == shown


@pytest.mark.parametrize(
    "text",
    [
        "我邻居王大爷",
        "我妈高兴得很",
        "我爸曾经去过，我爸白天上班，我爸江苏人",
        "我女儿高三，我儿子高考",
        "我儿子高中毕业",
        "我妈马上要手术",
        "我爸金融公司上班",
        "邻居家的狗",
        "我姓张",
        "孩子叫苦",
        "孩子叫家长来",
        "同学叫高中生让座",
        "我是小区的方便面厂",
        "我是这里的老师",
        "我是上面说的那栋楼的业主",
    ],
)
def test_what_is_no_name_stays(text: str) -> None:
    assert mask(text).text == text
