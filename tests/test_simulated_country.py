"""The simulated country: what is drawn, and that schedule, states, messages and the sample's crawls are the real ones."""

import sys
from argparse import Namespace
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from archive.model import clock
from bench import costs, simulated_portals
from bench.simulated_archives import KeptArchive, NotedArchive
from bench.simulated_country import BEGINS, Country, drawn, main, report
from bench.simulated_portals import (
    DAY,
    MOST_REQUESTS,
    SimulatedPortal,
    Strike,
    Traffic,
    read_faults,
    read_software,
    with_shares_of,
)
from crawler.jobs.run import AGAIN_AFTER, AT_ONCE, FULL_AT_ONCE
from crawler.portals.portal_file import Schedule
from tests.conftest import rows

FAULTS = read_faults()
NOON = datetime.combine(BEGINS, datetime.min.time(), UTC) + timedelta(hours=5)


def _portal(seed=3, *, sampled=True, **software):
    return SimulatedPortal(seed, replace(read_software()[0], **software), Random(seed), BEGINS, sampled=sampled)


def _options(**changed):
    return Namespace(
        **{"portals": 4, "days": 3, "seed": 1, "sample": 3, "processes": 1, "full_every": 7, "software": None} | changed
    )


def _figures(country, days):
    return {figure.what: figure.value for figure in report(country, _options(days=days)).figures}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """An archive of one sampled portal, crawled daily for ten days, and its crawls."""
    portal = _portal()
    with closing(KeptArchive(tmp_path_factory.mktemp("kept") / "kept.db", [portal], BEGINS)) as archive:
        crawls = []
        for day in range(10):
            now = NOON + day * DAY
            crawls.append(archive.crawl(portal, archive.plan(portal, now).mode, now))
        yield archive, portal, crawls


def test_the_first_crawl_reads_all_and_updates_what_is_new(kept):
    archive, _, crawls = kept
    assert [each.mode for each in crawls[:7]] == ["full", *["update"] * 6]
    assert crawls[7].mode == "full"
    read = "SELECT count(*) AS n FROM records WHERE body IS NOT NULL"
    assert rows(archive.db, read)[0]["n"] == rows(archive.db, "SELECT count(*) AS n FROM records")[0]["n"]


def test_an_archive_keeps_each_answer_sealed(kept):
    archive, _, crawls = kept
    answers = sum(each.traffic.requests - 1 for each in crawls)  # robots.txt is no capture
    assert rows(archive.db, "SELECT count(*) AS n FROM captures")[0]["n"] == answers
    assert rows(archive.db.with_name("kept.evidence.db"), "SELECT count(*) AS n FROM captures")[0]["n"] == answers


def test_what_a_portal_withdraws_is_withdrawn_in_the_archive(kept):
    archive, portal, _ = kept
    withdrawn = rows(archive.db, "SELECT count(*) AS n FROM records WHERE state = 'withdrawn'")[0]["n"]
    assert withdrawn
    listed = rows(archive.db, "SELECT count(*) AS n FROM records WHERE state = 'listed'")[0]["n"]
    assert abs(listed - portal.listed) <= 3  # those of the days since the last full crawl


def test_the_model_foresees_what_the_frontier_asks_for(kept):
    _, _, crawls = kept
    for each in crawls:
        assert 0.7 < each.foreseen.requests / each.traffic.requests < 1.4


def test_a_crawl_is_noted_as_its_portal_has_it(kept, tmp_path):
    archive, _, crawls = kept
    same = _portal()
    with closing(NotedArchive(tmp_path / "noted.db", [same], NOON)) as noted:
        for each in crawls[:8]:
            noted.crawl(same, each.mode, each.begins)
        now = crawls[7].begins + DAY
        assert noted.plan(same, now).mode == "update"
        assert [each.state for each in noted.states(now)] == ["well"]
        noted.note_reported([], now)
    read = "SELECT mode, outcome, health FROM crawls ORDER BY id LIMIT 8"
    assert rows(tmp_path / "noted.db", read) == rows(archive.db, read)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """An archive in which portals have been crawled for five days: each has another fault since the fourth, the last none."""
    portals = [_portal(number) for number in range(len(FAULTS) + 1)]
    for portal, fault in zip(portals, FAULTS, strict=False):
        portal.strikes = [Strike(fault, NOON + 3.5 * DAY, NOON + 9 * DAY)]
    portals[-1].listed = portals[-1].unread = 2 * MOST_REQUESTS
    with closing(NotedArchive(tmp_path_factory.mktemp("faulty") / "noted.db", portals, NOON)) as archive:
        for day in range(5):
            for portal in portals:
                archive.crawl(portal, "full" if day == 0 else "update", NOON + day * DAY)
        yield archive, portals


def test_each_fault_is_reported_once_as_its_state(faulty):
    archive, portals = faulty
    now = NOON + 4.5 * DAY
    states = archive.states(now)
    changes = archive.changes(states)
    archive.note_reported(changes, now)
    reported = {each.now.portal: (each.was, each.now.state) for each in changes}
    expected = {portal.file.id: ("well", fault.state) for portal, fault in zip(portals, FAULTS, strict=False)}
    assert {name: reported[name] for name in expected} == expected
    assert archive.changes(states) == []


def test_a_portal_that_is_off_is_tried_again_sooner_than_one_that_refuses(faulty):
    archive, portals = faulty
    begun = NOON + 4 * DAY
    waits = {each.kind: archive.plan(portal, begun).at - begun for portal, each in zip(portals, FAULTS, strict=False)}
    assert waits["unreachable"] <= timedelta(minutes=15) < timedelta(hours=12) < waits["blocked"]


def test_a_portal_larger_than_one_crawl_takes_is_read_by_several(faulty):
    archive, portals = faulty
    stopped = archive.connection.execute(
        "SELECT message FROM problems p JOIN crawls c ON c.id = p.crawl_id WHERE c.portal = ? AND kind = 'over_budget'",
        (portals[-1].file.id,),
    ).fetchall()
    assert 2 <= len(stopped) <= 4
    assert portals[-1].unread == 0


def _crowded(folder, **schedule):
    """A country of more portals than one process crawls at once, large ones but for the first, whose second is off."""
    portals = drawn(_options(portals=AT_ONCE + 10, sample=100))
    for portal in portals[1:]:
        portal.listed = portal.unread = 10_000
        portal.file = replace(portal.file, schedule=Schedule(**schedule))
    off = next(fault for fault in FAULTS if fault.kind == "unreachable")
    portals[1].strikes = [Strike(off, NOON - DAY, NOON + 9 * DAY)]
    return Country(folder, portals, 100, 1)


def _begun(country, condition="1"):
    path = country.kept.db.with_name("noted.db")
    return [
        clock.moment(row["at"])
        for row in rows(path, f"SELECT started_at AS at FROM crawls WHERE {condition} ORDER BY id")
    ]


def test_portals_wait_for_a_place_where_there_are_more_than_a_process_takes(tmp_path):
    with closing(_crowded(tmp_path)) as country:
        list(country.live(2))
        begun, figures = _begun(country), _figures(country, 2)
    assert begun.count(country.begins) == FULL_AT_ONCE - 1  # and the one that is kept
    assert figures["places in use, on average"] <= AT_ONCE
    assert figures["wait for a place, 95th percentile"] > 0
    again = _begun(country, "portal = 'sample0001'")
    assert (
        again[1] - again[0] >= AGAIN_AFTER
    )  # it would be tried after minutes, but the process crawls others meanwhile


def test_a_portal_that_found_no_place_in_its_hours_waits_for_the_next_day(tmp_path):
    with closing(_crowded(tmp_path, hours=(8, 9))) as country:
        list(country.live(2))
        assert {at.hour for at in _begun(country)} == {0}  # UTC


def test_a_portal_that_is_off_is_tried_again_within_minutes_where_no_other_is_crawled(tmp_path, monkeypatch):
    monkeypatch.setattr(simulated_portals, "MOST_SAMPLED", 30)
    portals = drawn(_options(portals=2))
    portals[1].strikes = [Strike(FAULTS[0], NOON - DAY, NOON + 9 * DAY)]
    with closing(Country(tmp_path, portals, 3, 1)) as country:
        list(country.live(1))
        first, second, *_ = _begun(country)
    assert second - first <= timedelta(minutes=20)


def test_the_same_seed_makes_the_same_country(tmp_path, monkeypatch):
    monkeypatch.setattr(simulated_portals, "MOST_SAMPLED", 30)
    figures = []
    for name in "ab":
        (tmp_path / name).mkdir()
        with closing(Country(tmp_path / name, drawn(_options()), 3, 1)) as country:
            assert len(list(country.live(3))) == 3
            figures.append(_figures(country, 3))
    assert figures[0] == figures[1]
    assert figures[0]["portals read wholly"] == 4
    assert figures[0]["requests a day"] > 0
    assert drawn(_options(seed=2))[0].a_workday != drawn(_options())[0].a_workday


def test_portals_that_are_seldom_walked_wholly_want_fewer_places(tmp_path):
    wanted = []
    for days in (7, 60):
        portals = drawn(_options(portals=20, sample=100, full_every=days))
        (tmp_path / str(days)).mkdir()
        with closing(Country(tmp_path / str(days), portals, 100, 1)) as country:
            wanted.append(country.places_wanted())
    assert wanted[0] > 3 * wanted[1] > 0


def test_shares_of_products_come_from_an_operators_table(tmp_path):
    table = tmp_path / "shares.csv"
    table.write_text(
        "province,most_frequent_shape,counties,counties_with_it\n甲省,trs,10,8\n乙省,openness,5,5\n", "utf-8"
    )
    shares = {each.name: each.share for each in with_shares_of(read_software(), table)}
    assert (shares["trs"], shares["other"], shares["ucap"]) == (8, 7, 0)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("province,counties\n甲省,3\n", "lacks the columns counties_with_it, most_frequent_shape"),
        ("most_frequent_shape,counties,counties_with_it\n", "counts no counties"),
        ("most_frequent_shape,counties,counties_with_it\ntrs,many,1\n", "many"),
    ],
)
def test_an_operators_table_that_counts_nothing_is_one_plain_line(tmp_path, monkeypatch, capsys, table, message):
    (tmp_path / "shares.csv").write_text(table, "utf-8")
    monkeypatch.setattr(sys, "argv", ["bench.simulated_country", "--software", str(tmp_path / "shares.csv")])
    with pytest.raises(SystemExit):
        main()
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_numbers_below_one_are_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bench.simulated_country", "--days", "0"])
    with pytest.raises(SystemExit):
        main()
    assert "'0' must be a number from 1 on" in capsys.readouterr().err


def test_costs_are_those_that_were_measured():
    measured = costs.measured()
    assert 0.001 < measured.answer < 0.1
    assert measured.processor(Traffic(pages=10, files=2)) > measured.processor(Traffic(pages=10)) > measured.crawl > 0
