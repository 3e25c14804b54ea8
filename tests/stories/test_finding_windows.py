"""Whoever was served at a window finds it: by its printed code, by district and hall, by place, or by a part of a name."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from story_person import Person
from story_town import CITY, Town

from dialog.outgoing import Wants
from storage import outbox

LEVELS = ["^Satisfied$", "^Fairly satisfied$", "^Basically satisfied$", "^Dissatisfied$"]


async def is_at(town: Town, at: datetime) -> None:
    """Move the town's clock forward to a time of the coming weeks."""
    town.clock.ahead += at - town.clock.now()


async def loads_windows(town: Town, folder: Path, *, without: str) -> None:
    """Load the example city again without a window."""
    for path in CITY.iterdir():
        lines = path.read_text("utf-8").splitlines(keepends=True)
        (folder / path.name).write_text("".join(line for line in lines if not line.startswith(f"{without},")), "utf-8")
    code, printed = await town.runs("city", "load", str(folder))
    assert code == 0, printed


async def test_a_question_with_buttons_asks_the_page_for_no_place(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.says("/rate")
    await citizen.sees("Which window served you")
    await citizen.scans("centre-5")
    await citizen.presses("^Satisfied$")
    await citizen.sees("Shall we send")
    async with town.app.database.reading() as tx:
        rows = [await outbox.get(tx, row["id"]) for row in await tx.all("SELECT id FROM outbox ORDER BY n")]
    wants = [row.outgoing(town.app.keys).wants for row in rows if row]
    assert [one for one in wants if one][-1] is Wants.PRESS


async def test_a_printed_code_opens_the_windows_card_at_once(citizen: Person) -> None:
    await citizen.scans("permits-4")
    card = await citizen.sees(
        r"Window 4 Passports and travel permits\n+Xining Household.+passport, travel permit", buttons=LEVELS
    )
    assert "护照" not in card.text
    await citizen.scans("permits-4")
    await citizen.sees("Window 4 Passports", buttons=LEVELS)


async def test_a_window_speaks_the_language_of_its_reader(town: Town) -> None:
    citizen = await town.somebody("web", language="zh")
    await citizen.scans("permits-4")
    card = await citizen.sees("4 号窗口 出入境证件")
    assert "护照、港澳通行证" in card.text


async def test_district_hall_and_window_are_chosen_from_lists(citizen: Person) -> None:
    await citizen.says("/start")
    await citizen.presses("Rate a service window")
    await citizen.sees("Which window served you", buttons=["Chengdong District", "Huangzhong District"])
    await citizen.presses("Chengxi District")
    await citizen.presses("Xining Public Service Centre")
    hall = await citizen.sees("Centre, 2 Wenhui Road, Chengxi District", buttons=["Window 8", "Other halls"])
    assert not any("More windows" in button for button in hall.buttons), "eight fit on one page"
    await citizen.presses("Window 7 Taxes")
    await citizen.sees("Window 7 Taxes", buttons=LEVELS)
    await citizen.presses("Other windows of this hall")
    await citizen.presses("Other halls")
    await citizen.sees("Halls in Chengxi")


async def test_whoever_shares_a_place_gets_the_nearest_halls_first(citizen: Person) -> None:
    await citizen.says("/rate")
    await citizen.sees("share your place")
    await citizen.shares_place(101.7796, 36.6170)
    near = await citizen.sees("nearest halls")
    assert [button.split(", ")[-1] for button in near.buttons[:2]] == ["50 m", "2.9 km"]
    await citizen.presses("Medical Insurance Service Hall, 50 m")
    await citizen.sees("Which window served you", buttons=["Window 3 Treatment elsewhere"])


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("/rate passport", "Window 4 Passports and travel permits"),
        ("/rate 护照", "Window 4 Passports and travel permits"),
        ("/rate 城东 社保", "Window 1 Social insurance\n+Chengdong"),
        ("/rate permits-4", "Window 4 Passports and travel permits"),
        ("/rate 我昨天去办护照，等了两个小时", "Window 4 Passports and travel permits"),
        ("/rate I want to renew my passport", "Window 4 Passports and travel permits"),
        ("/rate 我要办身份证", "Window 2 Identity cards"),
        ("/rate CENTRE-4", "Window 4 Real estate registration"),
    ],
)
async def test_a_part_of_a_name_leads_to_the_window(town: Town, typed: str, seen: str) -> None:
    citizen = await town.somebody("web")
    await citizen.says(typed)
    await citizen.sees(seen, buttons=LEVELS)


async def test_a_word_that_several_windows_have_offers_them_or_their_halls(citizen: Person) -> None:
    await citizen.says("/rate")
    await citizen.sees("Which window served you")
    await citizen.says("食品经营许可")
    await citizen.sees(
        "Which window is it", buttons=["Window 4 Sole traders, Chengdong", "Window 4 Market regulation, Huangzhong"]
    )
    await citizen.says("/rate Window")
    await citizen.sees("Windows found: 30. In which hall", buttons=["Xining Public Service Centre", "Menu"])
    await citizen.says("/rate dragons from the sky")
    await citizen.sees("found no window for “dragons from the sky”")
    await citizen.sees("Which window served you", buttons=["Chengdong District"])
    await citizen.says("visa")
    await citizen.sees("Window 5 Visas", buttons=["^Satisfied$"])


async def test_words_that_fit_several_windows_offer_the_best_first(citizen: Person) -> None:
    await citizen.says("/rate 医保报销")
    found = await citizen.sees("Xining Medical Insurance Service Hall\n+Which window is it")
    assert found.buttons[:2] == ["Window 2 Reimbursement", "Window 5 Maternity insurance"]
    await citizen.says("/rate 改名字")
    await citizen.sees("called “改名字”. Is it one of these", buttons=["Window 1 Household", "Find by name or near me"])
    await citizen.says("/rate 市民中心")
    await citizen.sees("2 Wenhui Road.+Which window served you", buttons=["Window 8", "Other halls"])


async def test_a_code_is_known_in_any_case(town: Town) -> None:
    citizen = await town.somebody("telegram")
    await citizen.scans("CENTRE-4")
    await citizen.sees("Window 4 Real estate registration", buttons=LEVELS)
    await citizen.says("/start W_Centre-5")
    await citizen.sees("Window 5 Real estate enquiries", buttons=LEVELS)
    await citizen.scans("NOWHERE-1")
    await citizen.sees("don't know the window of this code", buttons=["Chengdong District", "Find by name or near me"])
    await citizen.scans("CENTRE-99")
    await citizen.sees("don't know the window of this code", buttons=["Window 1 Information", "Other halls"])


async def test_a_window_that_is_no_longer_there_gets_a_kind_answer(town: Town, citizen: Person, tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    await loads_windows(town, tmp_path / "city", without="permits-4")
    await citizen.scans("PERMITS-4")
    await citizen.sees("Window 4 Passports and travel permits is no longer there", buttons=["Window 5 Visas", "Other halls"])
    await citizen.scans("nowhere-1")
    await citizen.sees("don't know the window of this code", buttons=["Chengdong District", "Find by name or near me"])
    await citizen.presses_secretly("s:hall:>permits-4")
    await citizen.sees("This hall is no longer there", buttons=["Chengdong District"])


async def test_where_no_windows_are_rated_nobody_is_asked_for_one(town: Town, tmp_path: Path) -> None:
    citizen = await town.somebody("web")
    await citizen.says("/start")
    await citizen.sees("This is Huiyin for", buttons=["Rate a service window"])
    folder = tmp_path / "city"
    folder.mkdir()
    for path in CITY.iterdir():
        if path.name not in ("halls.csv", "windows.csv"):
            (folder / path.name).write_bytes(path.read_bytes())
    code, printed = await town.runs("city", "load", str(folder))
    assert (code, "halls" in printed) == (0, False)
    await citizen.says("/start")
    assert "Rate a service window" not in (await citizen.sees("This is Huiyin for")).buttons
    await citizen.scans("centre-1")
    await citizen.sees("Window 1 Information is no longer there.+no windows to rate here yet", buttons=["Menu"])
    await citizen.says("/rate")
    await citizen.sees("no windows to rate here yet")


async def test_a_card_says_whether_the_hall_is_open(town: Town) -> None:
    citizen = await town.somebody("web")
    await is_at(town, datetime(2027, 6, 7, 2, 0, tzinfo=UTC))  # a Monday, ten o'clock in China
    await citizen.scans("centre-1")
    await citizen.sees("Open now, until 12:00")
    await is_at(town, datetime(2027, 6, 7, 5, 0, tzinfo=UTC))
    await citizen.scans("centre-1")
    await citizen.sees("Closed now. Opening hours: Mon to Fri 09:00–12:00, 13:30–17:00; Sat 09:00–12:00")


async def test_pages_of_a_long_hall_follow_each_other(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "city"
    folder.mkdir()
    for path in CITY.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    rows = "".join(f"east-{n},east,{n} 号窗口,Window {n},\n" for n in sorted(range(7, 20), key=str))
    with (folder / "windows.csv").open("a", encoding="utf-8") as file:
        file.write(rows)
    code, printed = await town.runs("city", "load", str(folder))
    assert code == 0, printed
    assert "5 halls, 43 windows" in printed
    citizen = await town.somebody("telegram")
    await citizen.says("/start")
    await citizen.sees("This is Huiyin for")
    await citizen.presses_secretly("s:hall:east")
    seen: list[str] = []
    for _page in range(3):
        page = await citizen.sees("Chengdong District Government Service Hall")
        seen += [button for button in page.buttons if button.startswith("Window")]
        if any("More windows" in button for button in page.buttons):
            await citizen.presses("More windows")
    assert [int(re.findall(r"\d+", button)[0]) for button in seen] == list(range(1, 20))
    assert "Previous page" in page.buttons
    await citizen.presses("Previous page")
    assert (await citizen.sees("Chengdong District Government")).buttons[:8] == seen[8:16]
    await citizen.presses("Previous page")
    first = await citizen.sees("Chengdong District Government")
    assert first.buttons[:8] == seen[:8]
    assert "Previous page" not in first.buttons
