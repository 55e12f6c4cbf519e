"""A month and a half of a county with its troubles, crawled when due: `bench.schedules` has the whole year."""

from pathlib import Path

from bench.schedules import TROUBLES, Redesigned, Year


def test_schedules_states_and_one_message_for_each_change(tmp_path: Path) -> None:
    with Redesigned(30) as county:
        year = Year(county, tmp_path, days=44)
        assert len(list(year.live())) == 44
        assert year.complaints() == []
    assert len(year.told) == 2 * len(TROUBLES)
