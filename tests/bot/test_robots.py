"""Robots of group chats, against a host on loopback: bodies, signatures, pace, and what each answer means to the program."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bell_hosts import RobotHost

from bot.channels.door import Letter, TryLater, Undeliverable
from bot.channels.robots import VENDORS, Robots
from bot.clock import Clock
from dialog.outgoing import say
from dialog.texts import Text, Words
from domain.bells import BellKind

NOW = datetime(2026, 1, 7, 2, 0, tzinfo=UTC)
WORDS = Words({}, ("en",), ZoneInfo("Asia/Shanghai"))
BY_NAME = {vendor.name: vendor for vendor in VENDORS}


class StandingClock(Clock):
    """A time that moves only when told to."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


@pytest.fixture
async def host(direct: None) -> AsyncIterator[RobotHost]:
    async with RobotHost() as host:
        yield host


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def channels(clock: StandingClock) -> AsyncIterator[dict[str, Robots]]:
    made = {vendor.name: Robots(WORDS, clock, vendor) for vendor in VENDORS}
    yield made
    for channel in made.values():
        await channel.close()


def letter(address: str, *lines: str) -> Letter:
    return Letter(address=address, language="en", message=say(*(Text(line) for line in lines or ("Case 1", "Open"))))


def signed(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def test_there_is_a_channel_for_every_kind_of_robot() -> None:
    assert set(BY_NAME) == set(BellKind) - {BellKind.MAIL}


async def test_each_vendor_gets_its_own_body(host: RobotHost, channels: dict[str, Robots]) -> None:
    await channels["wecom"].send(letter(host.wecom("k1")))
    await channels["dingtalk"].send(letter(host.dingtalk("k2")))
    await channels["feishu"].send(letter(host.feishu("k3")))
    wecom, dingtalk, feishu = host.rung
    assert (wecom.path, wecom.query) == ("/cgi-bin/webhook/send", {"key": "k1"})
    assert (dingtalk.path, dingtalk.query) == ("/robot/send", {"access_token": "k2"})
    assert (feishu.path, feishu.query) == ("/open-apis/bot/v2/hook/k3", {})
    assert wecom.body == dingtalk.body == {"msgtype": "text", "text": {"content": "Case 1\nOpen"}}
    assert feishu.body == {"msg_type": "text", "content": {"text": "Case 1\nOpen"}}


async def test_a_secret_signs_and_is_never_sent(host: RobotHost, channels: dict[str, Robots]) -> None:
    await channels["dingtalk"].send(letter(f"{host.dingtalk()} SECabc"))
    await channels["feishu"].send(letter(f"{host.feishu()} s3cret"))
    dingtalk, feishu = host.rung
    ms = str(round(NOW.timestamp() * 1000))
    assert dingtalk.query == {"access_token": "dingtalkkey", "timestamp": ms, "sign": signed("SECabc", f"{ms}\nSECabc")}
    seconds = str(round(NOW.timestamp()))
    assert (feishu.body["timestamp"], feishu.body["sign"]) == (seconds, signed(f"{seconds}\ns3cret", ""))
    assert "SECabc" not in str(dingtalk)
    assert "s3cret" not in str(feishu)


async def test_a_text_is_cut_to_what_wecom_takes_and_never_within_a_character(
    host: RobotHost, channels: dict[str, Robots]
) -> None:
    await channels["wecom"].send(letter(host.wecom(), "回" * 1000))
    assert host.rung[0].text == "回" * 682


@pytest.mark.parametrize(
    ("vendor", "status", "said", "after"),
    [
        ("wecom", 200, {"errcode": 45009, "errmsg": "api freq out of limit"}, timedelta(minutes=1)),
        ("dingtalk", 200, {"errcode": 130101, "errmsg": "send too fast"}, timedelta(minutes=10)),
        ("dingtalk", 200, {"errcode": 410100, "errmsg": "limited"}, timedelta(minutes=10)),
        ("feishu", 200, {"code": 11232, "msg": "frequency limited"}, timedelta(minutes=1)),
        ("feishu", 400, {"code": 9499, "msg": "too many request"}, timedelta(minutes=1)),
        ("wecom", 429, "slow down", timedelta(minutes=1)),
    ],
)
async def test_who_is_limited_waits_and_certainly_was_not_heard(
    host: RobotHost, channels: dict[str, Robots], vendor: str, status: int, said: Any, after: timedelta
) -> None:
    host.answers.append((status, said))
    with pytest.raises(TryLater) as caught:
        await channels[vendor].send(letter(getattr(host, vendor)()))
    assert (caught.value.after, caught.value.certain, caught.value.everywhere) == (after, True, False)


@pytest.mark.parametrize(
    ("vendor", "said"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}),
        ("dingtalk", {"errcode": 300001, "errmsg": "token is not exist"}),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}),
        ("feishu", {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}),
        ("feishu", {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}),
    ],
)
async def test_a_robot_that_was_removed_or_whose_key_is_wrong_is_gone_although_the_status_is_200(
    host: RobotHost, channels: dict[str, Robots], vendor: str, said: Any
) -> None:
    host.answers.append((200, said))
    with pytest.raises(Undeliverable) as caught:
        await channels[vendor].send(letter(getattr(host, vendor)()))
    assert caught.value.gone
    assert "key" not in str(caught.value)


async def test_another_refusal_says_nothing_about_the_next_message(host: RobotHost, channels: dict[str, Robots]) -> None:
    for n, answer in enumerate([(200, {"errcode": 40058}), (404, "not here"), (200, "<html>"), (307, "elsewhere"), (200, [])]):
        host.answers.append(answer)
        with pytest.raises(Undeliverable) as caught:
            await channels["wecom"].send(letter(host.wecom(f"k{n}")))
        assert not caught.value.gone
    assert len(host.rung) == 5, "a redirect was followed"


async def test_when_the_answer_is_lost_the_message_may_have_been_heard(host: RobotHost, channels: dict[str, Robots]) -> None:
    for n, answer in enumerate([None, (502, "bad gateway"), (200, {"errcode": -1})]):
        host.answers.append(answer)
        with pytest.raises(TryLater) as caught:
            await channels["wecom"].send(letter(host.wecom(f"k{n}")))
        assert not caught.value.certain


async def test_a_host_out_of_reach_is_so_for_all_its_robots(
    channels: dict[str, Robots], direct: None, caplog: pytest.LogCaptureFixture
) -> None:
    async with RobotHost() as host:
        address = host.feishu()
    for n in range(2):
        with pytest.raises(TryLater) as caught:
            await channels["feishu"].send(letter(f"{address}{n}"))
        assert (caught.value.certain, caught.value.everywhere) == (True, True)
    assert [record.message for record in caplog.records] == ["bells_out_of_reach"]
    assert "feishu-key" not in f"{caught.value} {caplog.text} {caplog.records[0].__dict__['fields']}"


@pytest.mark.parametrize(("vendor", "most"), [("wecom", 20), ("dingtalk", 18), ("feishu", 100)])
async def test_no_minute_has_more_rings_than_a_robot_may_have(
    host: RobotHost, channels: dict[str, Robots], clock: StandingClock, vendor: str, most: int
) -> None:
    address, sent = getattr(host, vendor)(), []
    while clock.at < NOW + timedelta(minutes=3):
        try:
            await channels[vendor].send(letter(address))
            sent.append(clock.at)
        except TryLater as later:
            assert later.certain
            clock.at += max(later.after, timedelta(milliseconds=1))
    for start in sent:
        assert sum(start <= at <= start + timedelta(minutes=1) for at in sent) <= most
        assert sum(start <= at <= start + timedelta(seconds=1) for at in sent) <= 5
    assert len(sent) >= 3 * most * 0.8


async def test_a_busy_robot_keeps_no_other_one_waiting(host: RobotHost, channels: dict[str, Robots]) -> None:
    await channels["dingtalk"].send(letter(host.dingtalk("one")))
    with pytest.raises(TryLater):
        await channels["dingtalk"].send(letter(host.dingtalk("one")))
    await channels["dingtalk"].send(letter(host.dingtalk("two")))
    assert len(host.rung) == 2
