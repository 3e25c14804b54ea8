"""The level that somebody's words give a service: 服务很好，谢谢 is satisfied, 差评 is not. None where they give none, or two.

Only words that say nothing else count clause by clause, for a level that was misread is worse than one asked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from domain.cases import Satisfaction

_OF = "(?:(?:你们|这里|窗口|工作人员)?的?(?:服务|态度|服务态度|环境|办事|办得|效率|速度))?(?:都|也)?"
_VERY = "(?:很|非常|特别|十分|挺|真|太|超级|真的很)"
_ENGLISH_OF = "(?:(?:it|the service|service|everything) (?:was|is) )?(?:very |really |so |quite )?"
CLAUSES: Mapping[Satisfaction, re.Pattern[str]] = {
    Satisfaction.SATISFIED: re.compile(
        f"{_OF}{_VERY}(?:好|棒|赞|满意|不错|周到|耐心|热情)(?:了|的)?|好评|点赞|不错|满意的|服务好|态度好"
        f"|{_ENGLISH_OF}(?:good|great|excellent|nice|perfect|satisfied|happy)(?: service)?|well done"
    ),
    Satisfaction.FAIRLY: re.compile(f"{_OF}(?:较满意|比较好|还不错)|quite satisfied|fairly good"),
    Satisfaction.BASICALLY: re.compile(f"{_OF}(?:一般|一般般|还行|还可以|马马虎虎|凑合)|so-so|average|acceptable"),
    Satisfaction.DISSATISFIED: re.compile(
        f"{_OF}{_VERY}?(?:差|差劲|糟|糟糕|恶劣|不好|不满意|不行)(?:了|的)?|差评"
        f"|{_ENGLISH_OF}(?:bad|poor|terrible|awful|dissatisfied|unsatisfied|not good|not satisfied)(?: service)?"
    ),
}
"""What a clause may be, as a whole, beside a level's own name."""

_END = re.compile(r"[,。.!;；、~\n]+|(?<=[\u4e00-\u9fff])\s+")
_TURN = re.compile(r"但|不过|可是|就是|\bbut\b|\balthough\b|\bthough\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSaid:
    """A level, and whether the words say nothing but that."""

    level: Satisfaction
    alone: bool


def level_said(text: str, names: Mapping[str, Satisfaction]) -> LevelSaid | None:
    """Read the level from words; `names` are the levels' names in all languages, folded."""
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    clauses = [clause.strip() for clause in _END.split(folded) if clause.strip()]
    levels = [names.get(clause) or next((level for level, words in CLAUSES.items() if words.fullmatch(clause)), None)
              for clause in clauses]  # fmt: skip
    first = levels[0] if levels else None
    if first is None or _TURN.search(folded) or any(level not in (None, first) for level in levels):
        return None
    return LevelSaid(level=first, alone=len(levels) == 1)
