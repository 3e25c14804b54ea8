"""The way in: the menu, help, language, privacy, and signing in with a code."""

from __future__ import annotations

from dataclasses import replace

from actions.cards import mine
from actions.context import Context
from actions.devices import FORGET
from actions.invitations import Offered, enter
from actions.notices import FETCHED
from actions.windows import DEEP_LINK
from dialog.outgoing import Button, Outgoing, Rows, say
from dialog.subjects import Act, Reply, Screen, Subject, act_button, form_button, screen_button
from dialog.texts import LANGUAGE_NAMES, Text, _, verbatim
from handlers.desk import desk
from handlers.devices import OVER, asked
from handlers.rating import scanned
from handlers.windows import rate_command
from storage import people, roles, talks
from storage.roles import RoleKind


async def menu(ctx: Context, arg: str) -> Outgoing:
    """Greet and offer everything that a citizen can do."""
    staff = ((screen_button(_("My desk"), "desk"),),) if ctx.me.roles else ()
    return say(
        _("Hello. This is Huiyin for {city}: every matter gets an answer, every matter gets a result.", city=ctx.city.name),
        _("Just write what the matter is, or choose. To rate a service window, write “rate”:")
        if ctx.city.city.windows
        else _("Just write what the matter is, or choose:"),
        rows=(
            *staff,
            (form_button(_("Complaint"), "file", "complaint"), form_button(_("Consultation"), "file", "consultation")),
            (form_button(_("Suggestion"), "file", "suggestion"), form_button(_("Report misconduct"), "file", "misconduct")),
            *_windows(ctx),
            (screen_button(mine(ctx), "my"), form_button(_("Look up a case"), "look_up")),
            *_board(ctx),
            (screen_button(_("Help"), "help"), *_other_language(ctx)),
        ),
    )


async def help_(ctx: Context, arg: str) -> Outgoing:
    """Explain, in a few lines, how it goes."""
    return say(
        _("The system answers here by itself; what you write goes to the staff of the responsible unit."),
        _("You write what the matter is; photos, voice and a place may come with it. You get a number and a code."),
        _("The responsible unit has a deadline. You hear of every step here, and at the end you say whether it is solved."),
        _("The unit never learns who you are, unless you write it yourself."),
        _("/back goes one step back, /cancel stops, /start shows the menu, /my your cases, /case looks a case up."),
        _("In danger, call 110 (police), 119 (fire) or 120 (ambulance). This is no emergency service."),
        rows=((screen_button(_("Menu"), "menu"), screen_button(_("Privacy"), "privacy")), *_forget(ctx)),
    )


async def privacy(ctx: Context, arg: str) -> Outgoing:
    """Say honestly who learns what."""
    return say(
        _("The unit that deals with your case sees what you wrote and sent, never your account, name or phone."),
        _(
            "You have no account here: a mark in this browser brings you your answers. On a shared device press “{forget}”.",
            forget=FORGET,
        )
        if _is_browser(ctx)
        else _("The chat platform knows your account. Here it is kept encrypted, only to send you the answer."),
        _(
            "Phone numbers, identity numbers, and names after words such as “my name is” are covered before anybody reads them."
            " Other names we may miss: the summary shows what will be read, and with Change you can cover more."
        ),
        _("The messages that pass through here are erased after seven days; your case and its answers are kept."),
        _(
            "If something you told shall be erased: open your case (Menu, {mine}), press “Add something” and write what it is."
            " The supervision office erases it; of a misconduct report the discipline team does.",
            mine=mine(ctx),
        ),
        rows=((screen_button(_("Menu"), "menu"),), *_forget(ctx)),
    )


async def language(ctx: Context, arg: str) -> Outgoing:
    """Offer the city's languages."""
    buttons = tuple(act_button(_language(code), "language", code, 0) for code in ctx.city.city.languages)
    return say(_("Which language shall we use?"), rows=(buttons,))


async def change_language(ctx: Context, code: str) -> Reply:
    """Change the language, or offer those there are."""
    if code in ctx.city.city.languages:
        return await speak(ctx, code, 0)
    return Reply(messages=(await language(ctx, ""),))


async def speak(ctx: Context, code: str, version: int) -> Reply:
    """Change the language of the person who acts; whoever is being asked something is asked again, all others see the menu."""
    me = ctx.me
    if code in ctx.city.city.languages:
        await people.set_language(ctx.tx, me.person, code)
        me = replace(me, language=code)
    if await talks.newest(ctx.tx, ctx.keys, me.person, ctx.now):
        return Reply(note=_("Done."))
    return Reply(card=await menu(replace(ctx, actor=me), ""), note=_("Done."))


async def start(ctx: Context, code: str) -> Reply:
    """Show the window of a printed code, use the code of a sign-in link, or show the menu where there is none."""
    if not code:
        return Reply(messages=(await menu(ctx, ""),))
    if code.casefold().startswith(DEEP_LINK):
        window = code[len(DEEP_LINK) :]
        return Reply(messages=(await scanned(ctx, window),)) if window else await rate_command(ctx, "")
    entered = await enter(ctx, code)
    if entered is None:
        return Reply(messages=(say(OVER, rows=((screen_button(_("Menu"), "menu"),),)),))
    if isinstance(entered, Offered):
        return Reply(messages=(asked(ctx, entered, code),))
    held = tuple(await roles.of_person(ctx.tx, ctx.me.person))
    desk_now = await desk(replace(ctx, actor=replace(ctx.me, roles=held)), "")
    return Reply(messages=(desk_now.with_news(_welcome(ctx, entered.role, entered.units)),))


def _welcome(ctx: Context, role: RoleKind | None, units: tuple[str, ...]) -> Text:
    if role is None:
        return _("You are signed in on this device.")
    if role is RoleKind.OFFICE:
        return _("You are signed in as the supervision office.")
    names = tuple(Text("{name}", {"name": ctx.city.unit(unit)}) for unit in units[:3])
    if len(units) > len(names):
        return _("You are signed in for {units} and {more} more units.", units=names, more=len(units) - len(names))
    return _("You are signed in for {units}.", units=names)


def _windows(ctx: Context) -> Rows:
    return ((form_button(_("Rate a service window"), "find_window"),),) if ctx.city.city.windows else ()


def _forget(ctx: Context) -> Rows:
    return ((Button(FORGET, url=f"{ctx.public_url}/forget"),),) if _is_browser(ctx) else ()


def _is_browser(ctx: Context) -> bool:
    return ctx.me.conversation.channel == FETCHED


def _board(ctx: Context) -> Rows:
    # Where nobody but this machine reaches the board, its address helps nobody.
    return ((Button(_("Public board"), url=f"{ctx.public_url}/board"),),) if ctx.public_url.startswith("https://") else ()


def _language(code: str) -> Text:
    return verbatim(LANGUAGE_NAMES[code])


def _other_language(ctx: Context) -> tuple[Button, ...]:
    others = [code for code in ctx.city.city.languages if code != ctx.me.language]
    return tuple(act_button(_language(code), "language", code, 0) for code in others[:1])


SUBJECT: Subject[Context] = Subject(
    screens=(
        Screen(name="menu", view=menu),
        Screen(name="help", view=help_, commands=("help",)),
        Screen(name="privacy", view=privacy, commands=("privacy",)),
        Screen(name="language", view=language),
        Screen(name="desk", view=desk, commands=("desk",)),
    ),
    acts=(Act(name="language", do=speak),),
    commands={"start": start, "language": change_language},
)
