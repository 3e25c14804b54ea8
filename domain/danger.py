"""Words of danger to life, so that 110, 119 and 120 are shown at once: this is no emergency service.

Showing the numbers in vain costs a line, not showing them may cost a life: so present danger counts wherever it is
named, and only what is plainly something else is left out: a thing's name (消防通道, 火锅), a fear or a rule (防火, 如果着火了),
something past (去年着火了). Of somebody's wish to die even the past and the conditional count.
"""

from __future__ import annotations

import re
import unicodedata

# Names of things and turns of speech that hold a word of danger.
_HARMLESS = re.compile(
    r"防(?:溺水|触电|自杀|火灾|爆炸|煤气中毒)|救命(?:钱|药|稻草|恩人|之恩|消防|通道)|跳楼(?:价|机|大?甩卖)"
    r"|(?:火灾|着火|起火|漏气|泄漏|泄露|燃气|煤气)的?(?:隐患|风险|报警器?|警报器|探测器|保险|调查|演练|预案|知识|宣传)"
    r"|(?:信息|知识|人口|客流)大?爆炸|爆炸(?:式|性|物品|危险品)|被困(?:扰|惑|难)|食物中毒(?:培训|预防)|慢性中毒|重则中毒"
    r"|流血(?:流汗|事件|流)|心在?流血|(?:令|让|使|叫)人窒息|强奸(?:式|民意)|扼杀|抹杀|想死(?:你|心)|不想死"
    r"|生活不下去|活不活|打不?着火|一哭二闹三上吊|落水(?:管|口|沟)"
    r"|fire (?:station|extinguisher|hydrant|door|exit|alarm|lane|drill|department|truck|hazard|escape|safety|engine)s?"
    r"|fire (?:inspection|code|work|pit|sprinkler|risk|insurance|marshal|fighter|access|route|system|protection)s?"
    r"|trapped (?:heat|moisture|odou?r|smell|water|rain\w*)|suicide prevention|gun (?:shop|law|range)|heart attack risk"
)

# A wish to die, whoever's and in whatever tense.
_DESPAIR = re.compile(
    r"(?:想|要|去|就|会|只能|只好|逼得?|准备|打算|不如)去?(?:自杀|自尽|寻死|轻生|割腕|上吊|跳[楼河江桥]|喝农药|死了算了|一了百了)"
    r"|[我他她人](?:现在|马上|已经)?(?:正在|在|要)(?:自杀|跳楼|上吊|割腕)|不想再?活|活不下去|活够了|不活了|没法活|想死|遗书"
    r"|死给(?:你|他|我|大家|政府)|结束[我自己她他]{0,2}的?生命|以死(?:相逼|抗争|明志|谢罪)|一死了之"
    r"|suicid(?:e|al)|(?:kill|hurt|harm)(?:ing)? (?:myself|himself|herself|themsel\w+)|end(?:ing)? my (?:own )?life"
    r"|(?:want|wants|going|rather) to (?:die|be dead)|(?:don'?t|do not) want to live|no reason to live"
    r"|jump off (?:the|a) (?:roof|bridge|building)"
)

_GAS = "(?:煤气|燃气|天然气|液化气|沼气|瓦斯|一氧化碳)"
_PERSON = "(?:人|孩子?|小孩|婴儿|老人|学生|儿童|妈|爸|奶|爷|儿子|女儿|丈夫|妻子|老公|老婆)"
_FIRE = (
    r"[着起失]大?火(?![车锅点地爆热气])|着起火|火灾|大火|火势|烧起来|浓烟呛|被火围|爆炸"
    rf"|{_GAS}.{{0,6}}(?:泄漏|泄露|漏了|漏气|中毒|味很|味道很|味太|味特别)|漏了?{_GAS}|(?:闻到|闻见|有|一股).{{0,5}}{_GAS}的?味"
)
_CAUGHT = (
    rf"被困|困在了?.{{0,8}}(?:[里中内上下车楼]|电梯)|电梯.{{0,6}}[困关][了住着有]?.{{0,4}}{_PERSON}"
    rf"|被(?:埋|压在.{{0,6}}[下底]|砸中|砸伤|砸到)|(?:[房楼墙桥]|矿|隧道|工地).{{0,6}}(?:要塌|塌了|倒塌|坍塌|垮塌)|山洪|泥石流"
    rf"|溺水|落水|{_PERSON}.{{0,4}}掉[进到下入]了?.{{0,6}}[水河江湖井坑池沟窨楼]|坠[楼落河井]|跳[楼河江桥]|触电|电死"
)
_VIOLENCE = (
    r"(?:在|又|天天|往死里|动手|追着)被?(?:殴打|打(?:人|[我他她](?!的?(?:电话|手机))|孩子|老人|老婆|架))"
    r"|被.{0,6}(?:殴打|打[伤晕死残得]|打破头|砍(?!价|伐|掉)|捅|绑架|劫持)|被打(?:了(?!回|下来|个?电话)|(?=[，。！,.! ]|$))"
    r"|被.{0,3}人打了|打(?:死人|起来了|破头)|群殴|斗殴|拿着?[刀枪斧]|持[刀枪械]|砍[人伤死]|捅(?:[人伤死]|了.{0,2}刀)"
    r"|杀[人了我他她死]|要[弄打砍整]死|家暴|劫持|拐走|强奸|投毒"
)
_LIFE = (
    r"救命|救救(?:我(?!们)|他|她|人)|快要?(?:死|不行)了|生命危险|流血|血流|出血不止|大出血|昏迷|昏倒|晕倒|晕过去|休克|窒息|抽搐"
    r"|没有?(?:呼吸|心跳)|呼吸困难|喘不上气|心梗|心脏病(?:发作|犯)|脑出血|奄奄一息|(?:食物|农药|酒精|药物)中毒|中毒(?:了|住院|昏)"
    r"|割腕|上吊|自杀|轻生|喝了?(?:农药|毒药)|吃了.{0,4}安眠药|出车祸|被车撞|撞[到倒了死伤]了?.{0,3}人"
)
_ENGLISH = (
    r"on fire|caught fire|(?:house|building|flat|apartment|car|there'?s a|there is a|big|huge) ?fire|fire!|house is burning"
    r"|gas leak\w*|leak\w* gas|smell(?:s|ing)? (?:of )?(?:the )?gas|carbon monoxide poison\w*|explosion|explod\w+"
    r"|trapped|stuck in (?:the|a|an) (?:elevator|lift)|drown(?:s|ing)?|electrocut\w+|buried alive"
    r"|(?:being|getting|been|was|is) (?:beaten|attacked|stabbed|shot|strangled|raped|kidnapped)"
    r"|beat(?:s|ing)? (?:me|him|her|them|up|his|the child|someone)|stabb(?:ed|ing)|(?:has|with) a (?:knife|gun)|shots fired"
    r"|gunshots?|kidnapp\w+|(?:going|trying|threaten\w*) to kill|kill (?:me|him|her)|domestic violence"
    r"|bleed(?:s|ing)|unconscious|not breathing|can'?t breathe|cannot breathe|chok(?:es|ing)|heart attack|having a stroke"
    r"|seizure|overdos\w+|dying|poisoned|(?:call|need) an ambulance|life[- ]threatening|save (?:me|him|her)|help me!|sos"
)
_DANGER = re.compile(rf"{_FIRE}|{_CAUGHT}|{_VIOLENCE}|{_LIFE}|\b(?:{_ENGLISH})(?!\w)")

_NOW = re.compile(
    r"现在|正在|刚刚|刚才|今天|今晚|今早|眼下|此刻|马上|赶快|赶紧|快来|快点|还在|又在|仍在|救命|救救"
    r"|\b(?:(?:right )?now|still|at the moment|currently|just|today|tonight|hurry|help|please come|quick(?:ly)?)\b"
)
_PAST = re.compile(
    r"[去前当那往早]年|上个?月|上上?周|上个?星期|前几?天|昨[天日晚]|以前|曾|过去|之前|小时候"
    r"|[0-9]{2,4}年|[〇零一二三四五六七八九]{4}年|[0-9]{1,2}月[0-9]{1,2}[日号]"
    r"|\b(?:last (?:week|month|year|night|summer|winter|spring|autumn|fall)|yesterday|(?:day|week|month|year)s? ago|used to"
    r"|in (?:19|20)[0-9]{2}|in the past)\b"
)
# Right before the word of danger: a fear, a condition, a risk or a rule rather than an event.
_ONLY_FEARED = re.compile(
    r"(?:如果|假如|要是|万一|一旦|倘若|若是|以免|避免|防止|预防|谨防|严防|担心|害怕|容易|可能|引发|引起|导致|造成|发生过|带来|存在|禁止|小心"
    r"|杜绝|减少|消除|多次|经常|随时"
    r"|\b(?:if|in case|in the event of|could|may|might|would|can|risk of|prevent\w*|avoid\w*|afraid of|fear of|cause an?|no)\b)"
    r"[^：:]{0,10}$"
    # These short words stand in many others (社会, 交易, 没有人管): only where they stand right before it.
    r"|(?:(?<![社机协工])会|(?<![交贸])易|怕|像|没有|没|差点)(?:发生|出现)?$"
)
_WHAT_IF = re.compile("怎么办|咋办|的?(?:隐患|风险|可能|案例|危险)")
# Many write a whole message with commas only, so what is past counts for its own clause.
_CLAUSE_END = re.compile(r"(?<=[。！？!?；;，,\n])|(?<=\.)\s")


def in_danger(text: str) -> bool:
    """Say whether a text in Chinese or English tells of danger to somebody's life at this moment."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    plain = _HARMLESS.sub("、", folded)
    if _DESPAIR.search(plain):
        return True
    for clause in _CLAUSE_END.split(plain):
        if _PAST.search(clause) and not _NOW.search(clause):
            continue
        for word in _DANGER.finditer(clause):
            before, after = clause[max(0, word.start() - 16) : word.start()], clause[word.end() : word.end() + 6]
            if not (_ONLY_FEARED.search(before) or _WHAT_IF.search(after)):
                return True
    return False
