"""The form in which a matter is filed: what was answered is what is filed, and what is filed is what the summary says."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from scripts import Talk
from stores import NOW

from actions.city import LoadedCity
from actions.filing import FileCase
from bot.classifiers import shipped
from dialog.incoming import Place
from dialog.questions import SEND, SKIP, Kind, Option, Options
from dialog.texts import Json, Words, verbatim
from domain.cases import CaseKind
from domain.city_files import read_city
from domain.working_days import WorkingDays
from handlers import joining
from handlers.filing import FILE
from storage.database import Row
from storage.keys import Keys

XINING = Path(__file__).parent.parent.parent / "examples" / "xining"
WORDS = Words({}, ("zh_Hans", "en"), ZoneInfo("Asia/Shanghai"))
TOLD = {"text": "门口垃圾没人清运，电话13800000000", "files": ["f1", "f2"], "message": "m1"}
USUAL: dict[str, Json] = {
    "kind": "complaint",
    "place": {"words": "小区西门"},
    "category": "sanitation",
    "other": "-",
    "identity": "anonymous",
    "name": "欧阳小敏",
    "phone": "13997254418",
    "publish": "no",
}
FILED = FileCase(
    kind=CaseKind.COMPLAINT, text=str(TOLD["text"]), files=("f1", "f2"), place=Place(words="小区西门"), category="sanitation",
    messages=("m1",),
)  # fmt: skip


@cache
def xining() -> SimpleNamespace:
    """Give what the form looks things up in."""
    city = read_city({path.name: path.read_bytes() for path in XINING.iterdir()}).city
    assert city is not None
    days = WorkingDays(zone=city.zone, closing_time=city.closing_time, table=city.working_days)
    me = SimpleNamespace(roles=())
    return SimpleNamespace(city=LoadedCity(1, city, days, {}), keys=Keys(b"k" * 32), now=NOW, tx=NoCases(), me=me)


class NoCases:
    """A store in which nobody has filed anything."""

    async def all(self, sql: str, **params: object) -> list[Row]:
        return []


def answered(talk: Talk, told: Json = TOLD, **answers: Json) -> str:
    """Answer everything that is asked, and give what the summary says in English."""
    collection = talk.question
    talk.answers.append(collection, told)
    talk.answers.close(collection)
    while talk.question.kind is not Kind.CONFIRM:
        key = talk.question.key
        talk.answer({**USUAL, **answers}[key])
        assert not talk.asks(key)
    return summary(talk)


def summary(talk: Talk) -> str:
    assert talk.asks("sure")
    return "\n".join(WORDS.render(line, "en") for line in talk.question.lines)


def filed(talk: Talk) -> FileCase:
    talk.answer(SEND)
    command: FileCase = talk.result
    return command


def test_an_anonymous_complaint(talk: Talk) -> None:
    assert answered(talk).splitlines() == [
        "Complaint · Rubbish and street cleaning",
        "门口垃圾没人清运，电话〔phone number〕",
        "Files: 2",
        "Place: 小区西门",
        "You stay anonymous.",
        "It will not be published.",
        "We have covered personal data in your words, but may have missed some. With Change you can cover more.",
    ]
    assert filed(talk) == FILED


@pytest.fixture
def talk() -> Talk:
    return Talk(FILE.script, reader=xining())


@pytest.mark.parametrize(
    ("answers", "said", "changes"),
    [
        ({"kind": "suggestion"}, "Suggestion · ", {"kind": CaseKind.SUGGESTION}),
        ({"kind": "consultation"}, "Consultation · ", {"kind": CaseKind.CONSULTATION}),
        ({"category": "-"}, "Complaint · Something else", {"category": None}),
        ({"place": SKIP}, "Place: not known", {"place": None}),
        ({"place": {"area": "630104"}}, "Place: Chengxi", {"place": Place(area="630104")}),
        ({"place": {"lon": 101.7, "lat": 36.6}}, "on the map", {"place": Place(lon=101.7, lat=36.6)}),
        (
            {"place": {"words": "西门，电话13800000000"}},
            "Place: 西门，电话〔phone number〕",
            {"place": Place(words="西门，电话13800000000")},
        ),
        ({"publish": "yes"}, "It may be published", {"publish": True}),
        ({"identity": "named"}, "Your name and phone", {"name": "欧阳小敏", "phone": "13997254418"}),
    ],
)
def test_each_answer_is_in_the_summary_and_in_what_is_filed(
    talk: Talk, answers: dict[str, Json], said: str, changes: dict[str, object]
) -> None:
    assert said in answered(talk, **answers)
    assert filed(talk) == replace(FILED, **changes)  # type: ignore[arg-type]


def test_what_stands_for_the_citizen_in_their_own_words_is_covered_as_the_unit_will_see_it(talk: Talk) -> None:
    shown = answered(talk, {"text": "欧阳小敏家门口，找小敏，打13997254418"}, category="-", identity="named")
    shown = shown.replace("sealed: 欧阳小敏, 13997254418", "")  # which the citizen alone reads
    for hidden in ("小敏", "13997254418"):
        assert hidden not in shown
    assert "欧阳**家门口，找〔name〕，打〔hidden〕" in shown


def test_words_to_cover_are_asked_on_request_and_covered(talk: Talk) -> None:
    assert "门口" in answered(talk)
    talk.change("cover", "门口 清运")
    shown = summary(talk)
    assert "门口" not in shown
    assert "清运" not in shown
    assert filed(talk) == replace(FILED, cover=("门口", "清运"))


def test_a_misconduct_report_is_not_asked_about_publishing(talk: Talk) -> None:
    talk.arg = "misconduct"
    shown = answered(talk, {"text": "窗口收红包"}, category="-")
    assert "publish" not in shown
    assert "publish" not in talk.answers.given
    assert filed(talk).publish is False


def test_a_place_that_was_shared_is_not_asked_for(talk: Talk) -> None:
    answered(talk, {**TOLD, "place": {"lon": 101.7, "lat": 36.6}})
    assert "place" not in talk.answers.given
    assert filed(talk).place == Place(lon=101.7, lat=36.6)


def test_a_name_that_was_taken_back_is_not_filed(talk: Talk) -> None:
    answered(talk, identity="named")
    talk.change("identity", "anonymous")
    assert "You stay anonymous." in summary(talk)
    assert filed(talk) == FILED


def something_is_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    async def others(*_looked: object) -> Options:
        return (Option("a" * 32, verbatim("Add mine")),)

    async def words(*_looked: object) -> Options:
        return (Option("a" * 32, verbatim("the lamp is out")),)

    monkeypatch.setattr(joining, "others_like_it", others)
    monkeypatch.setattr(joining, "words_of", words)


def test_who_adds_theirs_to_a_case_alike_is_asked_neither_for_a_name_nor_whether_to_publish(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    something_is_alike(monkeypatch)
    said = answered(talk, into="a" * 32)
    assert "It is added to what has been reported already." in said
    assert "You stay anonymous." in said
    assert not {"identity", "publish"} & set(talk.answers.given)
    assert filed(talk) == replace(FILED, into="a" * 32)


def test_who_says_that_theirs_is_different_is_asked_as_before(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    something_is_alike(monkeypatch)
    answered(talk, into="different")
    assert {"identity", "publish"} <= set(talk.answers.given)
    assert filed(talk) == FILED


def test_another_category_leaves_the_later_answers_where_nothing_alike_is_found(talk: Talk) -> None:
    answered(talk)
    talk.change("category", "-")
    talk.answer("-")
    assert talk.asks("sure")
    assert filed(talk) == replace(FILED, category=None)


@pytest.mark.parametrize(("kind", "warned"), [(CaseKind.MISCONDUCT, True), (CaseKind.COMPLAINT, False)])
def test_staff_are_warned_before_they_report_misconduct_from_the_chat_in_which_they_work(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, kind: CaseKind, warned: bool
) -> None:
    monkeypatch.setattr(xining().me, "roles", ("a role",))
    assert ("file it from another browser" in answered(talk, kind=kind, category="-")) is warned


@pytest.mark.parametrize(("wish", "kind"), [("misconduct", CaseKind.MISCONDUCT), ("as_it_is", CaseKind.COMPLAINT)])
def test_words_of_a_bribe_are_offered_to_be_filed_as_a_misconduct_report(talk: Talk, wish: str, kind: CaseKind) -> None:
    answered(talk, {"text": "城管队员收了烟才不罚款"}, misconduct=wish, category="-")
    assert filed(talk).kind is kind


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("打车太贵，司机态度也不好", ["taxi", "construction", "transport", "-"]),
        (
            "hello there",
            ["construction", "labour", "education", "health", "environment", "transport", "commerce", "utilities", "land", "-"],
        ),
    ],
)
def test_three_categories_are_offered_where_the_words_have_an_idea_and_all_where_they_have_none(
    text: str, offered: list[str]
) -> None:
    sorting = SimpleNamespace(city=replace(xining().city, classifier=shipped()))
    talk = Talk(FILE.script, reader=sorting)
    told = talk.question
    talk.answers.append(told, {**TOLD, "text": text})
    talk.answers.close(told)
    talk.answer("complaint", USUAL["place"])
    assert [option.key for option in talk.question.options] == offered


@pytest.fixture
def sorting() -> Talk:
    return Talk(FILE.script, reader=SimpleNamespace(**{**vars(xining()), "city": replace(xining().city, classifier=shipped())}))


def asked_about(talk: Talk, text: str, kind: str = "complaint") -> Talk:
    """Go on to the first question about the category."""
    told = talk.question
    talk.answers.append(told, {**TOLD, "text": text})
    talk.answers.close(told)
    talk.answer(kind, USUAL["place"])
    return talk


def test_something_else_offers_all_upper_categories_and_then_what_is_below(sorting: Talk) -> None:
    talk = asked_about(sorting, "打车太贵，司机态度也不好")
    talk.answer("-")
    assert talk.asks("other")
    uppers = [option.key for option in talk.question.options]
    assert uppers == [
        "construction", "labour", "education", "health", "environment", "transport", "commerce", "utilities", "land", "civil",
        "safety", "government", "-",
    ]  # fmt: skip
    talk.answer("commerce")
    assert talk.asks("below")
    keys = [option.key for option in talk.question.options]
    assert keys[0] == "consumer"
    assert keys[-1] == "commerce"
    talk.answer("commerce", "anonymous", "no")
    assert "Complaint · Trade, markets and tourism, something else" in summary(talk)
    assert filed(talk).category == "commerce"


def test_none_of_these_is_left_to_the_office(sorting: Talk) -> None:
    talk = asked_about(sorting, "打车太贵，司机态度也不好")
    talk.answer("-", "-", "anonymous", "no")
    assert "Complaint · Something else" in summary(talk)
    assert filed(talk).category is None


def test_another_first_answer_takes_the_later_ones_back(sorting: Talk) -> None:
    talk = asked_about(sorting, "打车太贵，司机态度也不好")
    talk.answer("-", "commerce", "consumer", "anonymous", "no")
    talk.change("category", "taxi")
    assert filed(talk).category == "taxi"
