"""Finding the window that served you: its printed code, its district and hall, the place where you are, or a part of a name.

`card` is the window as it is rated: each level opens the form `rate` with the window's code and the level, 4 to 1; what
changes a rating opens it with 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from actions.cards import LEVELS
from actions.context import Context
from actions.facts import excerpt
from actions.rating import OWN_WINDOW, changeable_until, of_this_visit
from dialog.incoming import Place
from dialog.outgoing import Button, Outgoing, Rows, say
from dialog.play import Dialog
from dialog.questions import Option, Options, plain
from dialog.subjects import Form, Opening, Refused, Reply, Screen, Subject, form_button, screen_button
from dialog.texts import Moment, Name, Text, _
from domain.city import Hall, Window
from domain.halls import district_of, districts_with_halls, halls_near, halls_of
from domain.places import Point, point_at
from domain.ratings import is_own
from domain.window_search import is_doubtful, windows_like, windows_named, windows_near
from handlers.hall_words import distance_in_words, opening, windows_in_words
from handlers.paging import PAGE, page, turns
from storage.ratings import Rating

NEAREST = 5
NEAR_ME = (
    "附近",
    "我附近",
    "在附近",
    "我的附近",
    "附近的窗口",
    "附近的大厅",
    "离我最近",
    "离我最近的",
    "最近的",
    "near me",
    "nearby",
    "near",
    "nearest",
)
"""What people type where a button says that they may look near them."""
AFTER = ">"
"""Before a code: the page that begins behind this hall or window. Two codes would not fit into a button."""
CHANGE = "0"
"""Beside the code of a window, in place of a level: what is meant is the rating of this visit."""
NOTHING = _("There are no windows to rate here yet.")


async def card(ctx: Context, window: Window) -> Outgoing:
    """Show a window with a button for each level; to whoever has rated it on this visit, that rating."""
    hall = ctx.city.city.halls[window.hall]
    if before := await of_this_visit(ctx, window.code):
        return _rated(ctx, before)
    others = (screen_button(_("Other windows of this hall"), "hall", hall.code),)
    if is_own(ctx.city.city, window.code, ctx.me.works_at):
        return say(
            _name(ctx.city.window(window.code)), _name(ctx.city.hall(hall.code)), *_services(window), OWN_WINDOW, rows=(others,)
        )
    # 4 to 1, for the names of the levels and the longest code would not fit into a button.
    levels = tuple(form_button(label, "rate", f"{window.code}:{n}") for n, label in zip("4321", LEVELS.values(), strict=True))
    return say(
        _name(ctx.city.window(window.code)),
        _name(ctx.city.hall(hall.code)),
        *_services(window),
        opening(ctx, hall),
        _("How were you served here? Please choose; you can look at it once more before it is sent."),
        rows=(levels[:2], levels[2:], others),
    )


def _rated(ctx: Context, before: Rating) -> Outgoing:
    """Say what was rated on this visit already, and lead to changing that."""
    local, zone = before.rated_at.astimezone(ctx.city.city.zone), ctx.city.city.zone
    is_today = local.date() == ctx.now.astimezone(zone).date()
    when = _("today at {time}", time=f"{local:%H:%M}") if is_today else _("on {at}", at=Moment(before.rated_at))
    until = Moment(changeable_until(ctx, before))
    name, hall = ctx.city.window(before.window), ctx.city.hall(before.hall)
    rows: Rows = ((screen_button(_("Other windows of this hall"), "hall", before.hall),),)
    if before.struck_at:
        struck = _("You rated this window {when}. That rating was struck and is not counted.", when=when)
        return say(_name(name), _name(hall), struck, _("From {until} you can rate anew.", until=until), rows=rows)
    rated = _(
        "You rated this window {when}: {level}. You can change it until {until}.",
        when=when,
        level=LEVELS[before.level],
        until=until,
    )
    case = screen_button(_("Show the case"), "case", before.case or "")
    add = form_button(_("Add words or a photo"), "add_to_rating", before.id)
    offered = (change_button(before), case if before.case else add)
    return say(_name(name), _name(hall), rated, rows=(offered, *rows))


def change_button(rating: Rating) -> Button:
    """Lead to changing a rating."""
    return form_button(_("Change it"), "rate", f"{rating.window}:{CHANGE}")


async def enter_window(ctx: Context, code: str) -> Outgoing:
    """Show the window of a printed code; for one that is no longer there, the windows among which it may be found."""
    window = ctx.city.city.window_coded(code)
    if window:
        return await card(ctx, window)
    past = next((old for sort, old in ctx.city.past if sort == "window" and old.casefold() == code.casefold()), None)
    if past:
        sorry = _(
            "{window} is no longer there. Perhaps it has another name now: please choose your window.",
            window=ctx.city.window(past),
        )
    else:
        sorry = _("We don't know the window of this code. Please choose your window, or look for it by its name.")
    hall = _hall_like(ctx, code)
    return (_hall(ctx, hall) if hall else _districts(ctx)).with_news(sorry)


async def show_hall(ctx: Context, arg: str) -> Outgoing:
    """Show a hall and its windows, from the one behind `>CODE` on."""
    city = ctx.city.city
    behind = city.windows.get(arg[1:]) if arg.startswith(AFTER) else None
    hall = city.halls.get(behind.hall if behind else arg)
    if hall is None:
        return _districts(ctx).with_news(_("This hall is no longer there. Please choose another one."))
    return _hall(ctx, hall, behind=behind.code if behind else "")


async def show_halls(ctx: Context, arg: str) -> Outgoing:
    """List the halls of a district, from the one behind `>CODE` on."""
    city = ctx.city.city
    behind = city.halls.get(arg[1:]) if arg.startswith(AFTER) else None
    district = district_of(city, behind.area).code if behind else arg
    halls = halls_of(city, district) if district in city.areas else ()
    if not halls:
        return _districts(ctx)
    cut = page(halls, behind.code if behind else "")
    rows = tuple((_hall_button(ctx, hall),) for hall in cut.shown)
    return say(
        _("Halls in {area}:", area=ctx.city.area(district)),
        rows=(*rows, *turns(cut, "halls", first=district, behind=AFTER, more=_("More halls")), _search_row()),
    )


async def find_window(d: Dialog) -> Place | None:
    """Ask where the window is, or what it is called."""
    districts = await d.look("districts", hall_districts)
    return await d.place(
        "place",
        _("Which window served you? Choose a district, share your place, or write part of a name or service, such as visa."),
        districts,
        label=_("Window"),
        may_skip=False,
    )


async def hall_districts(ctx: Context) -> Options:
    """Offer the districts that have halls."""
    return tuple(Option(area.code, _name(ctx.city.area(area.code))) for area in districts_with_halls(ctx.city.city))


async def may_find(ctx: Context, arg: str) -> None:
    """Say so where there is nothing to rate."""
    if not ctx.city.city.windows:
        raise Refused(NOTHING)


async def show_found(ctx: Context, place: Place) -> Reply:
    """Show what a district, a place or words lead to."""
    if place.area:
        return Reply(messages=(await show_halls(ctx, place.area),))
    if point := point_at(place.lon, place.lat, place.crs):
        return Reply(messages=(_near(ctx, point),))
    return await named(ctx, place.words)


async def rate_command(ctx: Context, typed: str) -> Reply:
    """Look for a window by what stands after /rate, or ask where it is."""
    await may_find(ctx, "")
    return await named(ctx, typed) if typed else Reply(opens=Opening(form="find_window"))


def _near(ctx: Context, place: Point) -> Outgoing:
    near = halls_near(ctx.city.city, place)[:NEAREST]
    if not near:
        return _districts(ctx).with_news(_("We don't know where the halls are on the map."))
    labels = (
        (hall, _("{hall}, {distance}", hall=ctx.city.hall(hall.code), distance=distance_in_words(metres)))
        for hall, metres in near
    )
    return say(
        _("The nearest halls, as the crow flies:"),
        rows=(*((screen_button(label, "hall", hall.code),) for hall, label in labels), _search_row()),
    )


def is_near_me(typed: str) -> bool:
    """Tell whether words mean the place where somebody is."""
    return plain(typed) in NEAR_ME


def may_mean(ctx: Context, typed: str) -> bool:
    """Tell whether words lead to any window, or to those near by."""
    city = ctx.city.city
    return is_near_me(typed) or bool(windows_named(city, typed) or windows_near(city, typed))


async def named(ctx: Context, typed: str) -> Reply:
    """Show what words lead to; where that is nothing, ask again, so that better words are not taken for a new matter."""
    if is_near_me(typed):
        return Reply(
            messages=(say(_("Please share your place: then you see the nearest halls.")),), opens=Opening(form="find_window")
        )
    city = ctx.city.city
    found = windows_named(city, typed)
    is_doubted = len(found) == 1 and is_doubtful(city, typed, found[0])
    if found and not is_doubted:
        return Reply(messages=(await _found(ctx, found),))
    words = excerpt(typed, 60)
    if near := (windows_like(city, typed) if is_doubted else windows_near(city, typed))[:NEAREST]:
        ask = _("No window is called “{words}”. Is it one of these?", words=words)
        return Reply(messages=(_one_of(ctx, ask, near),))
    nothing = _("We have found no window for “{words}”. Perhaps it is called otherwise: please try another word.", words=words)
    return Reply(messages=(say(nothing),), opens=Opening(form="find_window"))


async def _found(ctx: Context, found: Sequence[Window]) -> Outgoing:
    if len(found) == 1:
        return await card(ctx, found[0])
    hall = ctx.city.city.halls[found[0].hall]
    if len(found) > 2 and set(found) == set(ctx.city.city.windows_of(hall.code)):
        return _hall(ctx, hall)
    if len(found) <= PAGE:
        return _one_of(ctx, _("Which window is it?"), found)
    halls = tuple(dict.fromkeys(window.hall for window in found))
    rows = tuple((_hall_button(ctx, ctx.city.city.halls[hall]),) for hall in halls[:PAGE])
    more = (_("There are more. Please search again with more of the name."),) if len(halls) > PAGE else ()
    return say(_("Windows found: {count}. In which hall is yours?", count=len(found)), *more, rows=(*rows, _search_row()))


def _one_of(ctx: Context, ask: Text, windows: Sequence[Window]) -> Outgoing:
    above, names = windows_in_words(ctx, windows)
    return say(*above, ask, rows=(*_window_rows(windows, names), _search_row()))


def _hall(ctx: Context, hall: Hall, *, behind: str = "") -> Outgoing:
    cut = page(ctx.city.city.windows_of(hall.code), behind)
    rows = _window_rows(cut.shown, windows_in_words(ctx, cut.shown)[1])
    halls = screen_button(_("Other halls"), "halls", district_of(ctx.city.city, hall.area).code)
    return say(
        _("{hall}, {address}", hall=ctx.city.hall(hall.code), address=Name(hall.address, hall.address_en)),
        opening(ctx, hall),
        _("Which window served you?") if cut.shown else _("This hall has no windows to rate yet."),
        rows=(
            *rows, *turns(cut, "hall", first=hall.code, behind=AFTER, more=_("More windows")), (halls, *_search_row()),
        ),
    )  # fmt: skip


def _districts(ctx: Context) -> Outgoing:
    areas = districts_with_halls(ctx.city.city)
    if not areas:
        return say(NOTHING, rows=((screen_button(_("Menu"), "menu"),),))
    buttons = tuple(screen_button(_name(ctx.city.area(area.code)), "halls", area.code) for area in areas)
    pairs = tuple(buttons[n : n + 2] for n in range(0, len(buttons), 2))
    return say(_("In which district is the hall?"), rows=(*pairs, _search_row()))


def _hall_like(ctx: Context, code: str) -> Hall | None:
    """Guess the hall of a window that is no longer there: clerks name windows after their halls."""
    like = [hall for hall in ctx.city.city.halls.values() if code.casefold().startswith(hall.code.casefold())]
    return max(like, key=lambda hall: len(hall.code), default=None)


def _window_rows(windows: Sequence[Window], names: Sequence[Text]) -> Rows:
    return tuple((screen_button(name, "window", window.code),) for window, name in zip(windows, names, strict=True))


def _hall_button(ctx: Context, hall: Hall) -> Button:
    return screen_button(_name(ctx.city.hall(hall.code)), "hall", hall.code)


def _search_row() -> tuple[Button, ...]:
    return (form_button(_("Find by name or near me"), "find_window"), screen_button(_("Menu"), "menu"))


def _services(window: Window) -> tuple[Text, ...]:
    if not window.services:
        return ()
    services = Name("、".join(window.services_in("zh_Hans")), ", ".join(window.services_in("en")))
    return (_("Done here: {services}", services=services),)


def _name(name: Name) -> Text:
    return Text("{name}", {"name": name})


SUBJECT: Subject[Context] = Subject(
    screens=(
        Screen(name="halls", view=show_halls),
        Screen(name="hall", view=show_hall),
        Screen(name="window", view=enter_window),
    ),
    forms=(Form(name="find_window", title=_("Finding a window"), script=find_window, then=show_found, may=may_find),),
    commands={"rate": rate_command},
)
