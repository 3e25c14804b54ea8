"""What commands need before they begin: a database of this version, and a city in it."""

from __future__ import annotations

from actions.city import LoadedCity, current
from bot.app import NotReady
from storage.database import Database, Tx
from storage.migrate import lacking


async def migrated(database: Database) -> None:
    """Refuse a database of another version; raises NotReady."""
    async with database.reading() as tx:
        if waiting := await lacking(tx):
            raise NotReady(f"The database lacks {waiting[0].name}. Run: huiyin migrate")


async def loaded_city(tx: Tx) -> LoadedCity:
    """Read the city; raises NotReady if there is none."""
    loaded = await current(tx)
    if loaded is None:
        raise NotReady("No city is loaded. Run: huiyin city load FOLDER")
    return loaded
