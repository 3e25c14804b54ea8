"""`huiyin train --from-cases`: a model for this city from what its cases turned out to be about, used if it is no worse.

The words are the masked ones, so nothing personal is unsealed for it. Without labelled messages the weights of the labels stay
those of the model that ships, and what is learned is how each label parts among the city's categories.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from actions import city as cities
from actions import lessons
from actions.city import LoadedCity
from bot import learning
from bot.app import NotReady, check_keys, opened
from bot.classifiers import SHIPPED, shipped
from bot.clock import Clock
from bot.settings import Settings
from domain.city import City
from domain.classifier import Classifier, taught
from domain.examples import Example
from domain.lessons import ENOUGH, LEAST_HELD, Lesson, Score, fair, score, shares, straight_from
from storage.database import Database
from storage.migrate import lacking

DONE, FAILED = 0, 1


async def learn(arguments: argparse.Namespace, settings: Settings) -> int:
    """Learn from the city's cases; the city uses the new model if it gets no fewer of those held back right."""
    if arguments.city or arguments.check:
        raise NotReady("--from-cases takes the city from the database and measures on its cases: leave out --city and --check.")
    async with opened(settings) as (database, keys):
        await _migrated(database)
        async with database.reading() as tx:
            await check_keys(tx, keys, settings)
            loaded = _loaded(await cities.current(tx))
            old = loaded.classifier or shipped()
            every = await lessons.read(tx, loaded.city, old)
        kept = fair(every)
        held, learned = [one for one in kept if one.held_back], [one for one in kept if not one.held_back]
        corrections = sum(one.corrected for one in kept)
        by_category = corrections >= ENOUGH
        print(f"{len(kept)} cases teach something, {corrections} of them corrections; {len(held)} are held back.")
        if left_out := len(every) - len(kept):
            print(f"Left out: {left_out} of people who taught more than their share.")
        if len(held) < LEAST_HELD:
            return _fail(f"Nothing was changed: at least {LEAST_HELD} cases have to be held back to compare two models.")
        if not by_category and not arguments.file:
            return _fail(
                f"Nothing was changed: without labelled messages, {ENOUGH} corrections are needed. Name a CSV to learn from both."
            )
        model = _train(arguments, loaded.city, learned, held, by_category=by_category)
        before = score(loaded.city, old, held, by_category=by_category)
        after = score(loaded.city, Classifier.from_bytes(model), held, by_category=by_category)
        print("\n".join(_compared(before, after, by_category=by_category)))
        if after.right < before.right:
            return _fail("Nothing was changed: the new model gets fewer of the held-back cases right.")
        if arguments.out:
            learning.write_model(arguments.out, model)
            print(f"Written: {arguments.out} ({len(model) / 1024:.0f} KiB). To use it, put it into the city's folder as")
            print(f"{cities.MODEL} and load that: huiyin city load FOLDER")
            return DONE
        counts = {"lessons": len(learned), "corrections": corrections, "held": len(held)}
        counts |= {"right_before": before.right, "right_after": after.right}
        async with database.transaction() as tx:
            await cities.use_model(tx, model, counts, Clock().now())
    print("The city uses the new model from now on.")
    return DONE


async def forget(arguments: argparse.Namespace, settings: Settings) -> int:
    """Let the city use the model that ships."""
    if arguments.file:
        raise NotReady("--shipped learns nothing: leave the file out, or leave out --shipped to learn from it.")
    async with opened(settings) as (database, _keys):
        await _migrated(database)
        async with database.transaction() as tx:
            _loaded(await cities.current(tx))
            await cities.use_model(tx, None, {}, Clock().now())
    print("The city uses the model that ships from now on.")
    return DONE


def _train(
    arguments: argparse.Namespace, city: City, learned: Sequence[Lesson], held: Sequence[Lesson], *, by_category: bool
) -> bytes:
    data = SHIPPED.read_bytes()
    if arguments.file:
        data = _from_messages(arguments.file, arguments.others, city, learned)
    model = Classifier.from_bytes(data)
    if not by_category:
        return data
    found = shares(city, learned)
    new = Classifier.from_bytes(taught(data, found, straight=1.0, ask=model.ask))
    # Where the words say too little to ask about, nothing goes straight either.
    straight = max(straight_from(city, new, held), model.ask)
    return taught(data, found, straight=straight, ask=model.ask)


def _from_messages(files: Sequence[Path], unlabelled: Sequence[Path], city: City, learned: Sequence[Lesson]) -> bytes:
    from domain.training import train  # numpy takes a while to load, and nothing else needs it

    examples = [example for path in files for example in learning.read_examples(path)]
    labels = {example.label for example in examples}
    for lesson in learned:
        if (label := city.label(lesson.category)) in labels:
            examples.append(Example(title="", body=lesson.text, label=label, group=lesson.group))
    others = [text for path in unlabelled for text in learning.read_unlabelled(path)]
    print(f"{len(examples)} messages; training takes a minute or a few.", file=sys.stderr)
    try:
        model, report = train(examples, list(learning.words_of(city)), others)
    except ValueError as error:
        raise NotReady(f"{', '.join(map(str, files))}: {error}") from error
    print("\n".join(learning.lines(report)))
    return model


def _compared(before: Score, after: Score, *, by_category: bool) -> Iterator[str]:
    yield f"On the cases held back ({'categories' if by_category else f'labels, until there are {ENOUGH} corrections'}):"
    yield "                             now     new"
    for name in ("right", "among_three", "straight"):
        was, will = (getattr(one, name) / one.lessons for one in (before, after))
        yield f"  {name.replace('_', ' '):<24} {was:>6.3f}  {will:>6.3f}"
    was, will = (one.wrong / (one.straight or 1) for one in (before, after))
    yield f"  wrong of those straight  {was:>6.3f}  {will:>6.3f}"


async def _migrated(database: Database) -> None:
    async with database.reading() as tx:
        if waiting := await lacking(tx):
            raise NotReady(f"The database lacks {waiting[0].name}. Run: huiyin migrate")


def _loaded(loaded: LoadedCity | None) -> LoadedCity:
    if loaded is None:
        raise NotReady("No city is loaded. Run: huiyin city load FOLDER")
    return loaded


def _fail(why: str) -> int:
    print(why, file=sys.stderr)
    return FAILED
