"""What people can do: screens, acts and forms, one file a subject. A new subject is one file and its name here."""

from __future__ import annotations

from actions.context import Context
from dialog.subjects import Subject
from handlers import desk, filing, following, home, identity, office_desk, release, stray, timeline, unit_desk

SUBJECTS: tuple[Subject[Context], ...] = (
    home.SUBJECT,
    filing.SUBJECT,
    following.SUBJECT,
    timeline.SUBJECT,
    desk.SUBJECT,
    unit_desk.SUBJECT,
    office_desk.SUBJECT,
    release.SUBJECT,
    identity.SUBJECT,
    stray.SUBJECT,
)
