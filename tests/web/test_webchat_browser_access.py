"""The web chat's page for keyboards, screen readers, small screens, and against those who mean harm."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect
from webchat_browser import Tab, opened
from webchat_city import Served, Talk

from dialog.incoming import Incoming
from dialog.outgoing import Button, Wants, say
from dialog.texts import verbatim

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ATTACKS = (
    "<script>window.harm = 1</script>",
    "<img src=x onerror='window.harm = 1'>",
    '"><svg onload=window.harm=1>',
    "{{ 7 * 7 }} ${harm} javascript:window.harm=1",
    "\u202egnp.exe \u2066&lt;b&gt;",
)


def ask(served: Served) -> None:
    """Let the city ask with buttons whatever is said."""
    rows = (
        (Button(verbatim("Yes"), "yes"), Button(verbatim("No"), "no")),
        (Button(verbatim("Rules"), url="https://example.org/"),),
    )

    def answer(talk: Talk, incoming: Incoming) -> None:
        if incoming.press:
            served.city.put(talk, say(verbatim(f"Noted: {incoming.press}")), edits=incoming.pressed)
        else:
            served.city.put(talk, say(verbatim("Is it urgent?"), rows=rows, wants=Wants.TOLD))

    served.city.answer = answer


async def test_everything_can_be_done_from_the_keyboard(served: Served, tab: Tab) -> None:
    ask(served)
    keyboard = tab.page.keyboard
    await expect(tab.button("Start")).to_be_visible()
    await tab.page.locator("#text").focus()
    await keyboard.type("first line")
    await keyboard.press("Shift+Enter")
    await keyboard.type("second line")
    await keyboard.press("Enter")
    await tab.sees("Is it urgent?")
    assert served.city.kept[0].text == "first line\nsecond line"
    await expect(tab.page.locator("#text")).to_be_focused()
    for _ in range(12):
        await keyboard.press("Shift+Tab")
        if await tab.page.evaluate("document.activeElement.textContent") == "No":
            break
    outline = await tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    await keyboard.press("Enter")
    await tab.sees("Noted: no")
    # The focus stays in the message whose button is gone.
    assert await tab.page.evaluate("document.activeElement.className") == "message"


async def test_enter_in_an_input_method_does_not_send(served: Served, tab: Tab) -> None:
    await tab.writes("zhong")
    for composing in ("isComposing: true", "keyCode: 229"):
        event = f"new KeyboardEvent('keydown', {{key: 'Enter', bubbles: true, cancelable: true, {composing}}})"
        assert await tab.page.evaluate(f"document.getElementById('text').dispatchEvent({event})")
    await expect(tab.page.locator("#text")).to_have_value("zhong")
    assert not served.city.kept


async def test_empty_messages_are_not_sent(served: Served, tab: Tab) -> None:
    await tab.says(" \n ")
    await expect(tab.button("Start")).to_be_visible()
    assert not served.city.kept


async def test_a_screen_reader_hears_new_messages_and_finds_every_control_named(served: Served, tab: Tab) -> None:
    ask(served)
    await tab.says("hello")
    await tab.sees("Is it urgent?")
    await expect(tab.log).to_have_attribute("aria-live", "polite")
    await expect(tab.log).to_have_attribute("aria-busy", "false")
    names = await tab.page.evaluate(
        "[...document.querySelectorAll('button, a, textarea, input:not([hidden])')]"
        ".filter((control) => control.checkVisibility())"
        ".map((control) => control.getAttribute('aria-label') || control.textContent.trim())"
    )
    assert len(names) > 8
    assert all(names)


async def test_everything_is_large_enough_to_read_and_to_touch(served: Served, tab: Tab) -> None:
    ask(served)
    await tab.says("hello")
    await tab.sees("Is it urgent?")
    await expect(tab.button("Send my position")).to_be_visible()
    small = await tab.page.evaluate(
        "[...document.querySelectorAll('body *')].filter((element) => element.checkVisibility() && element.textContent"
        " && !element.closest('.unseen') && parseFloat(getComputedStyle(element).fontSize) < 16).map((e) => e.outerHTML)"
    )
    assert not small
    narrow = await tab.page.evaluate(
        "[...document.querySelectorAll('button, a, textarea')].filter((e) => e.checkVisibility())"
        ".filter((e) => e.getBoundingClientRect().height < 44 || e.getBoundingClientRect().width < 44).map((e) => e.outerHTML)"
    )
    assert not narrow


async def test_nothing_is_wider_than_the_screen(served: Served, tab: Tab) -> None:
    ask(served)
    await tab.says("x" * 500)
    await tab.sees("Is it urgent?")
    assert await tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await tab.page.evaluate("document.getElementById('scroll').scrollWidth <= innerWidth")


async def test_nothing_moves_for_those_who_asked_for_that(browser: Browser, served: Served) -> None:
    async with opened(browser, served.url, 390, reduced_motion="reduce") as tab:
        assert await tab.page.evaluate("getComputedStyle(document.querySelector('.dots i')).animationName") == "none"


async def test_words_that_look_like_code_are_shown_as_words(served: Served, tab: Tab) -> None:
    city = served.city
    rows = tuple((Button(verbatim(attack), f"p{n}"),) for n, attack in enumerate(ATTACKS))
    city.answer = lambda talk, incoming: city.put(talk, say(*map(verbatim, ATTACKS), rows=rows))
    for attack in ATTACKS:
        await tab.says(attack)
    await expect(tab.log.locator(".message:not(.own)")).to_have_count(len(ATTACKS))
    await expect(tab.page.locator(".own[data-state=kept]")).to_have_count(len(ATTACKS))
    name = ATTACKS[1].replace("/", "")
    await tab.page.locator("#files").set_input_files({"name": name, "mimeType": "image/png", "buffer": b"x"})
    await tab.page.get_by_role("button", name="Reply").last.click()
    await tab.page.reload()
    await expect(tab.page.locator(".own[data-state=kept]")).to_have_count(len(ATTACKS))
    assert await tab.own_texts() == list(ATTACKS)
    assert await tab.page.evaluate("window.harm") is None
    await expect(tab.page.locator("#log img, #log script, #log .bubble svg, #log b")).to_have_count(0)


async def test_a_button_opens_only_pages_and_telephones(served: Served, tab: Tab) -> None:
    city = served.city
    urls = ("javascript:window.harm=1", "data:text/html,x", "https://example.org/a", "tel:110")
    rows = tuple((Button(verbatim(url), url=url),) for url in urls)
    city.answer = lambda talk, incoming: city.put(talk, say(verbatim("links"), rows=rows))
    await tab.says("hello")
    await tab.sees("links")
    links = tab.log.locator(".rows a")
    assert [await link.get_attribute("href") for link in await links.all()] == ["https://example.org/a", "tel:110"]
    await expect(links.first).to_have_attribute("rel", "noopener noreferrer")


async def test_a_script_that_got_into_the_page_would_not_run(browser: Browser, served: Served) -> None:
    async with opened(browser, served.url, 390) as tab:
        await tab.page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.harm = 1'}))"
        )
        assert await tab.page.evaluate("window.harm") is None
        assert any("Content Security Policy" in complaint for complaint in tab.complaints)
        tab.complaints.clear()
