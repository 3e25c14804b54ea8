"""`huiyin train --from-cases`: a model for this city from what its cases turned out to be about, used if it is no worse.

The words are the masked ones, so nothing personal is unsealed for it. Without labelled messages the weights of the labels stay
those of the model that ships, and what is learned is how each label parts among the city's categories. With them, both models
are compared on some of these messages, too: a few hundred may fit the cases and forget everything else.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from actions import lessons
from actions.city import MODEL, use_model
from bot import learning
from bot.app import NotReady, check_keys, opened
from bot.classifiers import SHIPPED, shipped
from bot.clock import Clock
from bot.exit_codes import DONE, FAILED
from bot.needs import loaded_city, migrated
from bot.settings import Settings
from domain.city import City
from domain.classifier import Classifier, taught
from domain.examples import Example
from domain.lessons import ENOUGH, LEAST_HELD, Lesson, Score, fair, score, score_messages, shares, straight_from
from domain.matters import without_areas
from domain.simplified import simplified


async def learn(arguments: argparse.Namespace, settings: Settings) -> int:
    """Learn from the city's cases; the city uses the new model if it is no worse on the cases and messages held back."""
    if arguments.city or arguments.check:
        raise NotReady("--from-cases takes the city from the database and measures on its cases: leave out --city and --check.")
    examples = [example for path in arguments.file for example in learning.read_examples(path)]
    tested = [example for example in examples if example.held_back]
    async with opened(settings) as (database, keys):
        await migrated(database)
        async with database.reading() as tx:
            await check_keys(tx, keys, settings)
            loaded = await loaded_city(tx)
            old = loaded.classifier or shipped()
            every = await lessons.read(tx, loaded.city, old)
        kept = fair(every)
        held, learned = [one for one in kept if one.held_back], [one for one in kept if not one.held_back]
        corrections = sum(one.corrected for one in kept)
        by_category = corrections >= ENOUGH
        print(f"{len(kept)} cases teach something, {corrections} of them corrections; {len(held)} are held back.")
        if left_out := len(every) - len(kept):
            print(f"Left out: {left_out} of people who taught more than their share.")
        for what, kept_back in {"cases": held, "labelled messages": tested if examples else held}.items():
            if len(kept_back) < LEAST_HELD:
                return _fail(f"Nothing was changed: at least {LEAST_HELD} {what} have to be held back to compare two models.")
        if not by_category and not arguments.file:
            return _fail(
                f"Nothing was changed: without labelled messages, {ENOUGH} corrections are needed. Name a CSV to learn from both."
            )
        messages = [example for example in examples if not example.held_back]
        model = _train(arguments, loaded.city, messages, learned, held, by_category=by_category)
        new = Classifier.from_bytes(model)
        before, after = (score(loaded.city, one, held, by_category=by_category) for one in (old, new))
        print(f"Of cases {'categories' if by_category else f'labels (until there are {ENOUGH} corrections)'} are compared.")
        compared = {"cases": (before, after)}
        if tested:
            compared["labelled messages"] = score_messages(old, tested), score_messages(new, tested)
        print("\n".join(line for what, scores in compared.items() for line in _compared(what, *scores)))
        if worse := [why for what, scores in compared.items() for why in _worse(what, *scores)]:
            return _fail("\n".join(("Nothing was changed.", *worse)))
        if arguments.out:
            learning.write_model(arguments.out, model)
            print(f"Written: {arguments.out} ({len(model) / 1024:.0f} KiB). To use it, put it into the city's folder as")
            print(f"{MODEL} and load that: huiyin city load FOLDER")
            return DONE
        counts = {"lessons": len(learned), "corrections": corrections, "held": len(held)}
        counts |= {"right_before": before.right, "right_after": after.right}
        async with database.transaction() as tx:
            await use_model(tx, model, counts, Clock().now())
    print("The city uses the new model from now on.")
    return DONE


async def forget(arguments: argparse.Namespace, settings: Settings) -> int:
    """Let the city use the model that ships."""
    if arguments.file:
        raise NotReady("--shipped learns nothing: leave the file out, or leave out --shipped to learn from it.")
    async with opened(settings) as (database, _keys):
        await migrated(database)
        async with database.transaction() as tx:
            await loaded_city(tx)
            await use_model(tx, None, {}, Clock().now())
    print("The city uses the model that ships from now on.")
    return DONE


def _train(
    arguments: argparse.Namespace,
    city: City,
    messages: Sequence[Example],
    learned: Sequence[Lesson],
    held: Sequence[Lesson],
    *,
    by_category: bool,
) -> bytes:
    data = SHIPPED.read_bytes()
    if arguments.file:
        data = _from_messages(arguments, messages, city, learned)
    model = Classifier.from_bytes(data)
    if not by_category:
        return data
    found = shares(city, learned)
    new = Classifier.from_bytes(taught(data, found, straight=1.0, ask=model.ask))
    # Where the words say too little to ask about, nothing goes straight either.
    straight = max(straight_from(city, new, held), model.ask)
    return taught(data, found, straight=straight, ask=model.ask)


def _from_messages(arguments: argparse.Namespace, messages: Sequence[Example], city: City, learned: Sequence[Lesson]) -> bytes:
    examples = list(messages)
    labels = {example.label for example in examples}
    for lesson in learned:
        if (label := city.label(lesson.category)) in labels:
            examples.append(Example(title="", body=without_areas(city, simplified(lesson.text)), label=label, group=lesson.group))
    others = [text for path in arguments.others for text in learning.read_unlabelled(path)]
    return learning.trained(arguments.file, examples, list(learning.words_of(city)), others)


def _compared(what: str, before: Score, after: Score) -> Iterator[str]:
    yield f"On {before.of} held-back {what}:"
    yield "                             now     new"
    for name in ("right", "among_three", "straight"):
        was, will = (getattr(one, name) / one.of for one in (before, after))
        yield f"  {name.replace('_', ' '):<24} {was:>6.3f}  {will:>6.3f}"
    was, will = (one.wrong / (one.straight or 1) for one in (before, after))
    yield f"  wrong of those straight  {was:>6.3f}  {will:>6.3f}"


def _worse(what: str, before: Score, after: Score) -> Iterator[str]:
    if after.right < before.right:
        yield f"The new model gets fewer of the {after.of} held-back {what} right: {after.right} instead of {before.right}."
    if after.collapses_after(before):
        yield (
            f"The new model would send far fewer of the {after.of} held-back {what} straight to the right place:"
            f" {after.straight - after.wrong} instead of {before.straight - before.wrong}."
        )


def _fail(why: str) -> int:
    print(why, file=sys.stderr)
    return FAILED
