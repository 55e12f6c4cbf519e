"""Files of records: linked, withheld, replaced, and what stands in their place: straight on the store."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.database.connection import transaction
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import Capture, LinkedFile
from archive.tables.file_pages import FilePage
from archive.tables.printed_table import PrintedTable, to_json_text
from tests.conftest import rows
from tests.test_record_writing import FILE, events, had, linked, record, versions, withhold
from tests.test_rosters import NAMES
from tests.test_store import DAY, crawl, listed, page, row

NAMED = "、".join(NAMES)


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
    crawl(path, [listed(row(1)), linked("1.pdf", "3.pdf")], day=3)
    assert states(path) == {"1.pdf": "pending", "2.pdf": "unlinked", "3.pdf": "pending"}
    assert [changed for changed, _ in versions(path)] == [
        {"attachments": [["1.pdf", "2.pdf"], ["2.pdf"]]},
        {"attachments": [["2.pdf"], ["1.pdf", "3.pdf"]]},
    ]


def test_a_file_that_is_withheld_by_its_address_is_linked_without_its_name(path: Path) -> None:
    crawl(path, [])
    withhold(path, "address", FILE)
    crawl(path, [listed(row(1)), linked("1.pdf", "2.pdf")], day=2)
    assert states(path) == {"": "pending", "2.pdf": "pending"}


PRINTED: dict[str, Any] = {"tables": (PrintedTable((("样本",),)),), "pages": (FilePage(0),), "redacted": {"phone": 1}}
"""What else is read of a file that has a text."""


@pytest.mark.parametrize(("target", "key"), [("address", FILE), ("file", "1" * 64)])
def test_of_a_withheld_file_nothing_is_kept_but_what_it_is(path: Path, target: str, key: str) -> None:
    crawl(path, [listed(row(1)), linked("1.pdf")])
    withhold(path, target, key)
    crawl(path, [replace(had("text", "1" * 64, "样本", message="样本"), **PRINTED)], day=2)
    (kept,) = rows(path, "SELECT * FROM attachments")
    assert kept | {"id": 1, "record_id": 1} == kept
    assert {name: value for name, value in kept.items() if name not in {"id", "record_id"}} == {
        "url": FILE, "name": "", "state": "withheld", "sha256": "1" * 64, "bytes": 9, "media_type": None, "text": None,
        "tables": None, "pages": None, "capture_id": None,
    }  # fmt: skip
    assert rows(path, "SELECT * FROM redactions") == rows(path, "SELECT * FROM problems") == []


def test_files_of_a_withheld_record_are_counted_and_not_kept(path: Path) -> None:
    crawl(path, [listed(row(1)), linked("1.pdf")])
    with closing(open_up_to_date(path)) as connection, transaction(connection):
        connection.execute("UPDATE records SET state = 'withheld'")
    crawl(path, [had("text", "1" * 64, "样本")], day=2)
    assert states(path) == {"1.pdf": "pending"}
    (last,) = rows(path, "SELECT counts ->> '$.attachments' AS had FROM crawls ORDER BY id DESC LIMIT 1")
    assert last["had"] == 1


@pytest.mark.parametrize(("title", "name"), [("样本名单", "1.pdf"), ("样本文件", "样本名单.pdf")])
def test_whose_names_a_file_lists_is_judged_under_its_record_s_title_and_its_own_name(
    path: Path, title: str, name: str
) -> None:
    listing = replace(had("text", "1" * 64, NAMED), name=name, **PRINTED)
    crawl(path, [listed(row(1, title=title)), linked(name)])
    crawl(path, [listing], day=2)
    (kept,) = rows(path, "SELECT state, text, tables, pages FROM attachments WHERE sha256 IS NOT NULL")
    assert kept == {"state": "roster", "text": None, "tables": None, "pages": None}


def test_a_file_under_the_same_name_at_another_address_is_another_file_and_no_change(path: Path) -> None:
    crawl(path, [listed(row(1)), linked("1.pdf")])
    moved = replace(page(1), attachments=(LinkedFile("1.pdf", "http://p.example/new/1.pdf"),))
    crawl(path, [listed(row(1)), moved], day=2)
    assert rows(path, "SELECT url, state FROM attachments ORDER BY id") == [
        {"url": FILE, "state": "unlinked"}, {"url": "http://p.example/new/1.pdf", "state": "pending"},
    ]  # fmt: skip
    assert events(path) == []


def test_a_line_that_names_a_file_is_no_other_text(path: Path) -> None:
    crawl(path, [listed(row(1)), linked("样本.pdf")])
    crawl(path, [listed(row(1)), page(1, "样本正文\n样本.pdf")], day=2)
    assert [changed for changed, _ in versions(path)] == [{"attachments": [["样本.pdf"], []]}]


def test_the_tables_of_a_text_are_kept_with_it(path: Path) -> None:
    crawl(path, [listed(row(1)), replace(page(1), tables=PRINTED["tables"])])
    assert record(path)["tables"] == to_json_text(PRINTED["tables"])
    crawl(path, [listed(row(1)), page(1, "样本正文，另一种")], day=2)
    assert record(path)["tables"] is None


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


@pytest.mark.parametrize("state", ["unavailable", "empty"])
def test_what_stands_in_a_file_s_place_again_is_not_written_anew(path: Path, state: str) -> None:
    crawl(path, [listed(row(1)), linked("1.pdf"), had(state, "8" * 64)])
    crawl(path, [had(state, "9" * 64)], day=2)
    assert rows(path, "SELECT state, sha256 FROM attachments") == [{"state": state, "sha256": "8" * 64}]


def test_a_file_of_which_the_portal_says_that_it_has_not_changed_stands_on_its_capture(path: Path) -> None:
    for number, outcome in enumerate(("page", "page", "not_modified", "page"), 1):
        store = crawl(path, [listed(row(1))], day=number, finish=False)
        sha256 = ("1" if number in {1, 3} else "2") * 64
        answer = Capture(number, FILE, DAY.format(number), 200, outcome, sha256, 9, None, None)
        store.write([replace(had("text", sha256, f"样本{sha256[0]}"), capture=number)], DAY.format(number), [answer])
        store.finish("finished", DAY.format(number))
        store.close()
        (kept,) = rows(path, "SELECT capture_id FROM attachments")
        assert kept["capture_id"] == {3: 1}.get(number, number)


def test_a_file_without_a_text_is_a_problem_in_words(path: Path) -> None:
    crawl(path, [listed(row(1)), linked("1.pdf"), had("empty", "1" * 64)])
    (problem,) = rows(path, "SELECT message FROM problems")
    assert problem["message"] == "empty: no text could be taken from this file"


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


@pytest.mark.parametrize(("message", "told"), [(None, []), ("the text is cut after 9 characters", ["changed"])])
def test_other_bytes_are_no_change_where_the_whole_text_is_the_same(
    path: Path, message: str | None, told: list[str]
) -> None:
    """Of a text that is cut, the rest may be another."""
    crawl(path, [listed(row(1)), linked("1.pdf"), had("text", "1" * 64, "样本正文", message)])
    crawl(path, [listed(row(1)), had("text", "2" * 64, "样本正文", message)], day=2)
    assert events(path) == told
