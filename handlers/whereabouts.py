"""Where a matter is: as it was told, shared, picked or written; asked once more where that leaves several areas."""

from __future__ import annotations

from dataclasses import replace

from actions.context import Context
from actions.filing import FileCase, where_is
from dialog.incoming import Place
from dialog.play import Dialog
from dialog.questions import Option, Options, Told
from dialog.texts import Text, _, verbatim

NEITHER = "-"


async def ask_place(d: Dialog, told: Told, districts: Options) -> tuple[Place | None, Options]:
    """Ask where it is, unless that was shared or stands in the words; give the place, and the areas that its code may be of.

    None is the place that the words name, or that nobody knows.
    """
    named = () if told.place else await d.look("named", area_named, told.text)
    ask = d.place_on_request if named else d.place
    where = _("Where is it? Share the place, choose the district, or describe it in words.")
    place = told.place or await ask("place", where, districts, label=_("Place"))
    if place is None:
        return None, named
    doubtful = await d.look("doubtful", areas_in_doubt, place, told.text)
    if doubtful:
        which = _("Which of these is it? Your words and the place leave that open.")
        chosen = await d.choose("area", which, doubtful, label=_("District"))
        place = place if chosen == NEITHER else replace(place, area=chosen)
    return place, (*districts, *doubtful)


async def districts_of_city(ctx: Context) -> Options:
    """Offer the areas right below the city."""
    city = ctx.city.city
    return tuple(Option(area.code, _name(ctx, area.code)) for area in city.subareas(city.root_area.code))


async def area_named(ctx: Context, text: str) -> Options:
    """Give the area that the words name, if they name one within the city."""
    area = where_is(ctx, None, text)[0].area
    if area is None or area == ctx.city.city.root_area.code:
        return ()
    return (Option(area, _("{area}, as you wrote", area=ctx.city.area(area))),)


async def areas_in_doubt(ctx: Context, place: Place, text: str) -> Options:
    """Offer the areas of which only one is right: a border is close, or the place is in another one than the words say."""
    city = ctx.city.city
    located, picked = where_is(ctx, place, text)
    codes = [code for code in (located.area, *located.near, located.instead) if code]
    if picked:
        said = where_is(ctx, None, text)[0].area
        apart = said and picked not in city.area_path(said) and said not in city.area_path(picked)
        codes = [picked, said] if said and apart else []
    if len(codes) < 2 and not (codes and located.outside):
        return ()
    return (*(Option(code, _name(ctx, code)) for code in codes), Option(NEITHER, _("I don't know")))


def place_in_words(command: FileCase, areas: Options) -> Text:
    """Say where a matter is, as the unit will read it."""
    place = command.place
    if place is None:
        return areas[0].label if areas else _("not known")
    area = next((option.label for option in areas if option.key == place.area), verbatim(place.area or ""))
    shared = verbatim(command.masked(place.words).text) if place.words else _("as shared on the map")
    if not place.area:
        return shared
    return _("{area}, {place}", area=area, place=shared) if place.words or place.lon is not None else area


def _name(ctx: Context, area: str) -> Text:
    return Text("{name}", {"name": ctx.city.area(area)})
