"""Neighbours of a record: so many on each side, in order, of its own portal; the same document and title of any."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from datasette.app import Datasette
from lxml import html

from archive.labels.label import LABELS
from archive.web.http.server import make_datasette
from archive.web.views.cells import LONGEST_VALUE
from tests.web.asking import asking_copy, tree
from tests.web.sample_archive import build

SERIES, PUBLISHER, TITLE, DOCUMENT = (
    LABELS[f"near.{sort}"].zh for sort in ("series", "publisher", "title", "document")
)


@pytest.fixture(scope="module")
def site_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records 1 to 20 in one series of numbers, of one publisher, a day each; 21 to 29 share a title and a document number."""
    path = build(tmp_path_factory.mktemp("near") / "disclosures.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in (
            "UPDATE records SET index_number = NULL, document_number = NULL, publisher = NULL, published_on = NULL",
            "UPDATE records SET index_number = printf('A/2017-%05d', 100 - id), publisher = '样例局', published_on = printf('2017-01-%02d', id) WHERE id <= 20",
            "UPDATE records SET index_number = 'A/2018-00001' WHERE id = 31",
            "UPDATE records SET index_number = 'A/2017-x1' WHERE id = 32",
            "UPDATE records SET published_on = '2017-01-10', publisher = '样例局' WHERE id IN (33, 34)",
            "UPDATE records SET title = '样例：同名', document_number = '样发〔2017〕1号' WHERE id BETWEEN 21 AND 29",
            "UPDATE records SET portal = 'checked' WHERE id IN (22, 12)",
        ):
            connection.execute(statement)
    return path


@pytest.fixture(scope="module")
def site(site_path: Path) -> Datasette:
    return make_datasette(site_path)


def near(site: Datasette, number: int) -> dict[str, list[int]]:
    """Neighbours of a record: the sort, and the numbers of the records in order."""
    answer = asyncio.run(site.client.get(f"/-/record/{number}"))
    assert answer.status_code == 200
    return {
        section.cssselect("h2")[0].text: [
            int(link.get("href").rpartition("/")[2]) for link in section.cssselect("li a")
        ]
        for section in html.fromstring(answer.text).cssselect(".near")
    }


@pytest.mark.parametrize(
    ("number", "numbers"),
    [
        (5, [8, 7, 6, 4, 3, 2]),  # the number of record 8 is the lowest of these
        (1, [4, 3, 2]),
        (2, [5, 4, 3, 1]),
        (20, [19, 18, 17]),
        (11, [15, 14, 13, 10, 9, 8]),  # 12 is another portal's
    ],
)
def test_three_numbers_before_and_three_behind_in_the_same_series(
    site: Datasette, number: int, numbers: list[int]
) -> None:
    assert near(site, number)[SERIES] == numbers


@pytest.mark.parametrize(
    ("number", "numbers"),
    [
        (1, [2, 3, 4]),
        (5, [2, 3, 4, 6, 7, 8]),
        (10, [7, 8, 9, 33, 34, 11]),
        (33, [8, 9, 10, 34, 11, 13]),
        (20, [17, 18, 19]),
    ],
)
def test_what_the_same_publisher_published_before_and_after(site: Datasette, number: int, numbers: list[int]) -> None:
    """On the same day those that came earlier first; 12 is another portal's."""
    assert near(site, number)[PUBLISHER] == numbers


@pytest.mark.parametrize(
    ("number", "numbers"),
    [(21, [22, 23, 24, 25, 26, 27]), (25, [21, 22, 23, 24, 26, 27]), (29, [21, 22, 23, 24, 25, 26])],
)
def test_six_others_of_any_portal_with_the_same_title_and_document_number(
    site: Datasette, number: int, numbers: list[int]
) -> None:
    assert near(site, number) == {DOCUMENT: numbers, TITLE: numbers}


def test_another_years_numbers_and_another_end_are_another_series(site: Datasette) -> None:
    assert SERIES not in near(site, 31)
    assert SERIES not in near(site, 32)
    assert not {31, 32} & {number for each in range(1, 21) for number in near(site, each).get(SERIES, ())}


def test_a_neighbour_that_is_gone_leads_to_the_sheet_of_its_last_going(site_path: Path, tmp_path: Path) -> None:
    """3 went, came back and went again; 4 can't be had any more; 6 went and is listed again; of 7 no event is known."""
    went = [(3, "unlisted"), (3, "returned"), (3, "unlisted"), (4, "withdrawn"), (4, "changed"), (6, "unlisted"), (6, "returned")]  # fmt: skip
    events = ", ".join(
        f"({number}, {record}, '{kind}', '2026-11-20T01:00:00Z', 1)" for number, (record, kind) in enumerate(went, 9001)
    )
    ask = asking_copy(
        site_path,
        tmp_path,
        f"INSERT INTO events (id, record_id, kind, at, crawl_id) VALUES {events}",
        "UPDATE records SET state = 'unlisted' WHERE id IN (3, 7)",
        "UPDATE records SET state = 'withdrawn' WHERE id = 4",
    )
    (series,) = [each for each in tree(ask("/-/record/5")).cssselect(".near") if each.cssselect("h2")[0].text == SERIES]
    proofs = {
        int(line.cssselect("a")[0].get("href").rpartition("/")[2]): [
            link.get("href") for link in line.cssselect(".state a")
        ]
        for line in series.cssselect("li")
    }
    assert proofs == {8: [], 7: [], 6: [], 4: ["/-/proof/9004"], 3: ["/-/proof/9003"], 2: []}


def test_a_value_too_long_for_an_address_has_no_neighbours(site_path: Path, tmp_path: Path) -> None:
    long = "样" * (LONGEST_VALUE + 1)
    same = f"UPDATE records SET title = '{long}', document_number = '{long}', index_number = '{long}1', publisher = '{long}' WHERE id IN (41, 42)"
    ask = asking_copy(site_path, tmp_path, same, "UPDATE records SET published_on = '2019-01-01' WHERE id IN (41, 42)")
    assert tree(ask("/-/record/41")).cssselect(".near") == []


def test_without_a_day_or_a_publisher_nothing_is_around_it(site: Datasette, tmp_path: Path) -> None:
    assert near(site, 40) == {}
