from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import RFC_4122, UUID

from storage.ids import new_id

NOW = datetime(2026, 1, 7, 2, 0, tzinfo=UTC)


def test_an_id_is_a_uuid_of_version_7_that_tells_its_millisecond() -> None:
    id = UUID(new_id(NOW))
    assert (id.version, id.variant) == (7, RFC_4122)
    assert id.int >> 80 == NOW.timestamp() * 1000


def test_what_is_made_together_stands_together() -> None:
    ids = [new_id(NOW) for _ in range(9000)]
    assert len(set(ids)) == 9000
    assert sum(later < earlier for earlier, later in pairwise(ids)) <= 3


def test_an_id_does_not_tell_what_was_made_between_it_and_another_one_of_its_moment() -> None:
    counts = []
    for _ in range(50):
        counts.append(int(new_id(NOW)[13:16], 16))
        new_id(NOW + timedelta(seconds=1))
    apart = {later - earlier for earlier, later in pairwise(counts)}
    assert len(apart) > 40
