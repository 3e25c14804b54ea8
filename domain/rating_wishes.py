"""Words that are only about wanting to rate: 评价, 我要给4号窗口打分, rate. What else they say is where."""

from __future__ import annotations

import re
import unicodedata

_WISH = "(?:你好[,，]?)?(?:我)?(?:想要|想|要|来|能不能|可以)?"
_RATE = "(?:评价|评分|打分|打个分|评个分|做评价|做个评价|好评|差评|点评|点赞)"
_PATTERNS = (
    re.compile(f"{_WISH}(?:给|对|为)(?P<where>.+?)(?:做|进行|一个|个|提交)?{_RATE}(?:一下|吗)?"),
    re.compile(f"{_WISH}(?:去|给)?(?:一个|个)?{_RATE}(?:一下)?(?P<where>.*)"),
    re.compile(
        r"(?:please |can i |i(?:'d| would) like to |i want to |let me )?"
        r"(?:rate|rating|review|give a rating|leave a rating|leave a review|score)(?: (?:for|to))?"
        r"(?: (?:a|an|the|my|your|this))?(?P<where>(?: .*)?)"
    ),
)
_NOWHERE = re.compile(
    "(?:这个|那个|你们|一个|本)?(?:窗口|服务|窗口服务|工作人员|大厅)?|(?:service )?(?:window|counter|service|it)?"
)


def rating_wish(text: str) -> str | None:
    """Give what is said about where one would like to rate, "" where nothing is; None for other words."""
    folded = unicodedata.normalize("NFKC", text).strip().rstrip(".。!,?~").casefold()
    for pattern in _PATTERNS:
        if wish := pattern.fullmatch(folded):
            where = wish["where"].strip(" ,、:")
            return "" if _NOWHERE.fullmatch(where) else where
    return None
