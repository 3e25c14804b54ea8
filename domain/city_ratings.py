"""The table [ratings] of city.toml: criteria that a window is rated by, usual reasons, and how long one visit counts as one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from domain.limits import Limit

_CODE = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingWord:
    """A criterion, or a usual reason of dissatisfaction, under its code."""

    code: str
    name: str
    name_en: str


CRITERIA = (
    RatingWord(code="discipline", name="纪律作风", name_en="Conduct of the staff"),
    RatingWord(code="lawfulness", name="依法办事", name_en="Following the rules"),
    RatingWord(code="service", name="服务质量", name_en="Quality of the service"),
    RatingWord(code="efficiency", name="办事效率", name_en="Speed"),
    RatingWord(code="integrity", name="廉洁自律", name_en="Honesty"),
)
"""The criteria of a city whose file has none."""

REASONS = (
    RatingWord(code="attitude", name="态度生硬、不耐烦", name_en="Unfriendly or impatient"),
    RatingWord(code="slow", name="等候太久、办理太慢", name_en="A long wait, or slow work"),
    RatingWord(code="unclear", name="没有一次讲清要办的手续", name_en="Not told at once what is needed"),
    RatingWord(code="errands", name="来回跑了多趟", name_en="Sent back and forth"),
    RatingWord(code="papers", name="要求不必要的材料", name_en="Asked for needless papers"),
    RatingWord(code="absent", name="上班时间窗口没人", name_en="Nobody at the window"),
    RatingWord(code="rules", name="没有按规定或时限办理", name_en="Against the rules, or past the limit"),
    RatingWord(code="favours", name="乱收费或索要好处", name_en="Improper charges or favours"),
)
"""The usual reasons of a city whose file has none."""

AGAIN = timedelta(hours=4)

EXAMPLES = {
    "again": 'again = "4h"',
    "criteria": 'criteria = [{code = "service", name = "服务质量", name_en = "Service quality"}]',
    "reasons": 'reasons = [{code = "slow", name = "等候太久、办理太慢", name_en = "A long wait, or slow work"}]',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """What the table says; the values here stand where it says nothing. `criteria` may be empty, `reasons` may not."""

    again: timedelta = AGAIN
    criteria: tuple[RatingWord, ...] = CRITERIA
    reasons: tuple[RatingWord, ...] = REASONS


def rating_again(value: object) -> timedelta:
    """Read how long one visit counts as one; raises ValueError."""
    elapsed = Limit.parse(str(value)).elapsed
    if elapsed is None:
        raise ValueError(f'"{value}" is not elapsed time: a visit is counted in hours, not in working days.')
    return elapsed


def rating_words(value: object) -> tuple[RatingWord, ...]:
    """Read a list of criteria or reasons; raises ValueError."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("It is not a list of entries with code, name and name_en.")
    words = tuple(_words(value))
    codes = [word.code for word in words]
    if twice := next((code for code in codes if codes.count(code) > 1), None):
        raise ValueError(f'The code "{twice}" stands there twice.')
    return words


def _words(entries: list[dict[str, object]]) -> Iterator[RatingWord]:
    for entry in entries:
        code, name, name_en = (str(entry.get(key, "")).strip() for key in ("code", "name", "name_en"))
        if unknown := entry.keys() - {"code", "name", "name_en"}:
            raise ValueError(f'An entry has code, name and name_en, but not "{min(unknown)}".')
        if not _CODE.fullmatch(code):
            raise ValueError(f'The code "{code}" can\'t be used: it has at most 32 letters a-z, digits, - and _ only.')
        if not name:
            raise ValueError(f'The entry "{code}" has no name.')
        yield RatingWord(code=code, name=name, name_en=name_en or name)
