"""What a matter is about: the likely categories first, then the upper ones, then what stands below the one chosen.

Only who says that it is none of these leaves it to the office.
"""

from __future__ import annotations

from collections.abc import Sequence

from actions.context import Context
from actions.filing import chosen_by_words
from dialog.incoming import Place
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.texts import Text, _
from domain.cases import CaseKind
from domain.choosing import MOST_ASKED, Way, ask_about
from domain.routing import offer_categories, suitable_uppers

SOMETHING_ELSE = "-"


async def choose_category(d: Dialog, kind: CaseKind, text: str, place: Place | None) -> tuple[str | None, Text]:
    """Ask for the category, unless the words are sure of it; give its code, None for none of them, and its name."""
    likely = await d.look("likely", likely_categories, kind, text)
    sure = await d.look("sure", sure_category, kind, text, place)
    ask = d.choose_on_request if sure else d.choose
    chosen = await ask("category", _("Is it about one of these?"), likely, label=_("Category"))
    if not chosen:
        return sure[0].key, sure[0].label
    offered = likely
    if chosen == SOMETHING_ELSE:
        offered = await d.look("other categories", other_categories, kind, [option.key for option in likely])
        if not offered:
            return None, _label(likely, chosen)
        chosen = await d.choose("other", _("Which of these comes nearest?"), offered, label=_("Other category"))
        if chosen == SOMETHING_ELSE:
            return None, _label(likely, chosen)
    below = await d.look("categories below", categories_below, kind, chosen)
    if not below:
        return chosen, _label(offered, chosen)
    chosen = await d.choose("below", _("What is it about in particular?"), below, label=_("In particular"))
    return chosen, _label(below, chosen)


async def sure_category(ctx: Context, kind: CaseKind, text: str, place: Place | None) -> Options:
    """Give the category of which the words are sure enough to ask nobody; none if they are not."""
    choice = chosen_by_words(ctx, kind, place, text)
    if choice is None or choice.way is not Way.STRAIGHT or choice.decision.category is None:
        return ()
    return (_option(ctx, choice.decision.category),)


async def likely_categories(ctx: Context, kind: CaseKind, text: str) -> Options:
    """Offer the three categories that the words suggest; if they have no idea, all that a phone shows; and something else."""
    city, classifier = ctx.city.city, ctx.city.classifier
    offered = ask_about(city, classifier, kind, text) if classifier else ()
    offered = offered or offer_categories(city, kind, text)
    return (*(_option(ctx, code) for code in offered), Option(SOMETHING_ELSE, _("Something else")))


async def other_categories(ctx: Context, kind: CaseKind, offered: Sequence[str]) -> Options:
    """Offer the upper categories, and none of them; nothing if all of them were offered already.

    One that was among a few guesses stands there again, for what is meant may be below it.

    A misconduct report goes to the same team whatever it is about: nobody is asked twice.
    """
    if kind is CaseKind.MISCONDUCT:
        return ()
    city = ctx.city.city
    guessed = len(offered) <= MOST_ASKED + 1
    rest = [code for code in suitable_uppers(city, kind) if code not in offered or (guessed and city.subcategories(code))]
    return (*(_option(ctx, code) for code in rest), Option(SOMETHING_ELSE, _("None of these"))) if rest else ()


async def categories_below(ctx: Context, kind: CaseKind, code: str) -> Options:
    """Offer what stands below an upper category, and the rest of it; nothing if nothing does, or a discipline team has it all."""
    city = ctx.city.city
    below = [child.code for child in city.subcategories(code) if city.suits(child.code, kind)] if code in city.categories else []
    if not below or kind is CaseKind.MISCONDUCT:
        return ()
    rest = Option(code, _("{category}, something else", category=ctx.city.category(code)))
    return (*(_option(ctx, one) for one in below), *([rest] if city.suits(code, kind) else []))


def _option(ctx: Context, code: str) -> Option:
    return Option(code, Text("{name}", {"name": ctx.city.category(code)}))


def _label(options: Options, key: str) -> Text:
    return next(option.label for option in options if option.key == key)
