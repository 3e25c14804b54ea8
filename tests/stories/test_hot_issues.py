"""What several citizens report in one week stands in the office's digest, in words that several of them used."""

from __future__ import annotations

from datetime import timedelta

from story_filing import files, receipt_of, tells
from story_town import Town

from domain.weeks import Week
from schedules import JOBS

(DIGEST,) = [job for job in JOBS if job.name == "digest"]
TOLD = (
    "五四大街12号门口的路灯坏了三天，我叫王小明，电话13812345678",
    "五四大街12号门前路灯不亮，我叫王小明，物业经理周树人不管",
    "五四大街12号旁边的路灯坏了，我叫王小明",
)


async def test_the_digest_names_what_several_people_reported_and_gives_the_same_again(town: Town) -> None:
    office = await town.office("web")
    for text in TOLD:
        number, _code = await files(await town.somebody("web"), text, category="Planning")
    for _n in range(3):
        whistle_blower = await town.somebody("web")
        await tells(whistle_blower, "窗口收红包，不给就不办事", command="/report", category="Something else")
        await whistle_blower.presses("^Send$")
        await receipt_of(whistle_blower)
    week = Week.of((await town.case(number)).filed_at, town.app.words.zone)
    town.clock.ahead += week.end + timedelta(hours=9) - town.clock.now()
    await town.app.scheduler.run_job(DIGEST)
    message = await office.sees(
        "Reported by several people this week:.+Chengxi District: 3 people, 8 July? 2026 to 8 July? 2026."
        " They write: “五四大街”, “路灯”"
    )
    assert not office.saw("红包")
    assert not any(secret in message.text for secret in ("小明", "13812345678", "周树人"))
    first = message.text.partition("Reported by")[2].partition("Seal")[0]
    async with town.app.database.transaction() as tx:
        await tx.run("DELETE FROM report")
    town.clock.ahead += timedelta(weeks=2)
    await office.says(f"/digest {week.name}")
    again = await office.sees("Reported by several people this week")
    assert again.text.partition("Reported by")[2].partition("Seal")[0] == first


async def test_what_two_people_report_is_no_hot_issue(town: Town) -> None:
    office = await town.office("web")
    for text in TOLD[:2]:
        number, _code = await files(await town.somebody("web"), text, category="Planning")
    week = Week.of((await town.case(number)).filed_at, town.app.words.zone)
    town.clock.ahead += week.end + timedelta(hours=9) - town.clock.now()
    await town.app.scheduler.run_job(DIGEST)
    message = await office.sees("Weekly digest")
    assert "several people" not in message.text
