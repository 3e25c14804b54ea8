"""The web chat's page in a real browser: talking, losing the connection, coming back."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Browser, Route, expect
from webchat_browser import Tab, opened
from webchat_city import City, Served, Talk, serving

from dialog.incoming import Incoming
from dialog.outgoing import Button, say
from dialog.texts import verbatim

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def echo(served: Served) -> None:
    """Let the city answer each text."""

    def answer(talk: Talk, incoming: Incoming) -> None:
        if incoming.text:
            served.city.put(talk, say(verbatim(f"You said {incoming.text}")))

    served.city.answer = answer


def question(served: Served) -> None:
    """Let the city ask at the start, and note the answer in the question."""
    rows = ((Button(verbatim("Yes"), "yes"), Button(verbatim("No"), "no")),)

    def answer(talk: Talk, incoming: Incoming) -> None:
        if incoming.text == "/start":
            served.city.put(talk, say(verbatim("Shall we begin?"), rows=rows))
        elif incoming.press:
            served.city.put(talk, say(verbatim(f"Begun: {incoming.press}"), rows=rows), edits=incoming.pressed)

    served.city.answer = answer


async def test_a_newcomer_is_greeted_and_starts_with_one_press(served: Served, tab: Tab) -> None:
    question(served)
    await expect(tab.page.get_by_text("We can't ring you here: keep the number and the code.")).to_be_visible()
    await tab.button("Start").click()
    await tab.sees("Shall we begin?")
    await expect(tab.button("Start")).to_be_hidden()
    await expect(tab.own).to_have_count(0)
    await tab.button("Menu").click()
    await expect(tab.log.get_by_text("Shall we begin?", exact=True)).to_have_count(2)
    assert [kept.text for kept in served.city.kept] == ["/start", "/start"]


async def test_who_has_scrolled_up_is_brought_to_what_they_asked_for_and_told_of_other_news(served: Served, tab: Tab) -> None:
    question(served)
    await tab.says("hello")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    for n in range(30):
        await served.city.say(served.city.only, say(verbatim(f"Earlier message {n}")))
    await tab.sees("Earlier message 29")
    await tab.page.locator("#scroll").evaluate("view => view.scrollTo(0, 0)")
    await served.city.say(served.city.only, say(verbatim("Some news")))
    await expect(tab.page.locator("#jump")).to_be_visible()
    await expect(tab.log.get_by_text("Some news", exact=True)).not_to_be_in_viewport()
    await tab.button("Menu").click()
    await expect(tab.log.get_by_text("Shall we begin?", exact=True)).to_be_in_viewport()
    await expect(tab.page.locator("#jump")).to_be_hidden()


async def test_a_message_is_answered_and_marked_as_received(served: Served, tab: Tab) -> None:
    echo(served)
    await tab.says("The lamp is out\nat the gate")
    await tab.sees("You said The lamp is out at the gate")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    await expect(tab.own).to_contain_text("Received")
    assert [kept.text for kept in served.city.kept] == ["The lamp is out\nat the gate"]


async def test_what_was_said_stands_in_order_after_a_reload(served: Served, tab: Tab) -> None:
    echo(served)
    for words in ("one", "two"):
        await tab.says(words)
        await tab.sees(f"You said {words}")
    await tab.page.reload()
    await tab.sees("You said two")
    assert await tab.log.locator(".bubble > p").all_inner_texts() == ["one", "You said one", "two", "You said two"]
    await expect(tab.button("Start")).to_be_hidden()


async def test_without_a_connection_messages_wait_and_are_sent_once_in_order(served: Served, tab: Tab) -> None:
    echo(served)
    await tab.says("zero")
    await tab.sees("You said zero")
    await tab.context.set_offline(True)
    await expect(tab.page.get_by_text("There is no connection now.")).to_be_visible()
    for words in ("one", "two", "three"):
        await tab.says(words)
    await expect(tab.own.last).to_contain_text("Waiting to be sent")
    await tab.context.set_offline(False)
    await tab.sees("You said three")
    await expect(tab.page.get_by_text("There is no connection now.")).to_be_hidden()
    await expect(tab.page.locator(".own[data-state=kept]")).to_have_count(4)
    assert [kept.text for kept in served.city.kept] == ["zero", "one", "two", "three"]
    assert [kept.order for kept in served.city.kept] == sorted(kept.order for kept in served.city.kept)


async def test_waiting_messages_survive_a_reload(served: Served, tab: Tab) -> None:
    echo(served)
    await tab.says("zero")
    await tab.sees("You said zero")
    await tab.page.route("**/chat/messages*", lambda route: route.abort())
    await tab.says("one")
    await tab.says("two")
    await expect(tab.own.last).to_contain_text("Waiting to be sent")
    await tab.page.reload()
    await tab.sees("You said zero")
    await expect(tab.page.locator(".own[data-state=kept]")).to_have_count(1)
    assert await tab.own_texts() == ["zero", "one", "two"]
    await tab.page.unroute("**/chat/messages*")
    await tab.sees("You said two")
    assert [kept.text for kept in served.city.kept] == ["zero", "one", "two"]


async def test_an_acknowledgement_that_got_lost_doubles_nothing(served: Served, tab: Tab) -> None:
    echo(served)
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        lost += 1
        await route.fetch()
        await (route.continue_() if lost > 2 else route.abort())

    await tab.page.route("**/chat/messages*", lose)
    await tab.says("once")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    assert lost > 2
    await tab.page.reload()
    await tab.sees("You said once")
    assert await tab.own_texts() == ["once"]
    assert len(served.city.kept) == 1


async def test_a_store_that_fails_for_a_while_loses_nothing(served: Served, tab: Tab) -> None:
    echo(served)
    await tab.says("before")
    await tab.sees("You said before")
    served.city.down = True
    await tab.says("during")
    await expect(tab.own.last).to_contain_text("Waiting to be sent")
    served.city.down = False
    await tab.sees("You said during")


async def test_a_server_that_comes_back_is_found_and_tells_what_was_missed(browser: Browser, unused_tcp_port: int) -> None:
    city = City()
    async with serving(city, port=unused_tcp_port) as served, opened(browser, served.url, 390) as tab:
        echo(served)
        await tab.says("hello")
        await tab.sees("You said hello")
        await served.chat.close()
        await served.runner.cleanup()
        await expect(tab.page.get_by_text("There is no connection now.")).to_be_visible()
        city.put(city.only, say(verbatim("missed")))
        async with serving(city, port=unused_tcp_port):
            await tab.sees("missed")
            await expect(tab.log.locator(".message")).to_have_count(3)


async def test_who_sends_too_much_is_told_when_it_goes_on_by_itself(served: Served, tab: Tab) -> None:
    echo(served)
    served.city.allowances["messages"] = (1, timedelta(seconds=2))
    await tab.says("one")
    await tab.says("two")
    await expect(tab.page.get_by_role("alert")).to_contain_text("will be sent by itself in 2 s")
    served.city.allowances.clear()
    await tab.sees("You said two")
    await expect(tab.page.get_by_role("alert")).to_be_hidden()


async def test_a_device_whose_cookie_was_lost_goes_on_with_a_new_one(served: Served, tab: Tab) -> None:
    echo(served)
    await expect(tab.button("Start")).to_be_visible()
    await tab.context.clear_cookies()
    await tab.says("still here")
    await tab.sees("You said still here")
    assert len(served.city.kept) == 1


async def test_a_message_that_is_refused_says_why_and_blocks_no_other(served: Served, tab: Tab) -> None:
    echo(served)
    await tab.page.evaluate(
        """localStorage.setItem("huiyin.queue", JSON.stringify([{id: "message-1", text: "bad", order: 0, at_ms: 1}]))"""
    )
    await tab.page.reload()
    await expect(tab.own).to_contain_text("Not sent. This message could not be read.")
    await tab.says("good")
    await tab.sees("You said good")
    assert [kept.text for kept in served.city.kept] == ["good"]


async def test_a_double_tap_presses_once(served: Served, tab: Tab) -> None:
    question(served)
    await tab.button("Start").click()
    await tab.button("Yes").dblclick()
    await tab.sees("Begun: yes")
    await asyncio.sleep(0.3)
    assert [kept.press for kept in served.city.kept if kept.press] == ["yes"]


async def test_a_pressed_button_shows_it_and_lives_again_when_the_answer_is_there(served: Served, tab: Tab) -> None:
    question(served)
    await tab.button("Start").click()
    served.city.down = True
    await tab.button("Yes").click()
    await expect(tab.button("Yes")).to_have_attribute("aria-disabled", "true")
    served.city.down = False
    await tab.sees("Begun: yes")
    await expect(tab.log.locator(".message")).to_have_count(1)
    await tab.button("No").click()
    await tab.sees("Begun: no")
    presses = [(kept.press, kept.pressed) for kept in served.city.kept if kept.press]
    assert presses == [("yes", "delivery-0001"), ("no", "delivery-0001")]


async def test_an_edit_that_replaces_an_edit_changes_the_same_message(served: Served, tab: Tab) -> None:
    await tab.says("hello")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    city = served.city
    first = await city.say(city.only, say(verbatim("first")))
    await asyncio.sleep(0.05)
    second = await city.say(city.only, say(verbatim("second")), edits=first.id)
    await city.say(city.only, say(verbatim("third")), edits=second.id)
    await city.say(city.only, say(verbatim("of something else")), edits="delivery-9999")
    await tab.sees("third")
    await expect(tab.log.locator(".message")).to_have_count(2)
    came = await tab.log.locator(".message:not(.own) time").get_attribute("datetime")
    assert came is not None and datetime.fromisoformat(came) - first.at < timedelta(milliseconds=5), "its place is where it came"


async def test_an_older_message_loses_its_buttons_and_keeps_words_and_focus(served: Served, tab: Tab) -> None:
    await tab.says("hello")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    city, rows = served.city, ((Button(verbatim("Urge"), "urge"),),)
    older = await city.say(city.only, say(verbatim("older"), rows=rows))
    await tab.button("Urge").focus()
    await city.say(city.only, say(verbatim("newer"), rows=rows), bares=older.id)
    await tab.sees("newer")
    await expect(tab.log.get_by_text("older", exact=True)).to_be_visible()
    await expect(tab.log.get_by_role("button", name="Urge")).to_have_count(1)
    await expect(tab.log.locator(".message", has_text="older")).to_be_focused()


async def test_messages_are_acknowledged_when_they_are_shown(served: Served, tab: Tab) -> None:
    echo(served)
    await tab.says("hello")
    await tab.sees("You said hello")
    async with asyncio.timeout(5):
        while served.city.only.acknowledged != {"delivery-0001"}:
            await asyncio.sleep(0.05)


async def test_a_reply_names_its_message(served: Served, tab: Tab) -> None:
    echo(served)
    await tab.says("one")
    await tab.sees("You said one")
    await tab.page.get_by_role("button", name="Reply – You said one").click()
    await expect(tab.page.get_by_text("Your reply to: You said one")).to_be_visible()
    await tab.says("two")
    await tab.sees("You said two")
    await expect(tab.page.get_by_text("Your reply to:")).to_be_hidden()
    await expect(tab.own.last.locator(".quoted")).to_have_text("You said one")
    assert served.city.kept[-1].reply_to == "delivery-0001"


async def test_a_reply_can_be_called_off(served: Served, tab: Tab) -> None:
    echo(served)
    await tab.says("one")
    await tab.page.get_by_role("button", name="Reply – You said one").click()
    await tab.page.get_by_role("button", name="Cancel – Don't reply to this").click()
    await tab.says("two")
    await tab.sees("You said two")
    assert served.city.kept[-1].reply_to is None


async def test_the_page_shows_that_an_answer_is_being_written(served: Served, tab: Tab) -> None:
    await tab.says("hello")
    await expect(tab.own).to_have_attribute("data-state", "kept")
    await served.city.change(served.city.only, busy=True)
    await expect(tab.page.get_by_text("Writing …")).to_be_visible()
    await served.city.change(served.city.only, busy=False)
    await expect(tab.page.get_by_text("Writing …")).to_be_hidden()


async def test_two_tabs_show_the_same_conversation(served: Served, tab: Tab) -> None:
    echo(served)
    other = Tab(await tab.context.new_page())
    await other.page.goto(served.url)
    await expect(other.button("Start")).to_be_visible()
    await tab.says("hello")
    await other.sees("hello")
    await other.sees("You said hello")
    await expect(other.own).to_have_attribute("data-state", "kept")
    assert len(served.city.kept) == 1


async def test_a_newcomer_chooses_a_language_before_saying_anything(served: Served, tab: Tab) -> None:
    await tab.button("中文").click()
    await expect(tab.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    await expect(tab.button("English")).to_be_visible()
    assert not served.city.kept


async def test_a_language_chosen_in_the_conversation_changes_the_page_and_keeps_the_draft(served: Served, tab: Tab) -> None:
    echo(served)
    await tab.says("hello")
    await tab.sees("You said hello")
    await tab.writes("half a sen")
    await tab.button("中文").click()
    await expect(tab.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert served.city.kept[-1].text == "/language zh_Hans"
    await expect(tab.page.locator("#text")).to_have_value("half a sen")
    await expect(tab.page.locator(".own")).to_have_count(1)


async def test_a_sign_in_link_that_was_used_says_so_and_leads_to_the_chat(served: Served, tab: Tab) -> None:
    served.city.used_links.add("CODE-1234")
    await tab.page.goto(f"{served.url}/in/CODE-1234")
    await expect(tab.page.get_by_text("This link has been used or is too old.")).to_be_visible()
    await expect(tab.button("Sign in on this device")).to_have_count(0)
    await tab.page.get_by_role("link", name="Go on to the chat").click()
    await expect(tab.log).to_be_attached()
    assert not served.city.kept


async def test_a_sign_in_link_asks_for_one_press(served: Served, tab: Tab) -> None:
    await tab.page.goto(f"{served.url}/in/CODE-1234")
    assert not served.city.kept
    await tab.button("Sign in on this device").click()
    await expect(tab.log).to_be_attached()
    assert [kept.text for kept in served.city.kept] == ["/start CODE-1234"]
    await expect(tab.own).to_have_count(0)


async def test_a_browser_that_forgets_keeps_neither_words_nor_drafts_in_any_tab(served: Served, tab: Tab) -> None:
    await tab.says("my secret matter")
    await expect(tab.own).to_have_count(1)
    await tab.writes("a draft of more")
    other = await tab.context.new_page()
    await other.goto(f"{served.url}/")
    await other.get_by_role("link", name="Forget this device").click()
    await other.get_by_role("button", name="Forget this device").click()
    for page in (other, tab.page):
        await expect(page.get_by_text("Good day")).to_be_visible()
        await expect(page.locator(".own")).to_have_count(0)
        await expect(page.get_by_label("Your message").get_by_role("textbox")).to_have_value("")
