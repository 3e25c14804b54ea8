"""Releasing a case to the public: the office reads and words it, personal data is masked, and whoever filed it has agreed.

The texts stay as they were released, each as long as the round lasts in which the unit wrote it; what it writes since is shown
once it is released too. State and limit on the board are always those of the case. Misconduct reports are never released. Each
release is posted to the public channel too, if there is one; the post follows the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
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
from storage import chat_cards, people, plans, quotas, releases, roles
from storage.cases import Case
from storage.entries import Entry, EntryKind
from storage.plans import Plan
from storage.releases import Shown, Wording
from storage.roles import RoleKind

POSTED_ON = "telegram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The words of a release as the public would read them, and what is hidden in them.

    `of` names the plan and the answer that they tell; `has_plan` and `has_result` say whether there are any.
    """

    words: Wording
    hidden: tuple[str, ...]
    of: str
    has_plan: bool
    has_result: bool


NOTHING = Wording(problem="")


async def proposal(ctx: Context, case: Case, typed: Wording = NOTHING) -> Proposal:
    """Prepare the words of a release.

    What is not `typed` stays as it was released; anew are the first words told at filing, the unit's plan and its answer.
    """
    told = (await facts(ctx, case)).in_words()
    plan, answer = await _newest(ctx, case)
    known = await releases.get(ctx.tx, case.id)
    problem = known.words.problem if known else first_words((await _masked(ctx, case, told)).text)
    planned = known.words if known and plan and known.plan == plan.id and known.words.measures else plan
    result = known.words.result if known and answer and known.answer == answer.id else ""
    words, hidden = await _all_masked(
        ctx,
        case,
        Wording(
            problem=typed.problem or problem,
            measures=typed.measures or planned.measures if planned else "",
            target=typed.target or planned.target if planned else "",
            responsible=typed.responsible or planned.responsible if planned else "",
            result=typed.result or result or answer.text if answer else "",
        ),
    )
    return Proposal(words=words, hidden=hidden, of=_of(plan, answer), has_plan=plan is not None, has_result=answer is not None)


async def _newest(ctx: Context, case: Case) -> tuple[Plan | None, Entry | None]:
    """Read the plan and the answer that the unit has given in this round."""
    plan = await plans.newest(ctx.tx, case.id)
    answer = (await facts(ctx, case)).result
    return plan if plan and plan.unit == case.unit else None, answer if answer and answer.round == case.round else None


def _of(plan: Plan | None, answer: Entry | None) -> str:
    return " ".join(one.id if one else "-" for one in (plan, answer))


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


async def release(ctx: Context, id: str, words: Wording, of: str | None = None) -> Case:
    """Let the public read of a case in these words, masked once more; the citizen is told the first time.

    `of` is that of the proposal that was looked at, None for what there is now. Raises Refused if there is news since.
    """
    case = await ctx.case(id)
    role = ctx.as_office(case)
    may_be_released(case)
    if not words.problem.strip():
        raise Refused(_("Please write in a few words what case {number} is about.", number=case.number))
    plan, answer = await _newest(ctx, case)
    if of not in (None, _of(plan, answer)):
        raise Refused(
            _(
                "Meanwhile there is something new from the unit in case {number}. Nothing was published: please open it again.",
                number=case.number,
            )
        )
    if plan is None or not words.measures:
        words = replace(words, measures="", target="", responsible="")
    shown, _hidden = await _all_masked(ctx, case, words if answer else replace(words, result=""))
    case = await move(ctx, case, Event.RELEASE, Party.OFFICE, released_at=case.released_at or ctx.now, unreleased_at=None)
    entry = await write(ctx, case, EntryKind.RELEASED, Party.OFFICE, shown.text)
    await note(ctx, case, Event.RELEASE, Party.OFFICE, role, entry=entry.id, text=entry.hash)
    first = await releases.put(
        ctx.tx, case.id, shown, plan=plan.id if plan else None, answer=answer.id if answer else None, entry=entry.id, now=ctx.now
    )
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
    case = await move(ctx, case, Event.REVOKE, Party.OFFICE, released_at=None, unreleased_at=None)
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
    posts = await chat_cards.cards(ctx.tx, case.id, Card.POST, ctx.now)
    if any(post.conversation == id and post.parked_at is None for post in posts):
        return
    conversation = await people.conversation(ctx.tx, id)
    if conversation:
        await queue(ctx, conversation, post_card(ctx, case, await releases.get(ctx.tx, case.id)))


async def _masked(ctx: Context, case: Case, text: str) -> Published:
    return for_public(ctx, case, text, await staff_of(ctx, case.unit))


async def _all_masked(ctx: Context, case: Case, words: Wording) -> tuple[Wording, tuple[str, ...]]:
    """Mask each text of a release; say too what was hidden, each once."""
    staff = await staff_of(ctx, case.unit)
    names = [field.name for field in fields(Wording)]
    masked = {name: for_public(ctx, case, getattr(words, name).strip(), staff) for name in names}
    hidden = dict.fromkeys(said for one in masked.values() for _kind, said in one.hidden)
    return Wording(**{name: one.text for name, one in masked.items()}), tuple(hidden)


def for_public(ctx: Context, case: Case | Shown, text: str, staff: Sequence[str]) -> Published:
    """Mask a text about a case for the public: who filed it, and the staff with these names."""
    names, cover = confided(ctx, case)
    return publish(text, names=(*names, *staff), cover=cover)


async def staff_of(ctx: Context, unit: str | None) -> Sequence[str]:
    """Read the names of a unit's contacts and heads."""
    kinds = (RoleKind.CONTACT, RoleKind.HEAD)
    return [role.name for kind in kinds for role in await roles.of_unit(ctx.tx, unit, kind)] if unit else []
