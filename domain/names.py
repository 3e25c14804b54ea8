"""Names that a text itself gives: 我叫王小明, 联系人：扎西才让, My name is John Smith.

Only clear cases, for who masks every word that could be a name masks the complaint. Works on text whose full-width forms
are folded. Wherever a masked name (王**) stands already nothing is found, so that masking twice changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.prefectures import PREFECTURES


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidName:
    """Where a name stands. `sure` is False where its last character may be the next word's first (我叫王伟昨天)."""

    start: int
    end: int
    sure: bool


# Surnames that are frequent, in China or on the plateau of Qinghai, and begin few everyday words.
_FREQUENT = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤祁冶妥祝辛尚翟樊芦鲍俞岳倪裘骆"
)
# Rarer ones, or such as begin many other words too: only after 我叫 or a label with its colon.
_OTHERS = (
    "于向常温康施文牛乔安易庞柴焦兰鲁颜申洪詹葛聂左梅章齐庄欧耿关殷游裴纪路季项管柯华柳涂包苗房费艾阮冉窦童屈娄邢鄢"
    "褚卫尤华戚喻柏水云郎凤花皮卞伍元卜穆米贝臧计伏谈茅席麻强危刁宗宣邓郁杭诸滕荣荀羊甄曲封储靳松井富巫乌"
    "牧隗山谷宓蓬班仰秋仲伊宫宁仇甘厉戎符景束幸司韶郜蓟薄印宿怀蒲邰鄂索咸籍赖卓蔺屠蒙池阴胥苍双闻莘党贡劳逄姬扶堵"
    "宰郦雍却桑桂濮寿边扈燕冀浦农晏瞿阎充慕茹习宦鱼容古慎戈庾终暨居衡步弘匡寇广禄阙东沃利蔚越隆巩厍晁敖融"
)
_DOUBLE = "欧阳|上官|司马|诸葛|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|东方|端木|长孙|宇文|独孤|南宫"
# Tibetan names have no surname; these are the commonest halves of them, as they are written on the plateau.
_TIBETAN = (
    "扎西|才让|才仁|卓玛|多杰|多吉|尼玛|旦增|丹增|次仁|泽仁|索南|达娃|桑杰|仁青|仁增|完么|完德|拉毛|德吉|央金|格桑|白玛|尕藏|"
    "华旦|加措|嘉措|玉珍|卓嘎|拉姆|贡布|平措|旺堆|巴桑|普布|边巴|洛桑|强巴|更登|东智|项秀|措毛|吉毛|南杰|万玛|才旦|公保|昂毛"
)
# The same of Uyghur, Hui and Salar names.
_FAR = (
    "阿依|古丽|热依|帕提|买买提|艾买提|麦麦提|吐尔逊|艾力|阿不都|阿卜杜|阿布都|木拉提|努尔|依明|玉素|优素|尤素|伊布拉|穆罕|穆萨|"
    "法图麦|法蒂玛|阿米娜|索菲亚|哈丽麦|麦尔|热孜|塔吉|迪丽|孜巴|再努|阿西木|哈桑|侯赛"
)
_HAN = "[\u4e00-\u9fff]"
_END = f"(?!{_HAN}|\\*)"

# What follows 我是 or 本人 and looks like surname + given name, but is not: 我是高中生, 本人马上.
_NO_NAME = (
    "马上|马路|方便|方面|任何|任职|任教|白天|白班|白领|高中|高一|高二|高三|高级|高校|高龄|高考|高度|高职|严重|严格|石油|"
    "石材|金融|万分|万般|万一|万元|万块|万人|高峰|方案|江西|江苏|江南|江北|龙头|武汉|武警|夏天|向来|向您|向你|向贵|向有|向市|向上|何时|何地|何处|何人|何种|"
    "谢谢|许多|许可|程序|孔雀|田地|田间|汤锅|金牌|金额|白白|毛坯|毛病|黄牛|林业|林场|林地|叶落|陆续|陆军|莫名|莫非|史上|钱款|钱财|"
    "常住|常年|常常|文盲|文员|文化|单位|单亲|单身|单独|房东|房主|房客|房屋|党员|司机|车主|车上|车辆|于是|安徽|安置|成都|成年|华侨|"
    "应届|应该|家住|家里|家长|家属|家在|农民|农村|师范|师生|师傅|全家|全职|全体|全程|和平|东北|平时|平常|山东|山西|云南|广东|广西|"
    "国家|国企|通过|通知|连续|从来|从事|从小|时常|明确|明白|计划|满意|能够|能否|别人|利用|居住|居民|边缘|容易|都是|都没|双方|"
    "老师|医生|护士|师傅|先生|女士|小姐|主任|局长|处长|科长|经理|书记|阿姨|大爷|大妈|同学|警官|律师|校长|院长|村长|队长|站长|"
    "周围|周边|任凭|曾经|曾在|曾是|曾被|曾向|高兴|高烧|高血|万幸|尚未|尚在|白血|黄疸|金婚|陶醉|高层"
)
_TITLE = (
    "老师|医生|护士|师傅|先生|女士|小姐|主任|局长|处长|科长|经理|书记|阿姨|大爷|大妈|同学|警官|律师|校长|院长|村长|队长|站长|总"
)
# Last characters of what somebody is or where they live (我是常客, 我是金陵镇): not of a name after the mere 我是.
_NO_NAME_END = "[人员工者户客们的了吗吧呢么机在于已将镇村乡县市区省州街路队厂校院局]"
# Second characters that, with more text after them, rather begin the next word: 我叫王伟住在.
_NEXT_WORD = "是住在的今家男女现系电身联有和与也说想要反来自为因于从被就很对这那一名我你您他"

# What ends a line and is rather a place than whoever signed.
_NO_SIGNATURE_END = "[城府苑湾园湖里河沟庄寺庙桥口坡滩台店站楼号巷弄家坊堡寨屯营门塔坪层厦场屋]"
# What is said last in a message as a name would be: wishes, demands, things, shops, cities.
_NO_SIGNATURE = (
    "(?:祝(?:[好安福愿您你顺]|大家|工作|身体|生活|一切)|严[查惩办]|高[铁温压]|黄[土沙泥]|石[头子]|白[云天]|江水|雷雨|余款|何解|陈述"
    f"|万达|苏宁|{'|'.join(PREFECTURES)})"
)
# Words of a sentence that are in no given name.
_NO_GIVEN = (
    "没不被是还已了的个有在去来给打请这那我你他她它们无也都就又再到从么吗呢吧啊很太把"
    "让说叫问找做吃喝看走接回要该着只因所后前下里外间"
)
_RESIDENT = "(?:[住业户租]户|业主|户主|房主|租客|房客|居民|村民|市民|群众|家长|学生)"
_PHONE_WORD = "(?:联系)?(?:电话|手机|方式)(?:号码|号)?"

_SAYS = (
    f"(?:我叫做?|(?<![店群校路园牌])名叫|真名[是叫]?|我的?名字[是叫:]做?|(?<!{_HAN})名字(?= ?:)|我姓名|本人叫|本人姓名"
    f"|我是{_HAN}{{1,6}}[族人][, ]{{1,2}}(?:名字?)?叫)[ :是为]{{0,3}}"
)
_LABEL = "(?:姓 ?名|(?<!被)(?:联系|投诉|举报|反映|申请|申诉|来信|上访|报修)人(?:姓名)?|署名|落款|签名人?)"
_FULL = f"(?:{_DOUBLE}|[{_FREQUENT}{_OTHERS}])(?!{_TITLE}){_HAN}"
# A frequent surname with a given name, where little else tells that it is one.
_PLAIN = f"((?:{_DOUBLE}|[{_FREQUENT}])(?!{_TITLE}|某|家)(?:(?![{_NO_GIVEN}]){_HAN}){{1,2}}(?<!{_NO_NAME_END}))"
_AFTER_STRONG = re.compile(
    f"(?=[我名真本姓联投举反申来上报署落签])(?:{_SAYS}|{_LABEL}[ :是为=-]{{1,3}})"
    f"(?:(?P<sure>{_HAN}{{1,8}}·{_HAN}{{1,8}}(?:·{_HAN}{{1,8}})?|(?={_HAN}{{0,2}}(?:{_TIBETAN}|{_FAR})){_HAN}{{2,8}}{_END}"
    f"|(?:{_TIBETAN}|{_FAR}){{1,4}}|{_FULL}{_HAN}?{_END}|{_FULL}(?=[{_NEXT_WORD}])"
    f"|[A-Z][a-z'-]+(?: [A-Z][a-z'-]+){{0,3}}(?![A-Za-z]))"
    f"|(?P<unsure>(?!{_NO_NAME}){_FULL}{_HAN}(?!\\*)))"
)
# 姓名： can be followed by nothing but a name, whatever it looks like.
_AFTER_LABEL = re.compile(f"(?:姓 ?名|联系人) ?: ?({_HAN}{{2,4}}){_END}")
_AFTER_WEAK = re.compile(
    f"(?=[我本姓联投举反申来上报署落签])(?:我是|(?<![基日])本人(?: ?[:是])? ?|{_LABEL})(?!{_NO_NAME})"
    f"((?:{_DOUBLE}|[{_FREQUENT}])(?!{_TITLE}){_HAN}{{1,2}}(?<!{_NO_NAME_END})|(?:{_TIBETAN}){{2}}){_END}"
)
_NO_ENGLISH_NAME = (
    "(?:Chinese|American|British|English|Tibetan|Mongol|Muslim|Hui|Han|Party|Vice|Deputy|Chief|Senior|General|Head|Building|Room|Flat|Old|New|North"
    "|South|East|West|The|A|Mr|Mrs|Ms|Not|Very|Sorry)(?![a-z])"
)
_ENGLISH = re.compile(
    r"(?=[MNCmnc])(?i:(?<![a-z])my (?:full )?name is|(?<![a-z])(?:name|contact person|contact) ?:) {0,3}"
    r"((?:[A-Z][a-z'-]+|[A-Z]\.?)(?: [A-Z][a-z'-]+){0,3})(?![A-Za-z])"
)
# I am Mary Brown, this is Mary Brown speaking
_I_AM = "(?:I am|I'm|I\u2019m)"
_ENGLISH_WORD = "[A-Z][a-z'-]+(?: [A-Z]\\.)?"
_ENGLISH_NAME = f"{_ENGLISH_WORD}(?: {_ENGLISH_WORD}){{0,2}}"
_INTRODUCED = re.compile(
    f"(?<![A-Za-z])(?:{_I_AM} (?!{_NO_ENGLISH_NAME})({_ENGLISH_WORD}(?: {_ENGLISH_WORD}){{1,2}})(?![A-Za-z])"
    f"|(?:{_I_AM}|[Tt]his is|[Ii]t's) ({_ENGLISH_NAME})(?= (?:speaking|calling|writing)(?![a-z])))"
)
# Yours sincerely, Mary Brown
_SIGNED_OFF = re.compile(
    f"(?i:regards|sincerely|faithfully|truly|thanks|thank you)[,.!]? ?\n[ \n]{{0,2}}({_ENGLISH_NAME}) ?(?=\n|\\Z)"
    f"|(?i:regards|sincerely|faithfully|yours truly), ?({_ENGLISH_NAME})[ .]?(?=\n|\\Z)"
)
# 我姓张，叫张伟; 姓马，名叫玉兰
_AFTER_SURNAME = re.compile(
    f"(?:我|本人|(?<!{_HAN}))姓(?:{_DOUBLE}|[{_FREQUENT}{_OTHERS}])[ ,、]{{0,2}}"
    f"(?:名字?叫|名字是|叫做?|名) ?({_HAN}{{2,3}}){_END}"
)
# The people of whom citizens write: 我奶奶张桂兰, 邻居李国强. Only a frequent surname with two more characters.
_FAMILY = (
    "奶奶|爷爷|外公|外婆|姥姥|姥爷|父亲|母亲|爸爸?|妈妈?|丈夫|妻子|老公|老婆|爱人|儿子|女儿|孙子|孙女|哥哥?|姐姐?|弟弟?|妹妹?"
    "|叔叔?|舅舅?|姑姑|姨妈|公公|婆婆|岳父|岳母|侄子|侄女|外甥"
)
_KIN = f"(?:{_FAMILY}|邻居|同事|同学|朋友|房东|室友)"
_OF_KIN = re.compile(
    f"(?:(?:我|俺|本人)(?:的|家|家的)?(?:{_KIN}|孩子|小孩)|(?<!{_HAN}){_KIN})[ :是叫]{{0,2}}(?!{_NO_NAME})"
    f"(?:((?:{_DOUBLE}|[{_FREQUENT}])(?!{_TITLE}|某|家){_HAN}(?:(?=[{_NEXT_WORD}])|{_END}))"
    f"|((?:{_DOUBLE}|[{_FREQUENT}])(?!{_TITLE}|某|家){_HAN}{{2}}))"
)
# 我是二班李小明的妈妈
_KIN_OF = re.compile(
    f"我是(?:[^,。;!?、\n*]{{0,16}}?[班级的])?(?!{_NO_NAME})"
    f"((?:{_DOUBLE}|[{_FREQUENT}])(?!{_TITLE}|某|家){_HAN}{{1,2}}(?<!{_NO_NAME_END}))的(?:{_FAMILY}|家长|家属|监护人)"
)
# 张伟反映
_REPORTING = re.compile(
    f"(?:(?<!{_HAN})|(?<={_RESIDENT}))(?!{_NO_NAME})((?:{_DOUBLE}|[{_FREQUENT}])(?!{_TITLE}|某|家){_HAN}{{1,2}}(?<!{_NO_NAME_END}|[城府苑湾园湖里河]))"
    "(?=反映|投诉|举报|来电)"
)
# 孩子叫陈小明: whoever is called by a name, with any kin and no 我 before it.
_CALLED = re.compile(
    f"(?=[奶爷外姥父母爸妈丈妻老爱儿女孙哥姐弟妹叔舅姑姨公婆岳侄邻同朋房室孩小娃宝])"
    f"(?:{_KIN}|孩子|小孩|娃|宝宝)(?:的?名字)?(?:叫做?|名叫|名字是)[ :]?(?!{_NO_NAME})"
    f"((?:{_DOUBLE}|[{_FREQUENT}])(?!{_TITLE}|某|家){_HAN}(?:{_HAN}?{_END}|{_HAN}(?=[{_NEXT_WORD}])|(?=[{_NEXT_WORD}])))"
)
# 我是3号楼2单元501的李建国
_OF_A_PLACE = re.compile(
    f"(?:我|本人)是[^,。;!?、\n*]{{1,24}}?的(?!{_NO_NAME})"
    f"((?:{_DOUBLE}|[{_FREQUENT}])(?!{_TITLE}|某|家){_HAN}{{1,2}}(?<!{_NO_NAME_END})){_END}"
)
# 我是楼长刘芳, 我是这里的住户马兰
_MY_ROLE = re.compile(
    f"(?:我|本人)是[^,。;!?、\n*投举反找问被对向给告让跟]{{0,16}}?(?:{_RESIDENT}|楼长|网格员|志愿者|老师|教师|职工|员工|工人|司机|店主|摊主|车主|老板"
    f"|[局处科股所队站院校镇乡村组班]长|主任|书记|经理)[ :]?(?!{_NO_NAME}){_PLAIN}(?:{_END}|(?=[{_NEXT_WORD}]))"
)
# 王秀兰 as the last line, 402的住户王秀兰, —— 王秀兰敬上, also before a date or a phone; 路灯不亮。王秀兰
_GREETING = "(?:敬上|谨上|拜上|叩上|敬启|谨启|敬呈|谨呈|亲笔|手书|上)"
_DATE = "(?:[12][0-9]{3} ?[年./-] ?)?[0-9]{1,2} ?[月./-] ?[0-9]{1,2} ?[日号]?"
_ROLE_OR_ROOM = f"[^,。;!?\n*]{{0,20}}?(?:{_RESIDENT}|[0-9] ?(?:室|号房|房|户)?的?)[ :]?"
_SIGNED = re.compile(
    f"(?:(?:——?|--|[。!?\n])[ \n]{{0,3}}(?:{_ROLE_OR_ROOM})?|\\A[ \n]{{0,3}}{_ROLE_OR_ROOM})"
    f"(?!{_NO_NAME}|{_NO_SIGNATURE}){_PLAIN}(?<!{_NO_SIGNATURE_END}) ?{_GREETING}?"
    f"[ ,。]{{0,3}}(?:[ ,\n]{{0,3}}{_DATE})?[ ,\n]{{0,3}}(?:{_PHONE_WORD}[ :]?)?〔*[ 。\n]{{0,3}}\\Z"
)
# ——张伟 at the end of any line
_SIGNED_LINE = re.compile(f"(?:——|--) {{0,2}}(?!{_NO_NAME}){_PLAIN} ?{_GREETING}? {{0,3}}(?=\n|\\Z)")
# 李小明13800138000, 13800138000李小明; what stood there is a row of 〔 by now
_BESIDE_PHONE = re.compile(f"(?<=〔〔)[ :()]{{0,2}}(?!{_NO_NAME}){_PLAIN}{_END}")
_BEFORE_PHONE = re.compile(f"(?<!{_HAN})(?!{_NO_NAME}){_PLAIN}(?=[ ,、:(]{{0,2}}(?:的?{_PHONE_WORD})?[ :是为)]{{0,2}}〔〔)")
# 我叫 王 秀 英: as people fill in a form.
_SPACED = re.compile(
    f"(?=[我名真本姓联投举反申来上报署落签])(?:{_SAYS}|{_LABEL}[ :是为=-]{{1,3}}|(?:我是|本人) {{0,2}})"
    f"((?:{_DOUBLE}|[{_FREQUENT}{_OTHERS}]) {{1,3}}{_HAN}(?: {{0,3}}{_HAN})?){_END}"
)
# As staff write of people: 业主张伟, 当事人李小红, 王建国局长, 联系陈女士's full name with its title.
_ROLE = (
    "(?:当事人|投诉人|举报人|反映人|来电人|来信人|来访人|诉求人|申请人|信访人|业主|户主|住户|租户|居民|村民|市民|群众|店主|摊主|车主|房东"
    "|老板|患者|病人|学生|家长|老人|职工|工人|司机|负责人|经办人|责任人|承办人|联络员|工作人员|同事|[局处科股所队站院校镇乡村组班]长|主任|书记|经理)"
)
_WRITTEN_OF = re.compile(
    f"{_ROLE}[ :是为]{{0,2}}(?!{_NO_NAME})((?:{_DOUBLE}|[{_FREQUENT}])(?!{_TITLE}|某){_HAN}{{1,2}}?)"
    f"(?={_END}|{_TITLE}|同志|[{_NEXT_WORD}表认已称请拨投提向负牵带])"
)
# After these a name is so likely that one is seen also where the sentence goes on: 车主王大力天天占道.
_PERSON = (
    "(?:当事人|投诉人|举报人|反映人|来电人|诉求人|申请人|信访人|业主|户主|店主|摊主|车主|房东|患者|负责人|经办人|责任人|承办人|联络员"
    "|[局处科股所队站]长|主任|书记)"
)
_LIKELY = re.compile(f"{_PERSON}[ :是为]{{0,2}}(?!{_NO_NAME})((?:{_DOUBLE}|[{_FREQUENT}])(?!{_TITLE}|某){_HAN}{{2}})")
_TITLED = re.compile(
    f"(?!{_NO_NAME}|(?<=[主责前现继原历])任|(?<=[校警对双店厂院])方)((?:{_DOUBLE}|[{_FREQUENT}])(?!{_TITLE}|某){_HAN}{{1,2}}?)(?=同志|{_TITLE.removesuffix('|总')})"
)
# 501王秀英家, 到王秀英家中
_AT_HOME = re.compile(
    f"[0-9室号户房到去往赴在向](?!{_NO_NAME})((?:{_DOUBLE}|[{_FREQUENT}])(?!{_TITLE}|某|家){_HAN}{{1,2}}?)(?=家(?![庄村湾沟庙]))"
)
# 科长孙** is no 长孙.
_COVERED = re.compile(f"(?:(?<![省市区县局处科股所队站院校镇乡村组班会])(?:{_DOUBLE})|[{_FREQUENT}{_OTHERS}])\\*+")
_SURNAME = re.compile(f"(?!{_FAR})(?:{_DOUBLE}|[{_FREQUENT}{_OTHERS}])(?= {{0,3}}{_HAN})")


_SURE = (
    _AFTER_LABEL,
    _AFTER_WEAK,
    _AFTER_SURNAME,
    _CALLED,
    _OF_A_PLACE,
    _SPACED,
    _ENGLISH,
    _KIN_OF,
    _REPORTING,
    _MY_ROLE,
    _SIGNED,
    _SIGNED_LINE,
    _BESIDE_PHONE,
    _BEFORE_PHONE,
    _INTRODUCED,
    _SIGNED_OFF,
)


def said_names(text: str) -> Iterator[SaidName]:
    """Give the names that a text says are names; some may be given twice."""
    yield from _of_kin(text)
    for match in _AFTER_STRONG.finditer(text):
        start, end = match.span(match.lastgroup or 0)
        yield SaidName(start=start, end=end, sure=match.lastgroup == "sure")
    for pattern in _SURE:
        for match in pattern.finditer(text):
            start, end = match.span(match.lastindex or 0)
            yield SaidName(start=start, end=end, sure=True)


def _of_kin(text: str) -> Iterator[SaidName]:
    for match in _OF_KIN.finditer(text):
        start, end = match.span(match.lastindex or 0)
        yield SaidName(start=start, end=end, sure=match.lastindex == 1)


def written_names(text: str) -> Iterator[SaidName]:
    """Give the full names by which staff write of people, told by what stands before or after them; some may be given twice."""
    sure = {match.start(1) for pattern in (_WRITTEN_OF, _TITLED) for match in pattern.finditer(text)}
    yield from (
        SaidName(start=match.start(1), end=match.end(1), sure=False)
        for match in _LIKELY.finditer(text)
        if match.start(1) not in sure
    )
    for pattern in (_WRITTEN_OF, _TITLED, _AT_HOME):
        for match in pattern.finditer(text):
            yield SaidName(start=match.start(1), end=match.end(1), sure=True)


def covered_names(text: str) -> Iterator[tuple[int, int]]:
    """Give where a covered name stands of which the surname can still be read: 王**."""
    yield from (match.span() for match in _COVERED.finditer(text))


def surname(name: str) -> str:
    """Give what of a name may be shown: a Chinese surname, nothing of any other name."""
    first = _SURNAME.match(name)
    return first[0] if first else ""
