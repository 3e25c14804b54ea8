"""The command line: `huiyin COMMAND`. Every command but `run` and `demo` works while the program runs.

Exit codes: 0 done, 1 it could not be done (the reason is on standard error), 2 the command was written wrongly, 3 the ledger is
broken, as `verify` or `restore` found.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import uvloop

from actions.city import BadCity
from bot import operations
from bot.app import App, NotReady, composed
from bot.backups.backup import NoPlace
from bot.backups.form import BadBackup
from bot.clock import Clock
from bot.exit_codes import DONE, FAILED
from bot.learning import describe_train, train_model
from bot.learning_from_cases import forget, learn
from bot.logs import set_up_logs
from bot.replay.command import describe_replay, run_replay
from bot.routing_lines import area_lines, describe_area, describe_route, route_lines
from bot.settings import BadSettings, Settings, read_settings
from storage.database import StorageError
from storage.keys import KeyProblem

GARBAGE = 20_000
"""How many new objects begin a search for those that refer to each other in circles: a turn makes thousands, and no circles."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code."""
    arguments = parser().parse_args(argv)
    try:
        settings = read_settings(os.environ, Path.cwd())
        set_up_logs(as_json=settings.log == "json")
        code = uvloop.run(arguments.run(arguments, settings))
    except BadSettings as bad:
        code = _complain("The settings need mending:", *bad.problems)
    except BadCity as bad:
        code = _complain("The city's files need mending; nothing was changed:", *map(str, map(operations.problem, bad.problems)))
    except (NotReady, StorageError, KeyProblem, BadBackup, NoPlace) as error:
        code = _complain(str(error))
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # whoever read what we write has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED
    sys.exit(code)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(
        prog="huiyin",
        description="Huiyin: every matter gets an echo, every matter gets a result.",
        epilog="Settings come from the environment and from .env; docs/settings.md lists them. Begin with: huiyin demo",
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, help: str, run: Callable[[argparse.Namespace, Settings], Awaitable[int]]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, description=help)
        made.set_defaults(run=run)
        return made

    command("run", "Serve a city until Ctrl-C or SIGTERM.", _serve)
    command("demo", "Serve the city and print links to try it as citizen, unit contact and office.", _demo)
    command("migrate", "Bring the database to this program's version.", operations.migrate_database)
    command("doctor", "Look at everything that should be well, and say what to do where it isn't.", operations.call_doctor)
    backup = command(
        "backup", "Copy the city into a new folder, while the program runs: all but the key.", operations.take_backup
    )
    backup.add_argument("folder", type=Path, help="a folder that is empty or not there yet")
    restore = command("restore", "Give a backup back to an empty database and an empty HUIYIN_DATA.", operations.restore_backup)
    restore.add_argument("folder", type=Path, help="the folder of the backup")
    city = command("city", "Check or load the files of a city.", operations.city_files)
    city.add_argument("what", choices=("check", "load"), help="check: say all that is wrong; load: make these files the city")
    city.add_argument("folder", type=Path, help="the folder of city.toml, areas.csv, units.csv, categories.csv, rules.csv ...")
    invite = command(
        "invite", "Make a one-time code by which a member of staff signs in, good for seven days.", operations.invite_staff
    )
    invite.add_argument("role", choices=("contact", "head", "office"))
    invite.add_argument("--unit", action="append", default=[], metavar="CODE", help="unit of a contact or head; may be repeated")
    invite.add_argument("--name", default="", help="how colleagues will see them")
    invite.add_argument("--json", action="store_true", help="print code, telegram and web as JSON")
    staff = command("staff", "List who works at the units and at the office, or end a role.", operations.list_or_end_staff)
    staff.add_argument("what", nargs="?", choices=("list", "end"), default="list")
    staff.add_argument("id", nargs="?", help="the id of the role to end")
    posters = command("posters", "Write a PDF of posters for windows, each with the code to rate it.", operations.print_posters)
    posters.add_argument("hall", help="the code of a hall, or all")
    posters.add_argument("--out", type=Path, required=True, metavar="FILE", help="the PDF to write: A5, one page a window")
    posters.add_argument("--labels", action="store_true", help="sheets of A4 with small labels to cut out instead of posters")
    tickets = command("tickets", "Make visit tickets for a window, each for one verified rating.", operations.make_tickets)
    tickets.add_argument("window", help="the code of the window")
    tickets.add_argument("--count", type=int, default=1, metavar="N", help="how many (1)")
    tickets.add_argument("--json", action="store_true", help="one JSON object a line: window, ticket, web, telegram")
    cases = command("cases", "List the newest cases, or show one.", operations.show_cases)
    cases.add_argument("number", nargs="?", help="the case to show, with its history")
    cases.add_argument("--most", type=int, default=50, help="how many to list (50)")
    cases.add_argument("--json", action="store_true", help="one JSON object a line")
    parked = command("parked", "List what could not be dealt with or delivered, and try it again.", operations.parked_messages)
    parked.add_argument("what", nargs="?", choices=("list", "show", "retry"), default="list")
    parked.add_argument("id", nargs="?", help="the id of one, or all")
    replay = command("replay", "Send a file of messages through the program in simulated time.", run_replay)
    describe_replay(replay)
    train = command("train", "Make a classifier from labelled messages, or from the city's cases.", _train)
    describe_train(train)
    route = command("route", "Say where messages would go: JSON lines in, JSON lines out.", route_lines)
    describe_route(route)
    area = command("area", "Say in which area points lie: JSON lines in, JSON lines out.", area_lines)
    describe_area(area)
    command("verify", "Prove that the ledger is whole.", operations.verify_ledger)
    return top


async def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    async with composed(settings, Clock()) as app:
        await _until_told(app, lambda app: print(f"{settings.public_url}  (Ctrl-C ends it)", flush=True))
    return DONE


async def _demo(arguments: argparse.Namespace, settings: Settings) -> int:
    async with composed(settings, Clock()) as app:
        links = await operations.demo_links(app)

        def ready(app: App) -> None:
            print(links, flush=True)

        await _until_told(app, ready)
    return DONE


async def _train(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.shipped:
        return await forget(arguments, settings)
    return await (learn if arguments.from_cases else train_model)(arguments, settings)


async def _until_told(app: App, ready: Callable[[App], None]) -> None:
    gc.set_threshold(GARBAGE)
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, app.stop)
    await app.run(ready)


def _complain(*lines: str) -> int:
    print(*lines, sep="\n", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    main()
