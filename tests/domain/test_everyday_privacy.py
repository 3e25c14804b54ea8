"""Names and rooms are masked however people write them of themselves; whom and what they complain of can be read."""

from __future__ import annotations

import pytest

from domain.privacy import mask
from domain.publicity import publish


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我住502室，水压太低", "我住〔门牌〕，水压太低"),
        ("我们住在1203，电梯停了三天", "我们住在〔门牌〕，电梯停了三天"),
        ("本人现住801号房", "本人现住〔门牌〕"),
        ("我就住302", "我就住〔门牌〕"),
        ("我是楼上601的住户，下水道堵了", "我是楼上〔门牌〕的住户，下水道堵了"),
        ("我是隔壁1102户，夜里吵", "我是隔壁〔门牌〕户，夜里吵"),
        ("本人是虎台小区703室业主", "本人是虎台小区〔门牌〕业主"),
        ("我们是404的租客", "我们是〔门牌〕的租客"),
        ("我是503的马玉梅", "我是〔门牌〕的马**"),
        ("暖气不热，请派人来\n对门301的住户", "暖气不热，请派人来\n对门〔门牌〕的住户"),
        ("楼道灯坏了。\n2单元502 马玉梅", "楼道灯坏了。\n2单元〔门牌〕 马**"),
        ("1402室业主李国庆", "〔门牌〕业主李**"),
        ("603住户陈桂芳反映电梯停运", "〔门牌〕住户陈**反映电梯停运"),
        ("本人: 韩玉梅，今年六十岁", "本人: 韩**，今年六十岁"),
        ("本人 韩玉梅", "本人 韩**"),
        ("签名：赵建军", "签名：赵**"),
        ("签名人 赵建军", "签名人 赵**"),
        ("请尽快修好\n—— 赵建军谨上", "请尽快修好\n—— 赵**谨上"),
        ("请尽快修好\n--赵建军", "请尽快修好\n--赵**"),
        ("请尽快修好\n赵建军", "请尽快修好\n赵**"),
        ("请尽快修好。赵建军", "请尽快修好。赵**"),
        ("请尽快修好\n赵建军\n2026年5月1日", "请尽快修好\n赵**\n2026年5月1日"),
        ("请尽快修好\n赵建军敬上 2026.5.1", "请尽快修好\n赵**敬上 2026.5.1"),
        ("请尽快修好。\n村民：马兰", "请尽快修好。\n村民：马**"),
        ("我是楼长郭芳，楼里没水", "我是楼长郭**，楼里没水"),
        ("我是三中的退休教师郭素芬", "我是三中的退休教师郭**"),
        ("您好，我是东关村村民马成林，路断了", "您好，我是东关村村民马**，路断了"),
        ("电话13900139000赵小红", "电话〔电话〕赵**"),
        ("赵小红13900139000", "赵**〔电话〕"),
        ("请回电，赵小红，电话：13900139000", "请回电，赵**，电话：〔电话〕"),
        ("I live in flat 702, building 9.", "I live in flat 〔门牌〕, building 9."),
        ("We live in the grey house, apt 5B", "We live in the grey house, apt 〔门牌〕"),
        ("My apartment is no. 1203 and it is cold", "My apartment is no. 〔门牌〕 and it is cold"),
        ("I am at home in room 12, and there is no water", "I am at home in room 〔门牌〕, and there is no water"),
        ("I am the tenant of unit 302", "I am the tenant of unit 〔门牌〕"),
        ("Hello, I'm Peter Smith from the old town", "Hello, I'm 〔姓名〕 from the old town"),
        ("This is Anna Lee calling about a lamp", "This is 〔姓名〕 calling about a lamp"),
        ("The lamp is broken.\nKind regards,\nAnna Lee", "The lamp is broken.\nKind regards,\n〔姓名〕"),
        ("The lamp is broken. Yours sincerely, Anna Lee", "The lamp is broken. Yours sincerely, 〔姓名〕"),
    ],
)
def test_what_somebody_writes_of_themselves_is_masked_once_and_for_all(text: str, shown: str) -> None:
    assert mask(text).text == shown
    assert mask(shown).text == shown


@pytest.mark.parametrize(
    "text",
    [
        "政务大厅306室的人态度很差",
        "我去政务大厅306室办事，没有人",
        "我是来投诉306室的工作人员",
        "办事的地方在哪\n政务大厅306室",
        "楼上702漏水，天花板湿了",
        "楼上702的住户夜里打麻将",
        "楼下602户养了五条狗",
        "隔壁1101天天装修",
        "我们反映的是103号楼的住户",
        "我住3号楼",
        "我住110国道旁边，我住120平的房子",
        "我们住301医院旁边的小区",
        "我是302路公交的乘客",
        "我是2018年的业主",
        "我是405班的家长",
        "我是来投诉社区书记赵建军",
        "我是被城管队长赵建军打的",
        "社区主任赵建军不接电话",
        "窗口的赵建军骂人",
        "班主任刘敏老师打人",
        "请尽快处理\n谢谢",
        "请尽快处理。万分感谢",
        "哪里\n黄河路",
        "灯坏了\n石家庄",
        "灯坏了。高峰期",
        "高压线",
        "路灯坏了\n万达",
        "垃圾没人清运\n黄土\n严查",
        "请处理。祝工作顺利",
        "公司在哪\n沈阳",
        "欠薪14万元。",
        "黄色青A12345停在门口".replace("青A12345", "〔车牌〕"),
        "打〔电话〕高峰期没人接",
        "打了〔电话〕，马上挂断",
        "物业电话〔电话〕王经理",
        "〔电话〕白天打",
        "The clerk in Room 302 was rude",
        "I went to room 302 of the service hall",
        "I am Chinese. I am Vice Chairman of nothing.",
        "This is Wusi Street, and I am sorry about flat 402",
        "My complaint is about flat 402, they are loud",
        "I live near the hall. Room 402 is always closed",
        "Thank you for the work, Best Regards",
    ],
)
def test_what_somebody_complains_of_can_be_read(text: str) -> None:
    assert mask(text).text == text


def test_the_board_covers_a_teachers_name_and_no_end_of_the_title() -> None:
    assert publish("班主任刘敏老师打人").text == "班主任〔姓名〕老师打人"
    assert publish("校方刘敏老师").text == "校方〔姓名〕老师"
