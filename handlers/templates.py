"""Usual answers of a unit: the list, one of them, a new one, and what the report's form offers of them."""

from __future__ import annotations

from dataclasses import dataclass

from actions import templates
from actions.context import Context
from dialog.outgoing import Button, Outgoing, say
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Act, Form, Refused, Reply, Screen, Subject, act_button, form_button, screen_button
from dialog.texts import _, verbatim
from storage import cases
from storage import templates as stored

OWN_WORDS = "own"
PAGE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """A usual answer of a unit."""

    unit: str
    title: str
    text: str


async def ours(ctx: Context, arg: str) -> Outgoing:
    """List the usual answers of a contact's units, those used most first, a page at a time; `arg` is how many come before."""
    if not ctx.me.units:
        raise Refused(_("Only the contacts of a unit deal with its usual answers."))
    units = sorted(ctx.me.units, key=lambda unit: ctx.city.unit(unit).zh)
    every: list[Button] = []
    for unit in units:
        every += [screen_button(verbatim(one.title), "template", one.id) for one in await stored.of_unit(ctx.tx, unit)]
    for unit in units:
        new = _("New one for {unit}", unit=ctx.city.unit(unit)) if len(units) > 1 else _("New usual answer")
        every.append(form_button(new, "template", unit))
    first = int(arg) if arg.isdecimal() and len(arg) < 6 else 0
    rows = [(button,) for button in every[first : first + PAGE]]
    if len(every) > first + PAGE:
        rows.append((screen_button(_("More"), "templates", str(first + PAGE)),))
    rows.append((screen_button(_("My desk"), "desk"),))
    return say(_("Usual answers. They can be chosen when a result is reported."), rows=tuple(rows))


async def show(ctx: Context, id: str) -> Outgoing:
    """Show one usual answer."""
    template = await templates.look(ctx, id)
    drop = act_button(_("Drop it"), "drop_template", id, 0)
    return say(verbatim(template.title), verbatim(template.text), rows=((drop, screen_button(_("Usual answers"), "templates")),))


async def template(d: Dialog) -> Make:
    """Ask for a title and the words."""
    title = await d.text(
        "title", _("What shall the usual answer be called? Only your unit sees this."), label=_("Title"), most=40
    )
    text = await d.text("text", _("Please write the answer, as the citizen will read it."), label=_("Answer"), most=2000)
    return Make(unit=d.arg, title=title, text=text)


async def choices(ctx: Context, id: str) -> Options:
    """Offer the usual answers of the unit that has a case; nothing where it has none."""
    case = await cases.get(ctx.tx, id)
    found = await stored.of_unit(ctx.tx, case.unit) if case and case.unit else ()
    if not found:
        return ()
    return (Option(OWN_WORDS, _("No, I write it myself")), *(Option(one.id, verbatim(one.title)) for one in found))


async def words(ctx: Context, id: str) -> str:
    """Give the words of a usual answer, also of one that was dropped while the form was open."""
    template = await stored.get(ctx.tx, id)
    return template.text if template else ""


async def make(ctx: Context, wish: Make) -> Reply:
    """Make one."""
    await templates.make(ctx, wish.unit, wish.title, wish.text)
    return Reply(messages=((await ours(ctx, "")).with_news(_("Kept. It is offered from now on when a result is reported.")),))


async def drop(ctx: Context, id: str, version: int) -> Reply:
    """Take a usual answer out of use."""
    await templates.drop(ctx, id)
    return Reply(messages=((await ours(ctx, "")).with_news(_("It is not offered any more.")),), note=_("Dropped."))


async def may_make(ctx: Context, unit: str) -> None:
    """Let only the contacts of a unit write for it."""
    templates.as_contact_of(ctx, unit)


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="templates", view=ours), Screen(name="template", view=show)),
    acts=(Act(name="drop_template", do=drop),),
    forms=(Form(name="template", title=_("A usual answer"), script=template, then=make, may=may_make),),
)
