"""Walks of lists over HTTP: where they end, what they prove, what is asked for once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import Answer, Site, SiteRequest, crawl, portal_file, redirect, rows
from tests.test_crawl_portals import record
from tests.test_politeness import list_page

FIRST = "/zwgk/list.html"
NAMES = ["list.html", *(f"list_{number}.html" for number in range(1, 5))]


def pages_of(*contents: str, claims: str = "", back: bool = False, at: str = "/zwgk") -> dict[str, str]:
    """List pages one after the other; each shows a record for each letter. `back`: the last one leads to the first again."""
    names = ["list.html", *(f"list_{number}.html" for number in range(1, len(contents)))]
    following = [*names[1:], names[0] if back else None]
    return {
        f"{at}/{name}": list_page([f"d/{letter}.html" for letter in letters], after).replace("</body>", f"{claims}</body>")
        for name, letters, after in zip(names, contents, following, strict=True)
    }  # fmt: skip


@dataclass(frozen=True)
class Walk:
    """A list as a crawl walked it: the pages asked for, in their order, the kinds of problems with them, what the ledger says, its records."""

    asked: list[str]
    kinds: set[str]
    ledger: dict[str, object]
    records: int


def walked(site: Site, folder: Path, *lists: str) -> list[Walk]:
    """Walk lists, each in a folder of its own, in one crawl of a portal."""
    catalogs = [("plan", f"规划{number}", path) for number, path in enumerate(lists or (FIRST,))]
    crawl(portal_file(folder, site.url, *catalogs), folder / "a.db", "--concurrency", 1)
    return [_walk(site, folder / "a.db", path) for _, _, path in catalogs]


def _walk(site: Site, db: Path, path: str) -> Walk:
    at = path.rpartition("/")[0]
    (ledger,) = rows(
        db,
        "SELECT pages_read, rows_read, complete FROM ledger JOIN catalogs ON id = catalog_id WHERE url LIKE ?",
        f"%{path}",
    )
    problems = rows(db, "SELECT kind FROM problems WHERE url LIKE ? AND url NOT LIKE '%/d/%'", f"%{at}/%")
    return Walk(
        [each.removeprefix(f"{at}/") for each in site.requests if each.startswith(f"{at}/list")],
        {str(row["kind"]) for row in problems},
        ledger,
        len(rows(db, "SELECT 1 FROM records WHERE url LIKE ?", f"%{at}/d/%")),
    )


@dataclass(frozen=True)
class Ending:
    """A list, and a walk of it: pages asked for, pages and rows read, whether it was complete, and the problems with it."""

    contents: tuple[str, ...]
    walk: tuple[int, int, int, int]
    problem: str = ""
    claims: str = ""
    back: bool = False


ENDING = {
    "nothing follows": Ending(("ab", "cd"), (2, 2, 4, 1)),
    "the last page leads to the first": Ending(("ab", "cd"), (2, 2, 4, 1), back=True),
    "a row that slid to the next page counts once": Ending(("ab", "bc"), (2, 2, 3, 1)),
    "all pages that it claims": Ending(("ab", "cd"), (2, 2, 4, 1), claims="共2页 下一页"),
    "a page less": Ending(("ab", "cd"), (2, 2, 4, 0), "pages_missing", "共3页 <a>下一页</a>"),
    "all rows that it claims": Ending(("ab", "cd"), (2, 2, 4, 1), claims="共4条 <a>下一页</a>"),
    "a row less": Ending(("ab", "cd"), (2, 2, 4, 0), "pages_missing", "共5条 <a>下一页</a>"),
    "one page shown again, then others": Ending(("ab", "ab", "cd"), (3, 3, 4, 1)),
    "given up after the second repetition": Ending(("ab", "ab", "ab", "cd"), (3, 2, 2, 0), "pages_repeat"),
    "its last page twice more": Ending(("ab", "cd", "cd", "cd"), (4, 3, 4, 1)),
    "its last page again, then others": Ending(("ab", "cd", "cd", "ef"), (4, 4, 6, 1)),
    "its last page twice more, and claims a row more": Ending(
        ("ab", "cd", "cd", "cd"), (4, 3, 4, 0), "pages_repeat pages_missing", "共5条 <a>下一页</a>"
    ),
    "its last page in the place of the third": Ending(
        ("ab", "cd", "cd"), (3, 2, 4, 0), "pages_repeat pages_missing", "共3页 <a>下一页</a>"
    ),
    "its first page twice more": Ending(("ab", "cd", "ab", "ab", "ef"), (4, 3, 4, 0), "pages_repeat"),
}

ENDLESS = {"": (3, 0), "共2条": (2, 1), "共3条": (3, 0), "共1条": (2, 1)}
"""What a service that never ends claims, how many pages are asked for, and whether the walk was complete."""


@pytest.fixture(scope="module")
def walks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Walk]:
    """All of these lists, walked in one crawl."""
    answers: dict[str, Answer | str | Callable[[SiteRequest], str]] = {}
    paths = {}
    for number, (name, each) in enumerate(ENDING.items()):
        paths[name] = f"/zwgk/{number}/list.html"
        claims = f"<div>{each.claims}</div>" if each.claims else ""
        answers |= pages_of(*each.contents, claims=claims, back=each.back, at=f"/zwgk/{number}")
    for number, claimed in enumerate(ENDLESS):
        paths[claimed] = f"/service/{number}/list.html"
        answers[paths[claimed]] = partial(endless, claimed)
    with Site(answers) as site:
        return dict(zip(paths, walked(site, tmp_path_factory.mktemp("walks"), *paths.values()), strict=True))


def endless(claimed: str, request: SiteRequest) -> str:
    number = int(request.query.get("page", "1"))
    pager = f'<div>{claimed} <a href="?page={number + 1}">下一页</a></div>'
    return list_page(["d/a.html", "d/b.html"]).replace("</body>", f"{pager}</body>")


@pytest.mark.parametrize("name", ENDING)
def test_a_walk_ends_with_the_list_and_is_complete_with_all_it_claims(walks: dict[str, Walk], name: str) -> None:
    ending, walk = ENDING[name], walks[name]
    asked, *ledger = ending.walk
    assert walk.asked == NAMES[:asked]
    assert walk.kinds == set(ending.problem.split())
    assert [*walk.ledger.values()] == ledger
    assert walk.records == len(set("".join(ending.contents[:asked])))


@pytest.mark.parametrize("claimed", ENDLESS)
def test_a_service_that_never_ends_is_left_and_only_its_count_proves_that_nothing_is_missing(
    walks: dict[str, Walk], claimed: str
) -> None:
    asked_for, complete = ENDLESS[claimed]
    walk = walks[claimed]
    assert len(walk.asked) == asked_for
    assert ("pages_repeat" in walk.kinds) == (not complete)
    assert (walk.ledger["rows_read"], walk.ledger["complete"]) == (2, complete)


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        (Answer("", status=500), "http_error"),
        (Answer("<html><body>404</body></html>", status=404), "not_found"),
        (Answer("<html><body><p>系统繁忙，请稍后再试</p></body></html>"), "not_a_page"),
        (Answer("<html><body><p>您的访问过于频繁</p></body></html>"), "blocked"),
        (Answer("<html><body><p>样本：没有列表的页面</p></body></html>"), "list_without_rows"),
        (redirect("/"), "redirected_home"),
    ],
)
def test_a_walk_that_misses_a_page_is_not_complete_and_keeps_what_it_read(
    tmp_path: Path, second: Answer, kind: str
) -> None:
    site_pages = {**pages_of("ab", "cd"), "/zwgk/list_1.html": second, "/": "<html><body>样本首页</body></html>"}
    with Site(site_pages) as site:
        (walk,) = walked(site, tmp_path)
    assert walk.kinds == {kind}
    assert (walk.ledger["rows_read"], walk.ledger["complete"], walk.records) == (2, 0, 2)


def test_a_list_that_fails_says_nothing_of_another(tmp_path: Path) -> None:
    with Site({**pages_of("ab"), "/zwgk/other/list.html": Answer("", status=404)}) as site:
        sound, failing = walked(site, tmp_path, FIRST, "/zwgk/other/list.html")
    assert (sound.ledger["complete"], failing.ledger["complete"]) == (1, 0)


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
LISTED = ("ab", "cd", "ef", "gh", "ij")

UPDATED = {
    "two pages without news are enough": (LISTED, "", 2),
    "news on the first": (("Xab", *LISTED[1:]), "", 3),
    "news on the second": (("ab", "Xcd", *LISTED[2:]), "", 4),
    "rows pushed further down are not gone": (("XYa", "bcd", *LISTED[2:]), "", 3),
    "a row is gone: only the whole list can show where to": (("b", *LISTED[1:]), "", 5),
    "a row of the second is gone": (("ab", "c", *LISTED[2:]), "", 5),
    "a row further down is gone": (("ab", "cd", "e", "gh", "ij"), "", 2),
    "as many rows as before": (LISTED, "共10条", 2),
    "a row more": (LISTED, "共11条", 5),
    "a row less": (LISTED, "共9条", 5),
}
"""Lists the day after they were walked as LISTED: their rows, the number of rows that they claim, ten before, and the pages that an update reads."""


@pytest.fixture(scope="module")
def updates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The pages that an update asked for of each of these lists, all in one portal."""
    folder = tmp_path_factory.mktemp("updates")
    with Site({}) as site:
        lists = (("plan", f"规划{number}", f"/zwgk/{number}/list.html") for number in range(len(UPDATED)))
        portal = portal_file(folder, site.url, *lists)
        for moment, mode in zip(DAYS, ("full", "update"), strict=True):
            for number, (contents, claimed, _) in enumerate(UPDATED.values()):
                count = claimed if mode == "update" or not claimed else "共10条"
                claims = f"<div>{count} <a>下一页</a></div>" if claimed else ""
                site.answers |= pages_of(
                    *(contents if mode == "update" else LISTED), claims=claims, at=f"/zwgk/{number}"
                )
            site.requests.clear()
            crawl(portal, folder / "a.db", "--concurrency", 1, "--mode", mode, env={"DISCLOSURES_NOW": moment})
        asked = sorted(site.requests)
    return {
        name: [path.rpartition("/")[2] for path in asked if path.startswith(f"/zwgk/{number}/list")]
        for number, name in enumerate(UPDATED)
    }


@pytest.mark.parametrize("name", UPDATED)
def test_an_update_reads_on_until_two_pages_have_no_news_and_all_where_more_happened(
    updates: dict[str, list[str]], name: str
) -> None:
    assert updates[name] == NAMES[: UPDATED[name][2]]


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
