"""Words on their way to a unit that speak of misconduct: whoever wrote them is asked once whether they are a report instead.

The report is a form of its own, opened with what was told already; the unit gets none of it.
"""

from __future__ import annotations

from actions.context import Context
from dialog.outgoing import Outgoing, say
from dialog.play import Dialog
from dialog.questions import Item, Option, Options, Told, dump_item
from dialog.subjects import Opening, Reply
from dialog.texts import Name, _
from domain.cases import CaseKind
from domain.misconduct import speaks_of_misconduct
from handlers.filing import MISCONDUCT_OR_NOT
from storage import cases

UNIT = Option("unit", _("The unit"))


async def readers(ctx: Context, id: str) -> Options:
    """Give the unit as the reader of what is told about a case, nobody where it is a report already."""
    case = await cases.get(ctx.tx, id)
    return () if case is None or case.kind is CaseKind.MISCONDUCT else (UNIT,)


async def is_report(d: Dialog, text: str) -> bool:
    """Ask whether words are to be a misconduct report, if they speak of one."""
    if not speaks_of_misconduct(text):
        return False
    wish = await d.choose(
        "misconduct",
        _(
            "What you say speaks of somebody who abuses their office, and the unit would read it. A misconduct report goes to a"
            " discipline team alone: neither the unit nor the supervision office reads it. How shall we pass it on?"
        ),
        MISCONDUCT_OR_NOT,
        label=_("Report or not"),
    )
    return wish == CaseKind.MISCONDUCT


def in_words(reasons: Options) -> str:
    """Write usual reasons down as what is said of the staff at a window."""
    names = (option.label.args.get("name") for option in reasons)
    return "\n".join(f"窗口{name.zh}" for name in names if isinstance(name, Name))


def as_report(told: Told, *before: Outgoing, about: str = "") -> Reply:
    """Begin a misconduct report with what was told; `about` are words that say first what it is about."""
    first = (Item(text=about),) if about else ()
    items = (*first, *(item for item in told.items if not item.picked))
    now = say(_("Now for the misconduct report. If you can, add who it was, where and when."))
    return Reply(messages=(*before, now), opens=Opening(form="file", arg=CaseKind.MISCONDUCT, items=tuple(map(dump_item, items))))
