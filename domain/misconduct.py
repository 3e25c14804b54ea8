"""Words that speak of staff who take what is not theirs, so that a misconduct report is offered: it goes to nobody they know.

To offer it in vain costs one press; so what plainly names a bribe, a favour or an abuse of office counts: gifts and sums that go
to staff, aid that goes to their relatives, officials who beat somebody. Words that people also say of shops and of each other
(红包 of an app, 罚款 alone, fees) do not.
"""

from __future__ import annotations

import re

_IN_CLAUSE, _IN_SENTENCE = "[^，。！？,.!?\n]", "[^。！？!?\n]"
_OFFICIALS = (
    "(?:城管|执法|[民交辅协]警|警察|监察|干部|公务员|领导|主任|支书|书记|[局科所处乡镇区县市村站]长|队[员长]|工作人员|办事员)"
)
_STAFF = f"(?:{_OFFICIALS}|窗口|医生|老师|校长|检查|[局院]|政府|部门|[村居]委会?)"
_HANDS = f"(?:索要|索取|收了?|收受|拿了?|要(?!用)了?|塞了?|送了?|给了?){_IN_CLAUSE}{{0,6}}"
_GIFT = "(?:红包|好处费?|回扣|烟(?!花|雾|囱|道)|酒|礼[品金物]|贿|辛苦费|感谢费|茶水费|购物卡|黑钱|保护费|的钱)"
_SUM = "[0-9〇零一二两三四五六七八九十百千万几多数]{1,8}(?:块钱?|元钱?|万)(?!押金|.{0,3}费)"
_SPEAKS = (
    "行贿|受贿|贿赂|索贿|贪污|贪腐|腐败|以权谋私|权钱交易|徇私|吃拿卡要|吃回扣|好处费|侵吞|挪用公款|私吞|中饱私囊|保护伞|官官相护|官商勾结",
    "(?i:\\b(?:brib\\w+|corrupt(?:ion|ed)?|kickbacks?|embezzl\\w+)\\b)",
    f"吃空饷|虚报人头|[冒套][领取]{_IN_CLAUSE}{{0,8}}(?:补[贴助]|资金|低保)",
    f"{_STAFF}{_IN_SENTENCE}{{0,16}}{_HANDS}{_GIFT}",
    f"{_HANDS}{_GIFT}{_IN_SENTENCE}{{0,8}}(?:才(?:不罚|给办|办|放行)|就不罚)",
    f"(?:{_OFFICIALS}|窗口){_IN_SENTENCE}{{0,12}}{_HANDS}{_SUM}{_IN_SENTENCE}{{0,4}}(?:不给?办|没[给有]?办|不管|就不|才[不给肯放])",
    f"{_OFFICIALS}{_IN_CLAUSE}{{0,6}}[收拿要]了?[黑脏]?钱",
    f"{_OFFICIALS}{_IN_SENTENCE}{{0,12}}[装揣][进入到]?(?:自己|个人)?的?(?:口袋|腰包)",
    "[给送塞]钱才|不[给送塞](?:钱|红包|礼)就[拖卡不]",
    f"(?:{_OFFICIALS}|[村居]委会?){_IN_SENTENCE}{{0,12}}(?:低保|补[贴助]|名额|指标|工程){_IN_SENTENCE}{{0,6}}给了?(?:自己|他|她)?家?的?(?:亲[戚友属]|家人|熟人)",
    f"(?:城管|执法|[民交辅协]警|警察|干部|村长|支书|书记){_IN_CLAUSE}{{0,8}}(?:打人|殴打|打伤|打骂)",
)
_MISCONDUCT = re.compile("|".join(_SPEAKS))


def speaks_of_misconduct(text: str) -> bool:
    """Tell whether a text speaks of bribes or of the abuse of an office."""
    return _MISCONDUCT.search(text) is not None
