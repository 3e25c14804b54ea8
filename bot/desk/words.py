"""What the desk says by itself; what its acts answer comes from the handlers that the chat uses too."""

from __future__ import annotations

from collections.abc import Mapping

from dialog.texts import Text, _
from domain.limits import LimitUnit
from storage.deadlines import DeadlineKind
from storage.entries import EntryKind
from storage.queues import Queue

WORDS: Mapping[str, Text] = {
    "desk": _("Supervision desk"),
    "skip": _("To the content"),
    "pages": _("Pages of the desk"),
    "queue": _("Cases"),
    "units": _("Units and staff"),
    "windows": _("Windows"),
    "digest": _("Weekly digest"),
    "accountability": _("Accountability list"),
    "corrections": _("Corrections"),
    "no_corrections": _("Nobody has corrected a routing yet."),
    "new": _("File for somebody"),
    "chat": _("To the chat"),
    "board": _("Public board"),
    "signed_in": _("Signed in as {name}"),
    "closed": _("This desk is for the supervision office"),
    "closed_how": _("To sign in here, send /desk in the chat in which you work, and press “Sign in on another device”."),
    "closed_then": _("Open the link that you get in this browser. It works once, within 15 minutes."),
    "closed_else": _("If you are not with the supervision office, the chat is the right place for you."),
    "foreign": _("This form has expired, or did not come from our own page. Nothing was done. Please open the page again."),
    "not_found": _("There is no such page on the desk."),
    # The queue
    "queues": _("Queues"),
    "narrow": _("Narrow the list"),
    "unit": _("Unit"),
    "area": _("Where"),
    "category": _("Category"),
    "kind": _("Kind"),
    "number": _("Case number, or a part of it"),
    "any": _("all of them"),
    "show": _("Show"),
    "everything": _("Show everything again"),
    "nothing": _("There is nothing here. Well done."),
    "nothing_wanted": _("No case like that was found."),
    "nothing_yet": _("None of the most urgent ones is like that. You can look further."),
    "go_on": _("Go on"),
    "first": _("To the beginning"),
    "confidential": _("Misconduct reports with the discipline teams: {count}"),
    "called_back": _("To be called back, of those that silence closed last week:"),
    "urged": _("urged by the citizen"),
    "taken": _("Taken by {name}"),
    "no_words": _("(no words, see the files)"),
    # A case
    "facts": _("The case"),
    "acts": _("What you can do"),
    "no_acts": _("Nothing has to be decided at the moment."),
    "clocks": _("Time limits"),
    "clock": _("Time"),
    "limit": _("Limit"),
    "since": _("From"),
    "due": _("Due"),
    "state": _("State"),
    "plan": _("Plan"),
    "measures": _("Measures"),
    "target": _("Target"),
    "responsible": _("Responsible post"),
    "planned": _("Planned until"),
    "why": _("How it was routed"),
    "texts": _("Who reads what"),
    "citizen": _("The citizen"),
    "of_unit": _("The unit"),
    "public": _("The public"),
    "wrote": _("wrote"),
    "reads": _("reads"),
    "silence": _("Nothing yet."),
    "timeline": _("Timeline"),
    "files": _("Photos and files"),
    "file": _("File {n}"),
    "not_ready": _("File {n} is still being checked, or could not be taken."),
    "problem": _("Problem"),
    "result": _("Result"),
    "published": _("Published on"),
    "not_published": _("The public reads nothing of this case."),
    "no_consent": _("It can't be published: who filed it did not agree to that."),
    "unreleased": _(
        "The public does not read the unit's newest plan or answer yet. Please look at it and publish the case anew."
    ),
    "look": _("Please look for anything else by which somebody could be recognised."),
    "reason": _("Reason"),
    "own_words": _("In your words"),
    "other": _("Another reason"),
    "note": _("What should the unit know?"),
    "suggested": _("It may belong to:"),
    "assign_to": _("Assign to {unit}"),
    "comes_along": _("What you wrote is kept: it stands in its form again once you have taken the case over."),
    "assign_it": _("Assign it"),
    "merged": _("Merged with it:"),
    "goes_on": _("Goes on in:"),
    "which": _("Number of the case in which it goes on"),
    "alike": _("Cases like it:"),
    "merge_with": _("Merge with {number}"),
    "of_name": _("A part of its name is enough."),
    "choose": _("Please choose"),
    "sure": _("The case ends here, and this can't be undone. Refuse it."),
    "time_is_up": _("The unit's time is up, so no more can be granted."),
    "citizen_reads": _("The citizen will read the reason."),
    "unit_reads": _("The unit will read the reason."),
    "both_read": _("Unit and citizen will read the reason."),
    "erase": _("Erase on request"),
    "erase_name": _("Erase name, phone number and covered words"),
    "erase_published": _(
        "The case is on the public board. Erasing takes it off; what may still be read can be published again then."
    ),
    "erase_sure": _("The citizen has asked for it. It can't be brought back. Erase it."),
    "on_record": _("It is recorded, and the citizen can see that it was."),
    # Units
    "open": _("Open"),
    "late": _("Late"),
    "contacts": _("Contacts"),
    "heads": _("Heads"),
    "without": _("Units: {count}. Without a contact: {without}."),
    "find_unit": _("Find a unit"),
    "staff_here": _("Who works here"),
    "no_staff": _("Nobody has signed in for this unit."),
    "invite": _("Invite somebody"),
    "as_what": _("As what?"),
    "shown_name": _("Name, as colleagues shall see it"),
    "make_link": _("Make a link"),
    "invited": _("Invited, not signed in yet"),
    "good_until": _("good until {until}"),
    "withdraw_link": _("Withdraw the invitation"),
    "end": _("End this role"),
    "end_about": _("Cases that {name} holds are left to be signed in by colleagues."),
    "end_office": _("{name} reads nothing of the office any more, on any device."),
    "office": _("Who belongs to the supervision office"),
    "sign_out": _("Sign out"),
    "sign_out_chat": _("You would be signed out of the desk and of the chat in this browser, and what stands in that chat goes."),
    "sign_out_here": _("Sign out here"),
    "stay": _("Stay signed in"),
    "replace": _("Let a colleague take over"),
    "colleague": _("Colleague"),
    "its_cases": _("Cases of this unit"),
    # The digest, and the accountability list
    "in_words": _("The week in words"),
    "by_unit": _("Unit by unit"),
    "no_units": _("No unit had anything to do in this week."),
    "week_new": _("New"),
    "week_again": _("Came again"),
    "week_closed": _("Closed"),
    "week_on_time": _("On time"),
    "week_late": _("Late"),
    "week_still_late": _("Still late"),
    "week_sign_ins_late": _("Late to sign in"),
    "week_unsigned": _("Still not signed in"),
    "week_returned": _("Returned"),
    "week_before": _("Week before"),
    "week_after": _("Week after"),
    "accountability_about": _(
        "The program proposes a unit that has been late for as long as the city's ladder says. Nothing comes of it until somebody"
        " of the office decides."
    ),
    "no_proposals": _("Nothing is proposed for the accountability list."),
    "open_case": _("Case {number}"),
    "hold": _("Hold to account"),
    "for_good": _("Hold the unit to account. This is recorded, and can't be undone."),
    "drop": _("Don't hold to account"),
    "drop_reads": _("The office and the unit that has the case read the reason in its timeline."),
    # Windows
    "all_ratings": _("Hall by hall"),
    "windows_about": _(
        "What windows were rated in the {days} days up to today; only the office sees these numbers as they come in. From {least}"
        " ratings on it is said how many percent were not dissatisfied."
    ),
    "verified": _("Verified visits"),
    "unverified": _("Other ratings"),
    "bad": _("Dissatisfied"),
    "struck": _("Struck"),
    "window": _("Window"),
    "whole_hall": _("The whole hall"),
    "hall_board": _("Public board of this hall"),
    "not_rated": _("Nobody has rated a window in these days."),
    "unusual": _("Ratings to look at"),
    "unusual_about": _("These ratings are unusual. They count until you decide."),
    "no_unusual": _("There are no ratings to look at."),
    "one_by_one": _("One by one"),
    "keep": _("Keep them"),
    "strike": _("Strike them"),
    "raters_read": _("Those who gave them will read the reason."),
    "keep_it": _("Keep it"),
    "strike_it": _("Strike it"),
    "rater_reads": _("Who gave it will read the reason. If it has become a case, that is closed."),
    "the_rest": _("All that are left: {count}"),
    "all_decided": _("All of these ratings are decided."),
    "its_case": _("Case {number}"),
    "changed": _("Changed by the citizen: {at}"),
    "with_files": _("Files: {count}"),
    "appeals": _("Appeals of units"),
    "no_appeals": _("No unit appeals against a rating."),
    # Filing for somebody
    "new_about": _("For somebody who rang, wrote a letter or came in person. Number and code are shown once, to be passed on."),
    "source": _("How did it come?"),
    "not_known": _("not known"),
    "something_else": _("Something else"),
    "told": _("What was said or written?"),
    "attach": _("Photos of the letter, or other files"),
    "attach_how": _("Photos, videos, sound and PDF files. Who writes nothing has to attach something."),
    "kept": _("Attached already"),
    "place": _("The place in words"),
    "name": _("Name, if it is known"),
    "phone": _("Phone, if it is known"),
    "sealed": _("Name and phone are kept sealed. No unit will learn them."),
    "may_publish": _("It may be published, with nothing in it that points to the reporter."),
    "file_it": _("File it"),
}

QUEUES: Mapping[Queue, Text] = {
    Queue.TRIAGE: _("Waiting to be assigned"),
    Queue.LATE: _("Late"),
    Queue.EXTENSIONS: _("Requests for more time"),
    Queue.ANSWERED: _("Answered"),
    Queue.RELEASE: _("To publish"),
    Queue.SILENT: _("Closed by silence"),
    Queue.ALL: _("All open cases"),
}
QUEUES_ABOUT: Mapping[Queue, Text] = {
    Queue.TRIAGE: _("Cases that no rule could route or a unit has returned, the first due first."),
    Queue.LATE: _(
        "Cases whose unit should have signed in or answered, and those that wait to be assigned after the day promised to the"
        " citizen, the first due first."
    ),
    Queue.EXTENSIONS: _("Requests that wait for your decision, the oldest first."),
    Queue.ANSWERED: _("Cases whose citizen has not yet said whether they are solved, the first to be closed by silence first."),
    Queue.RELEASE: _(
        "Answered cases whose citizen agreed to publication, and published ones with a new plan or answer, the newest first."
    ),
    Queue.SILENT: _("Cases of which nothing more was heard, the newest first."),
    Queue.ALL: _("Every open case, late ones first, then the first due."),
}
CLOCKS: Mapping[DeadlineKind, Text] = {
    DeadlineKind.PROMISE: _("Answer promised to the citizen"),
    DeadlineKind.TRIAGE: _("Assign a unit"),
    DeadlineKind.ACCEPT: _("Unit signs in"),
    DeadlineKind.ANSWER: _("Unit answers"),
    DeadlineKind.CHECK: _("Citizen says whether it is solved"),
    DeadlineKind.REVISIT: _("Return inspection by the office"),
    DeadlineKind.REPLY: _("Citizen answers a question; the unit's time stands still"),
}
LIMITS: Mapping[LimitUnit, tuple[Text, Text]] = {
    LimitUnit.SECOND: (_("1 second"), _("{n} seconds")),
    LimitUnit.HOUR: (_("1 hour"), _("{n} hours")),
    LimitUnit.DAY: (_("1 day"), _("{n} days")),
    LimitUnit.WORKING_DAY: (_("1 working day"), _("{n} working days")),
}
CAME_BACK: Mapping[EntryKind, Text] = {
    EntryKind.RETURNED: _("Returned by the unit: {text}"),
    EntryKind.UNASSIGNED: _("Taken back by the office: {text}"),
    EntryKind.NOT_SOLVED: _("Not solved for the second time: {text}"),
}
"""Why a case waits to be assigned again."""
ASKS = _("More time until {until}: {text}")
HIDDEN = _("Hidden from the public: {words}")
EXTENDED = _("{limit}, extended")
BY = _("by {due}")
SIGN_IN_BY = _("sign-in due by {due}")
PROMISED = _("answer promised by {due}")
RUNS = _("running")
STANDS_STILL = _("stands still: the citizen is asked")
OVER = _("ended on {at}")
LATE_AND_OVER = _("{late}, ended on {at}")
LATE_TODAY = _("late since today")

TEXTS: Mapping[EntryKind, Text] = {
    EntryKind.TOLD: _("What happened"),
    EntryKind.ADDED: _("Added"),
    EntryKind.CORRECTED: _("Reworded"),
    EntryKind.QUESTION: _("Question"),
    EntryKind.REPLY: _("Reply"),
    EntryKind.RESULT: _("Answer"),
    EntryKind.NOT_SOLVED: _("Not solved"),
    EntryKind.RETURNED: _("Returned"),
    EntryKind.REFUSED: _("Not taken on"),
    EntryKind.WITHDRAWN: _("Withdrawn"),
    EntryKind.PLAN: _("Plan"),
    EntryKind.EXTENSION: _("Request for more time"),
    EntryKind.EXTENSION_REFUSED: _("No more time"),
    EntryKind.ASSIGNED: _("With the assignment"),
    EntryKind.UNASSIGNED: _("Taken back"),
    EntryKind.REOPENED: _("Reopened"),
    EntryKind.RATING_CHANGED: _("Rating changed"),
    EntryKind.APPEAL: _("Appeal against the rating"),
    EntryKind.APPEAL_REFUSED: _("Appeal refused"),
    EntryKind.STRUCK: _("Rating struck"),
    EntryKind.OBJECTED: _("Objection to the striking"),
    EntryKind.DROPPED: _("Not held to account"),
}
AUTHORS: Mapping[str, Text] = {
    "citizen": _("the citizen"),
    "contact": _("the unit"),
    "office": _("the supervision office"),
    "system": _("the program"),
}

PICKED = _("{area} was chosen from the list.")
ROUTED_BY_OFFICE = _("The supervision office has decided since; see the timeline.")

OUTDATED = _("Nothing was done: the case has changed since you opened this page. Its state since {at}: {state}.")
TAKEN_SINCE = _(
    "Nothing was done: {name} has taken this case since you opened this page. To decide it yourself, take it over first."
)
DONE_ALREADY = _("This was done already; nothing was done twice.")
NOT_SURE_TO_ERASE = _("Nothing was done. Please tick that it shall be erased for good.")
NOT_SURE = _("Nothing was done. Please tick that the case shall end here, and refuse it then.")
NOT_HELD = _("Nothing was done. Please tick that the unit shall be held to account, and press again.")
NO_REASON = _("Please choose a reason, or write one.")
ANOTHER_NUMBER = _("{why} Please look at the number again.")
INSTEAD = _("{why} That number stands in the form now: merge with it, or give another one.")
NO_UNIT = _("There is no unit whose name has “{part}” in it. Please write another part of the name.")
MANY_UNITS = _("Several units have “{part}” in their name: {units}. Please write more of it.")
MORE_UNITS = _("Several units have “{part}” in their name: {units}, and {more} more. Please write more of it.")
NOTHING_TOLD = _("Please write in a few words what happened, or attach photos of the letter.")
NOT_FILED = _("Nothing is filed yet. Your words stand here still, with the files that could be taken: please look, and file it.")
FILE_LATER = _("{name} can't be taken just now. Please attach it again after {at}, or file the case without it.")
FILES_LEFT_OUT = _("At most {limit} files go with one case. The others were left out.")
NO_NAME = _("Please write the name.")
NAME_AND_PHONE = _("Please write both name and phone number, or neither.")
TOO_LONG = _("This is too long: {most} characters at most.")
LOOK_AGAIN = _("More was hidden in what you wrote. Nothing is published yet: please read it as it stands now, and publish it.")
UNKNOWN_CASE = _("There is no such case, or it is not for the supervision office to see.")
WITHDRAWN = _("The invitation of {name} is withdrawn; its link does not work any more.")
UNKNOWN_UNIT = _("This unit is not in the city's list.")
