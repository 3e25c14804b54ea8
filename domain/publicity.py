"""What the public may read of a text: personal data masked as for a unit, and doors, positions and the people whom staff name.

A unit has to find the door, so its texts keep all but the citizen's own; the public has not. Like `domain.privacy` it masks what
is clear and rather too much of it: somebody at the office reads the text before it is released. Of a name not even the surname is
left, for with the place it may be enough. Masking a masked text changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from domain.names import covered_names, written_names
from domain.privacy import PLACEHOLDER, Kind, fold, mask

PROBLEM = 160
"""Characters of a problem that are proposed."""

_HAN_NUMBER = "[一二三四五六七八九十百零〇两]{1,4}"
_NUMBER = f"(?:[0-9]{{1,5}}|{_HAN_NUMBER})"
_ROOM = "(?: ?[0-9]{3,4}(?:室|号|房)?(?![0-9]))?"
_DOORS = re.compile(
    # 3号楼2单元501室, B座1203; 3-2-501, but no date
    f"(?<![0-9A-Za-z])(?:[0-9]{{1,4}}|[A-Za-z]) ?(?:号楼|号院|栋|幢|座){_ROOM}|{_HAN_NUMBER}(?:号楼|号院)"
    f"|{_NUMBER} ?单元{_ROOM}|(?<![0-9])[0-9]{{2,4}} ?(?:室|号房)|(?:[0-9]{{1,2}}|{_HAN_NUMBER}) ?楼(?![梯道顶宇])"
    "|(?<![0-9])[0-9]{1,2} ?层(?=[^面次级高])"
    "|(?<![0-9-])(?!(?:19|20)[0-9]{2}-)[0-9]{1,3} ?[-\u2010-\u2015] ?[0-9]{1,3} ?[-\u2010-\u2015] ?[0-9]{1,4}(?![0-9-])"
    f"|(?<![0-9-])[0-9]{{1,3}}-[0-9]{{1,2}}-(?={PLACEHOLDER[Kind.DOOR]})"
    # 五四西路12号, but neither a line nor a date
    f"|(?<=[路街巷道弄里村苑庄园区镇院社组队]) ?{_NUMBER}(?:-[0-9]{{1,4}})? ?号(?!线|公交|文件|令|通知|坑|桩)"
    f"(?:院|附 ?{_NUMBER} ?号|之{_HAN_NUMBER})?"
    "|(?<![A-Za-z])(?i:no\\.|number|room|rm\\.?|apt\\.?|apartment|flat|unit|building|bldg\\.?|block|house|floor|door)"
    " ?#? ?[0-9]{1,5}[A-Za-z]?(?![0-9A-Za-z])"
    "|(?<![0-9A-Za-z])[0-9]{1,5}[A-Za-z]?(?= (?:[A-Z][a-z]+ ){1,3}(?:Road|Rd|Street|St|Lane|Avenue|Ave)(?![a-z]))"
)
_DEGREES = "[0-9]{1,3}\\.[0-9]{3,}"
_SPOTS = re.compile(
    f"(?<![0-9.]){_DEGREES} ?°? ?[NSEWnsew]?[ ,、;/]{{1,3}}(?:[东西南北]经|[东西南北]纬)? ?{_DEGREES} ?°? ?[NSEWnsew]?"
)
_TWICE = re.compile("|".join(f"(?:{re.escape(shown)} ?){{2,}}" for shown in (PLACEHOLDER[Kind.DOOR], PLACEHOLDER[Kind.SPOT])))
_SENTENCE = "。！？!?；;\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A text for the public, and what was hidden in it now: its sort and what stood there."""

    text: str
    hidden: tuple[tuple[Kind, str], ...]


def publish(text: str, *, names: Sequence[str] = (), cover: Sequence[str] = ()) -> Published:
    """Mask everything by which somebody could be recognised; `names` and `cover` as in `domain.privacy.mask`."""
    return _publish(text, tuple(names), tuple(cover))


@lru_cache(4096)  # a plan is masked whenever somebody looks at the board
def _publish(text: str, names: tuple[str, ...], cover: tuple[str, ...]) -> Published:
    hidden: list[tuple[Kind, str]] = []
    # Again until nothing is left: what stands beside a placeholder may be a number only now.
    while (once := _published(text, names, cover)).text != text:
        hidden += once.hidden
        text = once.text
    return Published(text=text, hidden=tuple(hidden))


def _published(text: str, names: Sequence[str], cover: Sequence[str]) -> Published:
    folded = fold(text)
    written = (folded[name.start : name.end] for name in written_names(folded))
    masked = mask(text, names=(*names, *dict.fromkeys(written)), cover=cover)
    hidden = [(found.kind, found.original) for found in masked.found]
    shown = masked.text
    for kind, pattern in ((Kind.SPOT, _SPOTS), (Kind.DOOR, _DOORS)):
        found = [match.span() for match in pattern.finditer(fold(shown))]
        hidden += [(kind, shown[start:end].strip()) for start, end in found]
        shown = _replaced(shown, found, PLACEHOLDER[kind])
    shown = _replaced(shown, covered_names(shown), PLACEHOLDER[Kind.NAME])
    return Published(text=_TWICE.sub(lambda match: match[0].partition("〕")[0] + "〕", shown), hidden=tuple(hidden))


def _replaced(text: str, spans: Iterable[tuple[int, int]], shown: str) -> str:
    pieces: list[str] = []
    end = 0
    for start, stop in spans:
        pieces += text[end:start], shown
        end = stop
    return "".join((*pieces, text[end:]))


def first_words(text: str, most: int = PROBLEM) -> str:
    """Cut a masked text after its last whole sentence within so many characters, and never inside of a placeholder."""
    text = text.strip()
    if len(text) <= most:
        return text
    start = text[:most]
    if end := max(start.rfind(mark) for mark in _SENTENCE) + 1:
        return start[:end].strip()
    begun = start.rfind("〔")
    return (start[:begun] if begun > start.rfind("〕") else start) + "…"
