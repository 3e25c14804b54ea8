"""Rating a window: a level, and Send. Everything else is offered on the way: single points, words, a photo.

Who is dissatisfied is asked for the reason first; it becomes a case, and they get its number and code.
"""

from __future__ import annotations

from actions import tickets
from actions.cards import LEVELS, Card, due
from actions.citizen_cards import not_heard_yet
from actions.context import Context
from actions.facts import excerpt
from actions.filing import Receipt
from actions.praise import PRAISE
from actions.rating import HAS_REASONS, Rate, can_change, changeable_until, of_this_visit, on_file, rate, window_to_rate
from actions.tickets import Use
from dialog.outgoing import Button, Outgoing, say
from dialog.play import Dialog
from dialog.questions import Option, Options, Told
from dialog.subjects import Form, Refused, Reply, Subject, act_button, form_button, screen_button
from dialog.texts import Moment, Name, Secret, Text, _, verbatim
from domain.cases import CaseState, Satisfaction
from domain.city_ratings import RatingWord
from domain.misconduct import speaks_of_misconduct
from domain.numbers import show_code
from domain.privacy import mask
from domain.ratings import reaches_unit_at
from handlers.filing import YES_NO
from handlers.reporting import as_report, in_words, is_report
from handlers.windows import CHANGE, change_button, enter_window
from storage import cases

LEVEL_OPTIONS: Options = tuple(Option(level, LEVELS[level]) for level in Satisfaction)
ADD = _("What would you like to add? You can write words and send photos, in any order.")
ADD_LABEL = _("Add words or a photo")
LEFT_OUT = _("What you wrote, sent and chose with it before is left out of the rating. What a case has already stays there.")
REPORTED = _("What you told us is left out of it. Once this is sent, we go on with it as a misconduct report.")
READ_BY_UNIT = _(
    "Words of praise are read by the unit, days later and among those of others, with nothing that says who wrote them. Please"
    " write nothing by which you could be known."
)
LEAVE_OUT = "leave_out"
SAID_BEFORE = _("What you said before")
EARLIER: Options = (Option("keep", _("Keep it")), Option(LEAVE_OUT, _("Leave it out")))
DETAILS = _("Rate the details one by one")
TICKETS: dict[Use, Text] = {
    Use.VERIFIED: _("Your visit is confirmed: your rating will count as that of a verified visit."),
    Use.USED: _("This visit code has been used already. You can rate all the same, without it."),
    Use.OWN: _("This visit code works. It is not used up: it is for whoever was served at your unit's window."),
    Use.SHOUTED: _(
        "The letters of this visit code have been turned into capitals on the way, so it can't be checked. Please scan it again"
        " with another scanner, or rate without it."
    ),
    Use.INVALID: _("This visit code is too old or not valid. You can rate all the same, without it."),
}


async def rate_window(d: Dialog) -> Rate | None:
    """Ask for the level, unless it was pressed on the window's card, and for the reason of whoever is dissatisfied."""
    code, preset = named(d.arg)
    about = await d.look("about", about_window, code)
    usual = await d.look("usual", usual_reasons)
    points = await d.look("points", points_to_rate)
    earlier = await d.look("earlier", said_before, code)
    how = _("{window}: how were you served?", window=about[0].label)
    if preset:
        level = Satisfaction(await d.choose_on_request("level", how, LEVEL_OPTIONS, label=_("Level")) or preset)
    else:
        level = Satisfaction(await d.choose("level", how, LEVEL_OPTIONS, label=_("Level")))
    d.head(about[0].label)
    is_bad = level is Satisfaction.DISSATISFIED
    told = await (why(d, usual) if is_bad else more(d, usual if level in HAS_REASONS else ()))
    reasons = tuple(option for option in usual if option.key in told.picked and level in HAS_REASONS)
    reported = await is_report(d, "\n".join((told.text, in_words(reasons))))
    if reported:
        reasons = tuple(option for option in reasons if not speaks_of_misconduct(in_words((option,))))
    of_points = await d.grade_on_request("point", _("{name}: how was it?"), points, LEVEL_OPTIONS, label=DETAILS)
    publish = ""
    if is_bad:
        publish = await d.choose_on_request(
            "publish",
            _("May we publish the case and its result, with nothing in it that points to you?"),
            YES_NO,
            label=_("Publishing"),
        )
    stays = ""
    if earlier:
        stays = await d.choose_on_request("stays", _("What becomes of what you said before?"), EARLIER, label=SAID_BEFORE)
    command = Rate(
        window=code,
        level=level,
        criteria={point: Satisfaction(given) for point, given in of_points.items()},
        reasons=tuple(option.key for option in reasons),
        text="" if reported else told.in_words(),
        files=() if reported else told.files,
        publish=publish == "yes",
        messages=() if reported else tuple(item.message for item in told.items if item.message),
        leaves_out=earlier[0].key if stays == LEAVE_OUT else "",
        report=told if reported else None,
    )
    lines = [*(option.label for option in about[1:]), *summary(command, usual, points)]
    lines += [READ_BY_UNIT] if level in PRAISE and (command.text or (earlier and not command.leaves_out)) else []
    lines += [LEFT_OUT] if command.leaves_out else []
    lines += [REPORTED] if command.report else []
    return command if await d.confirm("sure", _("Shall we send this rating?"), tuple(lines), change=_("Add or change")) else None


async def why(d: Dialog, usual: Options) -> Told:
    """Ask why somebody is dissatisfied."""
    return await d.collect(
        "why",
        _("We are sorry. What was wrong? Choose one or more reasons, or write it in your own words; you can send photos too."),
        label=_("Reasons"),
        options=usual,
    )


async def more(d: Dialog, usual: Options) -> Told:
    """Offer to add something."""
    return await d.collect_on_request("why", ADD, label=ADD_LABEL, options=usual)


def summary(command: Rate, usual: Options, points: Options) -> tuple[Text, ...]:
    """Show what will be sent, with personal data covered as the unit will see it, and what comes of it."""
    lines = [_("Your rating: {level}", level=LEVELS[command.level])]
    if reasons := tuple(option.label for option in usual if option.key in command.reasons):
        lines.append(_("Reasons: {reasons}", reasons=reasons))
    lines += [
        _("{name}: {level}", name=option.label, level=LEVELS[command.criteria[option.key]])
        for option in points
        if option.key in command.criteria
    ]
    masked = mask(command.text)
    lines += [verbatim(excerpt(masked.text, 2000))] if masked.text else []
    lines += [_("Files: {count}", count=len(command.files))] if command.files else []
    lines += [_("We have covered personal data in your words.")] if masked.found else []
    if command.level is Satisfaction.DISSATISFIED:
        lines.append(_("It becomes a case that the unit has to answer. You stay anonymous: the unit never learns who you are."))
        lines += [_("It may be published without you in it.")] if command.publish else []
    return tuple(lines)


async def about_window(ctx: Context, code: str) -> Options:
    """Say which window is rated, and what the same visit was rated before."""
    window = ctx.city.city.windows.get(code)
    lines = [where(ctx, code)]
    if window and (before := await of_this_visit(ctx, code)):
        lines.append(
            _(
                "You have rated this visit before: {level}. This rating takes its place; the words, photos and points that you"
                " gave with it stay.",
                level=LEVELS[before.level],
            )
        )
    return tuple(Option(str(n), line) for n, line in enumerate(lines))


async def said_before(ctx: Context, code: str) -> Options:
    """Give what the same visit was rated with beside its level, by its name; empty if that is nothing."""
    before = await of_this_visit(ctx, code)
    named = on_file(before) if before else ""
    return (Option(named, SAID_BEFORE),) if named else ()


async def usual_reasons(ctx: Context) -> Options:
    """Offer the city's usual reasons."""
    return _options(ctx.city.city.rating_reasons)


async def points_to_rate(ctx: Context) -> Options:
    """Offer the city's criteria."""
    return _options(ctx.city.city.rating_criteria)


async def send(ctx: Context, command: Rate) -> Reply:
    """Rate, and give the receipt of a case that was opened."""
    rated = await rate(ctx, command)
    rating, until = rated.rating, Moment(changeable_until(ctx, rated.rating))
    change = change_button(rating)
    if rated.receipt:
        return _answered(ctx, command, _receipt(ctx, rated.receipt, until, change))
    lines = [_("Thank you. Your rating counts: {level}.", level=LEVELS[command.level])]
    case = await cases.get(ctx.tx, rated.rating.case) if rated.rating.case else None
    if rated.marked:
        heard = Moment(reaches_unit_at(ctx.now, ctx.city.city.zone))
        lines.append(_("Your case stays open, marked as changed by you; the unit hears of it at {at}.", at=heard))
    is_asked = rated.marked and case is not None and case.state is CaseState.ANSWERED
    if is_asked:
        lines.append(_("The unit has answered your case: please say whether it is solved."))
    lines.append(_("Until {until} you can change it.", until=until))
    more = screen_button(_("Show the case"), "case", case.id) if case else form_button(ADD_LABEL, "add_to_rating", rating.id)
    rows = [(more, change), (screen_button(_("Menu"), "menu"),)]
    if case and is_asked:
        answers = (act_button(_("Solved"), "solved", case.id, case.version), form_button(_("Not solved"), "not_solved", case.id))
        rows.insert(0, answers)
    elif case and rated.marked and command.level is not Satisfaction.DISSATISFIED:
        lines.append(_("If the matter is settled for you, you can withdraw the case."))
        rows.insert(1, (form_button(_("Withdraw the case"), "withdraw", case.id),))
    return _answered(ctx, command, say(*lines, rows=tuple(rows)))


def _answered(ctx: Context, command: Rate, thanks: Outgoing) -> Reply:
    """Go on with what was left out of a rating, if anything was."""
    told = command.report
    if told is None:
        return Reply(messages=(thanks,))
    left_out = (word for word in ctx.city.city.rating_reasons if word.code in told.picked and word.code not in command.reasons)
    about = (window_in_words(ctx, command.window), *(word.name for word in left_out))
    return as_report(told, thanks, about="\n".join(about))


def window_in_words(ctx: Context, code: str) -> str:
    """Name a window with its hall in the words of the city's files, for a text that somebody goes on writing."""
    window = ctx.city.city.windows.get(code)
    return f"{ctx.city.city.halls[window.hall].name} {window.name}" if window else ""


def _receipt(ctx: Context, receipt: Receipt, until: Moment, change: Button) -> Outgoing:
    case = receipt.case
    lines = (
        _("Thank you. Your rating counts, and it has become a case."),
        _("Case number: {number}", number=case.number),
        _("Code: {code}", code=Secret(show_code(receipt.code))),
        _("Keep both: with them you can look the case up from any device. The code is shown only once."),
        *filter(None, (not_heard_yet(ctx, case),)),
        _("You get an answer by {due}.", due=due(receipt.promise)),
        _("Until {until} you can change your rating.", until=until),
    )
    rows = ((screen_button(_("Show the case"), "case", case.id), change),)
    return Outgoing(lines=lines, rows=rows, subject=case.id, card=Card.CITIZEN)


async def may_rate(ctx: Context, arg: str) -> None:
    """Let nobody rate a window that is no longer there or of their own unit, or change what can't be changed any more."""
    window = window_to_rate(ctx, named(arg)[0])
    if before := await of_this_visit(ctx, window.code):
        can_change(ctx, before)
    elif arg.endswith(f":{CHANGE}"):
        raise Refused(
            _("The time to change this rating is over; it counts as it is. If you were served once more, rate that here: /rate")
        )


async def scanned(ctx: Context, code: str) -> Outgoing:
    """Show the window of a code that was scanned; a ticket in it is used for whoever scanned it."""
    window, ticket = tickets.split(ctx.city.city, code)
    card = await enter_window(ctx, window)
    return card.with_news(TICKETS[await tickets.use(ctx, window, ticket)]) if ticket else card


def named(arg: str) -> tuple[str, Satisfaction | None]:
    """Read which window the form is about, and the level that was pressed already."""
    code, _colon, level = arg.partition(":")
    return code, dict(zip("4321", Satisfaction, strict=True)).get(level)


def _options(words: tuple[RatingWord, ...]) -> Options:
    return tuple(Option(word.code, Text("{name}", {"name": Name(word.name, word.name_en)})) for word in words)


async def title(ctx: Context, arg: str) -> Text:
    """Name the window that a waiting form rates."""
    return _("Rating {window}", window=where(ctx, named(arg)[0]))


def where(ctx: Context, code: str) -> Text:
    """Name a window with its hall."""
    window = ctx.city.city.windows.get(code)
    name = ctx.city.window(code)
    return _("{window}, {hall}", window=name, hall=ctx.city.hall(window.hall)) if window else Text("{name}", {"name": name})


RATE: Form[Context] = Form(
    name="rate",
    title=_("Rating a window"),
    script=rate_window,
    then=send,
    may=may_rate,
    about=lambda arg: named(arg)[0],
    anew=("level",),
    named=title,
)

SUBJECT: Subject[Context] = Subject(forms=(RATE,))
