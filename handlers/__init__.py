"""What people can do: screens, acts and forms, one file a subject. A new subject is one file and its name here."""

from __future__ import annotations

from actions.context import Context
from dialog.subjects import Subject
from handlers import (
    absence,
    accountability,
    bells,
    caller,
    desk,
    digest,
    extensions,
    filing,
    following,
    head_desk,
    home,
    identity,
    merging,
    office_desk,
    office_queue,
    planning,
    release,
    silence,
    staff,
    stray,
    templates,
    timeline,
    unit_desk,
    windows,
)

SUBJECTS: tuple[Subject[Context], ...] = (
    home.SUBJECT,
    filing.SUBJECT,
    windows.SUBJECT,
    following.SUBJECT,
    timeline.SUBJECT,
    desk.SUBJECT,
    bells.SUBJECT,
    unit_desk.SUBJECT,
    templates.SUBJECT,
    absence.SUBJECT,
    head_desk.SUBJECT,
    planning.SUBJECT,
    extensions.SUBJECT,
    office_desk.SUBJECT,
    digest.SUBJECT,
    accountability.SUBJECT,
    office_queue.SUBJECT,
    merging.SUBJECT,
    staff.SUBJECT,
    caller.SUBJECT,
    silence.SUBJECT,
    release.SUBJECT,
    identity.SUBJECT,
    stray.SUBJECT,
)
