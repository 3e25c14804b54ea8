"""A browser that several people use: it can be made to forget whoever sat at it last."""

from __future__ import annotations

import aiohttp
from story_filing import files
from story_town import Town
from story_web import OURS, WebPerson


async def looks_up(town: Town, number: str, code: str) -> WebPerson:
    """Look a case up in a browser that others use too."""
    public = await town.somebody("web", name="Library")
    assert isinstance(public, WebPerson)
    await public.says(f"/case {number}")
    await public.sees("code of 16 digits")
    await public.says(code)
    await public.sees("If others use this computer too", buttons=["Forget this device"])
    return public


async def test_a_browser_that_forgets_shows_the_next_person_nothing(town: Town) -> None:
    await town.contact("telegram", "discipline-630104")
    citizen = await town.somebody("telegram")
    number, code = await files(citizen, "城西区办事大厅的工作人员收红包才给办事", command="/report", category="Bribes")
    public = await looks_up(town, number, code)
    assert public.now_sees("收红包")
    before = {cookie.key: cookie.value for cookie in public.cookies}
    async with aiohttp.ClientSession(town.url, cookie_jar=public.cookies, headers=OURS) as browser:
        async with browser.get("/forget") as page:
            assert page.status == 200
        async with browser.post("/forget", headers={"Sec-Fetch-Site": "cross-site"}) as refused:
            assert refused.status == 403
        async with browser.post("/forget", allow_redirects=False) as done:
            assert (done.status, done.headers["Location"]) == (303, "/?forgotten")
    await public.leaves()
    again = await town.same_browser(public)
    assert {cookie.key: cookie.value for cookie in again.cookies} != before
    await again.says("/my")
    await again.sees("You have no cases here yet")
    assert not again.saw(f"收红包|{number}")
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(town.url, cookie_jar=jar, cookies=before, headers=OURS) as old:
        async with old.get("/chat/events?after=0") as stream:
            told = b""
            while b"event: ready" not in told:
                told += await stream.content.readline()
    assert "收红包" not in told.decode()
    assert number not in told.decode()
    await citizen.says("/my")
    await citizen.sees("Your cases", buttons=[number])


async def test_a_code_that_was_typed_is_shown_covered(town: Town) -> None:
    citizen = await town.somebody("telegram")
    number, code = await files(citizen)
    public = await looks_up(town, number, code)
    await public.sees(f"code of 16 digits too. ✓ •••• {code[-4:]}", new=False)
    assert not public.now_sees(code)
    await public.leaves()
    jar = aiohttp.CookieJar(unsafe=True)
    old = {cookie.key: cookie.value for cookie in public.cookies}
    async with aiohttp.ClientSession(town.url, cookie_jar=jar, cookies=old, headers=OURS) as browser:
        async with browser.get("/chat/events?after=0") as stream:
            told = b""
            while b"event: ready" not in told:
                told += await stream.content.readline()
    assert code not in told.decode()
    assert code.replace(" ", "") not in told.decode()
    await town.same_browser(public)


async def test_staff_are_signed_out_of_a_browser_that_forgets(town: Town) -> None:
    wang = await town.contact("web", name="Wang")
    assert isinstance(wang, WebPerson)
    async with aiohttp.ClientSession(town.url, cookie_jar=wang.cookies, headers=OURS) as browser:
        async with browser.post("/forget", allow_redirects=False) as done:
            assert done.status == 303
    await wang.leaves()
    again = await town.same_browser(wang)
    await again.says("/desk")
    await again.sees("desk is for staff")
