"""Personal data in what people write: find it, and put a placeholder such as 〔电话〕 where it stood.

A masked text is shown to units and to the public; the original is sealed. Masking a masked text changes nothing. Numbers
that belong to a matter stay: our case numbers, dates, sums of money, house numbers, public hotlines. Of where somebody says
to live the room goes: with the building, which a unit needs, it would say who complains.
Matching is done on copies of the same length with full-width forms folded, and for phones with Chinese figures read, so that
positions are those of the original;
`\\b` finds no border between 汉字 and digits, so borders are look-arounds. Every pattern takes time linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.names import said_names, surname
from domain.numbers import read_case_number


class Kind(StrEnum):
    """Sort of personal data, in the order in which it names what two findings share."""

    COVER = "cover"
    EMAIL = "email"
    PHONE = "phone"
    IDENTITY = "identity"
    NUMBER = "number"
    ACCOUNT = "account"
    PLATE = "plate"
    NAME = "name"
    DOOR = "door"
    SPOT = "spot"


PLACEHOLDER = {
    Kind.COVER: "〔已遮盖〕",
    Kind.EMAIL: "〔邮箱〕",
    Kind.PHONE: "〔电话〕",
    Kind.IDENTITY: "〔证件号〕",
    Kind.NUMBER: "〔号码〕",
    Kind.ACCOUNT: "〔账号〕",
    Kind.PLATE: "〔车牌〕",
    Kind.NAME: "〔姓名〕",
    Kind.DOOR: "〔门牌〕",
    Kind.SPOT: "〔位置〕",
}
_PLACEHOLDER = re.compile("|".join(PLACEHOLDER.values()))
_KINDS = {shown: kind for kind, shown in PLACEHOLDER.items()}
_NUMBERED = (Kind.PHONE, Kind.IDENTITY)
_ORDER = tuple(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One piece of personal data. `start` is its place in the original text, `original` what stood there."""

    kind: Kind
    start: int
    original: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A text that may be shown, and what was taken out of it, in the order of the text."""

    text: str
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    kind: Kind
    start: int
    end: int
    surname: str = ""

    @property
    def shown(self) -> str:
        return f"{self.surname}**" if self.surname else PLACEHOLDER[self.kind]


def mask(text: str, *, names: Sequence[str] = (), cover: Sequence[str] = ()) -> Masked:
    """Mask personal data; a Chinese name keeps its surname (王**).

    `names`: what the reporter is called, masked wherever it stands, with the given name alone. `cover`: further words
    that the citizen wants covered. Both ignore case and width.
    """
    left = _PLACEHOLDER.sub(lambda match: _blank(_KINDS[match[0]], len(match[0])), fold(text))
    spans: list[_Span] = []
    # Again until nothing is left: what stands beside a blank may be a number only now.
    while more := _joined([*_contacts(left), *_plates(left), *_names(left, names), *_covered(left, cover)]):
        spans += more
        left = _replaced(
            left,
            [
                (span, span.surname.ljust(size, "*") if span.surname else _blank(span.kind, size))
                for span in more
                for size in (span.end - span.start,)
            ],
        )
    spans = _joined(spans)
    found = tuple(Found(kind=span.kind, start=span.start, original=text[span.start : span.end]) for span in spans)
    return Masked(text=_replaced(text, [(span, span.shown) for span in spans]), found=found)


def restore(masked: Masked) -> str:
    """Put what was taken out of a text back into it."""
    pieces: list[str] = []
    at = end = 0
    for found in masked.found:
        gap = found.start - end
        pieces += masked.text[at : at + gap], found.original
        at += gap
        shown = PLACEHOLDER[found.kind]
        at = at + len(shown) if masked.text.startswith(shown, at) else masked.text.index("**", at) + len("**")
        end = found.start + len(found.original)
    return "".join([*pieces, masked.text[at:]])


def _joined(spans: Sequence[_Span]) -> list[_Span]:
    """Sort spans and join those that overlap, so that no half of one shows."""
    joined: list[_Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if joined and span.start < joined[-1].end:
            last = joined.pop()
            first = min(last, span, key=lambda one: _ORDER.index(one.kind))
            surname = last.surname if first.kind is Kind.NAME else ""
            span = _Span(kind=first.kind, start=last.start, end=max(last.end, span.end), surname=surname)
        joined.append(span)
    return joined


def _blank(kind: Kind, size: int) -> str:
    """Stand in for what is covered; what says whose a name beside it is can be told from the rest."""
    return ("〔" if kind in _NUMBERED else "〕") * size


def _replaced(text: str, replacements: Sequence[tuple[_Span, str]]) -> str:
    pieces: list[str] = []
    end = 0
    for span, shown in replacements:
        pieces += text[end : span.start], shown
        end = span.end
    return "".join([*pieces, text[end:]])


# ---- Folding: one character for one character

_FOLD = {
    chr(code): folded
    for code in (*range(0x80, 0x3400), *range(0xFF00, 0xFFF0), *range(0x1D400, 0x1D800))
    if len(folded := unicodedata.normalize("NFKC", chr(code))) == 1 and folded != chr(code)
} | {"\u0130": "I"}  # the only character whose lower case is longer
_WIDE = re.compile("[\x80-\u3001\u3003-\u33ff\uff00-\uffef\U0001d400-\U0001d7ff]")
_LETTER = re.compile("[A-Za-z]")


def fold(text: str) -> str:
    """Make what looks the same the same: full-width forms, and signs and digits in circles or in another type."""
    return _WIDE.sub(lambda match: _FOLD.get(match[0], match[0]), text)


# ---- Numbers and addresses

_SEP = "[ \\t\u00a0\\-\u2010-\u2015\u2212.·_)\u200b-\u200f\u2060\ufeff\ufe0f\u20e3]"
_S, _G = _SEP + "{0,2}", _SEP + "{1,2}"
_D = "[0-9]"
# Of signs that stand in lists of numbers too: the same one throughout, and neither more numbers nor a unit after it.
_LISTS = "[ \\t]?[/\\\\|*,、;:~#\n][ \\t]?"
_NO_DATE = "(?!(?:19|20)[0-9]{2}[01][0-9][0-3][0-9])"
_NO_UNIT = f"(?!{_D}| ?[元块万亿年月日号室户栋])"
_MOBILE = (
    f"(?:(?:\\+|00)?86{_SEP}{{0,3}})?(?:(?:"
    f"1[3-9]{_D}{_S}{_D}{{4}}{_S}{_D}{{4}}|1[3-9]{_D}{{2}}{_S}{_D}{{3}}{_S}{_D}{{4}}|1[3-9]{_D}{_S}{_D}{{3}}{_S}{_D}{{5}}"
    f"|1[3-9]{_D}{{2}}{_G}{_D}{{4}}{_G}{_D}{{3}}"
    f"|1[3-9]{_D}(?:{_G}{_D}{{2}}){{4}}|1{_G}[3-9]{_D}{{2}}{_G}{_D}{{3}}{_G}{_D}{{4}}|1{_G}[3-9](?:{_G}{_D}){{9}})(?!{_D})"
    f"|(?:1[3-9]{_D}{{3}}{_G}{_D}{{6}}|1[3-9]{_D}{{4}}{_G}{_D}{{5}}|1[3-9]{_D}{_G}{_D}{{5}}{_G}{_D}{{3}}"
    f"|1[3-9]{_D}{_G}{_D}{{2}}{_G}{_D}{{2}}{_G}{_D}{{4}}|1[3-9]{_D}(?P<three>{_LISTS})"
    f"(?:{_D}{{4}}(?P=three){_D}{{4}}|{_D}{{3}}(?P=three){_D}{{5}}|{_D}{{5}}(?P=three){_D}{{3}}|{_NO_DATE}{_D}{{8}})(?!(?P=three){_D})"
    f"|1[3-9]{_D}{{2}}(?P<four>{_LISTS})(?:{_D}{{3}}(?P=four){_D}{{4}}|{_D}{{4}}(?P=four){_D}{{3}}|{_D}{{7}})(?!(?P=four){_D})"
    f"|1[3-9]{_D}{{5}}{_LISTS}{_D}{{4}}|1(?P<each>{_LISTS})[3-9](?:(?P=each){_D}){{9}}){_NO_UNIT})[\ufe0f\u20e3]{{0,2}}"
)
_LANDLINE = (
    f"\\(?(?:(?:\\+|00)?86{_S})?0(?:10|2{_D}|[3-9]{_D}{{2}}){_S}[1-9]{_D}{{2,3}}{_S}{_D}{{4}}(?!{_D})"
    f"(?:{_S}(?:-|转|ext){_S}{_D}{{1,6}}(?!{_D}))?"
)
_ABROAD = f"\\+[1-9]{_D}{{0,2}}(?:{_S}{_D}){{7,12}}(?!{_D})"
_DAY_OF_BIRTH = f"(?:0[1-9]|1[0-2]){_S}(?:0[1-9]|[12]{_D}|3[01])"
_IDENTITY = (
    f"[1-9]{_D}{{5}}{_S}(?:(?:18|19|20){_D}{{2}}{_S}{_DAY_OF_BIRTH}{_S}{_D}{{3}}{_S}[0-9Xx](?![0-9A-Za-z])"
    f"|{_D}{{2}}{_S}{_DAY_OF_BIRTH}{_S}{_D}{{3}}(?!{_D}))"
)
_YEAR = "(?:19|20)[0-9]{2}"
_CARD = (
    f"(?!{_YEAR}(?:{_G}{_YEAR}){{3}}){_D}{{4}}(?:{_G}{_D}{{4}}){{3}}(?:{_G}{_D}{{1,3}})?(?!{_D})|{_D}{{6}}{_G}{_D}{{13}}(?!{_D})"
)
_NUMBERS = re.compile(
    f"(?=[0-9+(])(?<![0-9])(?:(?P<case>20{_D}{{6}}{_S}{_D}{{5}}{_S}{_D}(?!{_D}))"
    f"|(?P<phone>{_MOBILE}|{_LANDLINE}|{_ABROAD})|(?P<identity>{_IDENTITY})"
    f"|(?P<number>{_CARD}|{_D}{{11,}}+(?! ?(?:元|万元|亿))))"
)
# Seven or eight digits are a telephone only where the text says so.
_SAID_PHONE = re.compile(
    f"(?:电话|座机|固话|手机|联系方式|tel|phone|call|[打拨]|致电|联系)(?:号码|号)?[ :是为.\n]{{0,3}}"
    f"((?!{_YEAR}[01]{_D}[0-3]{_D})[1-9]{_D}{{2,3}}(?:{_D}{{4}}|{_G}{_D}{{4}})(?:-{_D}{{1,4}})?)(?!{_D}| ?[元块万亿人次个])"
)
_SAID_IDENTITY = re.compile(
    r"(?:护照|通行证|身份证|证件|[军警士][官兵]证|passport)(?:号码|号|no|number)?[ :是为.#]{0,3}(?:[\u4e00-\u9fff]{1,2}字)?第?"
    r"((?=[a-z]{0,2}[0-9])[a-z]{0,2}[0-9]{7,10}x?)(?![a-z0-9])"
)
# 一三九…, 壹叁玖…, 幺三九…, also mixed with figures
_SPELT = "〇○零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖貳參陸"
_AS_FIGURES = str.maketrans(_SPELT, "0001234567891123456789236")
_ANY_SPELT = re.compile(f"[{_SPELT}]{_S}[0-9{_SPELT}]|[0-9]{_S}[{_SPELT}]")
_SPELT_PHONE = re.compile(f"(?=1)(?<![0-9]){_MOBILE}")
# The room in which somebody says to live; where a matter is otherwise, its unit has to find the door.
_ROOM = re.compile(
    f"(?=[住家我本])(?:(?<!入)住(?![建房户宅院])|家在|(?:我|本人)是)[^,。;!?\n]{{0,30}}?"
    f"(?:(?:单元|[楼栋幢座层#]) ?|(?<!{_D}){_D}{{1,3}}-{_D}{{1,2}}-)"
    f"({_D}{{3,4}} ?(?:室|号房|房|号(?!楼))?)(?!{_D}| ?[年元户人米平个])"
)
# 我们家501漏水, 我家门牌号12号; but no year, size or number of a thing
_OWN_ROOM = re.compile(
    "(?:(?:我们?家|咱们?家|本户|我们?户)(?:里|是|在|住)?|(?:我们?|咱们?|俺们?|本人)(?:就|也|都|现在?|一直)?住在?) ?(?:"
    f"门牌号?码?[ :是为]{{0,2}}({_D}{{1,4}}(?:-{_D}{{1,4}})*(?: ?[号室])?)(?!{_D}| ?[号楼栋幢座])"
    f"|({_D}{{3,4}} ?(?:室|号房|房)|[1-9]0{_D}|(?!{_YEAR})[1-3]{_D}[0-3]{_D})(?!{_D}|[.,~-]{_D}"
    "| ?[路年月日号点天元块千百万亿多来余几户人口个次栋幢座楼单亩吨立方米平㎡m度斤分#%级国省县医厂]))"
)
# 我是楼下301的住户, 我是502户
_RESIDENT = "[住业用租]户|[户业房]主|租客|房客|居民"
_MY_ROOM = re.compile(
    f"(?:我们?|本人)(?:就|也|都)?是[^,。;!?\n被诉映举找跟给和]{{0,20}}?(?<!{_D})"
    f"({_D}{{3,4}}(?: ?(?:室|号房|房|号(?!楼)))?)(?:户(?!型)|的?(?:{_RESIDENT})|的?(?=[\u4e00-\u9fff]{{1,2}}\\*\\*))"
)
# 楼下301的住户 as the last line, also before a name: 402的王**
_SIGNED_ROOM = re.compile(
    f"(?:\\A|[—。!?\n])[^,。;!?\n*]{{0,20}}?(?<!{_D})({_D}{{3,4}}(?: ?(?:室|号房|房|号(?!楼)))?)"
    f"(?:(?:户|的?(?:{_RESIDENT})) ?。?\\s{{0,3}}\\Z|户?的?(?:{_RESIDENT})?[ :]?[\u4e00-\u9fff]{{1,2}}\\*\\*)"
)
_NUMBERED_ROOM = r"(?:flat|apartment|apt|room|unit)\b\.?,? ?(?:is )?(?:number|no\.?|#)? ?([0-9]{1,4}[a-z]?)(?![a-z0-9])"
# I live in the grey house, flat 402; my flat is no. 402; at home in room 3B
_ENGLISH_ROOM = re.compile(
    "(?<![a-z])(?:(?:(?:i|we)(?:'m|\u2019m| am|'re| are| have)? (?:[a-z]{2,6} )?(?:live|lived|living|reside|rent|stay)|at home|"
    "(?:my|our) (?:home|house|place|address)|i am the (?:tenant|resident|owner) (?:of|in)|i am from)(?![a-z])"
    f"[^.;!?\n]{{0,40}}?(?<![a-z])|(?:my|our) ){_NUMBERED_ROOM}"
)
# Of a card fewer digits are enough, and more separators, where the text says so.
_SAID_NUMBER = re.compile(
    f"(?:卡号|银行卡|[账帐][号户])(?:号码|号)?[ :是为\n]{{0,3}}(?!{_YEAR}{_S}[01]?{_D}{_S}[0-3]?{_D}(?!{_D}))"
    f"({_D}(?:{_S}{_D}){{7,22}})(?!{_D}|[.,]{_D}| ?[元块万亿人次个])"
)
_EMAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]++@[a-z0-9-]++(?:\.[a-z0-9-]++)+")
_HANDLE = re.compile(r"(?<![a-z0-9_.@/])@[a-z][a-z0-9_]{4,31}(?![a-z0-9_])")
_WORDS_OF_WECHAT = "payment|official|account|program|moments|channel|service|android|iphone|windows|wechat|weixin"
_ACCOUNT = re.compile(
    # An id without a digit is told from a mere word (WeChat payment) by what introduces it.
    r"(?=[微薇威vwq扣企加我])(?:(?:微信|薇信|威信|v信|wechat|weixin|(?<![a-z])(?:vx|wx)|(?:加我?|我的?)[v微薇威])"
    r"(?: ?(?:账号|帐号|号码|号|id)(?: is )?[ :是为]{0,3}| ?[:是为] ?|(?: is)? ?(?=[a-z_-]{1,19}[0-9_-])"
    rf"|(?<=[信微薇威]) ?(?!{_WORDS_OF_WECHAT})(?=[a-z]{{6,20}}(?! ?[a-z])))"
    r"([a-z][a-z0-9_-]{5,19})(?![a-z0-9_-])"
    r"|(?:(?<![a-z])q ?q|扣扣|企鹅)(?:账号|帐号|号码|号|群号|群)?(?: ?is)?[ :是为]{0,3}([1-9][0-9]{4,11})(?![0-9])"
    r"|(?:(?<![克折回罚被])扣|(?:加我?|我的?)q)[ :号]{0,2}([1-9][0-9]{6,10})(?![0-9]|[.,][0-9]| ?[元块万亿分多余]))"
)


def _contacts(folded: str) -> Iterator[_Span]:
    for match in _NUMBERS.finditer(folded):
        if not match["case"]:
            yield _Span(kind=Kind(match.lastgroup or ""), start=match.start(), end=match.end())
        elif match[0].isdecimal() and read_case_number(match[0]) is None:
            yield _Span(kind=Kind.NUMBER, start=match.start(), end=match.end())
    if _ANY_SPELT.search(folded):
        for match in _SPELT_PHONE.finditer(folded.translate(_AS_FIGURES)):
            yield _Span(kind=Kind.PHONE, start=match.start(), end=match.end())
    lowered = folded.lower()
    for kind_said, pattern in (
        (Kind.PHONE, _SAID_PHONE),
        (Kind.IDENTITY, _SAID_IDENTITY),
        (Kind.NUMBER, _SAID_NUMBER),
        (Kind.DOOR, _ROOM),
        (Kind.DOOR, _OWN_ROOM),
        (Kind.DOOR, _MY_ROOM),
        (Kind.DOOR, _SIGNED_ROOM),
        (Kind.DOOR, _ENGLISH_ROOM),
        (Kind.EMAIL, _EMAIL),
        (Kind.ACCOUNT, _HANDLE),
        (Kind.ACCOUNT, _ACCOUNT),
    ):
        for match in pattern.finditer(lowered):
            group = match.lastindex or 0
            yield _Span(kind=kind_said, start=match.start(group), end=match.end(group))


_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_PLATE_NUMBER = "[ ·•.\\-]{0,2}(?=(?:[a-z]{0,4}[0-9]){2})(?:[a-z0-9]{4}[挂学警港澳]|[a-z0-9]{5,6}(?![a-z0-9]))"
_PLATES = (
    re.compile(f"{_PROVINCE} ?[a-z]{_PLATE_NUMBER}"),
    re.compile(f"车牌(?:号码|号)?[ :是为]{{0,3}}([a-z]{_PLATE_NUMBER})"),
    re.compile(f"wj(?<![a-z]wj) ?(?:{_PROVINCE}|[0-3][0-9])[ ·•.\\-]{{0,2}}[0-9]{{4}}[0-9a-z](?![0-9a-z])"),
)


def _plates(folded: str) -> Iterator[_Span]:
    lowered = folded.lower()
    for pattern in _PLATES:
        for match in pattern.finditer(lowered):
            group = match.lastindex or 0
            yield _Span(kind=Kind.PLATE, start=match.start(group), end=match.end(group))


# ---- Names and words

_MOST_NAMES = 50  # searched for in all of one text: each costs a pass through it


def _names(folded: str, names: Sequence[str]) -> Iterator[_Span]:
    shown: dict[str, str] = {}
    for said in said_names(folded):
        name = folded[said.start : said.end]
        yield _Span(kind=Kind.NAME, start=said.start, end=said.end, surname=surname(name))
        if len(shown) < _MOST_NAMES:
            shown[name] = shown[name.replace(" ", "")] = surname(name)
            if not said.sure:
                shown[name[:-1]] = surname(name)
    for name in _parts(names):
        given = name.removeprefix(surname(name))
        shown |= {word: shown_of for word, shown_of in ((given, ""), (name, surname(name))) if len(word) > 1}
    for word, start, end in _occurrences(folded, shown):
        # Wei is no part of weight, while 小明 beside other 汉字 is still a name.
        glued_before = _LETTER.match(word) and _LETTER.match(folded, start - 1, start)
        glued_after = _LETTER.match(word[-1]) and _LETTER.match(folded, end)
        if not (glued_before or glued_after):
            yield _Span(kind=Kind.NAME, start=start, end=end, surname=shown[word])


def _covered(folded: str, cover: Sequence[str]) -> Iterator[_Span]:
    for _, start, end in _occurrences(folded, _parts(cover)):
        yield _Span(kind=Kind.COVER, start=start, end=end)


def _parts(words: Sequence[str]) -> list[str]:
    """Fold the words to look for, without the signs that placeholders are made of: nothing may be found inside of those."""
    parts = (part.strip() for word in words for part in re.split("[*〔〕]", fold(word)))
    return [part for part in parts if any(map(str.isalnum, part))]


def _occurrences(folded: str, words: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    lowered = folded.lower()
    for word in words:
        sought = word.lower()
        start = lowered.find(sought)
        while start >= 0:
            yield word, start, start + len(word)
            start = lowered.find(sought, start + len(word))
