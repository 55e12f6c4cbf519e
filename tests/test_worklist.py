"""What is covered of the country, and the worklist of what is not: pure, from portals and homes made up for it."""

from collections.abc import Sequence

import pytest

from archive.directory.coverage import (
    ARCHIVED,
    NO_RECORDS,
    NOT_LISTED,
    ArchivedPortal,
    country,
    outside,
    prefectures,
    provinces,
)
from archive.directory.entries import BLOCKED, CONFLICT, DEAD, MISREAD, NOT_TRIED, SURVEYED, PortalHome
from archive.directory.worklist import NEXT_STEPS, worklist

TONGXIN, YANCHI, WUZHONG, NINGXIA = "640324", "640323", "640300", "640000"
ZHABEI, JINGAN = "310108", "310106"
"""闸北 was merged into 静安."""


def home(code: str | None, state: str = NOT_TRIED, *, at: str = "", family: str | None = None) -> PortalHome:
    return PortalHome(at or f"http://{code}.example/", "样本", code, "one.csv", "2026-01-01", state, family=family)


def portal(code: str, records: int = 3, last_seen: str | None = "2026-01-02T00:00:00Z") -> ArchivedPortal:
    return ArchivedPortal(f"p{code}", "样本", code, records, last_seen, None)


def work(portals: Sequence[ArchivedPortal], entries: Sequence[PortalHome]) -> list[tuple[int, str, str | None]]:
    done = worklist(country(portals, entries), entries)
    assert all(each.step == NEXT_STEPS[each.state] for each in done)
    return [(each.count, each.state, each.family) for each in done]


def test_the_step_that_helps_most_homes_stands_first() -> None:
    misread = [home(f"64010{n}", MISREAD, family="trs") for n in (1, 2)]
    other = [home("640104", MISREAD), home("640105", DEAD), home("640106", BLOCKED)]
    assert work([], [*other, *misread, home(TONGXIN), home(YANCHI), home("640381")]) == [
        (3, NOT_TRIED, None), (2, MISREAD, "trs"), (1, BLOCKED, None), (1, DEAD, None), (1, MISREAD, None),
    ]  # fmt: skip


def test_what_is_archived_is_no_work_and_what_gave_no_record_is() -> None:
    entries = [home(TONGXIN, SURVEYED), home(YANCHI, SURVEYED), home("640381", SURVEYED), home(WUZHONG, SURVEYED)]
    portals = [portal(TONGXIN), portal(YANCHI, records=0), portal("640381", records=0, last_seen=None), portal(WUZHONG)]
    assert work(portals, entries) == [(1, NO_RECORDS, None), (1, SURVEYED, None)]


def test_a_conflict_stays_one_until_its_division_is_archived() -> None:
    entries = [home(TONGXIN, SURVEYED), home(TONGXIN, CONFLICT, at="http://b.example/"), home(YANCHI, CONFLICT)]
    assert work([portal(TONGXIN), portal(YANCHI, records=0)], entries) == [(1, CONFLICT, None)]


def test_of_several_homes_of_a_division_that_is_not_archived_each_wants_a_step_of_its_own() -> None:
    entries = [home(TONGXIN, DEAD), home(TONGXIN, MISREAD, at="http://b.example/")]
    assert work([], entries) == [(1, DEAD, None), (1, MISREAD, None)]


def test_a_division_merged_since_is_archived_with_the_one_it_is_now() -> None:
    assert work([portal(JINGAN)], [home(ZHABEI)]) == work([portal(ZHABEI)], [home(JINGAN)]) == []


# --- what is covered ---


def states(portals: Sequence[ArchivedPortal], entries: Sequence[PortalHome]) -> dict[str, str]:
    whole = country(portals, entries)
    return {each.division.code: each.state for each in (*whole.counties, *whole.others) if each.state != NOT_LISTED}


@pytest.mark.parametrize("conflict_first", [True, False])
def test_a_home_stands_before_what_contradicts_it(conflict_first: bool) -> None:
    entries = [home(TONGXIN, CONFLICT, at="http://b.example/"), home(TONGXIN, DEAD)]
    assert states([], entries if conflict_first else entries[::-1]) == {TONGXIN: DEAD}
    assert states([], [*entries[:1], home(None)]) == {TONGXIN: CONFLICT}, "a home of no division is nobody's"


def test_of_several_portals_of_a_county_the_records_are_added_and_the_last_crawl_counts() -> None:
    found = country([portal(TONGXIN, 2, "2026-01-05T00:00:00Z"), portal(TONGXIN, 5), portal(TONGXIN, 0, None)], [])
    (tongxin,) = (each for each in found.counties if each.portals)
    assert (tongxin.state, tongxin.records, tongxin.last_seen) == (ARCHIVED, 7, "2026-01-05T00:00:00Z")
    assert (found.records, found.last_seen) == (7, "2026-01-05T00:00:00Z")


def test_what_is_of_no_county_stands_in_its_prefecture_its_province_or_outside_of_all() -> None:
    portals = [portal(code) for code in (TONGXIN, WUZHONG, NINGXIA, "640399", "999999")]
    whole = country(portals, [])
    assert [each.division.code for each in whole.others] == [NINGXIA, WUZHONG, "640399", "999999"]
    areas = provinces(whole)
    (ningxia,) = (each for each in areas if each.code == "64")
    assert (ningxia.groups[ARCHIVED], len(ningxia.portals)) == (1, 4)
    assert [each.division.code for each in outside(whole, areas)] == ["999999"]
    (wuzhong,) = (each for each in prefectures(ningxia) if each.name == "吴忠市")
    assert (wuzhong.code, [each.division.code for each in wuzhong.others]) == ("6403", [WUZHONG, "640399"])
    assert [each.division.code for each in outside(ningxia, prefectures(ningxia))] == [NINGXIA]


def test_counties_of_a_province_alone_are_one_area_with_the_digits_that_all_have() -> None:
    (chongqing,) = (each for each in provinces(country([], [])) if each.name == "重庆市")
    assert [each.code for each in prefectures(chongqing)] == ["50"]
