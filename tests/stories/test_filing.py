"""What a citizen is shown of a matter before it is sent."""

from __future__ import annotations

from story_filing import tells
from story_town import Town

from handlers.filing import in_ascii, no_phone


async def test_who_picks_another_district_than_their_words_name_is_told_before_it_is_sent(town: Town) -> None:
    citizen = await town.somebody("web")
    await tells(citizen, "城东区某小区门口的垃圾没人清运", place="城西区")
    assert citizen.now_sees("Your words name Chengdong District. If it is there, press Change")
    await citizen.presses("^Change$")
    await citizen.presses("^Place$")
    await citizen.says("城东区")
    await citizen.presses("^Rubbish")
    summary = await citizen.sees("Place: Chengdong District.+Shall we send it")
    assert "Your words name" not in summary.text


def test_a_phone_number_may_be_typed_in_wide_digits() -> None:
    assert no_phone("１３９９７２５４４１８") is None
    assert in_ascii("１３９９７２５４４１８") == "13997254418"
    assert no_phone("一三九") is not None
