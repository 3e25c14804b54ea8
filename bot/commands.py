"""The commands that a chat offers to whoever types a slash."""

from __future__ import annotations

from dialog.texts import Text, _

FOR_EVERYONE: tuple[tuple[str, Text], ...] = (
    ("start", _("Menu")),
    ("complain", _("File a complaint")),
    ("consult", _("Ask for advice")),
    ("suggest", _("Make a suggestion")),
    ("report", _("Report misconduct")),
    ("rate", _("Rate a service window")),
    ("my", _("My cases")),
    ("case", _("Look up a case by its number")),
    ("back", _("One step back")),
    ("cancel", _("Stop")),
    ("language", _("中文 / English")),
    ("privacy", _("Who learns what")),
    ("help", _("Help")),
)
FOR_STAFF: tuple[tuple[str, Text], ...] = (
    ("desk", _("My desk")),
    ("bell", _("Bell")),
    ("away", _("I will be away")),
    *FOR_EVERYONE,
)
