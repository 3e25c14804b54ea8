"""Places outside the city that a text names: 北京市朝阳区, 甘肃省. Told by their form, for nobody lists all of them.

A name begins where a word surely begins, and ends in what a province, city, district or county is called. What only looks like
one (小区, 超市, 开发区) is none, nor is what the city's own areas are called, nor its province; but what follows another city's
name lies there, whatever it is called (柳州市城中区). Every city has new districts that no list has (海湖新区), so of these only
the state's own (雄安新区) count. Provinces and prefectures are known without their form, too, where the words go on as about a
place: 兰州的, 在兰州打工, 人在兰州, 杭州朝阳 where 朝阳 is one of ours, but not 兰州拉面 and not 北京路.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from domain.city import City
from domain.prefectures import PREFECTURES

# What stands in hardly any name of a place; after these a name may begin.
BETWEEN = "的了是我你他她们请被向到在于从往去住和与及各由把将等至以已拨打望问谢为做还据难这那该个有使对但可让给因且"
_DESPITE = (
    "共和|民和|泰和|太和|政和|平和|云和|永和|新和|和平|和政|和顺|和静|和硕|和田|和龙|和林格尔|向阳|望都|望江|望城|望奎|望谟|望花|于都|于洪|于田"
    "|从江|从化|将乐|个旧|那曲|那坡|无为|可克达拉|让胡路|且末|谢通门|谢家集"
)
_NEW_DISTRICTS = "(?:浦东|滨海|两江|群岛|兰州|南沙|西咸|贵安|海岸|金普|天府|湘江|江北|福州|滇中|尔滨|长春|赣江|雄安)"
_LETTER = f"(?:(?![{BETWEEN}])[\u4e00-\u9fff])"
_CITY = "市(?![场民政容委监内里值面集级]|长(?!.[区县]))"
_NAME = (
    rf"(?!关于|自治|县委|市委|区委|省委|市政|县政|本人|尊敬|投诉|举报|反映|咨询|希望|根据|作为|要求|请求|恳求|强烈|通知)(?:{_DESPITE}|{_LETTER}{{2,4}}?)"
    rf"(?:自治区|自治州|自治县|新区|省|{_CITY}|[区县](?![域间别分划内里长城委级]))"
    r"(?<![小社辖园校院厂库山林牧城郊景灾地片街禁老矿病商市全本外务发理聚集置易心止禽护宅属活公学户业税贸装层段货餐民开备群一二三四五六七八九十]区)"
    rf"(?<!高新区)(?:(?<!新区)|(?<={_NEW_DISTRICTS}新区))(?<![超城夜菜门本全都集早楼股上入外闹街花鱼肉辖地县]市)(?<!地州市)(?<![全本郊外小撤]县)(?<![全本外节反大]省)"
)
# The first two digits of a city's code, as in GB/T 2260.
_PROVINCES = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古", "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东", "41": "河南", "42": "湖北",
    "43": "湖南", "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川", "52": "贵州", "53": "云南", "54": "西藏",
    "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆",
}  # fmt: skip

_KNOWN = "|".join((*_PROVINCES.values(), "香港", "澳门", "台湾", *PREFECTURES))
# In this order: a whole name is more than its beginning.
_STEP = rf"(?:{_NAME}|(?:{_KNOWN})(?!路|街|巷|大[街道])(?:{_CITY})?)"
_NAMED = re.compile(rf"(?:^|(?<=[^\u4e00-\u9fff])|(?<=[{BETWEEN}])){_STEP}+")
_STEPS = re.compile(_STEP)
_BEGINS_KNOWN = re.compile(_KNOWN)
_GOES_ON = re.compile("的|[这那]边")
_AT = re.compile("(?<![不没])在$")
_DOES = re.compile(
    "上班|上[大中小]?学|上高中|打[工车]|务工|工作|干活|做|实习|出差|住|居住|定居|生活|租|买|购[买物]|消费|吃|玩|游玩|旅游|坐|乘|看病|就[医业读]|治疗|读|念书|求学"
    "|经商|创业|开[店车]|跑|找|遇|遭|被|丢|摔|出(?:车祸|事)|发生|[某一][个家]|某|市区|市中心|当地|火车站|高铁站|客运站|机场|高新区|开发区|经开区"
)
_IS_AT = re.compile("(?:人|我们?|住|发生)在$")
_ENDS = re.compile("市?(?:$|[^\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The name of a place outside the city, and where it stands in the text."""

    name: str
    start: int
    end: int


def elsewhere_in(city: City, text: str) -> tuple[Elsewhere, ...]:
    """Find the names of places outside the city, from left to right; 北京市朝阳区 is one."""
    return tuple(_elsewhere(city, text))


def _elsewhere(city: City, text: str) -> Iterator[Elsewhere]:
    whole, own, every = _own_names(city)
    for named in _NAMED.finditer(text):
        start, foreign, known = named.start(), False, True
        for step in _STEPS.finditer(text, named.start(), named.end()):
            name = next((name for name in own if name in step[0]), "")
            # What lies in another city or province is not ours, whatever it is called; 江西宁都县 has our name by chance.
            above = _BEGINS_KNOWN.match(step[0])
            below = above and above[0] not in whole and not step[0].startswith(name)
            ours = name and (name in whole or not foreign) and not below
            if ours:
                start, foreign, known = step.end(), False, True
            else:
                foreign, known = True, known and bool(above and above[0] == step[0])
        if foreign and (not known or text.startswith(every, named.end()) or _is_where(text, start, named.end())):
            yield Elsewhere(name=text[start : named.end()], start=start, end=named.end())


def _is_where(text: str, start: int, end: int) -> bool:
    """Tell whether the words around a name speak of it as of a place: 兰州的, 在兰州打工, 人在兰州."""
    before = text[max(start - 4, 0) : start]
    at_work = _AT.search(before) and _DOES.match(text, end)
    return bool(_GOES_ON.match(text, end) or at_work or (_IS_AT.search(before) and _ENDS.match(text, end)))


@lru_cache(maxsize=8)
def _own_names(city: City) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """The names of the city and its province; these, the districts' whole ones and all areas'; and these with all short ones."""
    root = city.root_area
    districts = [area for area in city.areas.values() if area.parent == root.code]
    whole = {root.name, *root.aliases, *filter(None, [province_of(city)])}
    own = whole | {area.name for area in city.areas.values()}
    own |= {alias for area in districts for alias in area.aliases if alias[-1] in "区县市"}
    own_first = tuple(sorted(own, key=lambda name: (-len(name), name)))
    return frozenset(whole), own_first, (*own_first, *(alias for area in city.areas.values() for alias in area.aliases))


def province_of(city: City) -> str:
    """Return the short name of the province (青海), "" where the city's code does not tell it."""
    code = city.root_area.code
    return _PROVINCES.get(code[:2], "") if len(code) == 6 else ""
