"""Who works in a discipline team is decided by the operator: the office can't let itself in, nor count what waits there."""

from __future__ import annotations

import json

from story_filing import files
from story_town import Town

DISCIPLINE = "discipline-630104"
BRIBE = "城西区城管局的王科长收红包才给办事"
APART = "Nobody can work at the supervision office and in a discipline team"


async def test_the_office_neither_invites_to_a_discipline_team_nor_ends_its_roles(town: Town) -> None:
    team, office = await town.contact("web", DISCIPLINE, name="Du"), await town.office("telegram")
    await town.contact("web", DISCIPLINE, name="Fan")
    citizen = await town.somebody("web")
    await files(citizen, BRIBE, command="/report", category="Bribes")
    await team.presses("^Sign in$")
    await team.sees("Signed in by Du")
    async with town.app.database.reading() as tx:
        (row,) = await tx.all("SELECT id FROM role WHERE name = 'Du'")
    await office.says("/desk")
    await office.presses_secretly(f"s:staff_unit:{DISCIPLINE}")
    page = await office.sees("Contact Du.+its staff is invited by the operator")
    assert page.buttons == ["Units and staff"]
    for press in (f"f:invite:{DISCIPLINE}", f"f:unbind:{row['id']}", f"f:replace:{row['id']}"):
        await office.presses_secretly(press)
        await office.sees("is not for the office to decide")
    await office.presses_secretly("f:invite:")
    await office.sees("Which unit")
    await office.says("纪检")
    await office.sees("There is no unit whose name")
    assert not office.saw("Open cases")


async def test_nobody_belongs_to_the_office_and_to_a_discipline_team(town: Town) -> None:
    team, office = await town.contact("telegram", DISCIPLINE), await town.office("web")
    _code, printed = await town.runs("invite", "contact", "--unit", DISCIPLINE, "--name=Li", "--json")
    link = json.loads(printed)["code"]
    await office.follows(link)
    await office.sees(APART)
    await team.follows(json.loads((await town.runs("invite", "office", "--json"))[1])["code"])
    await team.sees(APART)
    li = await town.somebody("telegram")
    await li.follows(link)
    await li.sees("signed in for Chengxi District Discipline Team")
    await team.sees("Li has joined Chengxi District Discipline Team and reads its reports from now on")
