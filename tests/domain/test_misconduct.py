"""Words of bribes are recognised; what only sounds alike is not."""

from __future__ import annotations

import pytest

from domain.misconduct import speaks_of_misconduct


@pytest.mark.parametrize(
    "text",
    [
        "城管队员王某收了烟才不罚款",
        "窗口工作人员索要红包",
        "村长挪用公款",
        "不给好处费就不盖章",
        "医生拿了药商的回扣",
        "城管局的王某某收了摊贩的钱不管占道经营",
        "所长收保护费",
        "the officer asked for a bribe",
        "城管局长收了我两万块钱不办事",
        "采购科长拿钱",
        "城管队员把摊贩的钱装进自己口袋",
        "站长虚报人头吃空饷",
        "这个局拿了开发商的好处",
        "给钱才办，不给钱就拖",
        "村支书把低保给了自己亲戚",
        "民警动手打人",
    ],
)
def test_a_bribe_is_recognised(text: str) -> None:
    assert speaks_of_misconduct(text)


@pytest.mark.parametrize(
    "text",
    [
        "城西区某小区门口的垃圾堆了一个星期没人清运",
        "饭店油烟扰民，城管检查后没有改",
        "停车被罚款两百元，太多了",
        "超市抢红包活动是假的",
        "窗口收了两百块钱工本费",
        "物业收了我两千元物业费不管卫生",
        "队长给了我五百元工资",
        "老板拿钱跑了，劳动局不管",
        "医院收了三万元押金才给做手术",
        "政府要用大家的钱建公园",
        "",
    ],
)
def test_an_ordinary_complaint_is_not(text: str) -> None:
    assert not speaks_of_misconduct(text)
