"""The line in which conversations wait to be served."""

from __future__ import annotations

import asyncio

from bot.line import Line


async def test_each_comes_once_in_the_order_in_which_they_came() -> None:
    line = Line()
    line.join(["a", "b", "a"])
    line.join(["b", "c"])
    assert [await line.next() for _ in range(3)] == ["a", "b", "c"]


async def test_who_gets_more_while_being_served_comes_again_and_to_the_end() -> None:
    line = Line()
    line.join(["a", "b"])
    assert await line.next() == "a"
    line.join(["a"])
    assert await line.next() == "b"
    waits = asyncio.create_task(line.next())
    await asyncio.sleep(0)
    assert not waits.done()  # a is not served by two at once
    line.served("a", again=False)
    assert await waits == "a"


async def test_who_has_more_goes_to_the_end() -> None:
    line = Line()
    line.join(["a", "b"])
    assert await line.next() == "a"
    line.served("a", again=True)
    assert [await line.next(), await line.next()] == ["b", "a"]


async def test_a_closed_line_serves_nobody_who_still_waits() -> None:
    line = Line()
    line.join(["a", "b"])
    line.close()
    assert [await line.next(), await line.next()] == [None, None]


async def test_a_closed_line_sends_everybody_home() -> None:
    line = Line()
    waiting = [asyncio.create_task(line.next()) for _ in range(3)]
    await asyncio.sleep(0)
    line.close()
    assert await asyncio.gather(*waiting) == [None] * 3
