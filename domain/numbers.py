"""The numbers a citizen keeps: case numbers with a check digit, and the secret code of a receipt.

A case number is `20261122-04217-3`: the day (YYYYMMDD), five random digits, one check digit (Damm). It says nothing
about how many cases there are. A receipt's code is 16 random digits; its canonical form has no spaces, `show_code`
groups it by four. Both are read from whatever a person typed or pasted: full-width digits, spaces, missing dashes, words
around them.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

CASE_RANDOM = 100_000
"""How many random parts a day's case numbers have: pass `case_number` a number below it."""

CODE_RANDOM = 10**16
"""How many receipt codes there are: pass `receipt_code` a number below it."""

# Damm's quasigroup of order 10 (H. M. Damm, 2004): finds every wrong digit and every swap of two neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)

_BETWEEN = r"[\s\-\u2010-\u2015\u2212_.\u200b-\u200f]{0,3}"
# Look-ahead, so that a stray digit before the number doesn't swallow the number's own beginning.
_CASE = re.compile(rf"(?<![0-9])(?=(20(?:{_BETWEEN}[0-9]){{12}})(?![0-9]))")
_CODE = re.compile(rf"(?<![0-9])(?=([0-9](?:{_BETWEEN}[0-9]){{15}})(?![0-9]))")


def case_number(day: date, random: int) -> str:
    """Make the case number of a day (2000 to 2099) from a random number below `CASE_RANDOM`.

    Raises ValueError outside of these ranges.
    """
    if not 2000 <= day.year <= 2099:
        raise ValueError(f"A case number's year must be from 2000 to 2099, not {day.year}.")
    if not 0 <= random < CASE_RANDOM:
        raise ValueError(f"A case number's random part must be from 0 to {CASE_RANDOM - 1}, not {random}.")
    digits = f"{day:%Y%m%d}{random:05d}"
    return f"{digits[:8]}-{digits[8:]}-{_remainder(digits)}"


def read_case_number(text: str) -> str | None:
    """Find the first case number in a text, in canonical form; None where none has a right date and check digit."""
    for found in _CASE.finditer(unicodedata.normalize("NFKC", text)):
        digits = re.sub(r"[^0-9]", "", found[1])
        if _remainder(digits) == 0 and _is_day(digits[:8]):
            return f"{digits[:8]}-{digits[8:13]}-{digits[13]}"
    return None


def receipt_code(random: int) -> str:
    """Make a receipt's code, 16 digits, from a random number below `CODE_RANDOM`; raises ValueError otherwise."""
    if not 0 <= random < CODE_RANDOM:
        raise ValueError("A receipt's code must be made from a number of at most 16 digits.")
    return f"{random:016d}"


def show_code(code: str) -> str:
    """Group a canonical code by four, as it is shown on a receipt."""
    return " ".join(code[start : start + 4] for start in range(0, 16, 4))


def read_code(text: str) -> str | None:
    """Find the first 16 digits that stand together in a text, in canonical form; None where there are none."""
    found = _CODE.search(unicodedata.normalize("NFKC", text))
    return re.sub(r"[^0-9]", "", found[1]) if found else None


def without_code(text: str) -> str:
    """Cover the codes in a text but for their last four digits."""
    text = unicodedata.normalize("NFKC", text)
    for start, end in reversed([found.span(1) for found in _CODE.finditer(text)]):
        text = f"{text[:start]}•••• {text[end - 4 : end]}{text[end:]}"
    return text


def _remainder(digits: str) -> int:
    """Run the digits through Damm's table: the check digit of a number without one, 0 for a right number with it."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def _is_day(digits: str) -> bool:
    try:
        date.fromisoformat(digits)
    except ValueError:
        return False
    return True
