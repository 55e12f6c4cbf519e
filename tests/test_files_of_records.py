"""Files of records: linked, withheld, replaced, and what stands in their place: straight on the store."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.database.connection import transaction
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import LinkedFile
from tests.conftest import rows
from tests.test_record_writing import FILE, events, had, linked, record, versions
from tests.test_store import DAY, crawl, listed, page, row


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def states(path: Path) -> dict[str, str]:
    return {str(each["name"]): str(each["state"]) for each in rows(path, "SELECT name, state FROM attachments")}


def test_a_file_that_is_linked_again_is_asked_for_again(path: Path) -> None:
    crawl(path, [listed(row(1)), linked("1.pdf", "2.pdf"), had("text", "1" * 64, "样本")])
    assert states(path) == {"1.pdf": "text", "2.pdf": "pending"}
    crawl(path, [listed(row(1)), linked("2.pdf")], day=2)
    assert states(path) == {"1.pdf": "unlinked", "2.pdf": "pending"}
    crawl(path, [listed(row(1)), linked("1.pdf", "2.pdf")], day=3)
    assert states(path) == {"1.pdf": "pending", "2.pdf": "pending"}
    assert [changed for changed, _ in versions(path)] == [
        {"attachments": [["1.pdf", "2.pdf"], ["2.pdf"]]},
        {"attachments": [["2.pdf"], ["1.pdf", "2.pdf"]]},
    ]


def test_a_file_that_is_withheld_by_its_address_is_linked_without_its_name(path: Path) -> None:
    crawl(path, [])
    with closing(open_up_to_date(path)) as connection, transaction(connection):
        sql = "INSERT INTO withheld (target, key, reason, at, record_id) VALUES ('address', ?, '', ?, 0)"
        connection.execute(sql, (FILE, DAY.format(1)))
    crawl(path, [listed(row(1)), linked("1.pdf", "2.pdf")], day=2)
    assert states(path) == {"": "pending", "2.pdf": "pending"}


def test_a_file_under_the_same_name_at_another_address_is_another_file_and_no_change(path: Path) -> None:
    crawl(path, [listed(row(1)), linked("1.pdf")])
    moved = replace(page(1), attachments=(LinkedFile("1.pdf", "http://p.example/new/1.pdf"),))
    crawl(path, [listed(row(1)), moved], day=2)
    assert rows(path, "SELECT url, state FROM attachments ORDER BY id") == [
        {"url": FILE, "state": "unlinked"}, {"url": "http://p.example/new/1.pdf", "state": "pending"},
    ]  # fmt: skip
    assert events(path) == []


def test_half_a_page_unlinks_no_file(path: Path) -> None:
    crawl(path, [listed(row(1)), linked("1.pdf")])
    assert states(path) == {"1.pdf": "pending"}
    crawl(path, [listed(row(1)), page(1, "样本", cut=True)], day=2)
    assert (states(path), events(path)) == ({"1.pdf": "pending"}, [])


def test_the_first_half_of_a_page_links_no_files_yet(path: Path) -> None:
    cut = page(1, "样本", cut=True)
    crawl(path, [listed(row(1)), replace(cut, attachments=(LinkedFile("1.pdf", FILE),))])
    assert states(path) == {}


def test_a_file_that_was_replaced_at_its_address_is_a_change(path: Path) -> None:
    crawl(path, [listed(row(1)), linked("1.pdf"), had("text", "1" * 64, "样本")])
    assert events(path) == []
    crawl(path, [listed(row(1)), had("text", "1" * 64, "样本")], day=2)
    assert events(path) == []
    crawl(path, [listed(row(1)), had("text", "2" * 64, "样本二")], day=3)
    assert versions(path) == [({"attachment 1.pdf": ["1" * 64, "2" * 64]}, "source")]
    assert (events(path), record(path)["changed_at"]) == (["changed"], DAY.format(3))
    assert rows(path, "SELECT text FROM attachments") == [{"text": "样本二"}]


@pytest.mark.parametrize("state", ["unavailable", "empty", "not_a_document"])
def test_a_file_that_can_t_be_had_today_is_what_it_was(path: Path, state: str) -> None:
    crawl(path, [listed(row(1)), linked("1.pdf"), had("text", "1" * 64, "样本")])
    crawl(path, [had(state, None if state == "unavailable" else "9" * 64)], day=2)
    assert rows(path, "SELECT state, sha256, text FROM attachments") == [
        {"state": "text", "sha256": "1" * 64, "text": "样本"}
    ]
    crawl(path, [had("text", "2" * 64, "样本二")], day=3)
    assert len(versions(path)) == 1


@pytest.mark.parametrize("state", ["empty", "not_a_document"])
def test_what_stood_in_a_file_s_place_is_not_the_file_before(path: Path, state: str) -> None:
    crawl(path, [listed(row(1)), linked("1.pdf"), had(state, "9" * 64)])
    assert states(path) == {"1.pdf": state}
    crawl(path, [had("text", "1" * 64, "样本")], day=2)
    assert (states(path), events(path)) == ({"1.pdf": "text"}, [])


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ("text", False),
        ("ocr", False),
        ("needs_ocr", False),
        ("unavailable", False),
        ("empty", True),
        ("encrypted", True),
    ],
)
def test_a_file_without_a_text_is_a_problem_but_for_scans_and_failed_requests(
    path: Path, state: str, problem: bool
) -> None:
    crawl(path, [listed(row(1)), linked("1.pdf"), had(state, "1" * 64, message="样本")])
    found = rows(path, "SELECT kind, url, message FROM problems")
    assert found == ([{"kind": "attachment", "url": FILE, "message": f"{state}: 样本"}] if problem else [])
