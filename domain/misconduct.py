"""Words that speak of staff who take what is not theirs, so that a misconduct report is offered: it goes to nobody they know.

To offer it in vain costs one press; so what plainly names a bribe, a favour or an abuse of office counts: gifts and sums that go
to staff, aid and favours that go to their relatives, figures that they make up, warnings that they give, officials who beat
somebody. Words that people also say of shops and of each other (红包 of an app, 罚款 alone, fees) do not.
"""

from __future__ import annotations

import re

from domain.simplified import simplified

_IN_CLAUSE, _IN_SENTENCE = "[^，。！？：,.!?:\n]", "[^。！？!?\n]"
_AGENCY = "(?:局|(?<![诊会厕务律待])所|政府|街道办?|办事处|管理处|执法队|大队|中队|环卫站)"
_UTILITY = "(?:(?:供水|自来水|供电|电力|燃气|天然气|供热|热力)(?:公司|[所站局])的?(?:人|师傅|员工|收费员)|抄表员)"
_OFFICIALS = (
    "(?:城管|执法|[民交辅协]警|警察|监察|干部|公务员|领导|主任|支书|书记|村会计|[局科所处乡镇区县市村站]长(?![期年久途])|队[员长]|工作人员|办事员"
    f"|{_AGENCY}里?的(?:人|同志))"
)
_STAFF = f"(?:{_OFFICIALS}|{_AGENCY}|院|窗口|医生|老师|[校园]长|检查|部门|[村居]委会?)"
_HANDS = f"(?:索要|索取|收了?|收受|拿了?|要(?!用)了?|塞了?|送了?|给了?){_IN_CLAUSE}{{0,6}}"
_GIFT = "(?:红包|好处费?|回扣|烟(?!花|雾|囱|道)|酒|礼[品金物]|贿|辛苦费|感谢费|茶水费|购物卡|黑钱|保护费|的钱)"
_SUM = "[0-9〇零一二两三四五六七八九十百千万几多数]{1,8}(?:块钱?|元钱?|万)(?!押金|.{0,3}费)"
_TREAT = (
    "(?:[给送塞](?:红包|好处|购物卡|[烟酒礼](?![物品仪花雾]))|[送塞]钱|请(?:他们?|领导|师傅)?(?:吃[个顿]?饭|喝酒|客(?![运户服人商]))|打点(?!滴)"
    "|意思一?下)"
)
_KIN = "(?:孩子|儿子|女儿|子女|儿媳|女婿|老婆|妻子|丈夫|老公|小舅子|[兄弟]弟|哥哥|侄[子女]|外甥|亲[戚属友]|家[人属])"
_PUBLIC = "(?:财政|国家|公家|扶贫|补[贴助偿]|专项|低保)"
_SPEAKS = (
    "行贿|受贿|贿赂|索贿|贪污|贪腐|腐败|以权谋私|权钱交易|徇私|吃拿卡要|吃回扣|好处费|侵吞|挪用公款|私吞|中饱私囊|保护伞|官官相护|官商勾结",
    "(?i:\\b(?:brib\\w+|corrupt(?:ion|ed)?|kickbacks?|embezzl\\w+)\\b)",
    f"吃空饷|虚报人头|[冒套][领取]{_IN_CLAUSE}{{0,8}}(?:补[贴助]|资金|低保)",
    f"{_STAFF}{_IN_SENTENCE}{{0,16}}{_HANDS}{_GIFT}",
    f"{_HANDS}{_GIFT}{_IN_SENTENCE}{{0,8}}(?:才(?:不罚|给办|办|放行)|就不罚)",
    f"(?:{_OFFICIALS}|窗口){_IN_SENTENCE}{{0,12}}{_HANDS}{_SUM}{_IN_SENTENCE}{{0,4}}(?:不给?办|没[给有]?办|不管|就不|才[不给肯放])",
    f"{_OFFICIALS}{_IN_CLAUSE}{{0,6}}[收拿要]了?[黑脏]?钱",
    f"(?:{_OFFICIALS}|[校园院]长|医生|老师){_IN_SENTENCE}{{0,12}}[装揣][进入到]?(?:了?自己|个人)?的?(?:口袋|腰包|兜)",
    "[给送塞]钱才|不[给送塞](?:钱|红包|礼)就[拖卡不]",
    f"(?:{_STAFF}|{_UTILITY}){_IN_CLAUSE}{{0,12}}(?:(?:暗示{_IN_CLAUSE}{{0,6}}|[让叫要逼]{_IN_CLAUSE}{{1,6}}){_TREAT}"
    f"|{_TREAT}{_IN_CLAUSE}{{0,2}}才|不{_TREAT}{_IN_CLAUSE}{{0,2}}(?:[拖卡]|[不没][给办批])|不给钱就?不给?[办盖批签]"
    f"|[给向为]{_IN_CLAUSE}{{1,8}}(?:通风报信|透风)|虚报{_IN_CLAUSE}{{0,10}}(?:[人户]数|面积|数量|工程|资金|开支|费用|{_PUBLIC}))",
    f"{_OFFICIALS}{_IN_CLAUSE}{{0,12}}(?:挪用|骗[取走了]?{_IN_CLAUSE}{{0,4}}{_PUBLIC}"
    f"|[用开]着?(?:公车|公务车|执法车|(?:公家|单位)的?车){_IN_CLAUSE}{{0,6}}(?:接送|孩子|上学|私事|买菜|旅游|老家|吃饭|喝酒))",
    f"{_OFFICIALS}家?的?{_KIN}{_IN_CLAUSE}{{0,8}}"
    "(?:不[用必需](?:摇号|排队|考试|审批|交)|免试|直接[上进当]|承包|包揽|中标|[吃领]低保|走后门|插队)",
    "公车私用|公款(?:吃喝|旅游|消费|送礼)",
    f"(?:{_OFFICIALS}|[村居]委会?){_IN_SENTENCE}{{0,12}}(?:低保|补[贴助]|名额|指标|工程){_IN_SENTENCE}{{0,6}}给了?(?:自己|他|她)?家?的?(?:亲[戚友属]|家人|熟人)",
    f"(?:城管|执法|[民交辅协]警|警察|干部|村长|支书|书记){_IN_CLAUSE}{{0,8}}(?:打人|殴打|打伤|打骂)",
)
_MISCONDUCT = re.compile("|".join(_SPEAKS))


def speaks_of_misconduct(text: str) -> bool:
    """Tell whether a text speaks of bribes or of the abuse of an office."""
    return _MISCONDUCT.search(simplified(text)) is not None
