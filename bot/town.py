"""The city that this process serves, looked for in every transaction, and what actions on it work with."""

from __future__ import annotations

from dataclasses import replace

from actions.city import LoadedCity, current
from actions.context import Context, Limits
from bot.clock import Clock
from domain.bells import NO_BELLS, BellOffer
from domain.classifier import Classifier
from storage import cities
from storage.database import StorageError, Tx
from storage.keys import Keys


class NoCity(StorageError):
    """No city has been loaded into this database yet."""


class Town:
    """Keeps the loaded city in memory; it never changes, a newer loading replaces it."""

    def __init__(
        self,
        clock: Clock,
        keys: Keys,
        public_url: str,
        limits: Limits,
        *,
        bells: BellOffer = NO_BELLS,
        channel: str | None = None,
        classifier: Classifier | None = None,
        loaded: LoadedCity | None = None,
    ) -> None:
        self._clock = clock
        self._keys = keys
        self._public_url = public_url
        self._limits = limits
        self._bells = bells
        self._channel = channel
        self._classifier = classifier
        self._loaded = loaded and replace(loaded, classifier=loaded.classifier or classifier)

    async def context(self, tx: Tx) -> Context:
        """Give what actions work with in this transaction, nobody acting yet. Raises NoCity."""
        return Context(
            tx=tx,
            now=self._clock.now(),
            keys=self._keys,
            city=await self._city(tx),
            public_url=self._public_url,
            limits=self._limits,
            bells=self._bells,
            channel=self._channel,
        )

    async def _city(self, tx: Tx) -> LoadedCity:
        newest = await cities.newest(tx)
        if self._loaded is None or newest != self._loaded.n:
            loaded = await current(tx)
            self._loaded = loaded and replace(loaded, classifier=loaded.classifier or self._classifier)
        if self._loaded is None:
            raise NoCity("No city is loaded. Run: huiyin city load FOLDER")
        return self._loaded
