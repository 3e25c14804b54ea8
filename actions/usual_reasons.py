"""The usual reasons of the office's decisions: kept in plain words of the city's first language, read by each in their own."""

from __future__ import annotations

from dialog.texts import Text, _

REFUSALS: dict[str, Text] = {
    "not_ours": _("It is not for the offices of this city to deal with"),
    "court": _("It is before a court, or a court has decided it"),
    "unclear": _("Too little is known to act on"),
    "dealt_with": _("It has been dealt with already and nothing new was said"),
}
TAKEN_BACK: dict[str, Text] = {
    "mistake": _("It was assigned to your unit by mistake"),
    "look_again": _("The office has to look at it once more"),
}
CHECKED: dict[str, Text] = {
    "checked": _("We have looked at the result, and it is not solved"),
    "called": _("We have asked the citizen, and it is not solved"),
}
KEPT = {
    "not_ours": "不属于本市受理范围",
    "court": "已进入诉讼程序或已有法院裁判",
    "unclear": "情况不清，无法办理",
    "dealt_with": "此前已办结，且没有新的情况",
    "mistake": "派错单位",
    "look_again": "督查办需要进一步核实",
    "checked": "经核查，问题没有解决",
    "called": "经回访，群众反映问题没有解决",
}
_READ = {KEPT[key]: text for key, text in (REFUSALS | TAKEN_BACK | CHECKED).items()}


def as_read(kept: str) -> Text | str:
    """Give a reason to its reader; one in somebody's own words is as they wrote it."""
    return _READ.get(kept, kept)
