"""The page of all conversations says what the program says now."""

from __future__ import annotations

import re
from pathlib import Path

from bot.catalogues import read_catalogues
from bot.flows import page
from bot.walks import questions, somebody, walks
from dialog.play import Dialog
from dialog.questions import Option
from dialog.subjects import Form, Reply
from dialog.texts import Text, verbatim
from handlers import SUBJECTS

ROOT = Path(__file__).parent.parent


def option(name: str) -> Option:
    return Option(name, Text(name))


async def branching(d: Dialog) -> str:
    """Ask more of those who want more, and that in two wordings."""
    size = await d.choose("size", Text("How much?"), (option("little"), option("much")), label=Text("Size"))
    if size == "little":
        return size
    place = await d.place("place", Text("Where?"), (option("here"),), label=Text("Place"))
    colour = await d.choose("colour", Text("Which colour?"), (option("red"), option("blue")), label=Text("Colour"))
    why = Text("Why there?") if place else Text("Why anywhere?")
    return colour + await d.text("why", why, label=Text("Why"))


async def test_the_page_is_as_the_code_is() -> None:
    kept = (ROOT / "docs" / "flows.md").read_text("utf-8")
    assert kept == await page(), "docs/flows.md is out of date. Please run `make flows`."


async def test_every_form_screen_and_act_stands_on_the_page() -> None:
    written = await page()
    for subject in SUBJECTS:
        for form in subject.forms:
            assert re.search(rf"^### .* / {re.escape(form.title.id)} \(`{form.name}`\)$", written, re.M)
        for named in (*subject.screens, *subject.acts):
            assert re.search(rf"^\| `{named.name}` \|.*\w\. \|$", written, re.M), f"{named.name} has no docstring to show"


async def test_what_only_those_who_give_their_name_are_asked_stands_on_the_page_in_both_languages() -> None:
    written = await page()
    assert "What is your name?" in written
    assert read_catalogues()["zh_Hans"]["What is your name?"] in written


async def test_a_form_is_walked_through_until_every_button_was_pressed() -> None:
    async def then(ctx: object, result: object) -> Reply:
        raise AssertionError("playing a form changes nothing")

    form = Form(name="branching", title=verbatim("Branching"), script=branching, then=then)
    async with somebody() as ctx:
        found = await walks(ctx, form, "")
    pressed = {(question.key, reply.name) for walk in found for question, reply in walk.steps}
    assert pressed == {
        ("size", "little"),
        ("size", "much"),
        ("place", "here"),
        ("place", "skip"),
        ("colour", "red"),
        ("colour", "blue"),
        ("why", "words"),
    }
    asked = [(question.key, question.prompt.id) for question in questions(found).values()]
    assert asked == [
        ("size", "How much?"),
        ("place", "Where?"),
        ("colour", "Which colour?"),
        ("why", "Why there?"),
        ("why", "Why anywhere?"),
    ]


def test_the_buttons_that_every_question_has_are_those_that_the_program_shows() -> None:
    shown = (ROOT / "bot" / "asking.py").read_text("utf-8") + (ROOT / "dialog" / "play.py").read_text("utf-8")
    named = re.findall(r'_\("([^"]+)"\)', (ROOT / "bot" / "flows.py").read_text("utf-8"))
    assert len(named) == 5
    assert [label for label in named if f'_("{label}")' not in shown] == []
