"""Which units a digest names as late, and which it praises."""

from __future__ import annotations

from actions.digest import best, worst
from storage.figures import UnitFigures


def test_a_unit_that_caught_up_with_what_was_late_is_named_and_not_praised() -> None:
    caught_up = UnitFigures(unit="a", on_time=5, caught_up=2)
    prompt = UnitFigures(unit="b", on_time=1)
    assert best((caught_up, prompt)) == [prompt]
    assert worst((caught_up, prompt)) == [caught_up]
    assert not best((caught_up,))


def test_a_unit_that_was_late_to_sign_in_is_not_praised() -> None:
    assert not best((UnitFigures(unit="a", on_time=5, sign_ins_late=1),))


def test_all_that_answered_equally_often_are_praised() -> None:
    units = [UnitFigures(unit=code, on_time=answers) for code, answers in (("c", 2), ("a", 1), ("b", 2))]
    assert [unit.unit for unit in best(units)] == ["b", "c"]
