"""Bells: staff who use only the web are told elsewhere that there is something new, and nothing of what it is."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from bell_hosts import MailHost, RobotHost
from story_filing import files, solves
from story_person import Person
from story_telegram import TelegramPerson
from story_town import RUBBISH_UNIT, Town, town_over

TEST = "This is a test of your bell."
PACE = timedelta(seconds=4)
"""Longer than the pause between two rings of the slowest robot."""


@pytest.fixture
async def robots(direct: None) -> AsyncIterator[RobotHost]:
    """Serve robots of all three vendors."""
    async with RobotHost() as host:
        yield host


@pytest.fixture
async def mails() -> AsyncIterator[MailHost]:
    """Serve as the city's mail server."""
    async with MailHost(user="huiyin", password="p@ss") as host:
        yield host


@pytest.fixture
async def town(robots: RobotHost, mails: MailHost, tmp_path: Path, database: str) -> AsyncIterator[Town]:
    """Start the program so that both can be rung."""
    smtp = f"smtp://huiyin:p%40ss@127.0.0.1:{mails.port}"
    async with town_over(
        tmp_path, database, SMTP=smtp, MAIL_FROM="huiyin@example.org", ROBOT_HOSTS=f"oapi.dingtalk.com {robots.host}"
    ) as town:
        yield town


async def gives(person: Person, kind: str, address: str) -> None:
    """Write a bell's kind and address into the form."""
    await person.says("/bell")
    await person.presses("^New bell$")
    await person.sees("What shall ring")
    await person.presses(kind)
    await person.sees("Please (paste|write)")
    await person.says(address)


async def hangs(town: Town, person: Person, robots: RobotHost, kind: str, address: str) -> None:
    """Set up a robot as a bell, and wait for its test and until it may be rung again."""
    before = len(robots.rung)
    await gives(person, kind, address)
    await person.sees("rung as a test.+Your bells: ")
    assert (await robots.rings(before + 1))[-1].text.startswith(TEST)
    town.clock.ahead += PACE


async def rings_no_more(town: Town, robots: RobotHost, count: int) -> None:
    """Give what may still be queued the time to go out, and fail if there are more rings than so many."""
    town.clock.ahead += PACE
    await robots.stays_at(count)


async def ledger_rows(town: Town) -> list[tuple[str, str]]:
    """Read what the ledger says about bells."""
    async with town.app.database.reading() as tx:
        rows = await tx.all("SELECT event, payload FROM ledger WHERE event LIKE 'bell%' ORDER BY at, n")
    return [(row["event"], row["payload"]) for row in rows]


async def test_a_new_case_rings_once_with_its_number_and_a_link_only(town: Town, robots: RobotHost) -> None:
    citizen, wang, li = await town.somebody("web"), await town.contact("web", name="Wang"), await town.contact("telegram")
    await hangs(town, wang, robots, "WeCom", robots.wecom())
    number, _code = await files(citizen)
    await wang.sees("Sign in by")
    ring = (await robots.rings(2))[1]
    assert ring.text == f"Case {number}: something new.\nOpen {town.settings.public_url}/"
    await citizen.says(f"/case {number}")
    await citizen.presses("^Urge$")
    await wang.sees("urge")
    await li.presses("^Sign in$")
    await wang.sees("Signed in by")
    await rings_no_more(town, robots, 2)
    town.clock.ahead += timedelta(minutes=11)
    other, _code = await files(citizen, "城西区某路口垃圾桶满了")
    assert (await robots.rings(3))[2].text.startswith(f"Case {other}: ")


async def test_in_the_quiet_hours_a_bell_is_rung_when_they_are_over(town: Town, robots: RobotHost) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("web")
    await hangs(town, wang, robots, "WeCom", robots.wecom())
    now = town.clock.now().astimezone(town.app.words.zone)
    night = now.replace(hour=23, minute=0, second=0)
    town.clock.ahead += night - now
    number, _code = await files(citizen)
    await wang.sees("Sign in by")
    await rings_no_more(town, robots, 1)
    town.clock.ahead += timedelta(hours=10)
    assert number in (await robots.rings(2))[1].text


async def test_the_same_case_rings_again_after_ten_minutes(town: Town, robots: RobotHost) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("web")
    await hangs(town, wang, robots, "Feishu", f"{robots.feishu()} s3cret")
    number, _code = await files(citizen)
    await robots.rings(2)
    town.clock.ahead += timedelta(minutes=11)
    await citizen.says(f"/case {number}")
    await citizen.presses("^Urge$")
    assert number in (await robots.rings(3))[2].text
    assert all("sign" in rung.body for rung in robots.rung)


async def test_whoever_is_on_telegram_too_hears_no_bell_until_that_chat_is_blocked(town: Town, robots: RobotHost) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("web", name="Wang")
    await hangs(town, wang, robots, "WeCom", robots.wecom())
    await wang.says("/desk")
    await wang.presses("another device")
    link = await wang.sees("Open this link")
    code = re.search(r"/in/([\w-]+)", link.text)
    assert code
    phone = await town.somebody("telegram")
    assert isinstance(phone, TelegramPerson)
    await phone.follows(code[1])
    await phone.presses("^Sign in here$")
    await phone.sees("signed in on this device")
    await robots.rings(2)  # that there is a new device
    await wang.says("/bell")
    await wang.sees("your bells are silent.+Your bells: ")
    await files(citizen)
    await phone.sees("Sign in by")
    await rings_no_more(town, robots, 2)
    await phone.user.blocks_bot()
    number, _code = await files(citizen, "城西区某路口垃圾桶满了")
    assert number in (await robots.rings(3))[2].text


async def test_a_robot_that_is_limited_is_rung_again_later(town: Town, robots: RobotHost) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("web")
    await hangs(town, wang, robots, "DingTalk", f"{robots.dingtalk()} SECabc")
    robots.answers.append((200, {"errcode": 130101, "errmsg": "send too fast"}))
    number, _code = await files(citizen)
    await robots.rings(2)
    await rings_no_more(town, robots, 2)
    town.clock.ahead += timedelta(minutes=13)
    assert number in (await robots.rings(3))[2].text
    assert not wang.saw("can't be rung")


async def test_the_owner_of_a_robot_that_was_removed_is_told_once_and_the_office_is_not(town: Town, robots: RobotHost) -> None:
    citizen, office, wang = await town.somebody("web"), await town.office("web"), await town.contact("web", name="Wang")
    await hangs(town, wang, robots, "WeCom", robots.wecom("key-1234"))
    robots.answers += [(200, {"errcode": 45009, "errmsg": "limited"}), (200, {"errcode": 93000, "errmsg": "invalid webhook url"})]
    await files(citizen)
    await robots.rings(2)
    await files(citizen, "城西区某路口垃圾桶满了")
    town.clock.ahead += timedelta(seconds=75)
    told = await wang.sees("Your bell can't be rung: WeCom group robot …1234", buttons=["^Bell$"])
    await wang.presses("^Bell$", on=told)
    await wang.sees("You have no bell yet")
    town.clock.ahead += timedelta(minutes=11)
    await files(citizen, "城西区某处垃圾")
    await rings_no_more(town, robots, 3)
    assert not wang.now_sees("can't be rung"), "the list took the place of the first news; this is a second one"
    assert not office.saw("can't be written to|Nobody can be reached|can't be rung")
    assert [event for event, _payload in await ledger_rows(town)] == ["bell", "bell_lost"]


async def test_an_email_address_rings_once_its_owner_has_typed_the_code(town: Town, mails: MailHost) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("web")
    await gives(wang, "E-mail", "not an address")
    await wang.sees("not an e-mail address")
    await wang.says("Wang@Example.org")
    await wang.sees("Which code is in the e-mail")
    sent = (await mails.delivers(1))[0]
    code = re.search(r"\b\d{6}\b", sent.get_content())
    assert code
    assert mails.recipients == ["Wang@example.org"]
    await wang.says("12345")
    await wang.sees("six digits")
    await wang.says(f"{(int(code[0]) + 1) % 10**6:06}")
    await wang.sees("That is not the code")
    first, _code = await files(citizen)
    await wang.says(code[0])
    await wang.sees("E-mail W…@example.org rings from now on")
    number, _code = await files(citizen, "城西区某路口垃圾桶满了")
    mail = (await mails.delivers(2))[1]
    assert (mail["Subject"], mail["To"]) == (f"Case {number}: something new.", "Wang@example.org")
    assert mail.get_content().split() == ["Case", f"{number}:", "something", "new.", "Open", f"{town.settings.public_url}/"]
    assert first not in "".join(mail.as_string() for mail in mails.mails)
    assert await ledger_rows(town) == [("bell", '{"kind":"mail"}')]


async def test_an_address_that_takes_no_code_is_told_to_whoever_gave_it(town: Town, mails: MailHost) -> None:
    wang = await town.contact("web")
    mails.refusals.append("550 5.1.1 No such user")
    await gives(wang, "E-mail", "nobody@example.org")
    await wang.sees("can't be rung: E-mail n…@example.org")
    await wang.says("/bell")
    await wang.sees("no bell yet")
    assert await ledger_rows(town) == []


async def test_guessing_the_code_is_stopped(town: Town, mails: MailHost) -> None:
    wang = await town.contact("web")
    await gives(wang, "E-mail", "wang@example.org")
    await wang.sees("Which code")
    right = re.search(r"\b\d{6}\b", (await mails.delivers(1))[0].get_content())
    assert right
    for guess in range(5):
        await wang.says(f"{(int(right[0]) + 1 + guess) % 10**6:06}")
        await wang.sees("That is not the code")
    await wang.says(right[0])
    await wang.sees("Too many wrong codes")
    assert await ledger_rows(town) == []


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("WeCom", "http://127.0.0.1:1/cgi-bin/webhook/send?key=k"),
        ("WeCom", "http://{host}/robot/send?access_token=k"),
        ("WeCom", "http://{host}@example.org/cgi-bin/webhook/send?key=k"),
        ("WeCom", "http://{host}/cgi-bin/webhook/send?key=k&debug=1"),
        ("DingTalk", "http://oapi.dingtalk.com/robot/send?access_token=k"),
        ("DingTalk", "https://oapi.dingtalk.com:444/robot/send?access_token=k"),
        ("Feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/k"),
        ("Feishu", "http://{host}/open-apis/bot/v2/hook/../../k"),
    ],
)
async def test_the_server_calls_nothing_but_robots_of_the_hosts_in_the_settings(
    town: Town, robots: RobotHost, kind: str, address: str
) -> None:
    wang = await town.contact("web")
    await gives(wang, kind, address.format(host=robots.host))
    await wang.sees("not the address of such a robot")
    await robots.stays_at(0, 0.2)


async def test_bells_are_for_staff(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.says("/bell")
    await citizen.sees("Bells are for staff")
    for press in ("f:bell_new:", "f:bell_code:x", "d:bell_test:x:0", "d:bell_remove:x:0", "s:bell:"):
        await citizen.presses_secretly(press)
        await citizen.sees("Bells are for staff")


async def test_nobody_touches_the_bell_of_another(town: Town, robots: RobotHost) -> None:
    wang, li = await town.contact("web"), await town.contact("web")
    await hangs(town, wang, robots, "WeCom", robots.wecom())
    async with town.app.database.reading() as tx:
        bell = await tx.one("SELECT id FROM conversation WHERE channel = 'wecom'")
    assert bell
    for press in (f"d:bell_test:{bell['id']}:0", f"d:bell_remove:{bell['id']}:0"):
        await li.presses_secretly(press)
        await li.sees("not there any more")
    await wang.says("/bell")
    await wang.sees("Your bells: WeCom")


async def test_what_a_contact_follows_as_a_citizen_never_sounds_in_the_group(town: Town, robots: RobotHost) -> None:
    wang, li = await town.contact("web", "government-630104", name="Wang"), await town.contact("web", name="Li")
    await hangs(town, wang, robots, "WeCom", robots.wecom())
    await files(wang)
    await li.presses("^Sign in$")
    await solves(li, "已清运")
    await wang.sees("Is it solved")
    await rings_no_more(town, robots, 1)


async def test_of_a_misconduct_report_a_group_does_not_even_learn_the_number(town: Town, robots: RobotHost) -> None:
    citizen, zhao = await town.somebody("web"), await town.contact("web", "discipline-630104")
    await hangs(town, zhao, robots, "WeCom", robots.wecom())
    await files(citizen, "某窗口收红包", command="/report", category="Something else")
    await zhao.sees("Sign in by")
    assert (await robots.rings(2))[1].text.startswith("There is news for you.\nOpen ")


async def test_a_group_to_which_two_colleagues_gave_the_robot_hears_of_a_case_once(town: Town, robots: RobotHost) -> None:
    citizen, wang, li = await town.somebody("web"), await town.contact("web"), await town.contact("web")
    await hangs(town, wang, robots, "Feishu", robots.feishu())
    await hangs(town, li, robots, "Feishu", robots.feishu())
    await files(citizen)
    await wang.sees("Sign in by")
    await li.sees("Sign in by")
    await robots.rings(3)
    await rings_no_more(town, robots, 3)


async def test_a_bell_can_be_tested_and_removed(town: Town, robots: RobotHost) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("web")
    await hangs(town, wang, robots, "WeCom", robots.wecom())
    await gives(wang, "WeCom", robots.wecom())
    await wang.sees("You have this bell already")
    await wang.says("/bell")
    await wang.presses("^Test WeCom")
    assert (await robots.rings(2))[1].text.startswith(TEST)
    await wang.presses("^Remove WeCom")
    await wang.sees("has been removed.+no bell yet")
    await files(citizen)
    await wang.sees("Sign in by")
    await rings_no_more(town, robots, 2)
    assert await ledger_rows(town) == [("bell", '{"kind":"wecom"}'), ("bell_removed", '{"kind":"wecom"}')]


async def test_without_a_mail_server_email_is_not_offered(direct: None, tmp_path: Path, database: str) -> None:
    async with town_over(tmp_path, database) as town:
        wang = await town.contact("web", RUBBISH_UNIT)
        await wang.says("/desk")
        await wang.presses("^Bell$")
        await wang.presses("^New bell$")
        await wang.sees("What shall ring", buttons=["WeCom", "DingTalk", "Feishu", "Cancel"])
        assert not any("mail" in button for message in wang.standing() for button in message.buttons)
