"""Filing for somebody who rang, wrote a letter or came in person: the office fills in the form and passes the receipt on."""

from __future__ import annotations

from dataclasses import dataclass

from actions.cards import KINDS, due
from actions.context import Context
from actions.facts import excerpt
from actions.filing import FileCase, Source, file_for
from dialog.outgoing import say
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Form, Reply, Subject, screen_button
from dialog.texts import Secret, Text, _, verbatim
from domain.cases import CaseKind
from domain.numbers import show_code
from handlers.categories import choose_category
from handlers.filing import YES_NO, in_ascii, no_phone
from handlers.staff import may_staff
from handlers.whereabouts import ask_place, districts_of_city, place_in_words

SOURCES: dict[Source, Text] = {Source.PHONE: _("By phone"), Source.LETTER: _("By letter"), Source.VISIT: _("In person")}
SOURCE_OPTIONS: Options = tuple(Option(source, label) for source, label in SOURCES.items())
KIND_OPTIONS: Options = tuple(
    Option(kind, KINDS[kind]) for kind in (CaseKind.COMPLAINT, CaseKind.CONSULTATION, CaseKind.SUGGESTION)
)
IDENTITY: Options = (
    Option("anonymous", _("No, the reporter stays anonymous")),
    Option("named", _("Yes, name and phone number were given")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForCaller:
    """What is filed for somebody, and how it came."""

    source: Source
    command: FileCase


async def file_for_caller(d: Dialog) -> ForCaller | None:
    """Ask for everything that a case needs of whoever took the call."""
    districts = await d.look("districts", districts_of_city)
    source = Source(await d.choose("source", _("How did it come?"), SOURCE_OPTIONS, label=_("Source")))
    told = await d.collect(
        "told",
        _("What was said or written? Text, photos of the letter, in any order. Press Done when you have finished."),
        label=_("What happened"),
    )
    kind = CaseKind(await d.choose("kind", _("What kind of matter is it?"), KIND_OPTIONS, label=_("Kind")))
    place, areas = await ask_place(d, told, districts)
    category, about = await choose_category(d, kind, told.text, place)
    identity = await d.choose("identity", _("Is it known who it was? No unit will learn it."), IDENTITY, label=_("Reporter"))
    name = phone = ""
    if identity == "named":
        name = await d.text("name", _("What is the name?"), label=_("Name"), most=60)
        phone = await d.text("phone", _("Which phone number can we ring?"), label=_("Phone"), check=no_phone)
    publish = await d.choose(
        "publish",
        _("May we publish the case and its result, with nothing in it that points to the reporter?"),
        YES_NO,
        label=_("Publishing"),
    )
    command = FileCase(
        kind=kind,
        text=told.in_words(but_last_place=True),
        files=told.files,
        place=place,
        category=category,
        name=name,
        phone=in_ascii(phone),
        publish=publish == "yes",
    )
    sure = await d.confirm("sure", _("Shall we file it like this?"), summary(source, command, about, areas))
    return ForCaller(source=source, command=command) if sure else None


def summary(source: Source, command: FileCase, category: Text, areas: Options) -> tuple[Text, ...]:
    """Show what will be filed, with personal data covered as the unit will see it."""
    masked = command.masked(command.text)
    lines = [
        _("{kind} · {category}", kind=KINDS[command.kind], category=category),
        _("Source: {source}", source=SOURCES[source]),
        verbatim(excerpt(masked.text, 2000)) if masked.text else _("(no words, see the files)"),
    ]
    if command.files:
        lines.append(_("Files: {count}", count=len(command.files)))
    lines.append(_("Place: {place}", place=place_in_words(command, areas)))
    lines.append(_("Name and phone number are kept sealed.") if command.name else _("No name is kept."))
    lines.append(_("It may be published without the reporter in it.") if command.publish else _("It will not be published."))
    return tuple(lines)


async def send(ctx: Context, filed: ForCaller) -> Reply:
    """File the case and give the receipt, to be passed on."""
    receipt = await file_for(ctx, filed.command, filed.source)
    case = receipt.case
    lines = [
        _("Filed. Please pass number and code on to the reporter; with them they can follow the case here:"),
        _("Case number: {number}", number=case.number),
        _("Code: {code}", code=Secret(show_code(receipt.code))),
        _("The code is shown only once. You do not follow the case yourself."),
        _("An answer is promised by {due}.", due=due(receipt.promise)),
    ]
    if case.unit:
        lines.append(_("Responsible: {unit}", unit=ctx.city.unit(case.unit)))
    rows = ((screen_button(_("Show the case"), "office_case", case.id), screen_button(_("My desk"), "desk")),)
    return Reply(messages=(say(*lines, rows=rows),))


SUBJECT: Subject[Context] = Subject(
    forms=(Form(name="file_for", title=_("Filing for somebody"), script=file_for_caller, then=send, may=may_staff),)
)
