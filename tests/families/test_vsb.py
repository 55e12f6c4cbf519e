"""Visual SiteBuilder (portals.md §2.8): pages that count down, a catalogue behind gkml_list.jsp, files behind download.jsp."""

from collections.abc import Iterator
from math import ceil
from pathlib import Path

import pytest

from tests.conftest import Answer as Served
from tests.conftest import Site, SiteRequest, crawl, rows
from tests.families.golden_site import SAMPLE, GoldenSite, crawled, ledger, page, problems
from tests.golden_pages import golden_page

COMMENT = "<!--Announced by Visual SiteBuilder 9-->"
SIZE = 4
ROW = '<li id="line_u8_0"><a href="/info/1039/{0}.htm">样本公告之{0}</a><span>2022-07-{0:02}</span></li>'


class Board(Site):
    """A notice board, the newest first, whose pages count down; `grows_at`: a record is added after that page."""

    def __init__(self, count: int) -> None:
        super().__init__({})
        self.numbers = list(range(count, 0, -1))
        self.grows_at = ""
        self.publish()

    def publish(self) -> None:
        """Write all pages anew."""
        pages, total = ceil(len(self.numbers) / SIZE), len(self.numbers)
        self.answers = {f"/info/1039/{number}.htm": page(f"<h1>样本公告之{number}</h1>") for number in self.numbers}
        for number in range(1, pages + 1):
            lines = "".join(map(ROW.format, self.numbers[(number - 1) * SIZE : number * SIZE]))
            following = f'<a href="/tzgg/{pages - number}.htm">下页</a>' if number < pages else "<span>下页</span>"
            pager = f'<div class="p_pages">共{total}条 {following} {number}/{pages}</div>'
            path = "/tzgg.htm" if number == 1 else f"/tzgg/{pages - number + 1}.htm"
            self.answers[path] = page(f"<div><ul>{lines}</ul>{pager}</div>", COMMENT)

    def answer(self, handler: object) -> None:
        super().answer(handler)  # type: ignore[arg-type]
        if self.grows_at and handler.path == self.grows_at:  # type: ignore[attr-defined]
            self.grows_at = ""
            self.numbers.insert(0, self.numbers[0] + 1)
            self.publish()


@pytest.fixture
def board() -> Iterator[Board]:
    with Board(12) as serving:
        yield serving


def events(db: Path) -> list[tuple[object, ...]]:
    sql = "SELECT crawl_id, e.kind, title FROM events e JOIN records r ON r.id = record_id WHERE crawl_id > 1 ORDER BY e.id"
    return [tuple(event.values()) for event in rows(db, sql)]


def test_pages_that_count_down(tmp_path: Path) -> None:
    with GoldenSite("vsb", "board_*", "record_text_in_vsb_content") as site:
        done = crawled(site, tmp_path, "/tzgg.htm")
    assert done.whole
    assert done.ledger == [(3, 3, 11, 11, 1)]
    assert (done.family, "Visual SiteBuilder" in done.reason) == ("vsb", True)
    assert list(done.records) == [f"样本公告之{number}的全名" for number in range(11, 0, -1)]
    assert done.records["样本公告之8的全名"] == {
        "url": "/info/1039/3008.htm", "published_on": "2022-07-08", "body": SAMPLE, "flags": [],
    }  # fmt: skip
    assert done.days() == [f"2022-07-{number:02}" if number not in {6, 7} else None for number in range(11, 0, -1)]
    assert "#row-" in str(done.records["样本公告之4的全名"]["url"])
    assert done.flags() == {"样本公告之10的全名": ["off_site"], "样本公告之6的全名": ["date_unreadable"]}


def test_a_page_added_overnight_renames_all_pages_and_changes_nothing_else(tmp_path: Path, board: Board) -> None:
    db = crawled(board, tmp_path, "/tzgg.htm").db
    board.numbers.insert(0, 13)
    board.publish()
    done = crawl(tmp_path / "county.toml", db, "--mode", "update")
    assert done.returncode == 0, done.stdout
    assert events(db) == [(2, "added", "样本公告之13")]
    board.numbers.remove(8)
    board.publish()
    done = crawl(tmp_path / "county.toml", db, "--mode", "update")
    assert done.returncode == 0, done.stdout
    assert events(db)[1:] == [(3, "withdrawn", "样本公告之8")]
    assert ledger(db)[-1] == (3, 3, 12, 12, 1)


def test_a_page_added_during_a_walk_leaves_it_incomplete_and_proves_nothing(tmp_path: Path, board: Board) -> None:
    db = crawled(board, tmp_path, "/tzgg.htm").db
    board.grows_at = "/tzgg.htm"
    done = crawl(tmp_path / "county.toml", db, "--mode", "full")
    assert done.returncode == 1
    assert problems(db) == [("pages_missing", "公告1 claims 4 pages, 3 were found")]
    assert ledger(db)[-1] == (4, 3, 13, 9, 0)  # 8, 7, 6 and 5 stood on the page left out
    assert events(db) == []
    assert rows(db, "SELECT outcome FROM crawls WHERE id = 2") == [{"outcome": "incomplete"}]
    done = crawl(tmp_path / "county.toml", db)
    assert done.returncode == 0, done.stdout
    assert events(db) == [(3, "added", "样本公告之13")]
    assert ledger(db)[-1] == (4, 4, 13, 13, 1)


def test_a_catalogue_behind_gkml_list(tmp_path: Path) -> None:
    asked = "urltype=egovinfo.EgovTreeURl&wbtreeid=1066&type=egovinfosubcattree2&sccode=TJSJ&subtype=1&gilevel=1"
    with GoldenSite("vsb", "catalogue_*", "record_of_the_catalogue") as site:
        done = crawled(site, tmp_path, f"/gkml_list.jsp?{asked}")
    assert done.whole
    assert done.ledger == [(3, 3, 8, 8, 1)]
    assert done.family == "vsb"
    assert list(done.records) == [f"样本文件之{number}的全名" for number in range(1, 9)]
    assert [(row["index_number"], row["publisher"], row["created_on"]) for row in done.records.values()] == [
        (f"01511500{number}-1/2019-080000{number}", "样本局", f"2019-08-0{number}") for number in range(1, 9)
    ]
    assert done.records["样本文件之1的全名"] == {
        "url": "/info/egovinfo/1001/xxgk/1.htm", "index_number": "015115001-1/2019-0800001", "publisher": "样本局",
        "created_on": "2019-08-01", "published_on": "2019-08-11", "document_number": "样发〔2019〕8号", "body": SAMPLE, "flags": [],
    }  # fmt: skip


def test_files_behind_download_jsp_one_of_them_a_captcha(tmp_path: Path) -> None:
    def download(request: SiteRequest) -> Served:
        if request.query["wbfileid"] == "1":
            return Served("样本名单，仅供测试".encode(), "application/octet-stream")
        return Served("<html><body><form><input name='codeValue'><img src='/code.jsp'></form></body></html>")

    with GoldenSite("vsb", "list_of_one_record", "record_with_files_behind_download_jsp") as site:
        site.answers["/system/_content/download.jsp"] = download
        done = crawled(site, tmp_path, "/wjxz.htm")
        assert (done.status, done.ledger[0][-1], [kind for kind, _ in done.problems]) == (1, 1, ["attachment"])
        counted = golden_page("vsb/record_with_files_behind_download_jsp").text
        site.answers["/info/1040/1.htm"] = counted.replace(">146<", ">147<")
        crawl(tmp_path / "county.toml", done.db, "--mode", "full")
    assert rows(done.db, "SELECT name, state, text FROM attachments ORDER BY url") == [
        {"name": "样本名单.txt", "state": "text", "text": "样本名单，仅供测试"},
        {"name": "样本预算.xls", "state": "not_a_document", "text": None},
    ]
    assert [kind for kind, _ in problems(done.db)] == ["attachment"]  # once, for the same answer came again
    assert rows(done.db, "SELECT complete FROM ledger") == [{"complete": 1}] * 2
    assert rows(done.db, "SELECT kind FROM events") == [{"kind": "added"}]
    assert len(rows(done.db, "SELECT 1 FROM versions")) == 1
