"""Releasing a case to the public: the office reads and words it, personal data is masked, and whoever filed it has agreed.

The texts stay as they were released; state, limit and plan on the board are always those of the case. Misconduct reports are
never released. Each release is posted to the public channel too, if there is one; the post follows the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from actions.cards import Card, on_board
from actions.context import Context
from actions.facts import facts
from actions.notices import queue, refresh_cards, tell_followers, tell_office
from actions.office_cards import post_card
from actions.record import confided, move, note, write
from dialog.outgoing import say
from dialog.subjects import Refused
from dialog.texts import _
from domain.cases import CaseKind, Event, Party
from domain.likeness import familiar
from domain.publicity import Published, first_words, publish
from storage import outbox, people, quotas, releases, roles
from storage.cases import Case
from storage.entries import EntryKind
from storage.releases import Shown
from storage.roles import RoleKind

POSTED_ON = "telegram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The two texts of a release as the public would read them."""

    problem: Published
    result: Published


async def proposal(ctx: Context, case: Case, problem: str = "", result: str = "") -> Proposal:
    """Prepare the texts of a release: the first words told at filing and the unit's answer, unless somebody wrote others."""
    f = await facts(ctx, case)
    known = await releases.get(ctx.tx, case.id)
    if not problem:
        problem = known.problem if known else first_words((await _masked(ctx, case, f.in_words())).text)
    result = result or (f.result.text if f.result else "")
    return Proposal(problem=await _masked(ctx, case, problem), result=await _masked(ctx, case, result))


async def words_for(ctx: Context, case: Case, said: str, most: int) -> str:
    """Give the first words of a case as another citizen may read them who `said` the like; none without consent.

    They are masked as for the public, and as nobody at the office has read them yet, nothing rare is left that was not said to us
    by that citizen as well.
    """
    if case.publish_at is None or case.kind is CaseKind.MISCONDUCT:
        return ""
    told = (await _masked(ctx, case, (await facts(ctx, case)).in_words())).text
    shown = familiar(first_words(" ".join(told.split()), most), said)
    return shown if shown.strip("…，。！？ ") else ""


async def release(ctx: Context, id: str, problem: str, result: str) -> Case:
    """Let the public read of a case in these words, masked once more; the citizen is told the first time."""
    case = await ctx.case(id)
    role = ctx.as_office(case)
    may_be_released(case)
    if not problem.strip():
        raise Refused(_("Please write in a few words what case {number} is about.", number=case.number))
    shown = Proposal(problem=await _masked(ctx, case, problem), result=await _masked(ctx, case, result))
    case = await move(ctx, case, Event.RELEASE, Party.OFFICE, released_at=case.released_at or ctx.now)
    text = releases.together(shown.problem.text, shown.result.text)
    entry = await write(ctx, case, EntryKind.RELEASED, Party.OFFICE, text)
    await note(ctx, case, Event.RELEASE, Party.OFFICE, role, entry=entry.id, text=entry.hash)
    first = await releases.put(ctx.tx, case.id, shown.problem.text, shown.result.text, entry.id, ctx.now)
    await refresh_cards(ctx, case)
    await _post(ctx, case)
    if first:
        link = on_board(ctx, case)
        await tell_followers(ctx, case, _("Your case has been published, with nothing that tells who you are: {link}", link=link))
    return case


async def revoke(ctx: Context, id: str) -> Case:
    """Take a case off the board and out of the channel."""
    case = await ctx.case(id)
    role = ctx.as_office(case)
    if case.released_at is None:
        raise Refused(_("Case {number} is not published.", number=case.number))
    case = await move(ctx, case, Event.REVOKE, Party.OFFICE, released_at=None)
    await note(ctx, case, Event.REVOKE, Party.OFFICE, role)
    await refresh_cards(ctx, case)
    return case


def may_be_released(case: Case) -> None:
    """Let only cases pass whose publication was agreed to. Raises Refused."""
    if case.publish_at is None or case.kind is CaseKind.MISCONDUCT:
        raise Refused(_("Case {number} can't be published: who filed it did not agree to that.", number=case.number))


async def tell_not_posted(ctx: Context) -> None:
    """Tell the office, once a day, that the public channel takes no posts."""
    if await quotas.use(ctx.tx, "post refused", 1, 1, timedelta(days=1), ctx.now) is None:
        await tell_office(
            ctx,
            say(
                _("A notice could not be posted to the public channel. It waits among the messages that were put aside."),
                _("Please make the bot an administrator of the channel that may post messages."),
            ),
        )


async def _post(ctx: Context, case: Case) -> None:
    """Post a case to the public channel, unless its post is there and was brought up to date with the other cards."""
    if not ctx.channel:
        return
    language = ctx.city.city.languages[0]
    id = await people.arrive(ctx.tx, ctx.keys, POSTED_ON, ctx.channel, language, ctx.now)
    posts = await outbox.cards(ctx.tx, case.id, Card.POST, ctx.now)
    if any(post.conversation == id and post.parked_at is None for post in posts):
        return
    conversation = await people.conversation(ctx.tx, id)
    if conversation:
        await queue(ctx, conversation, post_card(ctx, case, await releases.get(ctx.tx, case.id)))


async def _masked(ctx: Context, case: Case, text: str) -> Published:
    return for_public(ctx, case, text, await staff_of(ctx, case.unit))


def for_public(ctx: Context, case: Case | Shown, text: str, staff: Sequence[str]) -> Published:
    """Mask a text about a case for the public: who filed it, and the staff with these names."""
    names, cover = confided(ctx, case)
    return publish(text, names=(*names, *staff), cover=cover)


async def staff_of(ctx: Context, unit: str | None) -> Sequence[str]:
    """Read the names of a unit's contacts and heads."""
    kinds = (RoleKind.CONTACT, RoleKind.HEAD)
    return [role.name for kind in kinds for role in await roles.of_unit(ctx.tx, unit, kind)] if unit else []
