"""What can't be meant is refused with a sentence before anything is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import NotReady
from bot.main import parser
from bot.settings import read_settings


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("cases --most 99999999999999999999", "--most is a number from 1 to 100000"),
        ("cases --most -5", "--most is a number from 1"),
        ("cases --most 0", "--most is a number from 1"),
        (f"invite office --name {'王' * 41}", "at most 40 characters"),
        ("parked show", "Which one"),
        ("train labelled.csv --shipped", "leave the file out"),
    ],
)
async def test_what_can_not_be_done_is_said(tmp_path: Path, command: str, said: str) -> None:
    arguments = parser().parse_args(command.split())
    with pytest.raises(NotReady, match=said):
        await arguments.run(arguments, read_settings({}, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_model_is_either_learned_or_the_one_that_ships(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        parser().parse_args(["train", "--from-cases", "--shipped"])
    assert "not allowed with" in capsys.readouterr().err
