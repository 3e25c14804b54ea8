"""What a case is and how it may move: states, events, and the table of transitions.

    received -> (triage) -> assigned -> accepted -> answered -> closed

Returned by the unit, a case goes back to triage; not solved, it is accepted again (the second time through triage); the
citizen may withdraw it at any time before it is closed.
"""

from __future__ import annotations

from enum import StrEnum


class CaseKind(StrEnum):
    """Sort of a matter; the last four do not come from a citizen's own filing."""

    COMPLAINT = "complaint"
    CONSULTATION = "consultation"
    SUGGESTION = "suggestion"
    MISCONDUCT = "misconduct"
    BAD_RATING = "bad_rating"
    FINDING = "finding"
    EVALUATION = "evaluation"
    REPORT = "report"


class CaseState(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    TRIAGE = "triage"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Event(StrEnum):
    """What can happen to a case; the name under which the ledger keeps it."""

    FILE = "file"
    QUEUE = "queue"
    ASSIGN = "assign"
    ACCEPT = "accept"
    RETURN = "return"
    HAND_OVER = "hand_over"
    PASS_ON = "pass_on"
    ASK = "ask"
    REPLY = "reply"
    ADD = "add"
    URGE = "urge"
    REPORT = "report"
    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    RATE = "rate"
    EXPLAIN = "explain"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    NEW_CODE = "new_code"
    FOLLOW = "follow"
    CORRECT = "correct"
    REVEAL = "reveal"
    ERASE = "erase"
    RUNG = "rung"
    RUN_ON = "run_on"
    SILENCE = "silence"
    RECKON = "reckon"
    PLAN = "plan"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    TAKE = "take"
    MERGE = "merge"
    UNMERGE = "unmerge"
    SAY_SOLVED = "say_solved"
    SAY_NOT_SOLVED = "say_not_solved"
    UNASSIGN = "unassign"
    VERIFY = "verify"
    REOPEN = "reopen"
    RELEASE = "release"
    REVOKE = "revoke"
    UNBIND = "unbind"
    REPLACE = "replace"
    CHANGE_RATING = "change_rating"
    APPEAL = "appeal"
    REFUSE_APPEAL = "refuse_appeal"
    STRIKE = "strike"
    OBJECT = "object"
    ACCOUNT = "held_to_account"
    DROP = "not_held_to_account"


class Party(StrEnum):
    """Who may cause an event."""

    CITIZEN = "citizen"
    CONTACT = "contact"
    OFFICE = "office"
    SYSTEM = "system"


class Satisfaction(StrEnum):
    """How content the citizen is with how a case ended."""

    SATISFIED = "satisfied"
    FAIRLY = "fairly_satisfied"
    BASICALLY = "basically_satisfied"
    DISSATISFIED = "dissatisfied"


S, E, P = CaseState, Event, Party
OPEN = frozenset({S.RECEIVED, S.TRIAGE, S.ASSIGNED, S.ACCEPTED, S.ANSWERED})
ON_BOARD = frozenset({S.TRIAGE, S.ASSIGNED, S.ACCEPTED, S.ANSWERED, S.CLOSED})
"""The states in which a released case is shown to the public."""
HAS_RESULT = frozenset({S.ANSWERED, S.CLOSED})
"""The states in which the unit's last answer stands."""

# Event -> from which states, by whom, to which state (None: it stays where it is).
TRANSITIONS: dict[Event, tuple[frozenset[CaseState], frozenset[Party], CaseState | None]] = {
    E.QUEUE: (frozenset({S.RECEIVED, S.ANSWERED, S.CLOSED}), frozenset({P.SYSTEM, P.CITIZEN}), S.TRIAGE),
    E.ASSIGN: (frozenset({S.RECEIVED, S.TRIAGE, S.ASSIGNED}), frozenset({P.SYSTEM, P.OFFICE}), S.ASSIGNED),
    E.ACCEPT: (frozenset({S.ASSIGNED}), frozenset({P.CONTACT}), S.ACCEPTED),
    E.RETURN: (frozenset({S.ASSIGNED, S.ACCEPTED}), frozenset({P.CONTACT}), S.TRIAGE),
    E.HAND_OVER: (frozenset({S.ACCEPTED}), frozenset({P.CONTACT}), None),
    E.PASS_ON: (frozenset({S.ASSIGNED, S.ACCEPTED}), frozenset({P.CONTACT}), S.ASSIGNED),
    E.ASK: (frozenset({S.ASSIGNED, S.ACCEPTED}), frozenset({P.CONTACT}), S.ACCEPTED),
    E.REPLY: (OPEN, frozenset({P.CITIZEN}), None),
    E.ADD: (OPEN | {S.MERGED}, frozenset({P.CITIZEN}), None),
    E.CORRECT: (OPEN | {S.MERGED}, frozenset({P.CITIZEN}), None),
    E.URGE: (frozenset({S.TRIAGE, S.ASSIGNED, S.ACCEPTED}), frozenset({P.CITIZEN}), None),
    E.REPORT: (frozenset({S.ACCEPTED}), frozenset({P.CONTACT}), S.ANSWERED),
    E.SOLVED: (frozenset({S.ANSWERED}), frozenset({P.CITIZEN}), S.CLOSED),
    E.NOT_SOLVED: (frozenset({S.ANSWERED, S.CLOSED}), frozenset({P.CITIZEN}), S.ACCEPTED),
    E.RATE: (frozenset({S.CLOSED, S.MERGED}), frozenset({P.CITIZEN}), None),
    E.EXPLAIN: (frozenset({S.CLOSED, S.MERGED}), frozenset({P.CITIZEN}), None),
    E.REFUSE: (frozenset({S.TRIAGE}), frozenset({P.OFFICE}), S.REFUSED),
    E.WITHDRAW: (OPEN, frozenset({P.CITIZEN}), S.WITHDRAWN),
    E.NEW_CODE: (frozenset(S), frozenset({P.CITIZEN}), None),
    E.FOLLOW: (frozenset(S), frozenset({P.CITIZEN}), None),
    E.RUNG: (OPEN, frozenset({P.SYSTEM}), None),
    E.RUN_ON: (OPEN, frozenset({P.SYSTEM}), None),
    E.RECKON: (OPEN, frozenset({P.SYSTEM}), None),
    E.SILENCE: (frozenset({S.ANSWERED}), frozenset({P.SYSTEM}), S.CLOSED),
    E.PLAN: (frozenset({S.ACCEPTED}), frozenset({P.CONTACT}), None),
    E.ASK_EXTENSION: (frozenset({S.ACCEPTED}), frozenset({P.CONTACT}), None),
    E.GRANT_EXTENSION: (frozenset({S.ACCEPTED}), frozenset({P.OFFICE}), None),
    E.REFUSE_EXTENSION: (frozenset({S.ACCEPTED}), frozenset({P.OFFICE}), None),
    E.TAKE: (frozenset({S.TRIAGE}), frozenset({P.OFFICE}), None),
    E.MERGE: (frozenset({S.RECEIVED, S.TRIAGE, S.ASSIGNED, S.ACCEPTED}), frozenset({P.CITIZEN, P.OFFICE}), S.MERGED),
    E.SAY_SOLVED: (frozenset({S.MERGED}), frozenset({P.CITIZEN}), None),
    E.SAY_NOT_SOLVED: (frozenset({S.MERGED}), frozenset({P.CITIZEN}), None),
    E.UNMERGE: (frozenset({S.MERGED}), frozenset({P.OFFICE, P.SYSTEM}), S.TRIAGE),
    E.UNASSIGN: (frozenset({S.ASSIGNED}), frozenset({P.OFFICE}), S.TRIAGE),
    E.VERIFY: (frozenset({S.ANSWERED, S.CLOSED}), frozenset({P.OFFICE}), None),
    E.REOPEN: (frozenset({S.ANSWERED, S.CLOSED}), frozenset({P.OFFICE}), S.ACCEPTED),
    E.RELEASE: (frozenset({S.ASSIGNED, S.ACCEPTED, S.ANSWERED, S.CLOSED}), frozenset({P.OFFICE}), None),
    E.ERASE: (frozenset(S), frozenset({P.OFFICE, P.CONTACT}), None),
    E.REVOKE: (frozenset(S), frozenset({P.OFFICE}), None),
    E.UNBIND: (frozenset({S.ACCEPTED}), frozenset({P.OFFICE, P.SYSTEM}), S.ASSIGNED),
    E.REPLACE: (frozenset({S.ACCEPTED, S.ANSWERED}), frozenset({P.OFFICE}), None),
    E.CHANGE_RATING: (OPEN, frozenset({P.CITIZEN}), None),
    E.APPEAL: (OPEN | {S.CLOSED}, frozenset({P.CONTACT}), None),
    E.REFUSE_APPEAL: (frozenset(S), frozenset({P.OFFICE}), None),
    E.STRIKE: (OPEN, frozenset({P.OFFICE}), S.CLOSED),
    E.OBJECT: (frozenset(S) - OPEN, frozenset({P.CITIZEN}), None),
    E.ACCOUNT: (frozenset(S), frozenset({P.OFFICE}), None),
    E.DROP: (frozenset(S), frozenset({P.OFFICE}), None),
}


class NotAllowed(Exception):
    """The event is not possible from this state, or not for this party."""


def after(state: CaseState, event: Event, party: Party) -> CaseState:
    """Give the state after an event; raises NotAllowed."""
    states, parties, to = TRANSITIONS[event]
    if state not in states or party not in parties:
        raise NotAllowed(f"{event} is not possible for {party} while the case is {state}")
    return to or state
