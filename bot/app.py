"""The one place that builds objects: opens the store, composes the channels, runs the loops, and ends them in order."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from actions import city
from actions.city import LoadedCity
from actions.context import Limits
from actions.invitations import PROGRAM_URL
from bot import data_marker
from bot.attachments import Attachments
from bot.bell import Bell
from bot.board import Board
from bot.catalogues import read_catalogues
from bot.channels.door import Channel
from bot.channels.mail import Mail
from bot.channels.robots import VENDORS, Robots
from bot.channels.telegram import Telegram
from bot.channels.webchat import WebChat
from bot.channels.webchat_files import Files
from bot.channels.webchat_gate import Gate
from bot.classifiers import shipped
from bot.clock import Clock
from bot.commands import FOR_EVERYONE
from bot.desk.desk import Desk
from bot.desk.forms import FormsWithFiles
from bot.door import CityDoor
from bot.engine import Engine
from bot.inbox import InboxLoop
from bot.line import Line
from bot.media import MediaLoop
from bot.outbox import OutboxLoop
from bot.pace import Pace
from bot.readiness import Readiness
from bot.scheduler import Scheduler
from bot.settings import Settings, local_url
from bot.town import Town
from bot.vault import Vault, VaultError
from bot.web_server import application
from dialog.texts import Words
from domain.bells import BellKind, BellOffer
from handlers import SUBJECTS
from schedules import JOBS, SWEEPS
from storage import cities, memory, people
from storage.database import Database, Tx, connect, missing_file
from storage.keys import Keys, NoKeyFile
from storage.migrate import migrate

log = logging.getLogger("huiyin.app")

SUFFIXES = (".toml", ".csv", ".geojson")

STOP_WITHIN = 6.0
A_LONG_TIME = timedelta(days=3650)


class NotReady(Exception):
    """The program can't start; the sentence says why and what to do."""


class App:
    """The running program; `channels` are taken in the place of the usual ones.

    `address` is where the web server listens, once it does.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        keys: Keys,
        clock: Clock,
        loaded: LoadedCity,
        channels: Sequence[Channel] = (),
    ) -> None:
        self.database = database
        self.keys = keys
        self.clock = clock
        self.settings = settings
        self.words = Words(read_catalogues(), loaded.city.languages, loaded.city.zone)
        self.address: tuple[str, int] | None = None
        self._bell = Bell(database)
        bells = BellOffer(mail=settings.smtp is not None, robots=settings.robot_origins)
        posts_to = settings.telegram_channel if settings.telegram_token else None
        self._town = Town(
            clock,
            keys,
            settings.public_url,
            limits_of(settings),
            bells=bells,
            channel=posts_to,
            classifier=shipped(),
            loaded=loaded,
        )
        vault = Vault(settings.data, keys.vault)
        with suppress(VaultError):  # a disk that is not mounted: `data_folder_is_another` has told it
            vault.sweep(clock.now())
        attachments = Attachments(database, vault, self.words)
        line = Line()
        self.door = CityDoor(
            database, keys, clock, self._bell, line, vault, attachments, settings, self._town, loaded.city.languages[0]
        )
        gate = Gate(self.door, self.words, public_url=settings.public_url, behind_proxy=settings.behind_proxy)
        uploads = Files(self.door, gate)
        self.channels: dict[str, Channel] = {c.name: c for c in channels or self._channels(self.door, loaded, gate, uploads)}
        engine = Engine(SUBJECTS, self.words)
        self.inbox = InboxLoop(database, clock, self._bell, line, engine, self._town, self.channels)
        self.outboxes: dict[str, OutboxLoop] = {}
        self._loops: dict[str, InboxLoop | MediaLoop | OutboxLoop] = {
            "inbox": self.inbox,
            "media": MediaLoop(
                database, keys, clock, self._bell, self._town, engine, vault, self.channels, keep_free=settings.free_disk
            ),
        }
        for channel in self.channels.values():
            if channel.pushes:
                pace = Pace(settings.pace_all, settings.pace_chat, settings.pace_group)
                hurried = channel.name not in set(BellKind)
                sending = OutboxLoop(database, keys, clock, self._bell, channel, self._town, attachments, pace, hurried=hurried)
                self.outboxes[channel.name] = sending
                self._loops[f"outbox of {channel.name}"] = sending
        self.scheduler = Scheduler(database, clock, self._bell, self._town, JOBS, SWEEPS, settings.tick)
        self._board = Board(database, self._town, self.words)
        forms = FormsWithFiles(self.door, gate, uploads)
        self._desk = Desk(database, self._town, self._bell, self.words, gate, forms, attachments)
        self._readiness = Readiness(database)
        self._stopping = asyncio.Event()

    def _channels(self, door: CityDoor, loaded: LoadedCity, gate: Gate, uploads: Files) -> tuple[Channel, ...]:
        settings = self.settings
        chat = WebChat(door, self.words, gate, uploads, city_name=loaded.name, now=self.clock.now)
        bells: list[Channel] = [Robots(self.words, self.clock, vendor) for vendor in VENDORS]
        if settings.smtp:
            bells.append(Mail(self.words, self.clock, server=settings.smtp, sender=settings.mail_from))
        if not settings.telegram_token:
            return (chat, *bells)
        telegram = Telegram(
            door,
            self.words,
            token=settings.telegram_token,
            clock=self.clock,
            commands=FOR_EVERYONE,
            base_url=settings.telegram_base_url,
            file_url=settings.telegram_file_url,
            mode=settings.telegram_mode,
            poll_timeout=settings.telegram_poll_timeout,
            webhook_url=settings.telegram_webhook_url,
            webhook_secret=settings.telegram_webhook_secret or _derived_secret(settings.telegram_token, self.keys),
        )
        return (chat, telegram, *bells)

    def stop(self) -> None:
        """Begin to end: nothing new is taken, what is held is finished."""
        self._stopping.set()

    async def run(self, ready: Callable[[App], None] | None = None) -> None:
        """Serve until `stop`; `ready` is called once the web server listens."""
        routes = [route for channel in self.channels.values() for route in channel.routes()]
        routes += (*self._board.routes(), *self._desk.routes(), *self._readiness.routes())
        runner = web.AppRunner(application(routes, self.words), access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        try:
            await self._listen(runner)
            await self._remember_address()
        except BaseException:
            await runner.cleanup()
            raise
        finishing = [asyncio.create_task(loop.run(), name=name) for name, loop in self._loops.items()]
        background = [
            asyncio.create_task(self._bell.run(), name="bell"),
            asyncio.create_task(self.scheduler.run(), name="scheduler"),
            *(asyncio.create_task(channel.run(), name=name) for name, channel in self.channels.items()),
        ]
        self._readiness.watch({task.get_name(): task for task in (*finishing, *background)})
        if ready:
            ready(self)
        log.info("started", extra={"fields": {"channels": ",".join(self.channels)}})
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            done, _pending = await asyncio.wait((*finishing, *background, stopping), return_when=asyncio.FIRST_COMPLETED)
            await self._end(runner, background, finishing)
            for task in done - {stopping}:
                task.result()
        finally:
            stopping.cancel()

    async def _listen(self, runner: web.AppRunner) -> None:
        host, port = self.settings.listen
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise NotReady(f"Port {port} of {host} can't be used: {error.strerror}. Set HUIYIN_LISTEN to another one.") from error
        self.address = runner.addresses[0][:2]

    async def _remember_address(self) -> None:
        """Let commands that are given beside the program know at which address people reach it."""
        settings, now = self.settings, self.clock.now()
        is_set = settings.public_url != local_url(*settings.listen)
        url = settings.public_url if is_set or self.address is None else local_url(*self.address)
        async with self.database.transaction() as tx:
            await memory.remember(tx, self.keys, PROGRAM_URL, url.encode(), now + A_LONG_TIME)

    async def _end(
        self, runner: web.AppRunner, background: list[asyncio.Task[None]], finishing: list[asyncio.Task[None]]
    ) -> None:
        for task in background:
            task.cancel()
        for channel in self.channels.values():
            if not channel.pushes:
                await channel.close()
        await runner.cleanup()
        for loop in self._loops.values():
            loop.stop()
        _done, late = await asyncio.wait(finishing, timeout=STOP_WITHIN)
        for task in late:
            task.cancel()
        await asyncio.gather(*background, *late, return_exceptions=True)
        for channel in self.channels.values():
            if channel.pushes:
                await channel.close()
        log.info("stopped")


@asynccontextmanager
async def opened(settings: Settings, *, new: bool = False) -> AsyncGenerator[tuple[Database, Keys], None]:
    """Open store and keys, as every command does; only what begins a city may make a `new` store. Raises NotReady, KeyProblem."""
    if not new and (file := missing_file(settings.database)):
        raise NotReady(
            f"There is no database {file}. HUIYIN_DATABASE names it, in the environment or in the file .env of the folder where"
            " the command is given. A new one is made by: huiyin run"
        )
    database = await connect(settings.database)
    try:
        yield database, await _keys(database, settings.keys)
    finally:
        await database.close()


async def _keys(database: Database, path: Path) -> Keys:
    """Open the key file, made now if there is none and nothing was ever sealed; raises KeyProblem."""
    try:
        return Keys.open(path)
    except NoKeyFile:
        # Else a mistyped path would be taken for a new city, and the key that was made there for its own.
        async with database.reading() as tx:
            if await people.are_any(tx):
                raise
    return Keys.make(path)


@asynccontextmanager
async def composed(settings: Settings, clock: Clock) -> AsyncGenerator[App, None]:
    """Open everything that serving needs: migrated, and with the city of the settings if none was loaded yet."""
    async with opened(settings, new=True) as (database, keys):
        database.hold()
        await migrate(database, clock.now())
        async with database.transaction() as tx:
            await check_keys(tx, keys, settings)
            try:
                is_ours = await data_marker.mark(tx, keys, settings.data)
            except OSError as error:
                raise NotReady(
                    f"{settings.data} can't be used: {error.strerror}. Set HUIYIN_DATA to a folder of ours."
                ) from error
            if not is_ours:
                log.error("data_folder_is_another")
            loaded = await city.current(tx)
        if loaded is None:
            async with database.transaction() as tx:
                # Another replica may be starting as well: the lock comes first, and only then the look.
                await cities.for_change(tx)
                if await city.current(tx) is None:
                    await city.load(tx, city_files(settings.city), clock.now())
                loaded = await city.current(tx)
        if loaded is None:
            raise NotReady(f"{settings.city} has no files of a city. Set HUIYIN_CITY to the folder that has them.")
        yield App(settings, database, keys, clock, loaded)


async def check_keys(tx: Tx, keys: Keys, settings: Settings) -> None:
    """Refuse keys that did not seal this database; raises NotReady."""
    # With other keys everybody would be a stranger, and no message that waits could be read: it must not go unnoticed.
    if not await people.sealed_with(tx, keys):
        raise NotReady(
            f"{settings.keys} is not the key file with which this database was sealed."
            " Put your copy of the right one in its place, or set HUIYIN_KEYS to it."
        )


def city_files(folder: Path, todo: str = "Set HUIYIN_CITY to the folder of the city's files.") -> dict[str, bytes]:
    """Read the files of a city's folder; raises NotReady if they can't be read, with what is `todo` if it is no folder."""
    try:
        if not folder.is_dir():
            raise NotReady(f"{folder} is not a folder. {todo}")
        paths = (path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES or path.name == city.MODEL)
        return {path.name: path.read_bytes() for path in paths}
    except OSError as error:
        said = f"{error.filename or folder} can't be read: {error.strerror}."
        raise NotReady(f"{said} Let this user read the city's files: chmod -R a+rX {folder}") from error


def limits_of(settings: Settings) -> Limits:
    """Give how much one person, and one network address, may do."""
    return Limits(
        messages_per_minute=settings.messages_per_minute,
        upload_bytes=settings.upload_bytes,
        wrong_codes=settings.wrong_codes,
        address_wrong_codes=settings.address_wrong_codes,
        wrong_codes_wait=timedelta(minutes=settings.wrong_codes_wait),
    )


def _derived_secret(token: str, keys: Keys) -> str:
    return hmac.new(keys.vault, f"webhook {token}".encode(), hashlib.sha256).hexdigest()
