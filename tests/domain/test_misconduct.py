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
        "",
    ],
)
def test_an_ordinary_complaint_is_not(text: str) -> None:
    assert not speaks_of_misconduct(text)
