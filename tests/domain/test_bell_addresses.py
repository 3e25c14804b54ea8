"""Which addresses a bell may have: those of mailboxes, and of robots at the hosts that are known, in their own shape."""

from __future__ import annotations

import pytest

from domain.bells import BellKind, BellOffer, bell_address, hint

ORIGINS = ("https://qyapi.weixin.qq.com", "https://oapi.dingtalk.com", "https://open.feishu.cn")
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx"
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=66ab"
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/ca-f0"


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        (BellKind.MAIL, " wang.li+bell@Example.ORG\n", "wang.li+bell@example.org"),
        (BellKind.WECOM, WECOM, WECOM),
        (BellKind.WECOM, WECOM.replace("https://qyapi", "HTTPS://QyApi"), WECOM),
        (BellKind.DINGTALK, DINGTALK, DINGTALK),
        (BellKind.DINGTALK, f" {DINGTALK}\n  SECab12 ", f"{DINGTALK} SECab12"),
        (BellKind.FEISHU, f"{FEISHU} x_Y-9", f"{FEISHU} x_Y-9"),
    ],
)
def test_an_address_is_kept_in_one_form(kind: BellKind, text: str, kept: str) -> None:
    assert bell_address(kind, text, ORIGINS) == kept


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (BellKind.MAIL, "wang"),
        (BellKind.MAIL, "wang@localhost"),
        (BellKind.MAIL, "wang@example.org, li@example.org"),
        (BellKind.MAIL, "wang@example.org\nBcc: li@example.org"),
        (BellKind.MAIL, f"wang@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.org"),
        (BellKind.WECOM, ""),
        (BellKind.WECOM, DINGTALK),
        (BellKind.WECOM, f"{WECOM} secret"),
        (BellKind.WECOM, WECOM.replace("https", "http")),
        (BellKind.WECOM, WECOM.replace(".qq.com", ".qq.com.example.org")),
        (BellKind.WECOM, WECOM.replace(".qq.com", ".qq.com:80")),
        (BellKind.WECOM, WECOM.replace("https://", "https://qyapi.weixin.qq.com@")),
        (BellKind.WECOM, f"{WECOM}#x"),
        (BellKind.DINGTALK, f"{DINGTALK}&x=y"),
        (BellKind.DINGTALK, f"{DINGTALK} one two"),
        (BellKind.FEISHU, f"{FEISHU}/../x"),
        (BellKind.FEISHU, f"{FEISHU}é"),
    ],
)
def test_whatever_else_is_no_address(kind: BellKind, text: str) -> None:
    assert bell_address(kind, text, ORIGINS) is None


def test_only_kinds_that_can_be_rung_are_offered() -> None:
    assert BellOffer().kinds == ()
    assert BellOffer(mail=True).kinds == (BellKind.MAIL,)
    assert BellOffer(robots=ORIGINS).kinds == (BellKind.WECOM, BellKind.DINGTALK, BellKind.FEISHU)


def test_a_hint_shows_neither_the_whole_address_nor_the_secret() -> None:
    assert hint(BellKind.MAIL, "wang@example.org") == "w…@example.org"
    assert hint(BellKind.DINGTALK, f"{DINGTALK} SECab12") == "…66ab"
