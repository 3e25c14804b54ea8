"""What is written for readers is true as far as a machine can tell: commands, settings, links; and no file names a machine."""

from __future__ import annotations

import argparse
import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.main import parser
from bot.settings import SETTINGS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
OPERATE = ROOT / "docs" / "operate.md"
FOR_OPERATORS = (README, OPERATE)
DECISIONS = ROOT / "docs" / "decisions"
LARGEST_PICTURE = 300_000
ONE_SCREEN = 40

LINK = re.compile(r"""\]\(([^)\s]+)\)|<img src="([^"]+)\"""")
# Written so that this file does not contain what it looks for.
REGISTRY = re.compile(r"p[y]pi[.]|p[y]thonhosted[.]|npm[j]s[.]|npm[m]irror[.]|/simple[/]", re.IGNORECASE)
MACHINE = re.compile(r"(?<![\w.~])/(?:work|root)/|(?<![\w.~])/home/\w")


@cache
def files() -> tuple[Path, ...]:
    """List what is part of the project: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True
    )
    found = (ROOT / name for name in sorted(set(listed.stdout.decode().split("\0"))) if name)
    return tuple(path for path in found if path.is_file())


@cache
def texts() -> dict[Path, str]:
    """Read every file that is text."""
    read = {}
    for path in files():
        try:
            read[path] = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
    return read


def pages() -> dict[Path, str]:
    """Give what is written for readers."""
    return {path: text for path, text in texts().items() if path.suffix == ".md" and path.parent.name != "changes"}


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Give the links of a page that stay in the project: file and anchor ("" for none)."""
    for match in LINK.finditer(pages()[page]):
        target, _, anchor = (match[1] or match[2]).partition("#")
        if not target.startswith(("http://", "https://")):
            yield ((page.parent / target).resolve() if target else page), anchor


def anchors(page: Path) -> set[str]:
    """Make the anchors of a page's headings as Git hosts do."""
    headings = re.findall(r"^#+ (.+)$", pages()[page], re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def name(path: Path) -> str:
    """Name a file as a reader would."""
    return str(path.relative_to(ROOT))


def commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Give each command of the program."""
    for action in parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def events() -> Iterator[str]:
    """Give what the program logs as a warning or worse: the event of a call, or of a pair of an event and its level."""
    for path, text in texts().items():
        if path.suffix != ".py" or path.relative_to(ROOT).parts[0] in ("tests", "benchmarks"):
            continue
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="log" | "LOGGER"), attr="warning" | "error" | "critical" | "exception"),
                    args=[event, *_],
                ):
                    yield event_of(path, event)
                case ast.Tuple(elts=[event, ast.Attribute(value=ast.Name(id="logging"), attr="WARNING" | "ERROR" | "CRITICAL")]):
                    yield event_of(path, event)


def event_of(path: Path, node: ast.expr) -> str:
    """Read an event that is written out, or named by a constant of its module."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.Name), f"{name(path)}:{node.lineno} logs what is no constant"
    return str(getattr(importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)), node.id))


@pytest.mark.parametrize("command", [command for command, _ in commands()])
def test_every_command_is_told_to_operators(command: str) -> None:
    assert any(re.search(rf"\bhuiyin {command}\b", pages()[page]) for page in FOR_OPERATORS)


def test_every_way_to_use_a_command_is_told_to_operators() -> None:
    told = "\n".join(pages()[page] for page in FOR_OPERATORS)
    for command, made in commands():
        for action in made._actions:
            for choice in action.choices or ():
                assert choice == action.default or f"huiyin {command} {choice}" in told, (
                    f"huiyin {command} {choice} is told nowhere"
                )


def test_every_command_that_pages_show_exists() -> None:
    known = {command for command, _ in commands()}
    for page, text in pages().items():
        shown = set(re.findall(r"(?:^|`|bin/)huiyin ([a-z]+)", text, re.MULTILINE))
        assert shown <= known, f"{name(page)} shows {sorted(shown - known)}"


def test_every_event_that_is_a_warning_or_worse_is_told_to_operators() -> None:
    told, found = pages()[OPERATE], set(events())
    assert {"message_parked", "telegram_token_refused", "mail_server_refuses"} <= found
    assert not [event for event in sorted(found) if not re.fullmatch("[a-z]+(_[a-z]+)*", event)]
    assert not [event for event in sorted(found) if f"| `{event}`" not in told and f", `{event}`" not in told]


def test_every_setting_that_is_named_exists() -> None:
    known = {setting.variable for setting in SETTINGS}
    for page, text in pages().items():
        named = set(re.findall(r"HUIYIN_[A-Z_]*[A-Z]", text))
        assert named <= known, f"{name(page)} names {sorted(named - known)}"


def test_every_make_target_that_pages_name_is_listed_by_make() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    targets = set(re.findall(r"^  make ([a-z-]+) +\S", listed, re.MULTILINE))
    assert {"run", "test", "setup", "develop"} <= targets
    for page, text in pages().items():
        named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text, re.MULTILINE))
        assert named <= targets, f"{name(page)} names {sorted(named - targets)}"


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in pages():
        for target, anchor in links(page):
            assert target.exists(), f"{name(page)} links to {target.name}, which is not there"
            assert not anchor or anchor in anchors(target), f"{name(page)} links to #{anchor} of {name(target)}"


def test_every_section_for_operators_stands_in_the_contents() -> None:
    contents, *sections = re.split(r"^## (.+)\n", pages()[OPERATE], flags=re.MULTILINE)
    assert not [heading for heading in sections[::2] if f"[{heading}](#" not in contents]


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, new = set[Path](), {README}
    while new:
        reached |= new
        new = {target for page in new for target, _ in links(page) if target.suffix == ".md"} - reached
    assert not [name(page) for page in pages() if page not in reached]


def test_pictures_are_small_enough_to_be_fetched_on_a_phone() -> None:
    pictures = [path for path in files() if path.is_relative_to(ROOT / "docs" / "images")]
    assert pictures
    assert not [name(picture) for picture in pictures if picture.stat().st_size > LARGEST_PICTURE]


def test_decisions_are_numbered_and_say_context_choice_and_cost_on_one_screen() -> None:
    decisions = [page for page in pages() if page.parent == DECISIONS and page.name != "README.md"]
    assert [page.name[:4] for page in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for page in decisions:
        text = pages()[page]
        assert text.startswith(f"# {page.name[:4]} ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Choice", "Cost"]
        assert len(text.splitlines()) <= ONE_SCREEN


def test_the_changes_can_be_gathered_into_a_changelog() -> None:
    draft = subprocess.run(
        [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "0"], cwd=ROOT, check=True, capture_output=True
    ).stdout.decode()
    for path in (ROOT / "changes").glob("*.md"):
        assert path.read_text("utf-8").strip() in draft


def test_no_file_names_a_package_registry() -> None:
    assert not [f"{name(path)}: {found[0]}" for path, text in texts().items() if (found := REGISTRY.search(text))]


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert not [f"{name(path)}: {found[0]}" for path, text in texts().items() if (found := MACHINE.search(text))]
