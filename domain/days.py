"""Days as people write them: 2026-11-27, 2026年11月27日, 11月27日, 明天."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

_WHOLE = re.compile(r"(20\d\d)\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})\D{0,3}", re.ASCII)
_OF_SOME_YEAR = re.compile(r"(\d{1,2})\s?[月/.-]\s?(\d{1,2})\s?[日号]?", re.ASCII)
_FROM_TODAY = {
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "yesterday": -1,
    "今天": 0,
    "今日": 0,
    "today": 0,
    "明天": 1,
    "明日": 1,
    "tomorrow": 1,
    "后天": 2,
    "day after tomorrow": 2,
    "the day after tomorrow": 2,
    "大后天": 3,
}


def read_day(text: str, today: date, *, ahead: bool) -> date | None:
    """Read a day; None if it is none. Without a year it is the next such day from today on, or if not `ahead` the last one."""
    plain = unicodedata.normalize("NFKC", text).strip().rstrip("。.").casefold()
    if plain in _FROM_TODAY:
        return today + timedelta(days=_FROM_TODAY[plain])
    if whole := _WHOLE.fullmatch(plain):
        return _day(int(whole[1]), int(whole[2]), int(whole[3]))
    if some := _OF_SOME_YEAR.fullmatch(plain):
        years = (today.year, today.year + 1) if ahead else (today.year, today.year - 1)
        days = (_day(year, int(some[1]), int(some[2])) for year in years)
        return next((day for day in days if day and (day >= today if ahead else day <= today)), None)
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
