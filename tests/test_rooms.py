"""The rooms of the project: which may import which, without circles, each with a purpose and of a size one can survey."""

import ast
from collections import defaultdict

import pytest

from tests import rooms

MOST, LEAST = 15, 5

SMALLER = {
    "archive": "rooms only",
    "archive.web": "the plugin, the addresses of the site and what templates may use",
    "archive.replay": "a crawl, and its evidence, played again",
    "archive.web.listings": "what pages and their files both list",
    "crawler.notify": "what an operator is told of; delivery is in archive.notify",
    "crawler": "settings.py, where a Scrapy user looks for it",
    "crawler.middlewares": "middlewares, where a Scrapy user looks for them",
}
"""Rooms with fewer than LEAST files, and why."""

ALLOWED: dict[str, set[str]] = {
    "archive.analysis": {
        "archive.budgets",
        "archive.database",
        "archive.model",
        "archive.questions",
        "archive.search",
        "archive.sentences",
        "archive.tables",
    },
    "archive.attachments": {"archive.evidence", "archive.masking", "archive.model", "archive.tables"},
    "archive.budgets": {"archive.sentences", "archive.tables"},
    "archive.copies": {
        "archive.database",
        "archive.evidence",
        "archive.masking",
        "archive.model",
        "archive.tables",
    },
    "archive.database": {"archive.masking", "archive.model"},
    "archive.directory": {"archive.database", "archive.model"},
    "archive.evidence": {"archive.database", "archive.model"},
    "archive.export": {
        "archive.copies",
        "archive.database",
        "archive.evidence",
        "archive.labels",
        "archive.maintenance",
        "archive.masking",
        "archive.model",
    },
    "archive.ingest": {
        "archive.database",
        "archive.evidence",
        "archive.maintenance",
        "archive.masking",
        "archive.model",
        "archive.search",
        "archive.tables",
    },
    "archive.labels": {"archive.model"},
    "archive.maintenance": {
        "archive.analysis",
        "archive.database",
        "archive.directory",
        "archive.evidence",
        "archive.masking",
        "archive.model",
        "archive.search",
        "archive.tables",
    },
    "archive.masking": {"archive.model", "archive.tables"},
    "archive.model": {"archive.tables"},
    "archive.notify": {"archive.database", "archive.labels", "archive.model", "archive.questions", "archive.search"},
    "archive.proof": {
        "archive.copies",
        "archive.database",
        "archive.evidence",
        "archive.export",
        "archive.labels",
        "archive.masking",
        "archive.model",
    },
    "archive.questions": {"archive.database", "archive.labels", "archive.model"},
    "archive.replay": {"archive.evidence", "archive.ingest", "archive.model"},
    "archive.search": {"archive.database", "archive.labels", "archive.model"},
    "archive.web": {
        "archive.database",
        "archive.labels",
        "archive.notify",
        "archive.model",
        "archive.proof",
        "archive.search",
        "archive.web.budgets",
        "archive.web.coverage",
        "archive.web.evidence",
        "archive.web.formats",
        "archive.web.http",
        "archive.web.listings",
        "archive.web.pages",
        "archive.web.processes",
        "archive.web.subscriptions",
        "archive.web.views",
    },
    "archive.web.budgets": {
        "archive.budgets",
        "archive.database",
        "archive.export",
        "archive.labels",
        "archive.model",
        "archive.tables",
        "archive.web.formats",
        "archive.web.http",
    },
    "archive.web.coverage": {
        "archive.directory",
        "archive.export",
        "archive.labels",
        "archive.model",
        "archive.web.formats",
        "archive.web.http",
    },
    "archive.web.evidence": {
        "archive.copies",
        "archive.database",
        "archive.evidence",
        "archive.export",
        "archive.labels",
        "archive.model",
        "archive.proof",
        "archive.search",
        "archive.tables",
        "archive.web.formats",
        "archive.web.http",
        "archive.web.processes",
        "archive.web.views",
    },
    "archive.web.formats": {
        "archive.database",
        "archive.export",
        "archive.labels",
        "archive.proof",
        "archive.questions",
        "archive.search",
        "archive.tables",
        "archive.web.http",
        "archive.web.listings",
        "archive.web.views",
    },
    "archive.web.http": {
        "archive.database",
        "archive.evidence",
        "archive.export",
        "archive.labels",
        "archive.model",
        "archive.search",
        "archive.web.processes",
    },
    "archive.web.listings": {
        "archive.database",
        "archive.labels",
        "archive.model",
        "archive.search",
        "archive.web.http",
        "archive.web.views",
    },
    "archive.web.pages": {
        "archive.analysis",
        "archive.database",
        "archive.directory",
        "archive.export",
        "archive.labels",
        "archive.model",
        "archive.questions",
        "archive.search",
        "archive.web.formats",
        "archive.web.http",
        "archive.web.listings",
        "archive.web.views",
    },
    "archive.web.processes": {"archive.database"},
    "archive.web.subscriptions": {
        "archive.labels",
        "archive.notify",
        "archive.questions",
        "archive.search",
        "archive.web.formats",
        "archive.web.http",
        "archive.web.listings",
    },
    "archive.web.views": {
        "archive.copies",
        "archive.database",
        "archive.directory",
        "archive.evidence",
        "archive.export",
        "archive.labels",
        "archive.model",
        "archive.proof",
        "archive.search",
        "archive.tables",
        "archive.web.http",
        "archive.web.processes",
    },
    "pipelines": {
        "archive.attachments",
        "archive.evidence",
        "archive.ingest",
        "archive.masking",
        "archive.model",
        "archive.replay",
        "archive.tables",
    },
    "crawler.cli": {
        "archive.attachments",
        "archive.database",
        "archive.directory",
        "archive.evidence",
        "archive.export",
        "archive.ingest",
        "archive.labels",
        "archive.maintenance",
        "archive.masking",
        "archive.model",
        "archive.notify",
        "archive.proof",
        "archive.questions",
        "archive.search",
        "archive.web.http",
        "crawler",
        "crawler.extract",
        "crawler.jobs",
        "crawler.notify",
        "crawler.portals",
        "crawler.probe",
        "crawler.sample",
        "crawler.spiders",
        "crawler.survey",
        "pipelines",
    },
    "crawler.survey": {
        "archive.directory",
        "archive.model",
        "crawler",
        "crawler.extract",
        "crawler.portals",
        "crawler.probe",
    },
    "crawler.extract": {"archive.masking", "archive.model"},
    "crawler.families": {"archive.model", "crawler.extract", "crawler.records", "crawler.services"},
    "crawler.jobs": {
        "archive.database",
        "archive.directory",
        "archive.evidence",
        "archive.ingest",
        "archive.maintenance",
        "archive.masking",
        "archive.model",
        "archive.replay",
        "crawler",
        "crawler.portals",
        "crawler.probe",
        "crawler.spiders",
        "crawler.survey",
        "pipelines",
    },
    "crawler.middlewares": {
        "crawler.portals",
        "archive.evidence",
        "archive.ingest",
        "archive.masking",
        "archive.model",
        "archive.replay",
        "crawler.extract",
        "crawler.spiders",
        "pipelines",
    },
    "crawler.notify": {
        "archive.database",
        "archive.ingest",
        "archive.labels",
        "archive.notify",
        "archive.search",
        "crawler.portals",
    },
    "crawler.portals": {"archive.model", "crawler.families"},
    "crawler.probe": {
        "crawler.middlewares",
        "archive.directory",
        "archive.evidence",
        "archive.model",
        "crawler",
        "crawler.extract",
        "crawler.families",
        "crawler.portals",
        "crawler.records",
        "crawler.services",
    },
    "crawler.commands": {
        "archive.database",
        "archive.evidence",
        "archive.model",
        "crawler.jobs",
        "crawler.portals",
    },
    "crawler.records": {
        "archive.attachments",
        "archive.model",
        "archive.tables",
        "crawler.extract",
        "crawler.services",
    },
    "crawler.services": {"archive.model", "crawler.extract"},
    "crawler.spiders": {
        "archive.database",
        "archive.evidence",
        "archive.ingest",
        "archive.maintenance",
        "archive.masking",
        "archive.model",
        "archive.replay",
        "archive.tables",
        "crawler.extract",
        "crawler.families",
        "crawler.portals",
        "crawler.records",
        "crawler.services",
        "pipelines",
    },
}
"""The rooms that each room may import, besides itself. A new entry is a decision: say in the commit why."""


def test_no_room_imports_another_than_those_allowed() -> None:
    against = {
        f"{room} > {target}: {', '.join(sorted(found))}"
        for room, targets in rooms.imports().items()
        for target, found in targets.items()
        if target not in ALLOWED.get(room, set())
    }
    assert against == set()


def test_no_import_is_allowed_that_nobody_makes() -> None:
    made = rooms.imports()
    assert {
        (room, target) for room, targets in ALLOWED.items() for target in targets if target not in made[room]
    } == set()


def test_rooms_import_each_other_in_no_circle() -> None:
    found = rooms.imports()
    reached: dict[str, set[str]] = {}
    for room in rooms.rooms():
        seen, waiting = set[str](), [room]
        while waiting:
            for target in found.get(waiting.pop(), {}):
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        reached[room] = seen
    assert {room for room, targets in reached.items() if room in targets} == set()


def test_the_archive_does_without_its_site() -> None:
    assert {
        room for room, targets in rooms.imports().items()
        if room.startswith("archive") and not room.startswith("archive.web") and any(t.startswith("archive.web") for t in targets)
    } == set()  # fmt: skip


@pytest.mark.parametrize("room", rooms.rooms())
def test_a_room_can_be_surveyed(room: str) -> None:
    assert rooms.sizes()[room] <= MOST
    assert rooms.files(room) >= LEAST or room in SMALLER


def test_a_package_states_its_purpose_in_a_line_and_holds_no_code() -> None:
    for name, path in rooms.sources().items():
        if path.name == "__init__.py":
            tree = rooms.parsed(path)
            assert rooms.rooms()[name].endswith("."), name
            assert len(tree.body) == 1, f"{name} holds code"


def test_no_module_name_stands_more_than_twice_and_at_most_four_do() -> None:
    named = defaultdict[str, list[str]](list)
    for name, path in rooms.sources().items():
        if path.name != "__init__.py":
            named[name.rpartition(".")[2]].append(name)
    assert [names for names in named.values() if len(names) > 2] == []
    assert len([names for names in named.values() if len(names) == 2]) <= 4


def test_no_class_name_stands_twice() -> None:
    """Two classes of one name would mean two things, or one thing twice."""
    named = defaultdict[str, set[str]](set)
    for name, path in rooms.sources().items():
        for node in ast.walk(rooms.parsed(path)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named[node.name].add(name)
    assert {name: places for name, places in named.items() if len(places) > 1} == {}


def test_the_design_shows_the_rooms_as_they_are() -> None:
    assert rooms.written() == rooms.tree(), "run python -m tests.rooms"
