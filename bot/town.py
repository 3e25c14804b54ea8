"""The city that this process serves, read again when somebody has loaded other files."""

from __future__ import annotations

from actions.city import LoadedCity, current
from bot.clock import Clock
from storage import cities
from storage.database import StorageError, Tx

LOOK_AGAIN = 2.0


class NoCity(StorageError):
    """No city has been loaded into this database yet."""


class Town:
    """Keeps the loaded city in memory; it never changes, a newer loading replaces it."""

    def __init__(self, clock: Clock, public_url: str) -> None:
        self.public_url = public_url
        self._clock = clock
        self._loaded: LoadedCity | None = None
        self._looked_at = 0.0

    async def city(self, tx: Tx) -> LoadedCity:
        """Give the city, looked for anew every two seconds. Raises NoCity."""
        now = self._clock.now().timestamp()
        if self._loaded is None or abs(now - self._looked_at) > LOOK_AGAIN:
            self._looked_at = now
            if self._loaded is None or await cities.newest(tx) != self._loaded.n:
                self._loaded = await current(tx)
        if self._loaded is None:
            raise NoCity("No city is loaded. Run: huiyin city load FOLDER")
        return self._loaded
