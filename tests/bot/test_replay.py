"""A file of messages goes through the real program in simulated time, and everything is answered for, or said not to be."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from actions import filing
from bot.app import NotReady
from bot.channels.door import Letter, Undeliverable
from bot.main import parser
from bot.replay.channel import ReplayChannel
from bot.replay.outcome import Outcome
from bot.replay.replay import replay
from bot.replay.rows import read_mapping, read_rows
from bot.settings import read_settings
from domain.city_settings import Settings as CitySettings
from storage.database import connect

ZONE = CitySettings().zone
CITY = {
    "city.toml": 'name = "小城"\nname_en = "Smalltown"\nzone = "Asia/Shanghai"\n',
    "areas.geojson": '{"type": "FeatureCollection", "features": []}',
    "areas.csv": "code,parent,name,name_en,aliases\n1,,小城,Smalltown,\n11,1,东区,East,\n12,1,西区,West,\n",
    "units.csv": "code,parent,kind,name,name_en,head_title\n"
    "gov,,government,政府办,Office,\ncity,gov,department,城管局,Streets,\nwater,gov,utility,供水公司,Water,\n"
    "discipline,,discipline,纪检组,Discipline,\n",
    "categories.csv": "code,parent,name,name_en,aliases,kinds,accept,answer,urgent\n"
    "streets,,城管,Streets,垃圾|摆摊|夜市|违章|路灯,,,,\nwater,,供水,Water,停水,,2h,24h,yes\n",
    "rules.csv": "area,category,unit\n,,gov\n,streets,city\n,water,water\n,,discipline\n",
}
LONG = "路灯不亮，晚上看不清路，老人摔了一跤。" * 250
MATTERS = [
    ("垃圾没人清运", "小区门口的垃圾堆了一个星期没人清运，臭得很", "2026-02-09T09:00:00"),
    ("工地半夜施工", "楼下工地半夜十二点还在施工，吵得睡不着", "2026-02-09T09:00:00"),
    ("公交车不准时", "三路公交车早上等了四十分钟也不来", "2026-02-09T22:40:00"),
    ("拖欠工资", "装修公司拖欠我们六个人两个月的工资", "2026-02-10T08:30:00"),
    ("小区停水", "从昨天晚上开始停水，物业说不知道", "2026-02-10T11:05:07"),
    ("路灯", LONG, "2026-02-11T19:00:00"),
    ("", "学校门口摆摊的太多，孩子上学不安全", "2026-02-12T07:20:00"),
    ("占道经营", "夜市占了人行道，只能走机动车道", "2026-02-13T20:00:00"),
    ("咨询医保", "异地就医的费用怎么报销", "2026-02-14T10:00:00"),
    ("违章建筑", "楼顶私自加盖了一层，挡住采光", "2026-02-15T15:00:00"),
    ("除夕放炮", "凌晨三点还在放炮", "2026-02-17T03:10:00"),
    ("暖气不热", "暖气一直不热，家里只有十四度", "2026-02-18T09:00:00"),
    ("电梯坏了", "电梯坏了三天没人修，住在二十层", "2026-02-24T09:00:00"),
    ("噪音", "广场舞的音响太大", "2026-02-24T21:30:00"),
    ("建议", "公园里多放几把椅子", "2026-02-25T12:00:00"),
]
DATED = [
    # created, due, closed
    ("streetlight", "2026-03-02T08:00:00", "2026-03-04T08:00:00", "2026-03-04T08:00:00"),  # in time, at the last moment
    ("streetlight", "2026-03-02T08:00:00", "2026-03-04T08:00:00", "2026-03-04T08:00:01"),  # a second late
    ("rubbish", "2026-03-02T23:59:59", "2026-03-30T12:00:00", "2026-03-02T23:59:59"),  # at once
    ("rubbish", "2026-03-03T10:00:00", "2026-03-03T10:00:00", "2026-03-05T10:00:00"),  # due as it was created
    ("water", "2026-03-03T10:00:00", "2026-03-05T10:00:00", ""),
    ("water", "2026-03-03T11:00:00", "", "2026-03-04T10:00:00"),
    ("water", "2026-03-04T11:00:00", "2026-03-06T11:00:00", "2026-06-20T09:00:00"),  # months late
]


def written(folder: Path, header: str, rows: Sequence[Sequence[str]]) -> Path:
    """Write a CSV file."""
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
    return path


@pytest.fixture(autouse=True)
def city(tmp_path: Path) -> None:
    """A small city, in which few people have to sign in."""
    (tmp_path / "city").mkdir()
    for name, text in CITY.items():
        (tmp_path / "city" / name).write_text(text, "utf-8")


@pytest.fixture
def matters(tmp_path: Path) -> Path:
    """A fortnight around Spring Festival."""
    return written(tmp_path, "title,body,time", MATTERS)


async def replayed(file: Path, database: str, *, seed: int = 1, mapping: str | None = None) -> Outcome:
    """Replay a file in the small city."""
    settings = read_settings({"HUIYIN_DATABASE": database, "HUIYIN_CITY": "city"}, file.parent)
    return await replay(file, settings, seed, mapping)


async def counted(database: str, sql: str) -> int:
    """Count something in the database that a replay has left."""
    store = await connect(database)
    try:
        async with store.reading() as tx:
            row = await tx.one(sql)
        return int(row["n"]) if row else 0
    finally:
        await store.close()


async def runs(file: Path, database: str, *more: str) -> int:
    """Run the command and return its exit code."""
    arguments = parser().parse_args(["replay", str(file), "--database", database, *more])
    code: int = await arguments.run(arguments, read_settings({"HUIYIN_CITY": "city"}, file.parent))
    return code


async def test_what_is_put_off_over_the_last_days_off_is_delivered_too(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.replay.replay.GOES_ON", timedelta(hours=200))  # into Spring Festival
    outcome = await replayed(written(tmp_path, "title,body,time", MATTERS[:8]), database)
    assert outcome.figures.rungs
    assert outcome.figures.waiting_out == 0


async def test_every_row_becomes_a_case_that_is_dealt_with_to_its_end(matters: Path, database: str) -> None:
    outcome = await replayed(matters, database)
    assert outcome.problems == ()
    figures, rows = outcome.figures, len(MATTERS)
    assert (outcome.rows, outcome.receipts, figures.cases, figures.routed + figures.triaged + figures.joined) == (
        rows,
        rows,
        rows,
        rows,
    )
    assert figures.states == {"closed": rows}
    assert figures.events["solved"] + figures.events["silence"] == rows
    assert figures.on_time + figures.late == figures.events["report"] == rows + figures.events["not_solved"]
    for number, sql in (
        (rows, "SELECT COUNT(*) AS n FROM cases WHERE closed_at IS NOT NULL"),
        (figures.messages_in, "SELECT COUNT(*) AS n FROM inbox WHERE done_at IS NOT NULL"),
        (figures.late, "SELECT COUNT(*) AS n FROM deadline WHERE kind = 'answer' AND ended = 'report' AND stopped_at > due_at"),
        (0, "SELECT COUNT(*) AS n FROM outbox WHERE sent_at IS NULL"),
        (0, "SELECT COUNT(*) AS n FROM deadline WHERE stopped_at IS NULL AND kind <> 'revisit'"),
    ):
        assert await counted(database, sql) == number, sql
    assert outcome.delivered > figures.messages_in
    assert figures.rungs > 0
    assert figures.proof.seals > rows


async def test_the_same_seed_gives_the_same_numbers_on_either_database(matters: Path, database: str, tmp_path: Path) -> None:
    once = (await replayed(matters, database)).lines()
    again = (await replayed(matters, f"sqlite:{tmp_path}/again.db")).lines()
    other = (await replayed(matters, f"sqlite:{tmp_path}/other.db", seed=2)).lines()
    assert once == again
    assert once != other


async def test_a_text_that_is_too_long_for_one_message_comes_in_several(matters: Path) -> None:
    rows = read_rows(matters, {"title": "title", "body": "body", "time": "time"}, ZONE)
    [messages] = [row.messages for row in rows if row.title == "路灯"]
    assert [len(message) for message in messages] == [4096, len(f"路灯\n{LONG}") - 4096]
    assert "".join(messages) == f"路灯\n{LONG}"


async def test_a_file_with_dates_of_its_own_is_followed_to_the_second(tmp_path: Path, database: str) -> None:
    file = written(tmp_path, "type,created,due,closed", DATED)
    outcome = await replayed(file, database, mapping="title=type,time=created,due=due,closed=closed")
    assert outcome.problems == ()
    assert outcome.expected == (2, 5)
    assert (outcome.figures.on_time, outcome.figures.late) == (2, 3)
    assert outcome.figures.still_open == 1  # what the file never closed
    late = "SELECT COUNT(*) AS n FROM deadline WHERE kind = 'answer' AND ended = 'report' AND stopped_at - due_at = 1000"
    assert await counted(database, late) == 1


async def test_a_database_with_something_in_it_is_refused(matters: Path, database: str) -> None:
    store = await connect(database)
    await store.script("CREATE TABLE something (n INTEGER);")
    await store.close()
    with pytest.raises(NotReady, match="not empty"):
        await replayed(matters, database)


async def test_a_file_with_other_columns_is_told_which_it_lacks(tmp_path: Path) -> None:
    file = written(tmp_path, "title,text,when", [("a", "b", "c")])
    with pytest.raises(NotReady, match=r"lacks the columns body, time\. It has: title, text, when\."):
        await replayed(file, f"sqlite:{tmp_path}/new.db")
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("", " ", "2026-02-09"), "Row 2 has no text"),
        (("a", "b", "yesterday"), "Row 2 has no time"),
        (("a",), "Row 2 has no time"),
    ],
)
async def test_a_row_that_cannot_be_replayed_is_named(tmp_path: Path, row: tuple[str, ...], said: str) -> None:
    with pytest.raises(NotReady, match=said):
        await replayed(written(tmp_path, "title,body,time", [row]), f"sqlite:{tmp_path}/new.db")


@pytest.mark.parametrize(
    ("mapping", "said"),
    [("title=a", "needs title=COLUMN and time"), ("name=a", '"name=a" in --map'), ("title=a,time=b,due=c", "both")],
)
def test_a_mapping_that_is_no_mapping_is_explained(mapping: str, said: str) -> None:
    with pytest.raises(NotReady, match=said):
        read_mapping(mapping)


async def test_a_message_that_cannot_be_acted_on_makes_the_command_fail(
    matters: Path, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = filing.file_case

    async def poisoned(ctx: Any, command: filing.FileCase) -> filing.Receipt:
        if "广场舞" in command.text:
            raise ZeroDivisionError
        return await real(ctx, command)

    monkeypatch.setattr("handlers.filing.file_case", poisoned)
    assert await runs(matters, database) == 1
    said = capsys.readouterr()
    assert "cases         14" in said.out
    assert "parked        in 1, out 0" in said.out
    assert "1 row(s) have no receipt." in said.err
    assert "1 message(s) in were not acted on, 1 of them are parked." in said.err


async def test_a_message_that_nobody_gets_makes_the_command_fail(
    matters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = ReplayChannel.send

    async def lossy(channel: ReplayChannel, letter: Letter) -> str | None:
        if letter.address == "citizen 3" and not letter.message.rows:
            raise Undeliverable("planted")
        return await real(channel, letter)

    monkeypatch.setattr(ReplayChannel, "send", lossy)
    assert await runs(matters, f"sqlite:{tmp_path}/lossy.db") == 1
    assert "message(s) out are parked." in capsys.readouterr().err


async def test_the_command_prints_the_numbers(matters: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await runs(matters, f"sqlite:{tmp_path}/new.db", "--seed", "3") == 0
    said = capsys.readouterr()
    names = "rows,messages in,cases,returned,answers,questions,rungs fired,closed,reopened,messages out,parked,ledger"
    assert [line[:14].strip() for line in said.out.splitlines()] == names.split(",")
    assert said.err == ""
    assert await runs(matters, f"sqlite:{tmp_path}/third.db", "--seed", "3") == 0
    assert capsys.readouterr().out == said.out
