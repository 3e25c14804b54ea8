"""What the public board says by itself."""

from __future__ import annotations

from collections.abc import Mapping

from dialog.texts import Text, _
from domain.cases import CaseState

STATES: Mapping[CaseState, Text] = {
    CaseState.TRIAGE: _("being assigned to a unit"),
    CaseState.ASSIGNED: _("with the unit"),
    CaseState.ACCEPTED: _("being dealt with"),
    CaseState.ANSWERED: _("answered"),
    CaseState.CLOSED: _("closed"),
}

WORDS: Mapping[str, Text] = {
    "board": _("Public board"),
    "motto": _("What was promised, by whom, until when, and whether it was kept"),
    "pages": _("Pages of the board"),
    "skip": _("To the content"),
    "open": _("Being dealt with"),
    "done": _("Closed cases"),
    "list": _("Rectification list"),
    "case": _("A published case"),
    "numbers": _("Numbers by month"),
    "halls": _("Service halls"),
    "look_up": _("Look up a case"),
    "chat": _("Tell the city about a matter yourself"),
    "open_about": _("Cases that citizens agreed to publish and that a unit is dealing with, the newest first."),
    "done_about": _("Published cases that are closed, each with the unit's result, the newest first."),
    "list_about": _("For each published case: who puts it right, how, until when, and whether the time was kept."),
    "case_about": _("How it stands today. The pages above show the others."),
    "numbers_about": _("All cases but misconduct reports, published or not. Numbers below 3 are not shown exactly."),
    "halls_about": _("What those who were served say of each window, hall by hall, and what came of bad ratings."),
    "nothing_open": _("No published case is being dealt with at the moment."),
    "nothing_done": _("No published case has been closed yet."),
    "nothing_case": _("No case of this number is on the board, or it has been taken off."),
    "nothing_listed": _("No case has been published yet."),
    "no_numbers": _("The first numbers are being counted. Please come back in ten minutes."),
    "newest": _("To the newest"),
    "older": _("Older ones"),
    "problem": _("Problem"),
    "result": _("Result"),
    "no_result": _("The result has not been published yet."),
    "unit": _("Responsible unit"),
    "no_unit": _("not known yet"),
    "target": _("Target"),
    "measures": _("Measures"),
    "responsible": _("Responsible post"),
    "no_plan": _("No plan has been published yet."),
    "planned": _("Planned until"),
    "limit": _("Time limit"),
    "extended": _("(extended; first promised for {day})"),
    "state": _("State"),
    "number": _("Case number"),
    "published": _("Published on"),
    "closed": _("Closed on"),
    "month": _("Month"),
    "filed": _("Cases received"),
    "answered": _("Answers given"),
    "on_time": _("Promises kept in time"),
    "satisfied": _("Satisfaction"),
    "solved": _("Closed as solved"),
    "silent": _("Closed because the citizen said nothing more"),
    "few": _("fewer than 3"),
    "too_few": _("too few"),
    "table": _("All numbers as a table"),
    "method": _(
        "A promise is kept by an answer within the time first promised, extensions apart. Each promise counts once: in the month"
        " of its answer if it was kept, else in that of the day promised, whether there has been an answer since or not."
        " Satisfied are those who rated a closed case in that month as satisfactory, fairly or basically so. Once a month is over"
        " its numbers stay as they are."
    ),
    "look_up_about": _(
        "Only who has the number and the code of a case can see all of it. The code is asked for in the chat, never on this page:"
        " it would stand in the history of the browser."
    ),
    "look_up_number": _("Case number, as on the receipt"),
    "look_up_like": _("such as 20260105-12345-6"),
    "look_up_go": _("Go on in the chat"),
    "look_up_next": _(
        "In the chat the number stands in the box already. Please press Send there; then you are asked for the code."
    ),
    "look_up_script": _(
        "The chat needs JavaScript. Please switch it on first, or look the case up in the app in which you filed it."
    ),
    "lost": _("There is no such page"),
    "lost_about": _("Please choose one of the pages of the board above."),
    "seal": _("Seal of the ledger"),
    "seal_about": _(
        "Everything that happens to a case is recorded and sealed. Whoever keeps this seal can prove that nothing was rewritten."
    ),
    "no_seal": _("There is no seal of an earlier hour yet."),
    "people": _("Nobody who filed a case is named here; words by which somebody could be recognised are covered."),
}

ON_TIME = _("in time")
WAITS = _("waiting for the citizen's answer")
LATE_HOURS = _("less than a day late")
LATE_ONE = _("1 day late")
LATE = _("{days} days late")
AS_OF = _("As of {at}.")
MONTH = _("{month}/{year}")
SEAL = _("No. {n}, {at}")
