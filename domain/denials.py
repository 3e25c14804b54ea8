"""What a text says that it is not about: 不是路灯的问题, 不怪物业, 与医院无关. It counts for nothing.

Only plain forms that end where a clause ends are known: 是不是..., 难道不是...吗 and 不是...就是 deny nothing, nor does what
somebody is quoted as saying (医院说没有责任).
"""

from __future__ import annotations

import re

_END = r"(?=\s*(?:[，。,;；！!、.\n]|$))(?!\s*[，,、]?\s*(?:就是|便是|还是))"
_WHAT = r"[^，。,;；！!？?、.\n]"
_DENIAL = re.compile(
    rf"(?<![是道岂])(?:并?不是|并非|不属于?|不在于|不关(?![心注闭])){_WHAT}{{1,16}}?的?"
    rf"(?:问题|毛病|责任|原因|过错|错|事情|事儿|事){_END}"
    rf"|(?<![是道岂])(?:并?不是|并非){_WHAT}{{1,12}}(?=\s*[，,、]\s*(?:我们?|这|那)?而?是)"
    rf"|(?<![除并莫无岂是])非(?![常法机]){_WHAT}{{1,8}}(?:责任|原因|过错){_END}"
    rf"|(?<![怪是道])(?:并?不|别|不能|不要)[怪怨赖](?![账皮]){_WHAT}{{1,10}}{_END}"
    rf"|(?<![是么])不(?:是|想|要)?(?:投诉|举报|反映){_WHAT}{{1,12}}{_END}"
    rf"|(?<![是么])不[归由]{_WHAT}{{1,10}}?(?:管|负责){_END}"
    rf"|[与跟和同]{_WHAT}{{1,12}}?(?:无关|没有?关系|没有?责任|不相干){_END}"
    rf"|(?:^|(?<=[，。,;；！!？?、.\s]))(?:(?![有都说称讲答为]){_WHAT}){{1,6}}没有?责任{_END}"
    r"|\b(?:(?:is|are|was) not|isn't|aren't|not|wasn't) (?:the fault of|about|a problem of|because of) [^,.;!?\n]{1,40}"
    r"|\b(?:has|have|had) nothing to do with [^,.;!?\n]{1,40}",
    re.IGNORECASE,
)


def without_denials(text: str) -> str:
    """Return the text without what it denies."""
    return _DENIAL.sub(" ", text)
