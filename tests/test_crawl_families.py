"""The software that made a list: known from its first page, remembered with the reason, and doubted when it changes."""

from pathlib import Path

from tests.conftest import Site, crawl, portal_file, rows

LIST = "/zwgk/tzgg/index.html"
RECORD = '<html><body><h1>样本文件之{0}</h1><div id="zoom"><p>样本正文，仅供测试。</p></div></body></html>'
ROW = '<li><a href="{1}" title="样本文件之{0}">样本文件之{0}</a><span>2018-03-0{0}</span></li>'


def trs(*numbers: int) -> str:
    lines = "".join(ROW.format(n, f"./201803/t2018030{n}_10{n}.html") for n in numbers)
    return f'<html><body><ul>{lines}</ul><script>createPageHTML(1, 0, "index", "html");</script></body></html>'


def hanweb(*numbers: int) -> str:
    lines = "".join(f"<record><![CDATA[{ROW.format(n, f'/art/2018/3/{n}/art_7_{n}.html')}]]></record>" for n in numbers)
    store = f"<datastore><totalrecord>{len(numbers)}</totalrecord><recordset>{lines}</recordset></datastore>"
    return f'<html><body><div id="7"><script type="text/xml">{store}</script></div></body></html>'


def plain(*numbers: int) -> str:
    lines = "".join(f"<tr><td><a href='d/{n}.html'>样本文件之{n}</a></td><td>2018-03-0{n}</td></tr>" for n in numbers)
    return f"<html><body><table><tr><th>标题</th><th>发布日期</th></tr>{lines}</table></body></html>"


def site(first: str) -> Site:
    pages = {LIST: first}
    for n in range(1, 5):
        for path in (
            f"/zwgk/tzgg/201803/t2018030{n}_10{n}.html",
            f"/art/2018/3/{n}/art_7_{n}.html",
            f"/zwgk/tzgg/d/{n}.html",
        ):
            pages[path] = RECORD.format(n)
    return Site(pages)


def told(db: Path) -> dict[str, object]:
    (row,) = rows(db, "SELECT family, family_reason FROM catalogs")
    return row


def test_a_redesign_by_another_product_is_a_problem_and_changes_no_record(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with site(trs(1, 2)) as county:
        file = portal_file(tmp_path, county.url, ("notice", "通知公告", LIST))
        assert crawl(file, db).returncode == 0
        first = told(db)
        assert first["family"] == "trs"
        assert "a pager by TRS's script" in str(first["family_reason"])
        before = rows(db, "SELECT * FROM records ORDER BY id")
        assert len(before) == 2
        county.answers[LIST] = hanweb(3, 4)
        done = crawl(file, db, "--mode", "full")
        assert done.returncode == 1
        (problem,) = rows(db, "SELECT message, url FROM problems WHERE kind = 'layout_changed'")
        assert problem["url"] == county.url.rstrip("/") + LIST
        assert str(problem["message"]).startswith(
            "通知公告 was trs, and now looks like hanweb_jpage (records in a datastore)"
        )
        assert rows(db, "SELECT * FROM records ORDER BY id") == before
        assert told(db) == first

        file.write_text(file.read_text().replace("home =", 'family = "hanweb_jpage"\nhome ='), encoding="utf-8")
        crawl(file, db, "--mode", "full")
        assert told(db) == {"family": "hanweb_jpage", "family_reason": "the portal file says so"}
        assert rows(db, "SELECT count(*) AS n FROM records") == [{"n": 4}]


def test_a_page_without_marks_is_read_as_it_was_before(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with site(trs(1, 2)) as county:
        file = portal_file(tmp_path, county.url, ("notice", "通知公告", LIST))
        assert crawl(file, db).returncode == 0
        county.answers[LIST] = plain(1, 2)
        crawl(file, db, "--mode", "full")
    assert rows(db, "SELECT count(*) AS n FROM problems WHERE kind = 'layout_changed'") == [{"n": 0}]
    assert told(db)["family"] == "trs"


def test_a_list_that_was_plain_takes_the_family_that_a_page_shows(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with site(plain(1, 2)) as county:
        file = portal_file(tmp_path, county.url, ("notice", "通知公告", LIST))
        assert crawl(file, db).returncode == 0
        assert told(db) == {"family": "plain", "family_reason": "no product's marks on the page"}
        county.answers[LIST] = hanweb(3, 4)
        crawl(file, db, "--mode", "full")
    assert told(db)["family"] == "hanweb_jpage"
    assert rows(db, "SELECT count(*) AS n FROM records") == [{"n": 4}]
