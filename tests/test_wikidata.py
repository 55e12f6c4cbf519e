"""`disclosures survey --wikidata`: homes asked of a query service that answers as Wikidata's documentation says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import zstandard

from crawler.survey import wikidata
from tests.conftest import Answer, Site, SiteRequest, rows
from tests.test_survey import run

ROWS = [
    {
        "code": {"type": "literal", "value": "640324"},
        "name": {"type": "literal", "xml:lang": "zh", "value": "同心县"},
        "home": {"type": "uri", "value": "http://a.example.org/"},
    },
    {"code": {"type": "literal", "value": "640323"}, "home": {"type": "uri", "value": "http://b.example.net/"}},
    {"code": {"type": "literal", "value": "640381"}, "home": {"type": "uri", "value": "http://c.example.com/"}},
]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Site, list[str]]]:
    """A query service with pages of two rows; the queries that it was asked."""
    queries: list[str] = []

    def answered(request: SiteRequest) -> Answer:
        query = dict(parse_qsl(request.form or ""))["query"]
        queries.append(query)
        limit, offset = (int(query.rpartition(word)[2].split()[0]) for word in ("LIMIT ", "OFFSET "))
        found = {"head": {"vars": ["code", "name", "home"]}, "results": {"bindings": ROWS[offset : offset + limit]}}
        return Answer(json.dumps(found), "application/sparql-results+json")

    monkeypatch.setattr(wikidata, "PAGE", 2)
    monkeypatch.setattr(wikidata.time, "sleep", queries.append)
    with Site({"/sparql": answered}) as site:
        monkeypatch.setenv(wikidata.ENDPOINT, f"{site.url}sparql")
        yield site, queries


def test_wikidata_is_asked_page_by_page(service: tuple[Site, list[str]], tmp_path: Path) -> None:
    site, queries = service
    said = run("survey", "--wikidata", "--list-only", "--db", tmp_path / "a.db").output
    assert "Wikidata: 3 rows, 3 new homes, 0 conflicts" in said
    assert ["OFFSET 0" in query for query in queries] == [True, False]
    assert all("wdt:P442" in query and "wdt:P856" in query for query in queries)
    assert rows(tmp_path / "a.db", "SELECT name FROM directory WHERE division_code = '640323'") == [{"name": "盐池县"}]
    assert any("Disclosures" in agent or "disclosures" in agent for agent in site.user_agents)


@pytest.mark.parametrize(
    "home",
    [
        "http://127.0.0.1:6379/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/",
        "http://[::1]/",
        "http://localhost/",
        "http://metadata.google.internal/",
        "http://www.example.org@router.lan/",
    ],
)
def test_a_home_in_a_network_of_ones_own_that_anybody_wrote_there_is_not_looked_at(
    service: tuple[Site, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    """An operator's own list may name one."""
    monkeypatch.setitem(ROWS[0], "home", {"type": "uri", "value": home})
    said = run("survey", "--wikidata", "--list-only", "--db", tmp_path / "a.db").output
    assert "its host is no name of the public internet" in said
    (own := tmp_path / "own.csv").write_text(f"home,code\n{home},640324\n", encoding="utf-8")
    run("survey", own, "--list-only", "--db", tmp_path / "b.db")
    states = [rows(tmp_path / db, "SELECT state FROM directory WHERE name = '同心县'") for db in ("a.db", "b.db")]
    assert states == [[{"state": "conflict"}], [{"state": "not_tried"}]]


@pytest.mark.parametrize(
    ("status", "stated", "waited"),
    [(429, "7", 7), (502, "", 10), (503, "86400", wikidata.LONGEST_WAIT), (504, "tomorrow", 10)],
)
def test_a_busy_service_is_asked_again_when_it_says_so(
    service: tuple[Site, list[Any]], tmp_path: Path, status: int, stated: str, waited: float
) -> None:
    site, waits = service
    answered, busy = site.answers["/sparql"], [Answer("", status=status, headers=(("Retry-After", stated),))]
    site.answers["/sparql"] = lambda request: busy.pop() if busy else answered(request)  # type: ignore[operator]
    assert run("survey", "--wikidata", "--list-only", "--db", tmp_path / "a.db").exit_code == 0
    assert waits[0] == waited


def test_an_answer_beyond_the_limit_is_not_read(
    service: tuple[Site, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, _ = service
    monkeypatch.setattr(wikidata, "MOST_BYTES", 3 * 1024 * 1024)
    site.answers["/sparql"] = Answer('{"results": {"bindings": []}}' + " " * wikidata.MOST_BYTES)
    done = run("survey", "--wikidata", "--list-only", "--db", tmp_path / "a.db")
    assert (done.exit_code, "is longer than 3 MB" in done.output) == (2, True)


def test_an_answer_is_asked_for_plain_and_never_unpacked(service: tuple[Site, list[str]], tmp_path: Path) -> None:
    site, _ = service
    bomb = Answer(zstandard.compress(bytes(4_000_000)), headers=(("Content-Encoding", "zstd"),))
    encodings: list[str | None] = []

    def answer(request: SiteRequest) -> Answer:
        encodings.append(request.headers.get("accept-encoding"))
        return bomb

    site.answers["/sparql"] = answer
    done = run("survey", "--wikidata", "--list-only", "--db", tmp_path / "a.db")
    assert (done.exit_code, "is no JSON" in done.output) == (2, True)
    assert encodings == ["identity"]


def test_a_service_without_an_end_is_asked_for_so_many_pages(
    service: tuple[Site, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, _ = service
    monkeypatch.setattr(wikidata, "MOST_PAGES", 3)
    site.answers["/sparql"] = Answer(json.dumps({"results": {"bindings": ROWS[:2]}}))
    done = run("survey", "--wikidata", "--list-only", "--db", tmp_path / "a.db")
    assert (done.exit_code, "has more than 6 rows" in done.output, len(site.requests)) == (2, True, 3)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer("", status=500), "answered 500"),
        (Answer("", status=503), "answered 503"),
        (Answer("<html>"), "is no JSON"),
        (Answer("[]"), "holds no results"),
        (Answer('{"results": {"bindings": [{"home": 3}]}}'), "holds no results"),
    ],
)
def test_a_service_that_answers_otherwise_is_one_line(
    service: tuple[Site, list[str]], tmp_path: Path, answer: Answer, said: str
) -> None:
    site, _ = service
    site.answers["/sparql"] = answer
    done = run("survey", "--wikidata", "--list-only", "--db", tmp_path / "a.db")
    assert (done.exit_code, said in done.output, done.output.count("\n")) == (2, True, 1)
