"""Showing a reporter's name to the office, or a misconduct report's to its discipline team; to nobody else."""

from __future__ import annotations

from actions import identity
from actions.context import Context
from dialog.outgoing import say
from dialog.subjects import Act, Reply, Subject
from dialog.texts import Secret, _


async def reveal(ctx: Context, id: str, version: int) -> Reply:
    """Show name and phone, once; the citizen's timeline says so."""
    reporter = await identity.reveal(ctx, id)
    return Reply(
        messages=(
            say(
                _("Case {number} was filed by {name}.", number=reporter.number, name=Secret(reporter.name)),
                _("Phone: {phone}", phone=Secret(reporter.phone)),
                _("This has been recorded, and the citizen can see that it was."),
            ),
        )
    )


SUBJECT: Subject[Context] = Subject(acts=(Act(name="reveal", do=reveal),))
