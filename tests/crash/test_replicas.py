"""Two programs on one PostgreSQL: any message may reach either, and either may be killed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp import web
from botapi import BotApi
from crash_facts import nothing_is_lost, notices_arrived, read, settled
from crash_people import Town, files_a_matter, signs_in
from crash_program import Program

TAKEN_OVER_SECONDS = 15


class Balancer:
    """Passes each request to any replica that answers, as a reverse proxy before them does."""

    def __init__(self) -> None:
        self.replicas: list[Program] = []
        self.url = ""
        self._chance = random.Random(1)

    async def __aenter__(self) -> Balancer:
        self._client = aiohttp.ClientSession(auto_decompress=False)
        application = web.Application(client_max_size=2**25)
        application.router.add_route("*", "/{path:.*}", self._pass)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._runner.cleanup()
        await self._client.close()

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        for replica in self._chance.sample(self.replicas, len(self.replicas)):
            try:
                async with self._client.request(
                    request.method,
                    f"{replica.url}{request.path_qs}",
                    data=body,
                    headers={name: value for name, value in request.headers.items() if name not in ("Host", "Content-Length")},
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=1),
                    allow_redirects=False,
                ) as answer:
                    headers = {name: value for name, value in answer.headers.items() if name != "Transfer-Encoding"}
                    response = web.StreamResponse(status=answer.status, headers=headers)
                    await response.prepare(request)
                    async for piece in answer.content.iter_any():
                        await response.write(piece)
                    return response
            except aiohttp.ClientConnectorError:
                continue
        return web.Response(status=502)


@pytest.fixture
async def balancer() -> AsyncIterator[Balancer]:
    async with Balancer() as one:
        yield one


@pytest.fixture
async def replicas(balancer: Balancer, postgres_database: str, make: Callable[..., Program]) -> list[Program]:
    """Start two programs behind one address."""
    balancer.replicas = [make(postgres_database, "webhook") for _ in range(2)]
    for one in balancer.replicas:
        one.set("TELEGRAM_WEBHOOK_URL", f"{balancer.url}/telegram")
        one.set("PUBLIC_URL", balancer.url)
    # Both at once, on an empty database.
    await asyncio.gather(*(one.start() for one in balancer.replicas))
    return balancer.replicas


async def test_whatever_reaches_either_is_done_once_and_in_order(
    replicas: list[Program], balancer: Balancer, api: BotApi
) -> None:
    program = replicas[0]
    api.duplicate_updates(0.05)
    contact = api.user("Wang", language_code="en")
    await signs_in(contact, program)
    town = Town(api, program, url=balancer.url)
    async with asyncio.TaskGroup() as group:
        living = group.create_task(town.lives(telegram=6, web=3, contact=contact))
        await asyncio.sleep(6)
        town.falls_quiet()
        await living
    await settled(program)
    await nothing_is_lost(program, api, town)
    assert await notices_arrived(program, api) == 0


async def test_one_persons_messages_stay_in_order(replicas: list[Program], api: BotApi) -> None:
    person = api.user("Anna", language_code="en")
    await person.says("/complain")
    await person.sees("Tell us what happened")
    said = [f"Sentence {number}." for number in range(40)]
    for text in said:
        await person.says(text)
    await person.says("done")
    await person.sees("Where is it", timeout=30)
    await person.presses("Chengxi")
    await person.presses("Something else")
    await person.presses("None of these")
    await person.presses("Stay anonymous")
    await person.presses("^No$")
    await person.presses("^Send")
    await person.sees("Case number")
    [told] = await read(replicas[0], "SELECT text FROM entry WHERE kind = 'told'")
    assert told["text"].split("\n") == said


async def test_the_work_of_a_killed_one_is_taken_over_within_seconds(
    replicas: list[Program], balancer: Balancer, api: BotApi
) -> None:
    first, second = replicas
    contact = api.user("Wang", language_code="en")
    await signs_in(contact, second)
    town = Town(api, second, url=balancer.url)
    chance = random.Random(1)
    async with asyncio.TaskGroup() as group:
        living = group.create_task(town.lives(telegram=6, web=3, contact=contact))
        for _ in range(3):
            await asyncio.sleep(chance.uniform(1, 3))
            await first.kill()
            began = time.monotonic()
            words = f"Rubbish is still there after kill {len(first.kills)}."
            town.filed[words] = await files_a_matter(api.user("Zhang", language_code="en"), words, chance)
            assert time.monotonic() - began < TAKEN_OVER_SECONDS
            await first.start()
        town.falls_quiet()
        await living
    await settled(second, timeout=TAKEN_OVER_SECONDS)
    await nothing_is_lost(second, api, town)
    await notices_arrived(second, api, unknown=[(at, at) for at in first.kills])
