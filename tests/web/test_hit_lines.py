"""The lines of a search: which passages are shown, from where, and how many."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest
from markupsafe import Markup

from archive.search.query import parse
from archive.tables.file_pages import FilePage
from archive.web.views.hit_lines import MOST_PASSAGES, Hit, folded, hit_lines

BLANK = Markup("")
TITLE, PUBLISHER, BODY = "样例公告", "样例县民政局", "样例正文"


@pytest.fixture
def line(past: Path, tmp_path: Path):
    """The line of record 1 for some words, where its columns and the texts of its two files are these, and `also` what this says."""

    def ask(
        words: str, files: tuple[str | None, str | None] = (None, None), also: str = "", **columns: str | None
    ) -> Hit:
        path = tmp_path / "past.db"
        shutil.copy(past, path)
        with closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            values = {"title": TITLE, "publisher": PUBLISHER, "body": BODY, "index_number": None, **columns}
            connection.execute(
                f"UPDATE records SET {', '.join(f'{name} = :{name}' for name in values)} WHERE id = 1", values
            )
            numbers = [
                row[0] for row in connection.execute("SELECT id FROM attachments WHERE record_id = 1 ORDER BY id")
            ]
            for number, name, text in zip(numbers, ("甲.xls", "乙.zip"), files, strict=True):
                connection.execute("UPDATE attachments SET name = ?, text = ? WHERE id = ?", (name, text, number))
            connection.execute(also)
            (found,) = hit_lines(connection, [1], parse(words))
        return found

    return ask


def passages(hit: Hit) -> list[tuple[str, str]]:
    return [(each.name, str(each.text)) for each in hit.passages]


def test_words_are_shown_in_the_text_and_then_in_files_that_have_others(line) -> None:
    hit = line("预算 决算", ("这里有决算", "这里也有决算"), body="此处有预算")
    assert passages(hit) == [("", "此处有<mark>预算</mark>"), ("甲.xls", "…这里有<mark>决算</mark>")]


def test_no_more_passages_than_so_many(line) -> None:
    hit = line("预算 决算 公开", ("这里有决算", "这里有公开"), body="此处有预算")
    assert [name for name, _ in passages(hit)] == ["", "甲.xls"]
    assert len(passages(hit)) == MOST_PASSAGES


def test_what_the_title_shows_is_not_looked_for_in_files(line) -> None:
    assert passages(line("预算", ("这里有预算", "预算"), title="样例预算")) == []
    assert passages(line("预算 决算", ("这里有预算", "决算"), title="样例预算")) == [("乙.zip", "…<mark>决算</mark>")]


def test_a_files_name_is_part_of_what_is_found(line) -> None:
    assert passages(line("乙.zip")) == [("乙.zip", "<mark>乙.zip</mark>")]


def test_numbers_and_departments_are_shown_where_a_word_stands_in_them(line) -> None:
    columns = {"document_number": "样政发〔2017〕92号", "index_number": "A-1", "responsible_department": "县救助站"}
    assert [str(text) for _, text in line("92", **columns).details] == ["样政发〔2017〕<mark>92</mark>号"]
    assert [str(text) for _, text in line("救助", **columns).details] == ["县<mark>救助</mark>站"]
    assert line("样例", **columns).details == ()
    same = line("民政局", responsible_department=PUBLISHER)
    assert (same.details, str(same.publisher)) == ((), "样例县<mark>民政局</mark>")  # not told twice


@pytest.mark.parametrize("title", [None, "", "  "])
def test_a_record_without_a_title_says_so(line, title: str | None) -> None:
    assert str(line("样例", title=title).title) == "（无标题）"


@pytest.mark.parametrize(
    ("publishers", "portals", "lines"), [("甲甲甲", "子子子", 1), ("甲乙甲", "子子子", 3), ("甲甲甲", "子丑子", 3)]
)
def test_titles_alike_become_one_line_where_they_are_one_publishers(publishers: str, portals: str, lines: int) -> None:
    hits = [
        Hit(
            {"id": number, "title": f"{TITLE}之{number}", "publisher": name, "portal_name": portal},
            BLANK,
            BLANK,
            (),
            (),
        )
        for number, (name, portal) in enumerate(zip(publishers, portals, strict=True))
    ]
    assert len(folded(hits)) == lines


def test_files_that_are_linked_no_more_are_not_counted(line) -> None:
    unlinked = "UPDATE attachments SET state = 'unlinked' WHERE name = '乙.zip'"
    assert line("样例", also=unlinked).row["files"] == 1


@pytest.mark.parametrize(("text", "page"), [("预算在前。", 1), ("前页。预算", 1), ("前页前页。预算", 2)])
def test_a_passage_leads_to_the_page_of_its_file_that_holds_it(line, text: str, page: int) -> None:
    """The second page begins with the sixth character of the text."""
    pages = json.dumps([asdict(FilePage(0)), asdict(FilePage(5, number=2))])
    (found,) = line("预算", (text, None), f"UPDATE attachments SET pages = '{pages}' WHERE name = '甲.xls'").passages
    assert found.page == page
