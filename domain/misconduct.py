"""Words that speak of staff who take what is not theirs, so that a misconduct report is offered: it goes to nobody they know.

To offer it in vain costs one press; so what plainly names a bribe, a favour or an abuse of office counts, and words that
people also say of shops and of each other (红包 of an app, 罚款 alone) do not.
"""

from __future__ import annotations

import re

_STAFF = (
    "(?:城管|执法|交警|民警|警察|干部|公务员|领导|局长|科长|所长|主任|书记|村长|工作人员|窗口|办事员"
    "|医生|老师|校长|队员|队长|检查|监察)"
)
_TAKES = (
    "(?:索要|索取|收了?|收受|拿了?|要了?|塞了?|送了?|给了?)[^，。！？,.!?\n]{0,6}"
    "(?:红包|好处费?|回扣|烟(?!花|雾|囱|道)|酒|礼[品金物]|贿|辛苦费|感谢费|茶水费|购物卡|黑钱|保护费|的钱)"
)
_MISCONDUCT = re.compile(
    "行贿|受贿|贿赂|索贿|贪污|贪腐|腐败|以权谋私|权钱交易|徇私|吃拿卡要|吃回扣|好处费|侵吞|挪用公款|私吞|中饱私囊|保护伞|官官相护|官商勾结"
    f"|(?={_STAFF}){_STAFF}[^。！？!?\n]{{0,16}}{_TAKES}|{_TAKES}[^。！？!?\n]{{0,8}}(?:才(?:不罚|给办|办|放行)|就不罚)"
    "|(?i:\\b(?:brib\\w+|corrupt(?:ion|ed)?|kickbacks?|embezzl\\w+)\\b)"
)


def speaks_of_misconduct(text: str) -> bool:
    """Tell whether a text speaks of bribes or of the abuse of an office."""
    return _MISCONDUCT.search(text) is not None
