"""Whatever happens to a made portal and to the crawls of it, the archive claims nothing false and finds what is true.

A state machine: documents come, change, go, return and move; walks break off, shrink, slip and are misread; pages fail,
refuse and are cut; crawls are killed; the parser changes; a second portal with the same addresses is crawled beside.
After each crawl each new event is held against the truth (its window by `true_windows`), and after two undisturbed ones the whole archive is.

`HYPOTHESIS_PROFILE=long` tries some thousand histories that differ each time, instead of the same few.
"""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from archive.ingest import frontier
from archive.model.noise import same
from archive.model.records import FIELDS
from tests.properties.model_portal import FINE, KilledError, Told, Weather, World

pytestmark = pytest.mark.slow

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
MAYBE_UNREAD = 2

KINDS = (
    *("added", "edited", "renamed", "files", "withdrawn", "unlisted", "moved", "returned", "page back"),
    *("left a list", "left a list", "page lost", "page lost"),
)
HAPPENINGS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 40)), min_size=1, max_size=8)
PLACES = st.one_of(st.none(), st.integers(0, 2))
WEATHERS = st.builds(
    Weather,
    broken=PLACES,
    short=PLACES,
    misread=PLACES,
    slips=st.one_of(st.none(), st.integers(1, 25)),
    second=st.sampled_from(["whole", "whole", "whole", "empty", "short"]),
    broken_again=PLACES,
    failing=st.frozensets(st.integers(1, 25), max_size=6),
    failure=st.sampled_from(["error", "blocked", "cut", "home"]),
)

TABLES = {
    "records": "SELECT id, portal, url, {fields}, kind, state, flags, source_fields, body, changed_at, first_seen, capture_id FROM records",
    "versions": "SELECT * FROM versions",
    "events": "SELECT * FROM events",
    "readings": "SELECT record_id, catalog_id, fields, source_fields, capture_id FROM readings",
    "listings": "SELECT record_id, catalog_id, first_seen, link FROM listings",
    "attachments": "SELECT * FROM attachments",
}


class ArchiveOfAModelPortal(RuleBasedStateMachine):
    """One history of a portal and of the crawls of it."""

    @initialize(parser=st.integers(0, 1))
    def begin(self, parser: int) -> None:
        self.folder = TemporaryDirectory()
        self.unread, frontier.MAYBE_UNREAD = frontier.MAYBE_UNREAD, MAYBE_UNREAD
        self.world = World(Path(self.folder.name))
        self.world.parser = parser
        self.last_event = 0
        for _ in range(2):
            self.crawl(FINE)

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            frontier.MAYBE_UNREAD = self.unread
            self.world.close()
            self.folder.cleanup()

    @rule(happenings=HAPPENINGS)
    def a_day_passes(self, happenings: list[tuple[str, int]]) -> None:
        for kind, choice in happenings:
            self.world.happens(kind, choice)
        self.disturbed = True

    @rule(weather=WEATHERS)
    def crawl(self, weather: Weather) -> None:
        told = self.world.crawl(weather)
        self.compare(told)
        self.disturbed = True

    @rule(weather=WEATHERS, after=st.integers(1, 40))
    def a_crawl_is_killed(self, weather: Weather, after: int) -> None:
        try:
            told = self.world.crawl(Weather(**{**_fields(weather), "killed": after}))
        except KilledError:
            self.events_of_one_crawl()
        else:
            self.compare(told)
        self.disturbed = True

    @rule()
    def the_parser_changes(self) -> None:
        before = self.world.rows("SELECT * FROM events"), self.world.rows("SELECT id, changed_at FROM records")
        versions = self.world.rows("SELECT max(id) AS id FROM versions")[0]["id"]
        self.world.another_parser()
        assert (
            self.world.rows("SELECT * FROM events"),
            self.world.rows("SELECT id, changed_at FROM records"),
        ) == before
        causes = {each["cause"] for each in self.world.rows("SELECT cause FROM versions WHERE id > ?", versions)}
        assert causes <= {"parser"}

    @rule()
    def another_portal_is_crawled(self) -> None:
        before = self.dump("p")
        self.world.neighbour()
        assert self.dump("p") == before
        self.last_event = self.world.rows("SELECT max(id) AS id FROM events")[0]["id"]

    @precondition(lambda self: self.disturbed)
    @rule()
    def settle(self) -> None:
        """Two whole crawls of the portal as it stands: all that is true is found; a third changes nothing."""
        for _ in range(2):
            self.compare(self.world.crawl(FINE))
        self.compare_with_the_truth()
        before = self.dump("p"), self.dump("q")
        self.compare(self.world.crawl(FINE))
        assert (self.dump("p"), self.dump("q")) == before
        seen = self.world.rows("SELECT DISTINCT last_seen FROM records WHERE portal = 'p' AND state = 'listed'")
        assert len(seen) == 1
        self.disturbed = False

    # --- what must hold ---

    def events_of_one_crawl(self) -> list[dict[str, Any]]:
        sql = "SELECT e.*, r.url FROM events e JOIN records r ON r.id = record_id WHERE e.id > ? AND r.portal = 'p' ORDER BY e.id"
        events = self.world.rows(sql, self.last_event)
        self.last_event = max([self.last_event, *(event["id"] for event in events)])
        return events

    def compare(self, told: Told) -> None:
        """Each new event is true, and proved by what this crawl was shown; each row is a listed record."""
        changed = set()
        for event in self.events_of_one_crawl():
            self.is_true(event, told)
            if event["kind"] == "changed":
                changed.add(event["url"])
        moved = {
            event["to"]
            for event in map(self.detail, self.world.rows("SELECT detail FROM events WHERE kind = 'moved'"))
            if event
        }
        assert told.new_text - moved <= changed, "each text that was read and differs is a change"
        listed = {
            each["url"] for each in self.world.rows("SELECT url FROM records WHERE portal = 'p' AND state = 'listed'")
        }
        assert told.rows <= listed, "nothing listed is lost"
        others = self.world.rows("SELECT DISTINCT state FROM records WHERE portal = 'q'")
        assert others in ([], [{"state": "listed"}])
        self.versions_lead_to_the_present()

    def detail(self, event: dict[str, Any]) -> dict[str, Any]:
        return dict(json.loads(event["detail"]))

    def is_true(self, event: dict[str, Any], told: Told) -> None:
        kind, url, detail = event["kind"], event["url"], self.detail(event)
        document = self.world._at(url)
        here = url == self.world.documents[document.number].address
        if kind in {"unlisted", "withdrawn"}:
            assert not (here and document.catalogs), f"{url} is on a list"
            assert url not in told.rows
            assert told.answers.get(url) == ("gone" if kind == "withdrawn" else "page"), "its own page says so"
            (answer,) = self.world.rows("SELECT url, crawl_id, outcome FROM captures WHERE id = ?", detail["page"])
            assert (answer["url"], answer["crawl_id"]) == (url, event["crawl_id"])
            lists = {
                each["url"]
                for each in self.world.rows(
                    f"SELECT url FROM catalogs WHERE id IN ({','.join(map(str, detail['catalogs']))})"
                )
            }
            assert lists
            assert lists <= told.complete, "its lists were walked to their end"
            assert kind == "withdrawn" or lists <= told.walked_again, "twice"
        elif kind == "moved":
            old, new = self.world.addresses[detail["from"]], self.world.addresses[detail["to"]]
            assert old == new, "it is the same document"
        elif kind == "changed":
            excused = told.was_misread() or set(detail["changed"]) == {"index_number"}
            documents = {self.world.addresses[each] for each in told.says_otherwise()}
            assert document.number in documents or excused, f"{url}: {detail['changed']}"
        elif kind in {"added", "returned"}:
            assert url in told.rows

    def versions_lead_to_the_present(self) -> None:
        sql = "SELECT record_id, number, changed FROM versions v JOIN records r ON r.id = v.record_id WHERE r.portal = 'p' ORDER BY 1, 2"
        last: dict[int, dict[str, Any]] = {}
        numbers: dict[int, int] = {}
        for version in self.world.rows(sql):
            record = version["record_id"]
            assert version["number"] == numbers.get(record, 0) + 1
            numbers[record] = version["number"]
            last.setdefault(record, {}).update(json.loads(version["changed"]))
        for record in self.world.rows("SELECT * FROM records WHERE portal = 'p'"):
            assert record["id"] in numbers
            for name, (_, new) in last[record["id"]].items():
                if name in {"document_number", "created_on", "topic", "body"}:
                    assert same(record[name], new), f"{record['url']}: {name}"

    def compare_with_the_truth(self) -> None:
        records = {each["url"]: each for each in self.world.rows("SELECT * FROM records WHERE portal = 'p'")}
        crawl = self.world.rows("SELECT max(id) AS id FROM crawls WHERE portal = 'p'")[0]["id"]
        shown = self.world.rows(
            "SELECT r.url, c.url AS catalog FROM listings l JOIN records r ON r.id = record_id JOIN catalogs c ON c.id = catalog_id "
            "WHERE l.crawl_id = ?", crawl,
        )  # fmt: skip
        truth = {(each.address, catalog) for each in self.world.documents.values() for catalog in each.catalogs}
        assert {(each["url"], each["catalog"]) for each in shown} == truth
        for document in self.world.documents.values():
            record = records.get(document.address)
            if document.catalogs:
                assert record
                assert record["state"] == "listed"
                assert self.world.says_the_truth_of(document, record), (document, record)
            elif record:
                assert record["state"] == ("unlisted" if document.stands else "withdrawn"), (document, record)
        now = {document.address for document in self.world.documents.values()}
        assert {each["state"] for url, each in records.items() if url not in now} <= {"withdrawn"}
        dates = self.world.rows(
            "SELECT DISTINCT published_on, created_on FROM records WHERE portal = 'p' AND body IS NOT NULL"
        )
        assert dates in ([], [{"published_on": "2025-12-01", "created_on": "2025-11-30"}])

    def dump(self, portal: str) -> dict[str, list[dict[str, Any]]]:
        """All that the archive says of a portal, but for when it saw each record last."""
        ids = {each["id"] for each in self.world.rows("SELECT id FROM records WHERE portal = ?", portal)}
        tables = {name: self.world.rows(sql.format(fields=", ".join(FIELDS))) for name, sql in TABLES.items()}
        return {
            name: [row for row in rows if row.get("record_id", row["id"] if name == "records" else 0) in ids]
            for name, rows in tables.items()
        }


def _fields(weather: Weather) -> dict[str, Any]:
    return {name: getattr(weather, name) for name in Weather.__dataclass_fields__}


TestArchiveOfAModelPortal = ArchiveOfAModelPortal.TestCase
TestArchiveOfAModelPortal.settings = settings(
    max_examples=1000 if LONG else 30,
    stateful_step_count=30 if LONG else 12,
    derandomize=not LONG,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
