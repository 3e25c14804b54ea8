"""What a matter is about: the likely categories first, then the upper ones, then what stands below the one chosen.

Only who says that it is none of these leaves it to the office.
"""

from __future__ import annotations

from collections.abc import Sequence

from actions.context import Context
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.texts import Text, _
from domain.cases import CaseKind
from domain.choosing import ask_about
from domain.routing import offer_categories, suitable_uppers

SOMETHING_ELSE = "-"


async def choose_category(d: Dialog, kind: CaseKind, text: str) -> tuple[str | None, Text]:
    """Ask for the category; give its code, None for none of them, and its name."""
    likely = await d.look("likely", likely_categories, kind, text)
    chosen = await d.choose("category", _("Is it about one of these?"), likely, label=_("Category"))
    if chosen != SOMETHING_ELSE:
        return chosen, _label(likely, chosen)
    others = await d.look("other categories", other_categories, kind, [option.key for option in likely])
    if not others:
        return None, _label(likely, chosen)
    chosen = await d.choose("other", _("Which of these comes nearest?"), others, label=_("Other category"))
    below = await d.look("categories below", categories_below, kind, chosen)
    if not below:
        return (None, _label(likely, chosen)) if chosen == SOMETHING_ELSE else (chosen, _label(others, chosen))
    chosen = await d.choose("below", _("What is it about in particular?"), below, label=_("In particular"))
    return chosen, _label(below, chosen)


async def likely_categories(ctx: Context, kind: CaseKind, text: str) -> Options:
    """Offer the three categories that the words suggest; if they have no idea, all that a phone shows; and something else."""
    city, classifier = ctx.city.city, ctx.city.classifier
    offered = ask_about(city, classifier, kind, text) if classifier else ()
    offered = offered or offer_categories(city, kind, text)
    return (*(_option(ctx, code) for code in offered), Option(SOMETHING_ELSE, _("Something else")))


async def other_categories(ctx: Context, kind: CaseKind, offered: Sequence[str]) -> Options:
    """Offer the upper categories that were not offered yet, and none of them; nothing if there are none.

    A misconduct report goes to the same team whatever it is about: nobody is asked twice.
    """
    if kind is CaseKind.MISCONDUCT:
        return ()
    rest = [code for code in suitable_uppers(ctx.city.city, kind) if code not in offered]
    return (*(_option(ctx, code) for code in rest), Option(SOMETHING_ELSE, _("None of these"))) if rest else ()


async def categories_below(ctx: Context, kind: CaseKind, code: str) -> Options:
    """Offer what stands below an upper category, and the rest of it; nothing if nothing does."""
    city = ctx.city.city
    below = [child.code for child in city.subcategories(code) if city.suits(child.code, kind)] if code in city.categories else []
    if not below:
        return ()
    rest = Option(code, _("{category}, something else", category=ctx.city.category(code)))
    return (*(_option(ctx, one) for one in below), *([rest] if city.suits(code, kind) else []))


def _option(ctx: Context, code: str) -> Option:
    return Option(code, Text("{name}", {"name": ctx.city.category(code)}))


def _label(options: Options, key: str) -> Text:
    return next(option.label for option in options if option.key == key)
