"""What the web chat's page may post, and what it is refused."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from webchat_city import Served, serving
from webchat_device import OURS, Device

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_page_sets_a_cookie_that_scripts_cannot_read_and_other_sites_do_not_send(served: Served) -> None:
    async with Device(served.url) as device:
        response = await device.open()
        cookie = response.cookies["huiyin"]
        assert len(cookie.value) == 43
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert cookie["max-age"] == str(400 * 24 * 3600)
        assert not cookie["secure"]


async def test_over_https_the_cookie_is_bound_to_this_host() -> None:
    async with serving(public_url="https://echo.example.org") as served, Device(served.url) as device:
        cookie = (await device.open()).cookies["__Host-huiyin"]
        assert cookie["secure"]


async def test_a_device_keeps_its_cookie(device: Device) -> None:
    before = device.address
    await device.open()
    assert device.address == before


async def test_a_cookie_of_another_shape_is_replaced(served: Served) -> None:
    async with Device(served.url) as device:
        device.session.cookie_jar.update_cookies({"huiyin": "1"})
        assert len((await device.open()).cookies["huiyin"].value) == 43


async def test_the_page_runs_no_inline_script_and_is_framed_by_nobody(device: Device) -> None:
    response = await device.open()
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Permissions-Policy"] == "geolocation=(self)"
    assert response.headers["Cache-Control"] == "no-store"


async def test_the_pages_scripts_may_be_kept_by_the_browser_until_they_change(device: Device) -> None:
    page = await (await device.session.get("/")).text()
    path = page.partition('script type="module" src="')[2].partition('"')[0]
    async with device.session.get(path) as current, device.session.get("/static/old/chat.js") as old:
        assert current.content_type == "text/javascript"
        assert "immutable" in current.headers["Cache-Control"]
        assert old.headers["Cache-Control"] == "no-store"
    assert (await device.open("/static/old/chat.html")).status == 404


@pytest.mark.parametrize(
    ("accepts", "path", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "/", "zh-Hans"),
        ("en-GB", "/", "en"),
        ("fr,en;q=0.3,zh;q=0.7", "/", "zh-Hans"),
        ("fr;q=oops", "/", "zh-Hans"),
        ("zh", "/?lang=en", "en"),
        ("en", "/?lang=xx", "en"),
    ],
)
async def test_the_page_speaks_the_readers_language(served: Served, accepts: str, path: str, language: str) -> None:
    async with Device(served.url, **{"Accept-Language": accepts}) as device:
        page = await (await device.session.get(path)).text()
        assert f'<html lang="{language}">' in page


async def test_the_page_speaks_the_language_that_was_chosen_before(served: Served) -> None:
    async with Device(served.url, **{"Accept-Language": "zh"}) as device:
        await device.open()
        await device.say("/language en")
        assert '<html lang="en">' in await (await device.session.get("/")).text()


async def test_a_message_is_kept_with_all_it_bears(served: Served, device: Device) -> None:
    message = device.message(
        text="路灯坏了",
        reply_to="delivery-0001",
        files=[{"id": "upload-0001", "kind": "photo"}],
        place={"lon": 101.77, "lat": 36},
    )
    response = await device.post("/chat/messages?lang=en", message)
    assert await response.json() == {"kept": True}
    (kept,) = served.city.only.kept
    assert (kept.text, kept.reply_to, kept.message, kept.language) == ("路灯坏了", "delivery-0001", message["id"], "en")
    assert (kept.order, kept.address) == (1, device.address)
    assert kept.place is not None
    assert (kept.place.lon, kept.place.lat, kept.place.crs) == (101.77, 36, "wgs84")
    (file,) = kept.files
    assert (file.ref, file.kind, file.kept) == ("upload-0001", "photo", True)
    assert device.address not in kept.external_id


async def test_a_press_is_kept_with_the_message_that_bore_the_button(served: Served, device: Device) -> None:
    await device.post("/chat/messages", device.message(press="t:1:yes", pressed="delivery-0001"))
    (kept,) = served.city.only.kept
    assert (kept.press, kept.pressed, kept.query) == ("t:1:yes", "delivery-0001", None)


async def test_the_same_message_posted_twice_is_kept_once(served: Served, device: Device) -> None:
    message = device.message(text="once")
    assert [(await device.post("/chat/messages", message)).status for _ in range(2)] == [200, 200]
    assert len(served.city.only.kept) == 1


async def test_two_devices_may_use_the_same_id(served: Served, device: Device) -> None:
    async with Device(served.url) as other:
        await other.open()
        await device.say("one")
        await other.say("two")
    assert len(served.city.kept) == 2


async def test_a_text_of_100_000_characters_is_kept_whole(served: Served, device: Device) -> None:
    text = "整" * 100_000
    assert (await device.say(text)).status == 200
    assert served.city.only.kept[0].text == text


async def test_a_longer_text_is_refused_with_a_sentence(served: Served, device: Device) -> None:
    response = await device.post("/chat/messages?lang=en", device.message(text="a" * 100_001))
    assert response.status == 413
    assert "in parts" in (await response.json())["error"]
    assert (await device.post("/chat/messages", b" " * (2**20 + 1))).status == 413
    assert not served.city.kept


async def test_half_a_character_and_nul_do_not_reach_the_store(served: Served, device: Device) -> None:
    body = json.dumps(device.message(text="X")).replace("X", r"a\ud83d\u0000b\ud83d\ude00")
    assert (await device.post("/chat/messages", body.encode())).status == 200
    assert served.city.only.kept[0].text == "a\ufffdb😀"


@pytest.mark.parametrize(
    "change",
    [
        {"id": "short"},
        {"id": "../../etc/passwd"},
        {"id": None},
        {"order": 0},
        {"order": 2**53},
        {"order": True},
        {"order": "1"},
        {"text": 5},
        {"text": ""},
        {"text": " \n"},
        {"press": ""},
        {"press": "x" * 65},
        {"press": "是"},
        {"pressed": 1},
        {"reply_to": ["a"]},
        {"files": "upload-0001"},
        {"files": ["upload-0001"]},
        {"files": [{"id": "upload-0001", "kind": "virus"}]},
        {"files": [{"id": "upload-0001", "kind": ["photo"]}]},
        {"files": [{"id": "upload-0001", "kind": "photo"}] * 51},
        {"place": {"lon": 181, "lat": 0}},
        {"place": {"lon": 0, "lat": True}},
        {"place": {"lon": "1", "lat": 0}},
        {"place": {"lon": 10**400, "lat": 0}},
        {"place": {"lon": 1}},
        {"surprise": 1},
    ],
)
async def test_what_no_page_of_ours_sends_is_refused(served: Served, device: Device, change: dict[str, object]) -> None:
    response = await device.post("/chat/messages", device.message(text="fine") | change)
    assert response.status == 400
    assert (await response.json())["error"]
    assert not served.city.kept


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff", b"[" * 500_000, b'{"id": "message-1", "order": 1, "at_ms": 1, "place": {"lon": NaN}}'],
)
async def test_what_is_no_message_at_all_is_refused(device: Device, body: bytes) -> None:
    assert (await device.post("/chat/messages", body)).status == 400
    assert (await device.post("/chat/acknowledgements", body)).status == 401


@pytest.mark.parametrize("path", ["/chat/messages", "/chat/acknowledgements", "/chat/files", "/in/CODE"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
async def test_another_sites_page_can_send_nothing(served: Served, device: Device, path: str, headers: dict[str, str]) -> None:
    response = await device.post(path, device.message(text="gotcha"), headers)
    assert response.status == 403
    assert not served.city.kept


async def test_a_browser_that_tells_only_the_origin_is_believed() -> None:
    async with serving(public_url="https://echo.example.org") as served, Device(served.url) as device:
        device.session.cookie_jar.update_cookies({"__Host-huiyin": "a" * 43})
        for origin in ("https://echo.example.org", served.url):
            # aiohttp's own jar would not send a secure cookie to a plain address.
            headers = {"Origin": origin, "Cookie": f"__Host-huiyin={'a' * 43}"}
            assert (await device.post("/chat/messages", device.message(text="hello"), headers)).status == 200


async def test_without_a_cookie_the_page_is_told_to_load_again(served: Served) -> None:
    async with Device(served.url) as device:
        for path in ("/chat/messages", "/chat/acknowledgements"):
            response = await device.post(f"{path}?lang=en", device.message(text="who am I?"))
            assert response.status == 401
            assert "load it again" in (await response.json())["error"]
        assert (await device.open("/chat/events")).status == 401
        assert (await device.open("/chat/files/1/0")).status == 401


async def test_a_failed_store_is_no_acknowledgement(served: Served, device: Device) -> None:
    served.city.down = True
    message = device.message(text="keep me")
    response = await device.post("/chat/messages?lang=en", message)
    assert response.status == 503
    assert "sent again by itself" in (await response.json())["error"]
    served.city.down = False
    assert (await device.post("/chat/messages", message)).status == 200
    assert len(served.city.only.kept) == 1


@pytest.mark.parametrize("source", ["device", "ip"])
async def test_over_the_quota_a_time_to_wait_is_named(served: Served, device: Device, source: str) -> None:
    served.city.allowances["messages"] = (2, timedelta(seconds=6.2))
    if source == "ip":
        async with Device(served.url) as other:
            await other.open()
            assert [(await other.say("flood")).status for _ in range(2)] == [200, 200]
    else:
        assert [(await device.say("flood")).status for _ in range(2)] == [200, 200]
    response = await device.post("/chat/messages?lang=en", device.message(text="one more"))
    assert response.status == 429
    assert response.headers["Retry-After"] == "7"
    assert "7 s" in (await response.json())["error"]
    assert len(served.city.kept) == 2


async def test_a_network_that_brings_too_many_new_devices_must_wait_but_looking_costs_nothing(served: Served) -> None:
    served.city.allowances["people"] = (1, timedelta(minutes=1))
    async with Device(served.url) as first, Device(served.url) as second:
        await first.open()
        await second.open()
        assert (await first.say("one")).status == 200
        assert (await second.say("two")).status == 429
        assert (await first.say("three")).status == 200


async def test_behind_a_proxy_the_last_forwarded_address_counts() -> None:
    async with serving(behind_proxy=True) as served, Device(served.url, **{"X-Forwarded-For": "1.1.1.1, 10.0.0.7"}) as device:
        await device.open()
        await device.say("hello")
        assert served.city.quotas["messages", "ip:10.0.0.7"] == 1
        assert ("messages", "ip:1.1.1.1") not in served.city.quotas


async def test_an_ipv6_line_is_one_source_whatever_addresses_it_makes_up() -> None:
    async with serving(behind_proxy=True) as served:
        for address in ("2001:db8:0:7::1", "2001:db8:0:7:ffff:ffff:ffff:ffff", "2001:db8:0:8::1", "::ffff:10.0.0.7"):
            async with Device(served.url, **{"X-Forwarded-For": address}) as device:
                await device.open()
                await device.say("hello")
        assert served.city.quotas["messages", "ip:2001:db8:0:7::"] == 2
        assert served.city.quotas["messages", "ip:2001:db8:0:8::"] == 1
        assert served.city.quotas["messages", "ip:10.0.0.7"] == 1


async def test_words_count_in_the_days_bytes(served: Served, device: Device) -> None:
    served.city.allowances["uploads"] = (1_000, timedelta(hours=3))
    assert (await device.say("x" * 500)).status == 200
    response = await device.say("x" * 500)
    assert (response.status, response.headers["Retry-After"]) == (429, str(3 * 3600))
    assert len(served.city.kept) == 1


async def test_without_a_proxy_nobody_chooses_their_own_address(served: Served) -> None:
    async with Device(served.url, **{"X-Forwarded-For": "10.0.0.7"}) as device:
        await device.open()
        await device.say("hello")
        assert served.city.quotas["messages", "ip:127.0.0.1"] == 1


async def test_acknowledgements_reach_the_mailbox(served: Served, device: Device) -> None:
    await device.say("hello")
    response = await device.post("/chat/acknowledgements", {"shown": ["delivery-0003", "delivery-0004"]})
    assert response.status == 200
    assert served.city.only.acknowledged == {"delivery-0003", "delivery-0004"}


@pytest.mark.parametrize(
    "shown", [None, "delivery-0001", [1], [True], [""], ["a" * 65], ["%00%00%00%00"], ["delivery-0001"] * 301]
)
async def test_ids_that_are_none_acknowledge_nothing(served: Served, device: Device, shown: object) -> None:
    await device.say("hello")
    assert (await device.post("/chat/acknowledgements", {"shown": shown})).status == 401
    assert not served.city.only.acknowledged


async def test_a_page_that_acknowledges_as_before_an_update_is_told_to_load_again(served: Served, device: Device) -> None:
    for numbers in ([], [17]):
        response = await device.post("/chat/acknowledgements?lang=en", {"numbers": numbers})
        assert response.status == 401
        assert "load it again" in (await response.json())["error"]


async def test_looking_at_a_sign_in_link_consumes_nothing(served: Served) -> None:
    async with Device(served.url) as device:
        response = await device.open("/in/abc-123")
        assert response.status == 200
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert not response.cookies
    assert not served.city.kept


async def test_pressing_the_button_signs_the_device_in_once(served: Served) -> None:
    async with Device(served.url) as device:
        for _ in range(2):
            response = await device.post("/in/abc-123?lang=en", b"", OURS)
            assert (response.status, response.headers["Location"]) == (303, "/")
        (kept,) = served.city.only.kept
        assert (kept.text, kept.address, kept.language) == ("/start abc-123", device.address, "en")
        assert "abc-123" not in kept.external_id
        assert kept.order > 1_600_000_000_000


async def test_a_device_that_is_known_signs_in_as_itself(served: Served, device: Device) -> None:
    before = device.address
    await device.post("/in/abc-123", b"", OURS)
    assert served.city.only.kept[0].address == before == device.address


async def test_a_link_that_was_cut_or_made_up_is_not_found(device: Device) -> None:
    assert (await device.open("/in/")).status == 404
    assert (await device.open("/in/a%2Fb")).status == 404


async def test_an_address_that_leads_nowhere_says_so_in_all_languages_and_how_to_go_on(device: Device) -> None:
    for path in ("/w/x%20y", "/w/centre-4/", "/w/" + 63 * "w", "/w/%E6%8A%A4%E7%85%A7", "/hall/centre", "/halls", "/nothing"):
        async with device.session.get(path) as response:
            page = await response.text()
            assert (response.status, response.content_type) == (404, "text/html"), path
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            for language, title in (("zh-Hans", ""), ("en", "There is nothing at this address")):
                section = page.partition(f'<section lang="{language}">')[2].partition("</section>")[0]
                assert title in section
                code = language.replace("-", "_")
                assert f'href="/w/?lang={code}"' in section
                assert f'href="/?lang={code}"' in section
    async with device.session.post("/nothing") as posted, device.session.get("/chat/nothing") as asked:
        assert (posted.status, asked.status) == (404, 404)
        assert "<section" not in await posted.text() + await asked.text()


async def test_an_address_used_in_another_way_says_so_in_all_languages_with_the_methods_that_it_takes(device: Device) -> None:
    async with device.session.post("/", data={"text": "x"}) as response:
        page = await response.text()
        assert (response.status, response.content_type) == (405, "text/html")
        assert response.headers["Allow"] == "GET,HEAD"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        for language, title in (("zh-Hans", ""), ("en", "be used in this way")):
            section = page.partition(f'<section lang="{language}">')[2].partition("</section>")[0]
            assert title in section
            assert f'href="/?lang={language.replace("-", "_")}"' in section
    async with device.session.get("/chat/messages") as asked:
        assert (asked.status, asked.headers["Allow"]) == (405, "POST")
        assert "<section" not in await asked.text()
