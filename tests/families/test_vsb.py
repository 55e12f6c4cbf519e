"""Visual SiteBuilder (portals.md §2.8): pages that count down, a catalogue behind gkml_list.jsp, files behind download.jsp."""

from collections.abc import Iterator
from math import ceil
from pathlib import Path

import pytest

from crawler.families.detection import FAMILIES, detect
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.conftest import Asked, Site, crawl, rows
from tests.families.whole import SAMPLE, crawled, families, ledger, page, problems, records, saved

VSB = FAMILIES["vsb"]
COMMENT = '<!--Announced by Visual SiteBuilder 9--><link rel="stylesheet" href="/_sitegray/_sitegray_d.css">'
SIZE = 4


def pager(number: int, pages: int, total: int, first: str, folder: str) -> str:
    """The product's pager: what leads nowhere is no link, and the pages behind the first are counted down."""

    def link(label: str, kind: str, to: int) -> str:
        if not 1 <= to <= pages or to == number:
            return f'<span class="p_{kind}_d p_fun_d">{label}</span>'
        address = first if to == 1 else f"{folder}/{pages - to + 1}.htm"
        return f'<span class="p_{kind} p_fun"><a href="{address}">{label}</a></span>'

    numbers = "".join(link(str(to), "no", to).replace(" p_fun", "") for to in range(1, pages + 1))
    return (
        f'<div class="pb_sys_common pb_sys_normal"><span class="p_t">共{total}条</span> <span class="p_pages">'
        f"{link('首页', 'first', 1)}{link('上页', 'prev', number - 1)}{numbers}{link('下页', 'next', number + 1)}"
        f'{link("尾页", "last", pages)}</span> <span class="p_t">{number}/{pages}</span></div>'
    )


def row(number: int, place: int, title: str = "", day: str | None = None, url: str = "") -> str:
    whole = f"样本公告之{number}的全名"
    shown = f"<span>{day or f'2022-07-{number:02}'}</span>" if day != "" else ""
    return (
        f'<li id="line_u8_{place}"><a href="{url or f"/info/1039/{3000 + number}.htm"}" title="{whole}">{title or whole}</a>'
        f'{shown}</li><span id="section_u8_{place}" style="display:none;"><hr></span>'
    )


SIDE = "".join(
    f'<li id="line_u3_{n}"><a href="/info/1002/{n}.htm">热点新闻之{n}</a><span>2022-01-0{n}</span></li>'
    for n in range(1, 8)
)


class Board(Site):
    """A notice board of numbered records, the newest first, as VSB publishes it; `grows_at`: a row is added after that page."""

    def __init__(self, count: int, special: dict[int, str] | None = None) -> None:
        super().__init__({})
        self.numbers = list(range(count, 0, -1))
        self.special = special or {}
        self.grows_at = ""
        self.publish()

    def publish(self) -> None:
        """Write all pages anew."""
        kept = {path: answer for path, answer in self.answers.items() if not path.startswith("/tzgg")}
        pages = ceil(len(self.numbers) / SIZE)
        for number in range(1, pages + 1):
            path = "/tzgg.htm" if number == 1 else f"/tzgg/{pages - number + 1}.htm"
            kept[path] = self._list(number, pages)
        kept |= {f"/info/1039/{3000 + number}.htm": self._record(number) for number in self.numbers}
        self.answers = kept

    def answer(self, handler: object) -> None:
        super().answer(handler)  # type: ignore[arg-type]
        if self.grows_at and handler.path == self.grows_at:  # type: ignore[attr-defined]
            self.grows_at = ""
            self.numbers.insert(0, self.numbers[0] + 1)
            self.publish()

    def _list(self, number: int, pages: int) -> str:
        shown = self.numbers[(number - 1) * SIZE : number * SIZE]
        lines = "".join(self.special.get(n) or row(n, place) for place, n in enumerate(shown))
        folder, first = ("tzgg", "tzgg.htm") if number == 1 else ("../tzgg", "../tzgg.htm")
        return page(
            f'<ul class="side">{SIDE}</ul><div class="sec-list"><ul>{lines}<li id="line_u8_99"><a>模板</a></li></ul>'
            f"{pager(number, pages, len(self.numbers), first, folder)}</div>",
            COMMENT,
        )

    def _record(self, number: int) -> str:
        return page(
            f'<h1>样本公告之{number}的全名</h1><div id="vsb_content"><div class="v_news_content"><p>{SAMPLE}</p></div></div>',
            COMMENT,
        )


@pytest.fixture
def board() -> Iterator[Board]:
    with Board(12) as serving:
        yield serving


def events(db: Path) -> list[tuple[object, ...]]:
    sql = "SELECT crawl_id, e.kind, title FROM events e JOIN records r ON r.id = record_id WHERE crawl_id > 1 ORDER BY e.id"
    return [tuple(event.values()) for event in rows(db, sql)]


def test_pages_that_count_down(tmp_path: Path) -> None:
    special = {
        11: row(11, 1, title="样本公告之11…"),
        10: row(10, 2, url="http://localhost:9/info/1039/1.htm"),
        7: row(7, 1, day=""),
        6: row(6, 2, day="07-06"),
        5: '<li id="line_u8_3"><a href="/info/1039/3005.htm"><h4>样本公告之5的全名</h4><p class="date">2022-07-05</p><p>样本摘要，'
        "样本公告之5讲了些什么，仅供测试…</p></a></li>",
        4: row(4, 0, url="javascript:void(0)"),
    }
    with Board(11, special) as board:
        db = crawled(board, tmp_path, ("notice", "公告", "/tzgg.htm"))
        found = records(db, board)
    expected = {
        f"/info/1039/{3000 + n}.htm": {"title": f"样本公告之{n}的全名", "published_on": f"2022-07-{n:02}", "body": SAMPLE, "flags": []}
        for n in (11, 9, 8, 7, 6, 5, 3, 2, 1)
    }  # fmt: skip
    del expected["/info/1039/3007.htm"]["published_on"], expected["/info/1039/3006.htm"]["published_on"]
    expected["/info/1039/3006.htm"]["flags"] = ["date_unreadable"]
    expected["http://localhost:9/info/1039/1.htm"] = {
        "title": "样本公告之10的全名",
        "published_on": "2022-07-10",
        "flags": ["off_site"],
    }
    (unlinked,) = [address for address in found if "#row-" in address]
    expected[unlinked] = {"title": "样本公告之4的全名", "published_on": "2022-07-04", "flags": []}
    assert found == expected
    assert ledger(db) == [("公告", 3, 3, 11, 11, 1)]
    family, reason = families(db)["公告"]
    assert (family, "Visual SiteBuilder" in str(reason)) == ("vsb", True)
    assert problems(db) == []


def test_a_page_added_overnight_renames_all_pages_and_changes_nothing_else(tmp_path: Path, board: Board) -> None:
    db = crawled(board, tmp_path, ("notice", "公告", "/tzgg.htm"))
    board.numbers.insert(0, 13)
    board.publish()
    done = crawl(tmp_path / "county.toml", db, "--mode", "update")
    assert done.returncode == 0, done.stdout
    assert events(db) == [(2, "added", "样本公告之13的全名")]
    board.numbers.remove(8)
    board.publish()
    del board.answers["/info/1039/3008.htm"]
    done = crawl(tmp_path / "county.toml", db, "--mode", "update")
    assert done.returncode == 0, done.stdout
    assert events(db)[1:] == [(3, "withdrawn", "样本公告之8的全名")]
    assert [row[1:] for row in ledger(db)][-1] == (3, 3, 12, 12, 1)


def test_a_page_added_during_a_walk_leaves_it_incomplete_and_proves_nothing(tmp_path: Path, board: Board) -> None:
    db = crawled(board, tmp_path, ("notice", "公告", "/tzgg.htm"))
    board.grows_at = "/tzgg.htm"
    done = crawl(tmp_path / "county.toml", db, "--mode", "full")
    assert done.returncode == 1
    assert problems(db) == [("pages_missing", "公告 claims 4 pages, 3 were found")]
    assert [row[1:] for row in ledger(db)][-1] == (4, 3, 13, 9, 0)  # 8, 7, 6 and 5 stood on the page left out
    assert events(db) == []
    assert rows(db, "SELECT outcome FROM crawls WHERE id = 2") == [{"outcome": "incomplete"}]
    done = crawl(tmp_path / "county.toml", db)
    assert done.returncode == 0, done.stdout
    assert events(db) == [(3, "added", "样本公告之13的全名")]
    assert [row[1:] for row in ledger(db)][-1] == (4, 4, 13, 13, 1)


# --- the catalogue of disclosures ---

CATALOGUE = "/gkml_list.jsp"
ASKED = "urltype=egovinfo.EgovTreeURl&wbtreeid=1066&type=egovinfosubcattree2&sccode=TJSJ&subtype=1&gilevel=1"


def catalogue(asked: Asked) -> str:
    """A page of the catalogue: its pager asks for another by the page, the pages there are and the rows of one."""
    number, size, count = int(asked.query.get("ainfolist1813p", "1")), 3, 8
    pages = ceil(count / size)
    lines = "".join(
        f'<tr id="line77255_{place}"><td>{n}</td><td><a href="info/egovinfo/1001/xxgk/{n}.htm" title="样本文件之{n}的全名">样本文件之{n}...</a></td>'
        f"<td>015115{n:03}-1/2019-0800{n:03}</td><td>样本局</td><td>2019-08-{n:02}</td></tr>"
        for place, n in enumerate(range((number - 1) * size + 1, min(number * size, count) + 1))
    )
    following = f'<a href="?ainfolist1813t={pages}&ainfolist1813p={number + 1}&ainfolist1813c={size}&{ASKED}" class="Next">下页</a>'
    return page(
        "<table><tr><td>序号</td><td>信息名称</td><td>索引号</td><td>发布机构</td><td>生成日期</td></tr>"
        + lines
        + "</table>"
        f'<table><tr><td id="fanye77255">共{count}条&nbsp;&nbsp;{number}/{pages}&nbsp;</td><td><div><span class="PrevDisabled">上页</span>'
        + (following if number < pages else '<span class="NextDisabled">下页</span>')
        + "</div></td></tr></table>",
        COMMENT,
    )


def document(number: int) -> str:
    return page(
        "<table><tr><td><table><tr><td>索&nbsp;引&nbsp;号：</td><td>"
        f"015115{number:03}-1/2019-0800{number:03}</td><td>公开日期：</td><td>2019-08-{number + 10}</td></tr>"
        f"<tr><td>信息名称：</td><td colspan=3>样本文件之{number}的全名</td></tr>"
        "<tr><td>文&nbsp;&nbsp;号：</td><td>样发[2019]8号</td><td>发布机构：</td><td>样本局</td></tr></table></td></tr>"
        f'<tr><td><div id="vsb_content_4"><div class="v_news_content"><p>{SAMPLE}</p></div></div></td></tr></table>',
        COMMENT,
    )


def test_a_catalogue_behind_gkml_list(tmp_path: Path) -> None:
    with Site({CATALOGUE: catalogue}) as site:
        site.answers |= {f"/info/egovinfo/1001/xxgk/{n}.htm": document(n) for n in range(1, 9)}
        db = crawled(site, tmp_path, ("plan", "统计数据", f"{CATALOGUE}?{ASKED}"))
        found = records(db, site)
    assert found == {
        f"/info/egovinfo/1001/xxgk/{n}.htm": {
            "title": f"样本文件之{n}的全名",
            "index_number": f"015115{n:03}-1/2019-0800{n:03}",
            "publisher": "样本局",
            "created_on": f"2019-08-{n:02}",
            "published_on": f"2019-08-{n + 10}",
            "document_number": "样发〔2019〕8号",
            "body": SAMPLE,
            "flags": [],
        }
        for n in range(1, 9)
    }
    assert ledger(db) == [("统计数据", 3, 3, 8, 8, 1)]
    assert families(db)["统计数据"][0] == "vsb"


# --- files ---


def with_files(counter: int) -> str:
    return page(
        f'<h1>样本公告</h1><div id="vsb_content"><p>{SAMPLE}</p></div><ul style="list-style-type:none;">'
        '<li>附件【<a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&amp;owner=1744984858&amp;wbfileid=1">样本名单.txt</a>】'
        f'已下载<span id="nattach1">{counter}</span>次</li>'
        '<li>附件【<a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&amp;owner=1744984858&amp;wbfileid=2">样本预算.xls</a>】'
        f'已下载<span id="nattach2">{counter}</span>次</li></ul>',
        COMMENT,
    )


def test_files_behind_download_jsp_one_of_them_a_captcha(tmp_path: Path) -> None:
    def download(asked: Asked) -> Served:
        if asked.query["wbfileid"] == "1":
            return Served("样本名单，仅供测试".encode(), "application/octet-stream")
        return Served(
            "<html><head><title>下载</title></head><body><form><input name='codeValue'><img src='/code.jsp'></form></body></html>"
        )

    listed = page(f"<ul>{row(1, 0, url='/info/1039/1.htm')}</ul>", COMMENT)
    with Site(
        {"/tzgg.htm": listed, "/info/1039/1.htm": with_files(146), "/system/_content/download.jsp": download}
    ) as site:
        db = crawled(site, tmp_path, ("notice", "公告", "/tzgg.htm"), status=1)
        site.answers["/info/1039/1.htm"] = with_files(147)
        crawl(tmp_path / "county.toml", db, "--mode", "full")
    found = rows(db, "SELECT name, state, text FROM attachments ORDER BY url")
    assert found == [
        {"name": "样本名单.txt", "state": "text", "text": "样本名单，仅供测试"},
        {"name": "样本预算.xls", "state": "not_a_document", "text": None},
    ]
    assert [kind for kind, _ in problems(db)] == ["attachment"]  # once, for the same answer came again
    assert rows(db, "SELECT complete FROM ledger") == [{"complete": 1}] * 2
    assert rows(db, "SELECT kind FROM events") == [{"kind": "added"}]
    assert len(rows(db, "SELECT 1 FROM versions")) == 1


# --- one page ---


def test_the_list_with_the_pager_counts_and_not_a_longer_one_beside_it() -> None:
    with Board(9) as board:
        last = Answer("http://www.csx.gov.cn/tzgg/1.htm", str(board.answers["/tzgg/1.htm"]))
    read = VSB.read(last)
    assert [row.fields["title"] for row in read.rows] == ["样本公告之1的全名"]
    assert (read.paging.pages_claimed, read.paging.rows_claimed, read.paging.next_url) == (3, 9, None)


def test_marks() -> None:
    assert detect(Answer("http://www.csx.gov.cn/tzgg.htm", page(SIDE, COMMENT))).family is VSB
    assert VSB.marks(Answer("http://www.csx.gov.cn/info/1039/3201.htm", page("<p>样本</p>"))) == ()


def test_saved_pages_of_other_products_have_no_marks() -> None:
    assert [(name, found) for name, answer in saved(apart_from="vsb") if (found := VSB.marks(answer))] == []
