"""A whole replay: the city and its people are put into an empty database, time passes, and what came of it is counted."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tqdm import tqdm

from actions.city import current, load, read
from actions.invitations import invite
from bot.app import App, NotReady, city_files
from bot.catalogues import read_catalogues
from bot.replay.channel import ReplayChannel
from bot.replay.citizens import Citizen, DatedCitizen, OrdinaryCitizen
from bot.replay.clock import SimulatedClock
from bot.replay.dated_city import dated, dated_city
from bot.replay.figures import count
from bot.replay.outcome import Outcome
from bot.replay.rows import COLUMNS, Row, read_mapping, read_rows
from bot.replay.simulation import Simulation
from bot.replay.staff import Contact, DatedContact, Head, Office, Staff
from bot.settings import Settings
from dialog.texts import Words
from domain.city import DISCIPLINE, City
from storage.database import Database, connect
from storage.keys import Keys
from storage.migrate import is_empty, migrate
from storage.roles import RoleKind

PACE = timedelta(seconds=1)
"""What somebody needs for one message or press: less than the pause after which a collection asks for more."""
STAFF_COMES_BEFORE = timedelta(days=1)
GOES_ON = timedelta(days=365)


async def replay(file: Path, settings: Settings, seed: int, mapping: str | None) -> Outcome:
    """Replay a file in the city and the database of the settings. Raises NotReady, BadCity, StorageError."""
    columns = read_mapping(mapping) if mapping else COLUMNS
    files = city_files(settings.city)
    city = read(files)
    rows = read_rows(file, columns, city.zone)
    has_dates = "closed" in columns
    if has_dates:
        files, rows = dated_city(files, city, rows), dated(rows)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        own = replace(settings, data=folder / "data", keys=folder / "keys", telegram_token="", pace_all=0, pace_chat=0)
        async with _opened(own.database) as database:
            return await Replay(own, database, rows, seed, has_dates=has_dates).run(files)


class Replay:
    """One run over an empty database."""

    def __init__(self, settings: Settings, database: Database, rows: Sequence[Row], seed: int, *, has_dates: bool) -> None:
        self._settings = settings
        self._database = database
        self._rows = rows
        self._seed = seed
        self._has_dates = has_dates
        self._clock = SimulatedClock(rows[0].at - STAFF_COMES_BEFORE)
        self._of_case: dict[str, Row] = {}
        self._people: list[Citizen | Staff] = []

    async def run(self, files: Mapping[str, bytes]) -> Outcome:
        """Let everything happen, and count."""
        keys = Keys.make(self._settings.keys)
        await migrate(self._database, self._clock.now())
        async with self._database.transaction() as tx:
            await load(tx, files, self._clock.now())
            loaded = await current(tx)
        if loaded is None:
            raise NotReady("The city could not be loaded.")
        city = loaded.city
        channel = ReplayChannel(Words(read_catalogues(), city.languages, city.zone))
        app = App(self._settings, self._database, keys, self._clock, loaded, (channel,))
        simulation = Simulation(app, self._clock, city, timedelta() if self._has_dates else PACE, self._seed)
        await self._bring_staff(simulation, app, city)
        self._bring_citizens(simulation, city)
        for person in self._people:
            channel.connect(person.address, person)
        with tqdm(total=len(self._rows), unit="row", disable=None) as bar:
            last = max(row.closed or row.at for row in self._rows)
            await simulation.run(last + GOES_ON, lambda: bar.update(len(self._of_case) - bar.n))
        return await self._outcome(channel)

    async def _bring_staff(self, simulation: Simulation, app: App, city: City) -> None:
        """Invite a contact and a head for each unit, and somebody for the office; they sign in at once."""
        ordinary = tuple(unit.code for unit in city.units.values() if unit.kind != DISCIPLINE)
        invited: list[tuple[Staff, RoleKind, tuple[str, ...]]] = [(Office(simulation, "office", ordinary), RoleKind.OFFICE, ())]
        for unit in city.units:
            address = f"contact {unit}"
            contact = DatedContact(simulation, address, self._of_case) if self._has_dates else Contact(simulation, address)
            invited += [(contact, RoleKind.CONTACT, (unit,)), (Head(simulation, f"head {unit}"), RoleKind.HEAD, (unit,))]
        async with self._database.transaction() as tx:
            for person, role, units in invited:
                code = await invite(tx, app.keys, role, units, "", self._clock.now())
                simulation.begin(person, self._clock.now(), person.sign_in(code))
                self._people.append(person)

    def _bring_citizens(self, simulation: Simulation, city: City) -> None:
        districts = tuple(area.code for area in city.subareas(city.root_area.code))

        def filed(row: Row, case: str) -> None:
            self._of_case[case] = row
            simulation.cases[case] = row.n

        kind = DatedCitizen if self._has_dates else OrdinaryCitizen
        for row in self._rows:
            citizen = kind(simulation, row, districts, filed)
            simulation.begin(citizen, row.at, citizen.file())
            self._people.append(citizen)

    async def _outcome(self, channel: ReplayChannel) -> Outcome:
        both = {case for case, row in self._of_case.items() if row.due and row.closed}
        expected = [row.closed <= row.due for row in self._rows if row.due and row.closed]
        async with self._database.reading() as tx:
            figures = await count(tx, both if self._has_dates else None)
        return Outcome(
            rows=len(self._rows),
            receipts=len(self._of_case),
            delivered=channel.delivered,
            stuck=sum(person.stuck for person in self._people),
            figures=figures,
            expected=(sum(expected), len(expected)) if self._has_dates else None,
        )


@asynccontextmanager
async def _opened(address: str) -> AsyncGenerator[Database, None]:
    """Open a database without anything in it; raises NotReady if there is something."""
    database = await connect(address, throwaway=True)
    try:
        if not await is_empty(database):
            raise NotReady("The database is not empty. A replay needs one of its own: name a new file, or make a new database.")
        database.hold()
        yield database
    finally:
        await database.close()
