"""A new look of all pages, or new addresses of lists: neither is a change of records, nor hides one."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.changing_portal import (
    Document,
    Portal,
    file_behind,
    file_inside,
    maintenance,
    of_records,
    redesigned,
)
from tests.conftest import Site, rows

# --- the layout ---


def framed(document: Document) -> str:
    """Another look, with a line in the text that all have."""
    text = f"{document.paragraphs}<p>样本县数据中心统一排版</p>"
    return redesigned(document).replace(document.paragraphs, text)


def test_lines_that_a_new_layout_puts_into_every_text_are_no_change_of_records(portal: Portal) -> None:
    portal.look = framed
    assert portal.crawl() == "unsure"
    portal.edit(8, "样本正文，真的改过。")
    assert portal.crawl() == "finished"
    assert portal.crawl() == "finished"
    assert portal.events() == [("changed", 8)]
    causes = Counter(str(each["cause"]) for each in rows(portal.db, "SELECT cause FROM versions WHERE number > 1"))
    assert causes == {"layout": 29, "source": 1}


def test_a_document_that_comes_back_in_the_new_layout_has_not_changed(portal: Portal) -> None:
    """It was gone while the portal took the layout on. One that was edited meanwhile has changed."""
    away = {number: portal.documents.pop(number) for number in (7, 8)}
    portal.crawl()
    portal.look = framed
    assert [portal.crawl(), portal.crawl()] == ["unsure", "finished"]
    portal.documents |= away
    portal.edit(8, "样本正文，真的改过。")
    portal.crawl()
    returned = [("returned", 7), ("returned", 8)]
    assert sorted(portal.events()) == [("changed", 8), *returned, ("withdrawn", 7), ("withdrawn", 8)]


def test_a_layout_that_an_update_met_first_is_settled_by_the_next_crawl(portal: Portal) -> None:
    portal.documents[31] = Document(31)
    portal.look = framed
    assert [portal.crawl(mode="update"), portal.crawl(), portal.crawl()] == ["unsure", "finished", "finished"]
    assert portal.events() == []
    (layouts,) = rows(portal.db, "SELECT count(*) AS n FROM versions WHERE cause = 'layout'")
    assert layouts["n"] == 30


@pytest.mark.parametrize("text", ["", "<h1>样本通知</h1>"])
def test_pages_that_have_all_lost_their_text_make_the_portal_doubted(portal: Portal, text: str) -> None:
    """Three records are gone on that day, whose pages show as little."""
    for number in (3, 4, 5):
        del portal.documents[number]
    nothing = {f"/plans/{number}.html": f"<html><body>{text}</body></html>" for number in (3, 4, 5)}
    answers = portal.answers
    portal.answers = lambda: answers() | nothing  # type: ignore[method-assign]
    assert portal.crawl(lambda path, answer: nothing["/plans/3.html"] if of_records(path) else answer) != "finished"
    portal.answers = answers  # type: ignore[method-assign]
    portal.crawl()
    assert Counter(portal.events()) == {("withdrawn", number): 1 for number in (3, 4, 5)}


@pytest.mark.parametrize("number", [5, 6])
def test_a_document_that_moves_while_the_portal_takes_on_a_layout_is_the_same(portal: Portal, number: int) -> None:
    """The sixth has a file, which the layout names in the text."""
    portal.documents[number] = Document(number, folder="new/")
    portal.look = framed
    assert [portal.crawl(), portal.crawl()] == ["unsure", "finished"]
    assert portal.events() == [("moved", number)]


@pytest.mark.parametrize("former", [[], ["<h1>抱歉，您访问的页面不存在</h1>"]])
def test_documents_that_all_move_as_the_portal_takes_on_a_layout_are_the_same(
    portal: Portal, former: list[str]
) -> None:
    """As where another program serves the portal from one day on; the former addresses may answer with 200. One is edited at the same time."""
    addresses, answers = [each.path for each in portal.documents.values()], portal.answers
    portal.documents = {n: Document(n, folder="new/") for n in portal.documents}
    portal.edit(4, "样本正文，改过。")
    portal.look = framed
    gone = {path: page for path in addresses for page in former}
    portal.answers = lambda: gone | answers()  # type: ignore[method-assign]
    assert [portal.crawl(), portal.crawl(), portal.crawl()] == ["unsure", "finished", "finished"]
    assert sorted(portal.events()) == sorted([*(("moved", n) for n in range(1, 31) if n != 4), ("withdrawn", 4)])


def test_documents_that_move_and_are_numbered_anew_are_the_same(portal: Portal) -> None:
    def numbered(path: str, answer: Any) -> Any:
        return answer.replace("640324001/", "11640324MB0001/") if isinstance(answer, str) else answer

    portal.documents = {n: Document(n, folder="new/") for n in portal.documents}
    assert [portal.crawl(numbered), portal.crawl(numbered), portal.crawl(numbered)] == [
        "unsure",
        "finished",
        "finished",
    ]
    assert Counter(kind for kind, _ in portal.events()) == {"moved": 30}


def test_two_days_of_one_notice_for_all_pages_prove_nothing_of_one_that_is_missing(portal: Portal) -> None:
    """The notice stands at its former address, too."""
    former, answers = portal.documents[5], portal.answers
    portal.documents[5] = Document(5, folder="new/")
    portal.answers = lambda: answers() | {former.path: portal.look(former)}  # type: ignore[method-assign]
    for _ in range(2):
        assert portal.crawl(maintenance) == "unsure"
    portal.answers = answers  # type: ignore[method-assign]
    portal.crawl()
    portal.crawl()
    assert portal.events() == [("moved", 5)]


def test_a_line_that_names_the_file_may_move_into_the_text(portal: Portal) -> None:
    portal.look = file_inside
    assert portal.crawl() == "finished"
    assert rows(portal.db, "SELECT 1 FROM versions WHERE number > 1") == []


def test_a_line_that_names_the_file_may_move_out_of_the_text(portal: Portal) -> None:
    portal.look = redesigned
    portal.crawl()
    portal.crawl()
    redesigned_versions = rows(portal.db, "SELECT * FROM versions")
    portal.look = file_behind
    assert portal.crawl() == "finished"
    assert rows(portal.db, "SELECT * FROM versions") == redesigned_versions


def test_a_document_that_moves_with_the_line_of_its_file_in_the_text_is_the_same(portal: Portal) -> None:
    portal.documents[6] = Document(6, folder="new/")
    portal.look = file_inside
    portal.crawl()
    portal.crawl()
    assert portal.events() == [("moved", 6)]


# --- lists that move ---


def test_lists_at_new_addresses_take_over_the_records_of_the_old_ones(tmp_path: Path) -> None:
    """The portal file names another address of the same list; one record is missing when that is first walked, one goes later."""
    with Site({}) as site:
        portal = Portal(site, tmp_path)
        portal.crawl()
        del portal.documents[3]
        portal.list_path = "/plans/new/index.html"
        portal.crawl()
        assert portal.events() == [("withdrawn", 3)]
        del portal.documents[4]
        portal.crawl()
        assert portal.events() == [("withdrawn", 3), ("withdrawn", 4)]
        retired = rows(
            portal.db,
            "SELECT url LIKE '%list.html' AS old, retired_at IS NOT NULL AS retired FROM catalogs ORDER BY id",
        )
        assert retired == [{"old": 1, "retired": 1}, {"old": 0, "retired": 0}]


def test_a_title_that_changes_after_its_list_moved_is_told(tmp_path: Path) -> None:
    """A row of the former list stands in nothing's way."""
    with Site({}) as site:
        portal = Portal(site, tmp_path)
        portal.crawl()
        portal.list_path = "/plans/new/index.html"
        portal.crawl()
        portal.documents[4] = Document(4, edition="（修订）")
        portal.crawl()
        assert portal.events() == [("changed", 4)]
        (record,) = rows(portal.db, "SELECT title FROM records WHERE url LIKE '%/4.html'")
        assert record["title"] == "样本规划第4号（修订）"


def test_a_title_that_changes_as_its_list_moves_is_told(tmp_path: Path) -> None:
    with Site({}) as site:
        portal = Portal(site, tmp_path)
        portal.crawl()
        portal.list_path = "/plans/new/index.html"
        portal.documents[4] = Document(4, edition="（修订）")
        portal.crawl()
        portal.crawl()
        assert portal.events() == [("changed", 4)]
