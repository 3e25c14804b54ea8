"""`huiyin train`: a classifier from labelled messages, or from a city's cases, and a report about it."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app import NotReady
from bot.app import city_files as read_folder
from bot.exit_codes import DONE
from bot.settings import Settings
from domain.city import City
from domain.city_files import read_city
from domain.classifier import Classifier
from domain.examples import Example

if TYPE_CHECKING:
    from domain.training import Report


def describe_train(command: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    command.add_argument(
        "file", type=Path, nargs="*", help="CSV (UTF-8) with label, and text or title and body; group: near-duplicates"
    )
    model = command.add_mutually_exclusive_group()
    model.add_argument(
        "--from-cases",
        action="store_true",
        help="learn from the cases of the database and what was corrected in them; if that makes it no worse, the city uses it",
    )
    model.add_argument(
        "--shipped", action="store_true", help="learn nothing: let the city use the model that ships with the program again"
    )
    command.add_argument(
        "--out",
        type=Path,
        help="where to write the model (labels.model; with --from-cases the city uses it, unless this is given)",
    )
    command.add_argument(
        "--city", type=Path, help="a city's folder: its words for a category are learned for the category's label"
    )
    command.add_argument(
        "--others",
        type=Path,
        action="append",
        default=[],
        help="messages without a label, to tell what is common; may be repeated",
    )
    command.add_argument("--check", type=Path, action="append", default=[], help="labelled messages to measure the model on")


async def train_model(arguments: argparse.Namespace, settings: Settings) -> int:
    """Train, write the model and print the report."""
    from domain.training import measure

    if not arguments.file:
        raise NotReady("Name a CSV with labelled messages, or learn from the city's cases: huiyin train --from-cases")
    examples = [example for path in arguments.file for example in read_examples(path)]
    words = list(words_of(read_city_folder(arguments.city))) if arguments.city else []
    others = [text for path in arguments.others for text in read_unlabelled(path)]
    checks = [(path.name, read_examples(path)) for path in arguments.check]
    model = trained(arguments.file, examples, words, others)
    out = arguments.out or Path("labels.model")
    write_model(out, model)
    classifier = Classifier.from_bytes(model)
    for file, checked in checks:
        for short in (False, True):
            measured = measure(classifier, checked, short)
            print(f"{file}{', first 40 characters' if short else ''}: ", end="")
            print(", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in measured.items()))
    print(f"Written: {out} ({len(model) / 1024:.0f} KiB)")
    return DONE


def trained(files: Sequence[Path], examples: Sequence[Example], words: Sequence[tuple[str, str]], others: Sequence[str]) -> bytes:
    """Train on what some files have taught, print the report and return the model; raises NotReady."""
    from domain.training import train  # numpy takes a while to load, and nothing else needs it

    print(f"{len(examples)} messages; training takes a minute or a few.", file=sys.stderr)
    try:
        model, report = train(examples, words, others)
    except ValueError as error:
        raise NotReady(f"{', '.join(map(str, files))}: {error}") from error
    print("\n".join(lines(report)))
    return model


def write_model(path: Path, model: bytes) -> None:
    """Write a model to a file; raises NotReady."""
    try:
        path.write_bytes(model)
    except OSError as error:
        raise NotReady(f"{path} can't be written: {error.strerror}. Name another file with --out.") from error


def read_examples(path: Path) -> list[Example]:
    """Read labelled messages; raises NotReady."""
    rows = list(_rows(path))
    if not rows or "label" not in rows[0] or not ("text" in rows[0] or "body" in rows[0]):
        raise NotReady(f"{path} needs the columns label, and text (or title and body), and at least one row.")
    return [_example(row) for row in rows if row["label"]]


def read_unlabelled(path: Path) -> list[str]:
    """Read messages without a label; raises NotReady."""
    return [_example(row).text for row in _rows(path)]


def _example(row: Mapping[str, str]) -> Example:
    return Example(
        title=row.get("title") or "",
        body=row.get("body") or row.get("text") or "",
        label=row.get("label") or "",
        group=row.get("group") or "",
    )


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NotReady(f"{path} can't be read as CSV in UTF-8: {error}") from error


def read_city_folder(folder: Path) -> City:
    """Read a city without loading it; raises NotReady."""
    city = read_city(read_folder(folder, "Name the folder of the city's files with --city, or by HUIYIN_CITY.")).city
    if city is None:
        raise NotReady(f"{folder} has problems. See them with: huiyin city check {folder}")
    return city


def words_of(city: City) -> Iterator[tuple[str, str]]:
    for category in city.categories.values():
        if label := city.label(category.code):
            yield from ((word, label) for word in (category.name, *category.aliases) if not word.isascii())


def lines(report: Report) -> Iterator[str]:
    yield f"{report.messages} messages, {report.labels} labels, {report.ngrams} n-grams kept."
    yield "On messages held back (five times a fifth):"
    yield f"  accuracy                      {report.accuracy:.3f}   macro-F1 {report.macro_f1:.3f}"
    yield f"  right one among three         {report.top_three:.3f}"
    yield f"  surest 80 %                   {report.surest:.3f}"
    yield f"  first 40 characters           {report.short_accuracy:.3f}   among three {report.short_top_three:.3f}"
    shares = f"{report.share_straight:.1%} of the messages, {report.wrong:.1%} wrong"
    yield f"  straight from confidence      {report.straight:.3f}   {shares}"
    yield f"  ask from confidence           {report.ask:.3f}"
    for label, (count, f1) in report.by_label.items():
        yield f"  {label}: {count} messages, F1 {f1:.3f}"
