"""Walks of lists over HTTP: where they end, what they prove, what is asked for once."""

from pathlib import Path

import pytest

from tests.conftest import Answer, Site, SiteRequest, crawl, portal_file, rows
from tests.test_crawl_portals import record
from tests.test_politeness import list_page

FIRST = "/zwgk/list.html"


def pages_of(*contents: str, claims: str = "", back: bool = False) -> dict[str, str]:
    """List pages one after the other; each shows a record for each letter. `back`: the last one leads to the first again."""
    names = ["list.html", *(f"list_{number}.html" for number in range(1, len(contents)))]
    following = [*names[1:], names[0] if back else None]
    return {
        f"/zwgk/{name}": list_page([f"d/{letter}.html" for letter in letters], after).replace("</body>", f"{claims}</body>")
        for name, letters, after in zip(names, contents, following, strict=True)
    }  # fmt: skip


def walked(site: Site, folder: Path, *lists: str) -> tuple[list[str], set[str], dict[str, object]]:
    """The list pages that a crawl asked for, the kinds of problems with them, what the ledger says of the first list."""
    catalogs = [("plan", f"规划{number}", path) for number, path in enumerate(lists or (FIRST,))]
    crawl(portal_file(folder, site.url, *catalogs), folder / "a.db", "--concurrency", 1)
    asked = [path.removeprefix("/zwgk/") for path in site.requests if "/list" in path]
    kinds = {str(row["kind"]) for row in rows(folder / "a.db", "SELECT kind FROM problems WHERE url NOT LIKE '%/d/%'")}
    ledger = rows(folder / "a.db", "SELECT pages_read, rows_read, complete FROM ledger ORDER BY catalog_id LIMIT 1")
    return asked, kinds, ledger[0]


@pytest.mark.parametrize(
    ("contents", "claims", "back", "kinds", "ledger"),
    [
        (("ab", "cd"), "", False, set(), (2, 4, 1)),
        (("ab", "cd"), "", True, set(), (2, 4, 1)),  # the last page leads to the first
        (("ab", "bc"), "", False, set(), (2, 3, 1)),  # a row that slid to the next page counts once
        (("ab", "cd"), "<div>共2页 下一页</div>", False, set(), (2, 4, 1)),
        (("ab", "cd"), "<div>共3页 <a>下一页</a></div>", False, {"pages_missing"}, (2, 4, 0)),
        (("ab", "cd"), "<div>共4条 <a>下一页</a></div>", False, set(), (2, 4, 1)),
        (("ab", "cd"), "<div>共5条 <a>下一页</a></div>", False, {"pages_missing"}, (2, 4, 0)),
        (("ab", "ab", "cd"), "", False, set(), (3, 4, 1)),  # one page shown again, then others
        (("ab", "ab", "ab", "cd"), "", False, {"pages_repeat"}, None),
    ],
)
def test_a_walk_ends_with_the_list_and_is_complete_with_all_it_claims(  # noqa: PLR0917
    tmp_path: Path, contents: tuple[str, ...], claims: str, back: bool, kinds: set[str], ledger: tuple[int, int, int] | None
) -> None:  # fmt: skip
    with Site(pages_of(*contents, claims=claims, back=back)) as site:
        asked, found, told = walked(site, tmp_path)
    names = ["list.html", *(f"list_{number}.html" for number in range(1, len(contents)))]
    assert found == kinds
    if ledger is None:  # given up after the second repetition
        assert asked == names[:3]
        assert told["complete"] == 0
    else:
        assert asked == names
        assert tuple(told.values()) == ledger
        listed = rows(tmp_path / "a.db", "SELECT 1 FROM records")
        assert len(listed) == len(set("".join(contents)))


@pytest.mark.parametrize(
    ("claimed", "asked_for", "complete"), [("", 3, 0), ("共2条", 2, 1), ("共3条", 3, 0), ("共1条", 2, 1)]
)
def test_a_service_that_never_ends_is_left_and_only_its_count_proves_that_nothing_is_missing(
    tmp_path: Path, claimed: str, asked_for: int, complete: int
) -> None:
    def endless(request: SiteRequest) -> str:
        number = int(request.query.get("page", "1"))
        pager = f'<div>{claimed} <a href="?page={number + 1}">下一页</a></div>'
        return list_page(["d/a.html", "d/b.html"]).replace("</body>", f"{pager}</body>")

    with Site({FIRST: endless}) as site:
        asked, kinds, ledger = walked(site, tmp_path)
    assert len(asked) == asked_for
    assert ("pages_repeat" in kinds) == (not complete)
    assert ledger["complete"] == complete
    assert ledger["rows_read"] == 2


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        (Answer("", status=500), "http_error"),
        (Answer("<html><body>404</body></html>", status=404), "not_found"),
        (Answer("<html><body><p>系统繁忙，请稍后再试</p></body></html>"), "not_a_page"),
        (Answer("<html><body><p>您的访问过于频繁</p></body></html>"), "blocked"),
        (Answer("<html><body><p>样本：没有列表的页面</p></body></html>"), "list_without_rows"),
        (Answer(status=302, headers=(("Location", "/"),)), "redirected_home"),
    ],
)
def test_a_walk_that_misses_a_page_is_not_complete_and_keeps_what_it_read(
    tmp_path: Path, second: Answer, kind: str
) -> None:
    site_pages = {**pages_of("ab", "cd"), "/zwgk/list_1.html": second, "/": "<html><body>样本首页</body></html>"}
    with Site(site_pages) as site:
        _, kinds, ledger = walked(site, tmp_path)
    assert kinds == {kind}
    assert (ledger["rows_read"], ledger["complete"]) == (2, 0)
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM records")) == 2


def test_a_list_that_fails_says_nothing_of_another(tmp_path: Path) -> None:
    with Site({**pages_of("ab"), "/zwgk/other/list.html": Answer("", status=404)}) as site:
        walked(site, tmp_path, FIRST, "/zwgk/other/list.html")
    told = rows(tmp_path / "a.db", "SELECT title, complete FROM ledger JOIN catalogs ON id = catalog_id ORDER BY id")
    assert told == [{"title": "规划0", "complete": 1}, {"title": "规划1", "complete": 0}]


def test_a_record_and_a_file_that_stand_twice_are_asked_for_once(tmp_path: Path) -> None:
    link = '<a href="/zwgk/1.txt">样本附件</a>'
    first = list_page(["d/a.html", "d/b.html", "f/c.pdf"])
    site_pages: dict[str, Answer | str] = {
        FIRST: first,
        "/zwgk/other/list.html": first.replace('"d/', '"../d/').replace('"f/', '"../f/'),
        "/zwgk/d/a.html": record("样本文件之一", "A1", link * 2),
        "/zwgk/d/b.html": record("样本文件之二", "A2", "样本正文"),
        "/zwgk/1.txt": Answer("样本附件的文字", "text/plain"),
        "/zwgk/f/c.pdf": Answer(b"%PDF-1.4 sample of a file", "application/pdf"),
    }
    with Site(site_pages) as site:
        walked(site, tmp_path, FIRST, "/zwgk/other/list.html")
        asked = sorted(site.requests)
    assert asked == sorted(["/robots.txt", *site_pages])
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM records")) == 3
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM listings")) == 6
    files = rows(tmp_path / "a.db", "SELECT r.url AS page, a.url FROM attachments a JOIN records r ON r.id = record_id")
    assert sorted(str(file["url"]).rpartition("/")[2] for file in files) == ["1.txt", "c.pdf"]


# --- updates ---

DAYS = ("2018-03-01T02:00:00Z", "2018-03-02T02:00:00Z")


def update(site: Site, folder: Path, before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The list pages that an update asked for, the day after the list was walked as it was `before`."""
    portal = portal_file(folder, site.url, ("plan", "规划", FIRST))
    for moment, mode, answers in zip(DAYS, ("full", "update"), (before, after), strict=True):
        site.answers.update(answers)
        site.requests.clear()
        crawl(portal, folder / "a.db", "--concurrency", 1, "--mode", mode, env={"DISCLOSURES_NOW": moment})
    return sorted(path.removeprefix("/zwgk/") for path in site.requests if "/list" in path)


LISTED = ("ab", "cd", "ef", "gh", "ij")
NAMES = ["list.html", *(f"list_{number}.html" for number in range(1, 5))]


@pytest.mark.parametrize(
    ("contents", "pages"),
    [
        (LISTED, 2),  # two pages without news are enough
        (("Xab", *LISTED[1:]), 3),
        (("ab", "Xcd", *LISTED[2:]), 4),
        (("XYa", "bcd", *LISTED[2:]), 3),  # rows pushed further down are not gone
        (("b", *LISTED[1:]), 5),  # a row is gone: only the whole list can show where to
        (("ab", "c", *LISTED[2:]), 5),
        (("ab", "cd", "e", "gh", "ij"), 2),
    ],
)
def test_an_update_reads_on_until_two_pages_have_no_news(tmp_path: Path, contents: tuple[str, ...], pages: int) -> None:
    with Site({}) as site:
        asked = update(site, tmp_path, pages_of(*LISTED), pages_of(*contents))
    assert asked == NAMES[:pages]


@pytest.mark.parametrize(("claims", "pages"), [("共10条", 2), ("共11条", 5), ("共9条", 5)])
def test_an_update_reads_a_list_to_its_end_where_its_count_says_that_more_happened(
    tmp_path: Path, claims: str, pages: int
) -> None:
    before, after = (pages_of(*LISTED, claims=f"<div>{text} <a>下一页</a></div>") for text in ("共10条", claims))
    with Site({}) as site:
        assert update(site, tmp_path, before, after) == NAMES[:pages]


# --- rows that lead to other things than pages ---

KINDS = [
    "pdf",
    "doc",
    "docx",
    "xls",
    "xlsx",
    "ppt",
    "pptx",
    "wps",
    "et",
    "zip",
    "rar",
    "7z",
    "jpg",
    "jpeg",
    "png",
    "gif",
    "mp4",
    "txt",
    "ofd",
    "PDF",
]


def test_a_row_that_leads_to_a_file_has_it_as_its_file(tmp_path: Path) -> None:
    """By its address, or by what comes: a file without an extension. A missing file is a problem, and its row is kept."""
    content = b"\x01\x02\x03\x04 sample of a file of no known kind"
    names = [*(f"{kind}/1.{kind}" for kind in KINDS), "plain", "none.pdf"]
    files = {f"/zwgk/{name}": Answer(content, "application/octet-stream") for name in names[:-1]}
    with Site({FIRST: list_page(names), **files}) as site:
        walked(site, tmp_path)
        assert sorted(site.requests) == sorted(["/robots.txt", FIRST, *files, "/zwgk/none.pdf"])
    told = rows(
        tmp_path / "a.db",
        "SELECT r.url AS page, a.url, bytes FROM attachments a JOIN records r ON r.id = record_id",
    )
    assert len(told) == len(names)
    assert all(row["page"] == row["url"] for row in told)
    assert {row["bytes"] for row in told if not str(row["url"]).endswith("none.pdf")} == {len(content)}
    assert [row["bytes"] for row in told if str(row["url"]).endswith("none.pdf")] == [None]
    missing = rows(tmp_path / "a.db", "SELECT url FROM problems WHERE kind = 'not_found'")
    assert [str(row["url"]).rpartition("/")[2] for row in missing] == ["none.pdf"]


def test_a_portal_files_family_prevails_over_what_a_page_looks_like(tmp_path: Path) -> None:
    listed = "".join(
        f"<li><a href=./201803/t2018030{n}_10{n}.html>样本{n}</a><span>2018-03-0{n}</span></li>" for n in (1, 2)
    )
    html = f'<html><body><ul>{listed}</ul><script>createPageHTML(1, 0, "list", "html");</script></body></html>'
    for name, family in (("one", None), ("two", "plain")):
        with Site({FIRST: html}) as site:
            portal = portal_file(tmp_path, site.url, ("plan", "规划", FIRST), name=name)
            text = portal.read_text(encoding="utf-8")
            portal.write_text(f'family = "{family}"\n{text}' if family else text, encoding="utf-8")
            crawl(portal, tmp_path / "a.db")
    told = rows(tmp_path / "a.db", "SELECT family, family_reason AS reason FROM catalogs ORDER BY portal")
    assert told[0]["family"] == "trs"
    assert told[1] == {"family": "plain", "reason": "the portal file says so"}
