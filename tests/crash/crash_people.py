"""Who talks to the program while it is being killed: citizens who file one matter each, contacts who sign in and report."""

from __future__ import annotations

import asyncio
import csv
import itertools
import json
import random
import re
from dataclasses import dataclass, field

from botapi import BotApi, SentMessage, TelegramUser
from crash_program import ROOT, Program
from crash_web import WebCitizen

PATIENCE = 60.0
RECEIPT = r"Case number: (\S+)"


async def files_a_matter(
    person: TelegramUser | WebCitizen, words: str, chance: random.Random, *, photo: bool = False, presses_done: bool = True
) -> str:
    """File a complaint, as a hurried thumb does it, up to the receipt; return its number.

    Telegram posts presses to a webhook apart from words: where it has to try again, a press of Done may come before the words
    that were written before it. So then "done" is written.
    """
    await person.says("/complain")
    await person.sees("Tell us what happened", timeout=PATIENCE)
    if photo:
        await person.sends_photo()
    for line in words.split("\n"):
        await person.says(line)
    if chance.random() < 0.5 or not presses_done:
        await person.says("done")
    else:
        await person.presses("Done", timeout=PATIENCE)
    answers = {"Where is it": "Chengxi", "one of these": "Rubbish|Something else", "comes nearest": "None of these"}
    while "Who may know" not in (asked := await sees_text(person, "|".join((*answers, "Who may know")))):
        question = next(question for question in answers if question in asked)
        await person.presses(answers.pop(question), timeout=PATIENCE)
    await person.presses("Stay anonymous", twice=chance.random() < 0.3, timeout=PATIENCE)
    await person.sees("May we publish", timeout=PATIENCE)
    await person.presses("^No$", timeout=PATIENCE)
    await person.sees("Shall we send it like this", timeout=PATIENCE)
    await person.presses("^Send$", twice=chance.random() < 0.5, timeout=PATIENCE)
    found = re.search(RECEIPT, await sees_text(person, RECEIPT))
    assert found is not None
    return found[1]


async def sees_text(person: TelegramUser | WebCitizen, pattern: str) -> str:
    """Wait for a message and return its words."""
    seen = await person.sees(pattern, timeout=PATIENCE)
    return seen if isinstance(seen, str) else seen.text


async def signs_in(person: TelegramUser, program: Program, role: str = "contact") -> None:
    """Bind somebody to all units of the city, or to the office, by a one-time code."""
    with (ROOT / "examples" / "xining" / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        units = [f"--unit={unit['code']}" for unit in csv.DictReader(file)] if role == "contact" else []
    code, out, problems = await program.command("invite", role, *units, f"--name={person.wire['first_name']}", "--json")
    assert code == 0, problems
    await person.opens(json.loads(out)["code"])
    await person.sees("You are signed in", timeout=PATIENCE)


async def reports(contact: TelegramUser, number: str, words: str) -> None:
    """Sign a case in on its card and report the result."""
    await contact.presses("Sign in", message=await _card(contact, number, "Sign in"))
    card = await _card(contact, number, "Report the result")
    await contact.presses("Report the result", message=card)
    await contact.sees("What was done", timeout=PATIENCE)
    await contact.says(words)
    await contact.says("done")
    await contact.sees("The citizen will read this", timeout=PATIENCE)
    await contact.presses("^Send$", timeout=PATIENCE)
    await contact.sees("Thank you. The citizen has been told", timeout=PATIENCE)


async def _card(contact: TelegramUser, number: str, label: str) -> SentMessage:
    """Find the newest card of a case with a button: of one that came twice, only the later is kept up to date."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for message in reversed(contact.chat.messages):
                if message.by_bot and number in message.text and label in message.buttons:
                    return message
            await asyncio.sleep(0.05)


@dataclass(slots=True)
class Town:
    """A small town's load: `filed` gives each citizen's words the number on the receipt, `reported` a contact's words."""

    api: BotApi
    program: Program
    seed: int = 1
    photos: bool = False
    url: str = ""
    """Where the web chat is, if not at the program's own address."""
    filed: dict[str, str] = field(default_factory=dict)
    reported: dict[str, str] = field(default_factory=dict)
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)
    _names: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def lives(self, *, telegram: int, web: int, contact: TelegramUser | None) -> None:
        """Have so many at once file matter after matter, and a contact deal with them, until `falls_quiet`."""
        async with asyncio.TaskGroup() as group:
            filing = [group.create_task(self._one_after_another(on_web=number < web)) for number in range(telegram + web)]
            if contact is not None:
                group.create_task(self._deals_with_all(contact, filing))

    def falls_quiet(self) -> None:
        """Let everybody finish what they have begun, and begin nothing more."""
        self._quiet.set()

    async def _one_after_another(self, *, on_web: bool) -> None:
        while not self._quiet.is_set():
            number = next(self._names)
            words = f"Rubbish has lain there for a week:\nat gate {number},\nand nobody comes."
            chance = random.Random(self.seed * 10_000 + number)
            await asyncio.sleep(chance.random())
            if on_web:
                async with WebCitizen(self.url or self.program.url) as citizen:
                    self.filed[words] = await files_a_matter(citizen, words, chance, photo=self.photos)
            else:
                person = self.api.user(f"Citizen {number}", language_code="en")
                in_order = self.api.updates.webhook is None
                self.filed[words] = await files_a_matter(person, words, chance, photo=self.photos, presses_done=in_order)

    async def _deals_with_all(self, contact: TelegramUser, filing: list[asyncio.Task[None]]) -> None:
        """Deal with one card after another, as they come; a card that came twice is one matter."""
        position = 0
        while True:
            cards = contact.chat.glimpses[position:]
            position += len(cards)
            for glimpse in cards:
                number = re.search(r"\S+(?= · )", glimpse.text)  # a reminder stands above it
                if number is None or "Sign in" not in glimpse.buttons or number[0] in self.reported:
                    continue
                words = f"Cleared: {number[0]}"
                await reports(contact, number[0], words)
                self.reported[number[0]] = words
            if not cards and all(task.done() for task in filing) and set(self.filed.values()) <= set(self.reported):
                return
            await asyncio.sleep(0.1)
