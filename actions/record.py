"""Moving a case: the table of transitions, the ledger row, the texts and the new version, in one place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from actions.context import Context
from actions.likeness import keep
from dialog.subjects import Refused
from dialog.texts import Moment, Text, _
from domain.cases import OPEN, CaseKind, CaseState, Event, NotAllowed, Party, after
from domain.ledger import JsonValue
from domain.privacy import Masked, mask
from domain.publicity import publish
from domain.routing import Decision
from storage import cases, entries, ledger
from storage.cases import Case
from storage.entries import Entry, EntryKind
from storage.releases import Shown
from storage.roles import Role

STATES: dict[CaseState, Text] = {
    CaseState.RECEIVED: _("received"),
    CaseState.TRIAGE: _("with the supervision office"),
    CaseState.ASSIGNED: _("assigned, not signed in yet"),
    CaseState.ACCEPTED: _("signed in, being dealt with"),
    CaseState.ANSWERED: _("answered, waiting for the citizen's word"),
    CaseState.CLOSED: _("closed"),
    CaseState.REFUSED: _("not taken on"),
    CaseState.WITHDRAWN: _("withdrawn by the citizen"),
    CaseState.MERGED: _("merged with another case"),
}


def state_after(case: Case, event: Event, party: Party) -> CaseState:
    """Give the state that a case will have after an event; raises Refused if it can't happen now."""
    try:
        return after(case.state, event, party)
    except NotAllowed:
        raise Refused(
            _(
                "Case {number} does not allow this now. Its state since {at}: {state}.",
                number=case.number,
                state=STATES[case.state],
                # A unit must not learn the minute of a rating.
                at=Moment(case.changed_at, day=case.kind is CaseKind.BAD_RATING and party is Party.CONTACT),
            )
        ) from None


async def move(ctx: Context, case: Case, event: Event, party: Party, **changes: Any) -> Case:
    """Let an event happen to a case: check that it may, apply the changes, keep it. Raises Refused.

    The version grows only with what changes the meaning of a button, so that adding a photo outdates nobody's card.
    """
    state = state_after(case, event, party)
    changed = replace(case, state=state, **changes)
    if state not in OPEN and case.closed_at is None:
        changed = replace(changed, closed_at=ctx.now, closing=event)
    elif state in OPEN and case.closed_at is not None:
        changed = replace(changed, closed_at=None, closing=None)
    if any(getattr(changed, name) != getattr(case, name) for name in ("state", "unit", "holder", "round")):
        changed = replace(changed, version=case.version + 1, changed_at=ctx.now)
    if (changed.unit, changed.round) != (case.unit, case.round):
        changed = replace(changed, unreleased_at=None)
    if changed != case:
        await cases.update(ctx.tx, changed)
    if (state in OPEN) != (case.state in OPEN) or changed.area != case.area:
        await keep(ctx, changed)
    return changed


async def note(ctx: Context, case: Case, event: Event, party: Party, by: Role | None = None, **payload: JsonValue) -> None:
    """Write an event into the case's ledger: codes and ids only."""
    actor = f"{party}:{by.id}" if by else str(party)
    await ledger.append(
        ctx.tx, f"case:{case.id}", actor, event, {"state": case.state, "round": case.round, "unit": case.unit, **payload}, ctx.now
    )


async def write(
    ctx: Context,
    case: Case,
    kind: EntryKind,
    party: Party,
    text: str,
    *,
    files: Sequence[str] = (),
    message: str | None = None,
    template: str | None = None,
) -> Entry:
    """Keep a text of the case; what is personal in a citizen's words is sealed apart, staff's words stay as they wrote them."""
    masked = _masked(ctx, case, text) if party is Party.CITIZEN else Masked(text=text, found=())
    return await entries.write(
        ctx.tx,
        ctx.keys,
        case=case.id,
        round=case.round,
        kind=kind,
        author=party,
        masked=masked,
        files=files,
        now=ctx.now,
        message=message,
        template=template,
    )


def _masked(ctx: Context, case: Case, text: str) -> Masked:
    names, cover = confided(ctx, case)
    return mask(text, names=names, cover=cover)


def confided(ctx: Context, case: Case | Shown) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Open what the reporter is called, and the words that nobody shall read."""
    named = json.loads(ctx.keys.unseal(case.named)) if case.named else {"name": "", "phone": ""}
    cover = json.loads(ctx.keys.unseal(case.cover)) if case.cover else []
    return (named["name"],) if named["name"] else (), (*cover, *filter(None, (named["phone"],)))


def for_others(ctx: Context, case: Case, text: str) -> str:
    """Mask what staff wrote about a case for citizens whose own case follows it: they may know who lives there."""
    names, cover = confided(ctx, case)
    return publish(text, names=names, cover=cover).text


def routing_json(decision: Decision) -> str:
    """Write a decision with its reasons as it is kept beside the case."""
    return json.dumps(
        {
            "unit": decision.unit,
            "area": decision.area,
            "category": decision.category,
            "rule": [decision.rule.area, decision.rule.category, decision.rule.unit] if decision.rule else None,
            "confidence": decision.confidence,
            "reasons": [[reason.code, dict(reason.detail)] for reason in decision.reasons],
        },
        ensure_ascii=False,
    )
