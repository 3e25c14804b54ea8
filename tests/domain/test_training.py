from __future__ import annotations

import random

import pytest

from domain.classifier import Classifier
from domain.examples import Example
from domain.lessons import Score
from domain.training import measure, train

ABOUT = {
    "路": ("路灯坏了没有人修", "人行道的地砖松动", "斑马线看不清", "路口红绿灯不亮", "坑洼的路面积水"),
    "水": ("自来水发黄有味道", "水管爆裂停水两天", "水压太低上不去", "水费多收了", "水表不准要换"),
}
FILLING = ("请尽快处理", "多次反映没有结果", "谢谢领导", "希望重视", "已经半个月了", "影响生活")


def written(count: int, seed: int = 1) -> list[Example]:
    """Make up messages of two labels."""
    chance = random.Random(seed)
    made = []
    for n in range(count):
        label = ("路", "水")[n % 2]
        words = [chance.choice(ABOUT[label]), *chance.sample(FILLING, 2), f"第{n}号"]
        made.append(Example(title=chance.choice(ABOUT[label]), body="，".join(words), label=label, group=f"{n}"))
    return made


def test_it_learns_and_says_how_well() -> None:
    model, report = train(written(160), [("下水道", "水"), ("公路", "路"), ("电费", "电")])
    classifier = Classifier.from_bytes(model)
    assert classifier.labels == ("水", "路")
    assert report.accuracy == measure(classifier, written(60, seed=2))["accuracy"] == 1.0
    assert report.wrong == 0.0
    assert classifier.ask <= classifier.straight


def test_a_model_that_sends_far_fewer_straight_and_right_is_worse_though_it_gets_no_fewer_right() -> None:
    before = Score(of=100, right=90, among_three=99, straight=55, wrong=3)
    assert Score(of=100, right=90, among_three=99, straight=25, wrong=0).collapses_after(before)
    assert not Score(of=100, right=90, among_three=99, straight=30, wrong=0).collapses_after(before)
    mistaken = Score(of=100, right=10, among_three=20, straight=60, wrong=55)
    assert not Score(of=100, right=90, among_three=99, straight=10, wrong=0).collapses_after(mistaken), "fewer, but right"


def test_the_same_messages_give_the_same_bytes() -> None:
    assert train(written(80))[0] == train(written(80))[0]


def test_what_only_a_few_messages_say_is_not_in_the_model() -> None:
    examples = written(120)
    named = [Example(title="", body=f"{one.body}找欧阳某某", label=one.label) for one in examples[:19]]
    common = [Example(title="", body=f"{one.body}找热线电话", label=one.label) for one in examples[19:60]]
    _model, report = train([*named, *common, *examples[60:]])
    kept = Classifier.from_bytes(train([*named, *common, *examples[60:]])[0])
    assert report.ngrams == len(kept._weights)
    assert "欧阳" not in kept._weights
    assert "热线" in kept._weights


def test_wrong_labels_send_fewer_straight() -> None:
    _model, sure = train(written(200))
    chance = random.Random(3)
    confused = [
        Example(title=one.title, body=one.body, label=chance.choice(("路", "水")) if n % 5 == 0 else one.label, group=one.group)
        for n, one in enumerate(written(200))
    ]
    _model, unsure = train(confused)
    assert unsure.share_straight < sure.share_straight == 1.0
    assert unsure.wrong <= 0.05


def test_too_little_is_refused() -> None:
    with pytest.raises(ValueError, match="At least two labels"):
        train(written(12))
