"""Older list pages are hidden for a withheld row without a link, however they print its title. All texts are samples."""

from pathlib import Path

import pytest

from tests.conftest import Site, portal_file, rows
from tests.test_withholding import BODY, Archive, list_page, site_answers
from tests.web.asking import addresses_of, all_answers


def copies_with(archive: Archive, word: str) -> list[str]:
    """The addresses of copies of pages that print a word."""
    got = all_answers(archive.db, addresses_of(archive.db))
    return [
        path for path, (_, data) in got.items() if path.endswith("/raw") and word in data.decode("utf-8", "replace")
    ]


@pytest.mark.parametrize("printed", ["样本剔<b>犀圆</b>盘申领&#20844;示", "样本剔犀圆盘13812345678申领公示"])
def test_a_row_is_on_no_older_list_page_however_that_prints_its_title(tmp_path: Path, printed: str) -> None:
    """In entities, with markup in it, with a number that the archive masks: no link tells of the row."""
    with Site(site_answers(BODY)) as site:
        portal_file(tmp_path, site.url, ("other", "样本目录", "/list.html"))
        archive = Archive(tmp_path, site)
        for number in (5, 6):
            titles = (printed, f"样本又一行之{number}")
            cells = (f"<td>9</td><td>{title}</td><td>样本局</td><td>2018-01-09</td>" for title in titles)
            site.answers["/list.html"] = list_page(*cells)
            archive.crawl()
    assert len(copies_with(archive, "申领")) > 1, "both list pages"
    (row,) = rows(archive.db, "SELECT id FROM records WHERE title LIKE '样本剔犀%'")
    archive.run("withhold", row["id"], "--reason", "样本")
    assert copies_with(archive, "申领") == []
