"""The weekly digest: everybody at the office gets it once, and any week again with the same figures."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from botapi import SentMessage
from story_filing import files
from story_person import Message, Person
from story_town import RUBBISH_UNIT, Town
from story_web import WebMessage

from actions.context import Context
from domain.weeks import Week
from schedules import JOBS, Job, ReadFirst, Run, digest, every, every_week
from storage import deadlines
from storage.deadlines import DeadlineKind

(JOB,) = [job for job in JOBS if job.name == "digest"]
SOON = timedelta(hours=1)


async def week_is_over(town: Town, number: str) -> Week:
    """Let the time of the first digest after a case's filing come; return the week in which it was filed."""
    week = Week.of((await town.case(number)).filed_at, town.app.words.zone)
    town.clock.ahead += week.end + timedelta(hours=9) - town.clock.now()
    return week


async def weeks_pass(town: Town, weeks: int) -> None:
    town.clock.ahead += timedelta(weeks=weeks)


@pytest.mark.parametrize("on", ["web", "telegram"])
async def test_a_week_is_told_once_with_a_picture_and_what_needs_a_decision(town: Town, on: str) -> None:
    office, citizen, contact = await town.office(on), await town.somebody("web"), await town.contact("telegram")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await reports(contact)
    week = await week_is_over(town, number)
    await town.app.scheduler.run_job(JOB)
    message = await office.sees(
        f"Weekly digest, week {week.number} of {week.year}.+Filed: 1. Closed: 0.+due: 1 in time, 0 late.+within 1 hour of"
        f".+Answered most \\(1\\) with none late: .+Open longest: {number}.+Seal of",
        buttons=["Waiting to be assigned", "Late ones", "Put aside", "Unit by unit"],
    )
    assert len([line for line in message.text.splitlines() if line]) <= 10
    assert has_picture(message)
    await office.presses("Unit by unit", on=message)
    await office.sees("unit by unit.+new 1, closed 0, on time 1", buttons=["The week's digest"])
    assert office.now_sees("Weekly digest, week")


async def test_two_of_the_office_get_it_once_though_the_first_try_was_killed(town: Town) -> None:
    anna, wang = await town.office("web"), await town.office("telegram")
    contact, citizen = await town.contact("web"), await town.somebody("telegram")
    number, _code = await files(citizen)
    await week_is_over(town, number)

    async def prepare(ctx: Context) -> Run:
        send = await digest.prepare(ctx)

        async def dies(ctx: Context) -> None:
            await send(ctx)
            raise MemoryError

        return dies

    with pytest.raises(MemoryError):
        await town.app.scheduler.run_job(Job(name="digest", slot=every_week, run=ReadFirst(prepare)))
    assert not await town.app.scheduler.run_job(JOB)
    town.clock.ahead += timedelta(minutes=6)
    await town.app.scheduler.run_job(JOB)
    await town.restarts()
    await town.app.scheduler.run_job(JOB)
    await town.app.scheduler.run_job(Job(name="digest", slot=every(SOON), run=ReadFirst(digest.prepare)))
    for person in (anna, wang):
        await person.sees("Weekly digest.+Filed: 1")
        await person.says("/desk")
        await person.sees("Supervision office:")
        assert len([message for message in person.standing() if "Weekly digest," in message.text]) == 1
    assert not contact.saw("Weekly digest")
    assert not citizen.saw("Weekly digest")


def has_picture(message: Message) -> bool:
    """Tell whether a message came with a picture."""
    if isinstance(message, SentMessage):
        return message.kind == "photo"
    return isinstance(message, WebMessage) and [file["kind"] for file in message.files] == ["photo"]


async def reports(contact: Person) -> None:
    await contact.presses("Report the result")
    await contact.says("已清运")
    await contact.says("/done")
    await contact.presses("^Send$")
    await contact.sees("waits for their word")


async def test_an_old_week_has_the_same_words_after_more_has_happened(town: Town) -> None:
    office, citizen, contact = await town.office("telegram"), await town.somebody("web"), await town.contact("web")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    week = await week_is_over(town, number)
    first = await asks(office, f"/digest {week.name}", f"week {week.number} of")
    await weeks_pass(town, 3)
    await reports(contact)
    await citizen.sees("has answered your case")
    await citizen.presses("^Solved$")
    await citizen.sees("How satisfied")
    assert await asks(office, f"/digest {week.name}", f"week {week.number} of") == first
    second, third = week.after().after(), week.after().after().after()
    newest = await asks(office, "/digest", f"week {third.number} of {third.year}")
    assert "Late and not answered: 1 (±0)" in newest
    await office.presses("Week before")
    await office.sees(f"week {second.number} of.+Late most often: .+1 late")
    await office.presses("Week before")
    await office.sees(f"week {week.after().number} of")
    await office.presses("Week after")
    await office.sees(f"week {second.number} of")


async def asks(office: Person, command: str, pattern: str) -> str:
    await office.says(command)
    message = await office.sees(f"Weekly digest, {pattern}")
    return message.text


async def test_late_cases_are_listed_the_longest_overdue_first(town: Town) -> None:
    office, citizen = await town.office("web"), await town.somebody("web")
    numbers = [(await files(citizen))[0] for _ in range(7)]
    await office.says("/digest")
    await office.presses("Late ones")
    await office.sees("No case is late")
    await weeks_pass(town, 4)
    await office.says("/digest")
    await office.presses("Late ones")
    page = await office.sees("longest overdue first", buttons=["Next ones"])
    labels = list(page.buttons)
    await office.presses("Next ones", on=page)
    rest = await office.sees("longest overdue first", buttons=2)
    labels += rest.buttons
    assert [next(n for n in numbers if n in label) for label in labels if "late" in label] == numbers
    await office.presses(numbers[-1], on=rest)
    await office.sees(f"{numbers[-1]}.+State: assigned")


async def test_a_case_that_is_reopened_is_no_new_one(town: Town) -> None:
    office, citizen, contact = await town.office("web"), await town.somebody("web"), await town.contact("telegram")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await reports(contact)
    await citizen.sees("has answered your case")
    await citizen.presses("^Not solved$")
    await citizen.says("还在")
    await citizen.says("/done")
    await contact.sees("还在")
    week = await week_is_over(town, number)
    await asks(office, f"/digest {week.name}", f"week {week.number} of")
    await office.presses("Unit by unit")
    await office.sees(r"new 1 \(1 more came again\), closed 0, on time 1")


async def test_what_no_unit_has_signed_in_is_late_wherever_the_office_looks(town: Town) -> None:
    office, citizen, contact = await town.office("web"), await town.somebody("web"), await town.contact("telegram")
    numbers = [(await files(citizen))[0] for _ in range(2)]
    case = await town.case(numbers[0])
    async with town.app.database.reading() as tx:
        running = await deadlines.running(tx, case.id)
    assert running[DeadlineKind.ANSWER].due_at - running[DeadlineKind.ACCEPT].due_at > timedelta(days=3)
    town.clock.ahead += running[DeadlineKind.ANSWER].due_at - timedelta(hours=1) - town.clock.now()
    await office.says("/desk")
    await office.sees("Supervision office: 0 waiting to be assigned, 2 late")
    await office.presses("Late ones")
    await office.sees("not signed in or not answered", buttons=[*(f"{n} .+: sign-in 5 days late" for n in numbers), "My desk"])
    week = Week.of(case.filed_at, town.app.words.zone)
    told = await asks(office, f"/digest {week.name}", f"week {week.number} of")
    assert "Answers given or due: 0 in time, 0 late." in told
    assert "Late to sign in: 2, 2 of them still not signed in; most often Chengxi" in told
    assert "No unit" not in told
    await office.presses("Unit by unit")
    await office.sees("new 2, .+, late 0, .+, late to sign in 2, still not signed in 2")
    await contact.presses("^Sign in$")
    await contact.sees("Signed in by", new=False)
    assert await asks(office, f"/digest {week.name}", f"week {week.number} of") == told
    await office.says("/digest")
    await office.presses("This week so far")
    await office.sees("Late to sign in: 2, 1 of them still not signed in")
    await office.says("/desk")
    await office.sees("Supervision office: 0 waiting to be assigned, 1 late")


async def test_a_digest_that_was_kept_before_sign_ins_were_counted_stays_as_it_was(town: Town) -> None:
    office, citizen = await town.office("web"), await town.somebody("web")
    number, _code = await files(citizen)
    week = await week_is_over(town, number)
    new = await asks(office, f"/digest {week.name}", f"week {week.number} of")
    assert "Late to sign in" in new
    async with town.app.database.transaction() as tx:
        (row,) = await tx.all("SELECT body FROM report")
        kept = json.loads(row["body"])
        for unit in kept["figures"]["units"]:
            del unit["sign_ins_late"], unit["unsigned"], unit["again"]
        await tx.run("UPDATE report SET body = :body", body=json.dumps(kept))
    old = await asks(office, f"/digest {week.name}", f"week {week.number} of")
    assert "Late to sign in" not in old
    await office.presses("Unit by unit")
    await office.sees("new 1, closed 0, on time 0, late 0, still late 0, returned 0$")


async def test_on_the_first_day_the_running_week_is_shown_as_far_as_it_has_gone(town: Town) -> None:
    office, citizen, contact = await town.office("telegram"), await town.somebody("web"), await town.contact("web")
    await office.says("/digest")
    await office.sees("Weekly digest so far, week .+No unit had an answer due")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await reports(contact)
    await office.says("/digest")
    message = await office.sees("Weekly digest so far, week .+The week is not over.+Filed: 1. Closed: 0.+due: 1 in time, 0 late")
    assert has_picture(message)
    assert f"Open longest: {number} (Chengxi" in message.text
    assert ", 1 hour)." in message.text
    week = await week_is_over(town, number)
    await office.says("/digest")
    last = await office.sees(f"Weekly digest, week {week.number} of", buttons=["This week so far"])
    assert "Filed: 1" in last.text
    await office.presses("This week so far")
    now = await office.sees("Weekly digest so far.+Open longest: .+days?.", buttons=["Week before", "Unit by unit"])
    assert not re.search(r"\([+±-]", now.text)
    await office.presses("Week before", on=now)
    await office.sees(f"Weekly digest, week {week.number} of")


async def test_who_is_not_of_the_office_is_refused(town: Town) -> None:
    for person in (await town.contact("telegram"), await town.contact("web", RUBBISH_UNIT), await town.somebody("web")):
        await person.says("/digest")
        await person.sees("Only the supervision office can do this")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("2025-W53", r"no such week.+2026-W27, or a day in it like 2026-06-29"),
        ("someday", "no such week"),
        ("2099-W01", "not begun yet"),
        ("2001-W01", "Nothing had been filed"),
    ],
)
async def test_a_week_that_can_not_be_shown_is_answered_in_words(town: Town, typed: str, answer: str) -> None:
    office = await town.office("web")
    await office.says(f"/digest {typed}")
    await office.sees(answer)


async def test_a_week_is_called_the_last_one_or_by_a_day_in_it(town: Town) -> None:
    office, citizen = await town.office("web"), await town.somebody("web")
    number, _code = await files(citizen)
    week = await week_is_over(town, number)
    for typed in ("上周", "last week", (week.monday + timedelta(days=2)).isoformat()):
        await asks(office, f"/digest {typed}", f"week {week.number} of")


async def test_misconduct_reports_are_a_number_and_nothing_else(town: Town) -> None:
    office, citizen = await town.office("web"), await town.somebody("web")
    await files(citizen, "窗口收红包", command="/report", category=".")
    await weeks_pass(town, 4)
    for name in await all_weeks(town):
        await office.says(f"/digest {name}")
        message = await office.sees("Weekly digest")
        assert "Filed: 0" in message.text
        assert "discipline" not in message.text.replace("with the discipline teams only", "")
        await office.presses("Unit by unit", on=message)
        await office.sees("No unit had anything to do")
    assert office.saw("with the discipline teams only: 1")
    await office.says("/digest")
    await office.presses("Late ones")
    await office.sees("No case is late")


async def all_weeks(town: Town) -> list[str]:
    """Name the finished weeks since the first case."""
    async with town.app.database.reading() as tx:
        row = await tx.one("SELECT number FROM cases")
    assert row is not None
    week = Week.of((await town.case(row["number"])).filed_at, town.app.words.zone)
    names = []
    while week.end <= town.clock.now():
        names.append(week.name)
        week = week.after()
    return names
