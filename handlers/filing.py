"""Filing a matter: complaint, consultation, suggestion, misconduct report."""

from __future__ import annotations

import re
import unicodedata

from actions.cards import KINDS, Card, due, mine
from actions.context import Context
from actions.facts import excerpt
from actions.filing import FileCase, file_case
from dialog.outgoing import Outgoing
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Form, Refused, Reply, Subject, form_button, screen_button
from dialog.texts import Secret, Text, _, verbatim
from domain.cases import CaseKind
from domain.misconduct import speaks_of_misconduct
from domain.numbers import show_code
from handlers.categories import choose_category
from handlers.joining import dealt_with_together, same_matter
from handlers.whereabouts import ask_place, districts_of_city, place_in_words

AS_IT_IS = "as_it_is"
KIND_OPTIONS: Options = tuple(
    Option(kind, KINDS[kind]) for kind in (CaseKind.COMPLAINT, CaseKind.CONSULTATION, CaseKind.SUGGESTION, CaseKind.MISCONDUCT)
)
ANONYMOUS = Option("anonymous", _("Stay anonymous"))
IDENTITY: Options = (ANONYMOUS, Option("named", _("Give my name to the supervision office")))
IDENTITY_MISCONDUCT: Options = (ANONYMOUS, Option("named", _("Give my name to the discipline team")))
WHO = _(
    "Who may know that it was you? The unit never will. Anonymous: you leave no name and no phone."
    " Named: the supervision office alone learns your name and phone, and can ring you."
)
WHO_MISCONDUCT = _(
    "Who may know that it was you? The unit you report never will. Anonymous: you leave no name and no phone."
    " Named: the discipline team alone learns your name and phone, and can ring you."
)
MISCONDUCT_HINT = _(
    "Your words speak of somebody who abuses their office. A misconduct report goes to a discipline team alone:"
    " neither the unit nor the supervision office reads it. How shall we file this?"
)
MISCONDUCT_OR_NOT: Options = (
    Option(CaseKind.MISCONDUCT, _("As a misconduct report")),
    Option(AS_IT_IS, _("Not as a report, go on as before")),
)
YES_NO: Options = (Option("yes", _("Yes")), Option("no", _("No")))
_PHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]")
_BETWEEN = re.compile(r"[\s,，、;；]+")


async def file(d: Dialog) -> FileCase | None:
    """Ask for everything that a case needs."""
    districts = await d.look("districts", districts_of_city)  # first, so that new words don't ask for the place again
    told = await d.collect(
        "told",
        _("Tell us what happened: text, photos, voice, a place, in any order. Press Done when you have finished."),
        label=_("What happened"),
    )
    kind = CaseKind(d.arg or await d.choose("kind", _("What kind of matter is it?"), KIND_OPTIONS, label=_("Kind")))
    if kind is not CaseKind.MISCONDUCT and speaks_of_misconduct(told.text):
        wish = await d.choose("misconduct", MISCONDUCT_HINT, MISCONDUCT_OR_NOT, label=_("Report or not"))
        kind = CaseKind.MISCONDUCT if wish == CaseKind.MISCONDUCT else kind
    place, areas = await ask_place(d, told, districts)
    category, about = await choose_category(d, kind, told.text, place)
    into = await same_matter(d, kind, told.text, place, category)
    who, choices = WHO, IDENTITY
    if kind is CaseKind.MISCONDUCT:
        who, choices = WHO_MISCONDUCT, IDENTITY_MISCONDUCT
    identity = ANONYMOUS.key if into else await d.choose("identity", who, choices, label=_("Anonymous or named"))
    name = phone = ""
    if identity == "named":
        name = await d.text("name", _("What is your name?"), label=_("Name"), most=60)
        phone = await d.text("phone", _("Which phone number can we ring?"), label=_("Phone"), check=no_phone)
    publish = "no"
    if kind is not CaseKind.MISCONDUCT and not into:
        publish = await d.choose(
            "publish",
            _("May we publish the case and its result, with nothing in it that points to you?"),
            YES_NO,
            label=_("Publishing"),
        )
    cover = await d.on_request(
        "cover", _("Which words should nobody see? Please write them with spaces between."), label=_("Cover more words")
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
        into=into,
        cover=tuple(word for word in _BETWEEN.split(cover) if word),
        messages=tuple(item.message for item in told.items if item.message),
    )
    warning = await d.look("warning", warning_to_staff, kind)
    lines = (*summary(command, about, areas), *(option.label for option in warning))
    return command if await d.confirm("sure", _("Shall we send it like this?"), lines) else None


async def warning_to_staff(ctx: Context, kind: CaseKind) -> Options:
    """Say to staff that a misconduct report from the chat in which they work can be told to be theirs."""
    if kind is not CaseKind.MISCONDUCT or not ctx.me.roles:
        return ()
    warning = _(
        "You work in this chat as staff. The team does not learn that, but whoever runs the program could find it out."
        " To be sure, cancel, and file it from another browser or account."
    )
    return (Option("warning", warning),)


def summary(command: FileCase, category: Text, areas: Options) -> tuple[Text, ...]:
    """Show what will be sent, with personal data covered as the unit will see it."""
    masked = command.masked(command.text)
    lines = [_("{kind} · {category}", kind=KINDS[command.kind], category=category)]
    lines.append(verbatim(excerpt(masked.text, 2000)) if masked.text else _("(no words, see the files)"))
    if command.files:
        lines.append(_("Files: {count}", count=len(command.files)))
    lines.append(_("Place: {place}", place=place_in_words(command, areas)))
    if command.name:
        # In full, so that the person sees a typing error; nobody else ever reads this summary.
        lines.append(_("Your name and phone, sealed: {name}, {phone}", name=command.name, phone=command.phone))
    else:
        lines.append(_("You stay anonymous."))
    if command.into:
        lines.append(_("It is added to what has been reported already."))
    elif command.kind is not CaseKind.MISCONDUCT:
        lines.append(_("It may be published without you in it.") if command.publish else _("It will not be published."))
    if missing := [word for word in command.cover if word not in command.text]:
        lines.append(_("Not found in your words, so not covered: {words}", words=", ".join(missing)))
    if masked.found:
        lines.append(_("We have covered personal data in your words, but may have missed some. With Change you can cover more."))
    elif masked.text:
        lines.append(
            _(
                "We have found no personal data in your words; please look yourself too."
                " With Change you can cover what nobody shall read."
            )
        )
    return tuple(lines)


def in_ascii(phone: str) -> str:
    """Write the wide digits of a Chinese keyboard as others do."""
    return unicodedata.normalize("NFKC", phone)


def no_phone(text: str) -> Text | None:
    """Tell what is wrong with a phone number, if anything."""
    return (
        None
        if _PHONE.fullmatch(in_ascii(text))
        else _("That does not look like a phone number. Please write digits only, like 13800000000.")
    )


async def may_file(ctx: Context, kind: str) -> None:
    """Let nobody file what does not come from a citizen."""
    if kind and all(option.key != kind for option in KIND_OPTIONS):
        raise Refused(_("This can't be filed here. Please choose from the menu: /start"))


async def send(ctx: Context, command: FileCase) -> Reply:
    """File the case and give the receipt."""
    receipt = await file_case(ctx, command)
    case = receipt.case
    lines = [
        _("Thank you. We have received your case."),
        _("Case number: {number}", number=case.number),
        _("Code: {code}", code=Secret(show_code(receipt.code))),
        _(
            "Please write both down now: with them you can look the case up from any device."
            " We show the code only here and only now."
            " Where you filed the case you can get a new one: Menu, {mine}, the case, Get a new code.",
            mine=mine(ctx),
        ),
    ]
    if receipt.joined:
        lines += await dealt_with_together(ctx, receipt)
    elif case.unit:
        unit = ctx.city.unit(case.unit)
        lines.append(_("Responsible: {unit}. You get an answer by {due}.", unit=unit, due=due(receipt.promise)))
    elif receipt.assigned_by:
        assigned = due(receipt.assigned_by)
        lines.append(_("The supervision office assigns a unit by {due}.", due=assigned))
        lines.append(_("You get an answer by {due}.", due=due(receipt.promise)))
    if receipt.outside:
        lines.append(_("The place you shared lies outside {city}; the office will look at it.", city=ctx.city.name))
    rows = ((screen_button(_("Show the case"), "case", case.id), form_button(_("Add something"), "add", case.id)),)
    return Reply(messages=(Outgoing(lines=tuple(lines), rows=rows, subject=case.id, card=Card.CITIZEN),))


FILE: Form[Context] = Form(
    name="file",
    title=_("Filing a matter"),
    script=file,
    then=send,
    may=may_file,
    commands={
        "complain": CaseKind.COMPLAINT,
        "consult": CaseKind.CONSULTATION,
        "suggest": CaseKind.SUGGESTION,
        "report": CaseKind.MISCONDUCT,
    },
)

SUBJECT: Subject[Context] = Subject(forms=(FILE,))
