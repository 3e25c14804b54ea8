"""A city learns from its own cases, by the command line: only what helps is used, at once, and it outlives what comes after."""

from __future__ import annotations

import asyncio
import csv
import random
import shutil
import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from stores import NOW

from actions import correcting, filing, handling, lessons, triage
from actions.city import LoadedCity, current, load, use_model
from actions.context import Actor, Context, Limits
from bot.classifiers import SHIPPED, shipped
from bot.clock import Clock
from bot.learning import read_city_folder, words_of
from bot.learning_from_cases import _from_messages
from bot.town import Town
from dialog.incoming import Place
from domain.cases import CaseKind, CaseState
from domain.choosing import likely_categories
from domain.classifier import Classifier, Shares, taught
from domain.examples import Example
from domain.lessons import ENOUGH, Lesson, fair
from storage import cases, corrections, ledger, people, roles
from storage.corrections import Whose
from storage.database import Database, Tx, connect
from storage.keys import Keys
from storage.migrate import migrate
from storage.roles import RoleKind

XINING = Path(__file__).parent.parent.parent / "examples" / "xining"
LIMITS = Limits(
    messages_per_minute=20, upload_bytes=10**8, wrong_codes=5, address_wrong_codes=50, wrong_codes_wait=timedelta(minutes=15)
)
DARK = ("晚上黑灯瞎火的看不见路", "楼下那一片一直没有亮过")
"""What the words alone take for town and buildings as a whole."""
WAGES = ("工地老板拖欠农民工工资三个月不发", "老板不发工资")


class LearningCity:
    """Xining with people in it who file in turn."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self.database = database
        self.keys = keys
        self.town = Town(Clock(), keys, "https://example.org", LIMITS, classifier=shipped())
        self.count = 0

    async def files(self, text: str, category: str | None, *, by: str | None = None, signed_in: bool = False) -> str:
        """Let a citizen file, somebody new unless `by` names them; return the case's id."""
        async with self.database.transaction() as tx:
            return await self.filed(tx, text, category, by=by, signed_in=signed_in)

    async def filed(self, tx: Tx, text: str, category: str | None, *, by: str | None = None, signed_in: bool = False) -> str:
        self.count += 1
        ctx = await self.acting(await self.town.context(tx), by or f"citizen {self.count}")
        command = filing.FileCase(
            kind=CaseKind.COMPLAINT, text=f"{text}，第{self.count}次反映", files=(), place=Place(area="630104"), category=category
        )
        case = (await filing.file_case(ctx, command)).case
        if signed_in:
            contact = await self.acting(ctx, f"contact of {case.unit}")
            if contact.me.role(RoleKind.CONTACT) is None:
                await roles.give(tx, contact.me.person, RoleKind.CONTACT, case.unit, "Wang", NOW)
                contact = await self.acting(ctx, f"contact of {case.unit}")
            await handling.accept(contact, case.id, case.version)
        return case.id

    async def acting(self, ctx: Context, name: str) -> Context:
        id = await people.arrive(ctx.tx, self.keys, "telegram", name, "en", NOW)
        conversation = await people.conversation(ctx.tx, id)
        assert conversation is not None
        held = tuple(await roles.of_person(ctx.tx, conversation.person))
        actor = Actor(person=conversation.person, language="en", roles=held, conversation=conversation)
        return replace(ctx, actor=actor)

    async def classifier(self) -> Classifier:
        """Give what the running program sorts by."""
        async with self.database.transaction() as tx:
            found = (await self.town.context(tx)).city.classifier
        assert found is not None
        return found

    async def lives(self, corrections: int, confirmed: int) -> None:
        """Let so many citizens say that darkness is the planners', and so many that the words were right about wages."""
        async with self.database.transaction() as tx:
            for n in range(corrections):
                await self.filed(tx, DARK[n % 2], "planning")
            for n in range(confirmed):
                await self.filed(tx, WAGES[n % 2], "wages", signed_in=True)


@asynccontextmanager
async def living(folder: Path) -> AsyncIterator[LearningCity]:
    keys = Keys.make(folder / "keys")
    database = await connect(f"sqlite:{folder / 'huiyin.db'}")
    try:
        await migrate(database, NOW)
        async with database.transaction() as tx:
            await people.sealed_with(tx, keys)
            await load(tx, files_of(XINING), NOW)
        yield LearningCity(database, keys)
    finally:
        await database.close()


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".toml", ".csv", ".geojson")}


class Huiyin:
    """The command line, beside the program that runs."""

    def __init__(self, folder: Path) -> None:
        self.environment = {"DATABASE": f"sqlite:{folder / 'huiyin.db'}", "KEYS": str(folder / "keys"), "CITY": str(XINING)}

    async def __call__(self, *arguments: str) -> tuple[int, str]:
        """Run a command; return its code and all that it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.main", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env={f"HUIYIN_{name}": value for name, value in self.environment.items()} | {"PYTHONPATH": str(XINING.parent.parent)},
        )  # fmt: skip
        out, _err = await process.communicate()
        return process.returncode or 0, out.decode()


def idea(city: LoadedCity, classifier: Classifier, text: str) -> str:
    likely = likely_categories(city.city, classifier.guess(text), CaseKind.COMPLAINT, text, classifier.learned)
    return likely[0].code


@pytest.mark.timeout(300)
async def test_enough_corrections_make_a_model_that_is_used_at_once_and_stays(tmp_path: Path) -> None:
    huiyin = Huiyin(tmp_path)
    async with living(tmp_path) as city:
        await city.lives(corrections=ENOUGH + 20, confirmed=80)
        async with city.database.transaction() as tx:
            loaded = await current(tx)
        assert loaded is not None
        assert idea(loaded, await city.classifier(), DARK[0]) == "construction"
        code, out = await huiyin("train", "--from-cases")
        assert code == 0, out
        assert "600 cases teach something, 520 of them corrections" in out
        assert "The city uses the new model from now on." in out
        after = await city.classifier()
        assert idea(loaded, after, DARK[0]) == "planning"
        assert idea(loaded, after, WAGES[0]) == "wages"
        assert after.straight != shipped().straight
        async with city.database.transaction() as tx:
            row = (await ledger.of_subject(tx, "city"))[-1]
        assert (row.event, row.payload["corrections"]) == ("learn", 520)
        assert row.payload["right_after"] > row.payload["right_before"]
        again, same = await huiyin("train", "--from-cases", "--out", str(tmp_path / "labels.model"))
        assert again == 0, same
        assert Classifier.from_bytes((tmp_path / "labels.model").read_bytes()).learned == after.learned

        changed = files_of(XINING) | {"city.toml": (XINING / "city.toml").read_bytes() + b"\n# changed\n"}
        async with city.database.transaction() as tx:
            assert await load(tx, changed, NOW)
        assert (await city.classifier()).learned == after.learned, "a later loading of the city's files keeps it"
        async with city.database.transaction() as tx:
            assert not await load(tx, changed, NOW)
        assert (await huiyin("verify"))[0] == 0
        assert await huiyin("train", "--shipped") == (0, "The city uses the model that ships from now on.\n")
        assert idea(loaded, await city.classifier(), DARK[0]) == "construction"


@pytest.mark.timeout(300)
async def test_few_corrections_teach_labels_beside_labelled_messages_and_only_what_is_no_worse_is_used(tmp_path: Path) -> None:
    huiyin = Huiyin(tmp_path)
    table = tmp_path / "labelled.csv"
    async with living(tmp_path) as city:
        await city.lives(corrections=10, confirmed=10)
        code, out = await huiyin("train", "--from-cases")
        assert (code, "at least 50 cases have to be held back" in out) == (1, True)
        await city.lives(corrections=140, confirmed=260)
        code, out = await huiyin("train", "--from-cases")
        assert (code, "500 corrections are needed" in out) == (1, True)
        before = await city.classifier()
        labelled(table, {"城乡建设": DARK[0], "劳动和社会保障": WAGES[0]}, 50)
        code, out = await huiyin("train", "--from-cases", str(table))
        assert (code, "at least 50 labelled messages have to be held back" in out) == (1, True)
        labelled(table, {"教育文体": WAGES[0], "交通运输": DARK[0]}, 200)
        code, out = await huiyin("train", "--from-cases", str(table))
        assert (code, "held-back cases right: 0 instead of" in out) == (1, True), out
        assert (await city.classifier()).labels == before.labels
        labelled(table, {"城乡建设": DARK[0], "劳动和社会保障": WAGES[0]}, 200)
        code, out = await huiyin("train", "--from-cases", str(table))
        assert code == 0, out
        assert "labels (until there are 500 corrections)" in out
        assert "held-back cases:" in out
        assert "held-back labelled messages:" in out
        assert set((await city.classifier()).labels) == {"城乡建设", "劳动和社会保障"}


@pytest.mark.timeout(300)
async def test_a_model_that_fits_the_cases_and_forgets_the_rest_is_not_used(tmp_path: Path) -> None:
    huiyin, table = Huiyin(tmp_path), tmp_path / "labelled.csv"
    async with living(tmp_path) as city:
        await city.lives(corrections=0, confirmed=420)
        async with city.database.transaction() as tx:
            loaded = (await city.town.context(tx)).city.city
        with table.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("text", "label"))
            rows.writerows(words_of(loaded))
        code, out = await huiyin("train", "--from-cases", str(table))
        assert code == 1, out
        assert "held-back labelled messages right" in out
        assert "would send far fewer" in out
        assert "held-back cases right" not in out
        assert (await city.classifier()).labels == shipped().labels


def labelled(path: Path, texts: dict[str, str], count: int) -> None:
    chance = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("text", "label"))
        for label, text in texts.items():
            rows.writerows((f"{text}{chance.choice('甲乙丙丁')}{n}", label) for n in range(count))


def test_names_of_areas_are_no_words_to_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    learned: list[Example] = []
    monkeypatch.setattr("bot.learning.trained", lambda _files, examples, _words, _others: learned.extend(examples) or b"")
    message = Example(title="", body="路灯坏了", label="城乡建设")
    lesson = Lesson(
        group="1", text="城西區的路燈壞了", kind=CaseKind.COMPLAINT, area="630104", category="planning", person="1",
        by_office=False, corrected=False,
    )  # fmt: skip
    _from_messages(Namespace(file=[], others=[]), [message], read_city_folder(XINING), [lesson])
    assert [one.body.strip() for one in learned] == ["路灯坏了", "的路灯坏了"]


async def test_what_is_excluded_or_more_than_a_share_teaches_nothing(tmp_path: Path) -> None:
    async with living(tmp_path) as city:
        first = await city.files(DARK[0], "planning", by="eager")
        for _ in range(14):
            await city.files(DARK[0], "noise", by="eager")
        others = [await city.files(DARK[0], "property") for _ in range(3)]

        async def learned() -> Sequence[str]:
            async with city.database.transaction() as tx:
                ctx = await city.town.context(tx)
                return [one.category for one in fair(await lessons.read(tx, ctx.city.city, shipped()))]

        async def exclude(case: str, whose: Whose) -> None:
            async with city.database.transaction() as tx:
                ctx = await city.acting(await city.town.context(tx), "office")
                if not ctx.me.is_office:
                    await roles.give(tx, ctx.me.person, RoleKind.OFFICE, None, "Li", NOW)
                    ctx = await city.acting(ctx, "office")
                (one,) = await corrections.of_cases(tx, case, case)
                await correcting.exclude(ctx, one.id, whose)

        assert await learned() == ["noise"] * 10 + ["property"] * 3, "the newest ten of one person"
        await exclude(others[0], Whose.CORRECTION)
        assert await learned() == ["noise"] * 10 + ["property"] * 2
        await city.files(WAGES[0], "wages", by="eager", signed_in=True)
        assert "wages" in await learned()
        await exclude(first, Whose.PERSON)
        assert await learned() == ["property"] * 2, "neither what they corrected nor what they confirmed"


async def test_a_case_that_was_given_to_another_unit_teaches_that_units_category_and_one_that_waits_nothing(
    tmp_path: Path,
) -> None:
    async with living(tmp_path) as city:
        id = await city.files(DARK[0], "planning", signed_in=True)

        async def learned() -> Sequence[tuple[str, bool]]:
            async with city.database.transaction() as tx:
                ctx = await city.town.context(tx)
                return [(one.category, one.by_office) for one in await lessons.read(tx, ctx.city.city, shipped())]

        assert await learned() == [("planning", False)]
        async with city.database.transaction() as tx:
            case = await tx.one("SELECT unit FROM cases WHERE id = :id", id=id)
            assert case is not None
            contact = await city.acting(await city.town.context(tx), f"contact of {case['unit']}")
            await handling.return_(contact, id, "不是我们的路灯")
        assert await learned() == []
        async with city.database.transaction() as tx:
            ctx = await city.acting(await city.town.context(tx), "office")
            await roles.give(tx, ctx.me.person, RoleKind.OFFICE, None, "Li", NOW)
            await triage.assign(await city.acting(ctx, "office"), id, "housing")
        ((category, by_office),) = await learned()
        assert (category in ("housing", "property", "demolition"), by_office) == (True, True), category


async def test_a_category_whose_unit_refused_the_case_is_never_learned_from_another_units_signing_in(tmp_path: Path) -> None:
    async with living(tmp_path) as city:
        id = await city.files(WAGES[0], "wages", signed_in=True)
        async with city.database.transaction() as tx:
            case = await cases.get(tx, id)
            assert case is not None
            contact = await city.acting(await city.town.context(tx), f"contact of {case.unit}")
            await handling.return_(contact, id, "不归我们管")
            signed_in = await cases.get(tx, id)
            assert signed_in is not None
            for unit, taught in (("housing", []), (case.unit, ["wages"])):
                await cases.update(tx, replace(signed_in, unit=unit, state=CaseState.ACCEPTED))
                assert [one.category for one in await lessons.read(tx, contact.city.city, shipped())] == taught, unit


async def test_a_model_in_the_citys_folder_becomes_its_own_and_labels_that_it_does_not_know_are_named(tmp_path: Path) -> None:
    huiyin, folder = Huiyin(tmp_path), tmp_path / "city"
    shutil.copytree(XINING, folder)
    table = folder / "categories.csv"
    assert "Nothing to mend" in (await huiyin("city", "check", str(folder)))[1]
    table.write_text(table.read_text("utf-8").replace(",环境保护\n", ",环竟保护\n", 1), encoding="utf-8")
    code, out = await huiyin("city", "check", str(folder))
    assert code == 0
    assert 'The model does not know the label "环竟保护". Did you mean "环境保护"?' in out
    assert "categories.csv, line" in out
    async with living(tmp_path) as city:
        own = taught(SHIPPED.read_bytes(), Shares(shares={"planning": 0.9}), straight=0.9, ask=0.3)
        (folder / "labels.model").write_bytes(own)
        code, out = await huiyin("city", "load", str(folder))
        assert (code, "环竟保护" in out) == (0, True)
        assert (await city.classifier()).straight == 0.9
        (folder / "labels.model").write_bytes(own[:100])
        code, out = await huiyin("city", "load", str(folder))
        assert (code, "labels.model: The model's file is" in out) == (1, True), out
        assert (await city.classifier()).straight == 0.9
        async with city.database.transaction() as tx:
            await use_model(tx, b"of another version", {}, NOW)
        assert (await city.classifier()).straight == shipped().straight
        (folder / "labels.model").unlink()
        assert (await huiyin("city", "load", str(folder)))[0] == 0, "a model that nobody can read any more holds nothing up"
