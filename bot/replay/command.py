"""The command `huiyin replay`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from bot.app import NotReady
from bot.exit_codes import DONE, FAILED
from bot.replay.replay import replay
from bot.setting_values import Wrong
from bot.setting_values import database as parse_database
from bot.settings import Settings

DESCRIPTION = """\
Send every row of a CSV file through the real program as a citizen, and see what comes of it.

The rows (columns title, body, time; UTF-8; local times) are filed at their own times by simulated citizens, dealt with by
simulated contacts, of whom some are late, return or ask, and assigned by a simulated office; the clock jumps from one event
to the next, until every deadline is over or a year has passed since the last row. Nothing is sent to anybody: no channel
is opened. The city is that of HUIYIN_CITY. The database must be empty, and is not written durably: it is for looking at
afterwards, and its key is thrown away.
"""
EXAMPLES = """\
examples:
  huiyin replay messages.csv --database sqlite:var/replay.db
  huiyin replay messages.csv --database postgresql://huiyin@localhost/replay --seed 7
  huiyin replay requests.csv --database sqlite:var/dates.db --map title=type,time=created,due=due,closed=closed

With due and closed in --map the file's own dates are followed instead of the simulated people: each row is filed at `time`,
due at `due` and answered at `closed`, and what was in time is counted from the ledger and held against the file.

The exit code is 0 if everything that came in is answered for: every message acted on, every row with a case and a receipt,
every message out delivered, nothing parked or left open, the ledger whole; else it is 1.
"""


def describe_replay(command: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.description, command.epilog = DESCRIPTION, EXAMPLES
    command.add_argument("file", type=Path, help="the CSV file")
    command.add_argument("--database", required=True, metavar="EMPTY", help="sqlite:PATH or postgresql://..., with nothing in it")
    command.add_argument("--seed", type=int, default=1, help="another number gives people another character (1)")
    command.add_argument("--map", metavar="NAME=COLUMN,...", help="columns of other names; with due and closed see below")


async def run_replay(arguments: argparse.Namespace, settings: Settings) -> int:
    """Replay a file and print the numbers; what is not answered for goes to standard error."""
    try:
        address = parse_database(arguments.database, Path.cwd())
    except Wrong as wrong:
        raise NotReady(f"--database {wrong}") from wrong
    outcome = await replay(arguments.file, replace(settings, database=address), arguments.seed, arguments.map)
    print("\n".join(outcome.lines()))
    for problem in outcome.problems:
        print(problem, file=sys.stderr)
    return FAILED if outcome.problems else DONE
