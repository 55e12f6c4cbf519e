"""A portal that prints what takes long to read, beside a good one in one crawl: it stops nobody. All pages are samples."""

from pathlib import Path

from tests.conftest import Site, portal_file, rows
from tests.warm import disclosures

REPORT = "样本县2017年政府信息公开工作年度报告"
NUMBER = "样发〔2017〕" + " " * 40_000 + "号"
TITLES = {
    1: "预算" + "2017年部门" * 20_000,
    2: "样本文件",
    3: REPORT,
    4: "政策" * 20_000,
    5: "县财政局2018年部门预算",
}
TEXTS = {3: "政府公报公开政府信息数" + "1,000" * 8_000, 2: " ".join("1" * 20_000)}
GOOD = {5: TITLES[5]}


def pages(titles: dict[int, str]) -> dict[str, str]:
    """A list of records with these titles, and the records."""
    items = "".join(
        f'<tr><td>640324001/2017-0000{n}</td><td><a href="{n}.html">{title}</a></td><td>2018-03-0{n}</td></tr>'
        for n, title in titles.items()
    )
    listed = f"<html><body><table><tr><th>索引号</th><th>标题</th><th>发布日期</th></tr>{items}</table></body></html>"
    records = {
        f"/{n}.html": f"<html><body><h1>{title}</h1><table><tr><td>索引号：</td><td>640324001/2017-0000{n}</td></tr>"
        f"<tr><td>文号：</td><td>{NUMBER}</td></tr></table>"
        f'<div class="TRS_Editor"><p>样本正文。{TEXTS.get(n, "")}</p></div></body></html>'
        for n, title in titles.items()
    }
    return {"/list.html": listed, **records}


def test_a_poisoned_portal_stops_no_other_and_nothing_that_follows(tmp_path: Path) -> None:
    db, catalog = tmp_path / "a.db", ("annual_report", "样本", "/list.html")
    with Site(pages(TITLES)) as poisoned, Site(pages(GOOD)) as good:
        files = [
            portal_file(tmp_path, site.url, catalog, name=name)
            for name, site in (("poisoned", poisoned), ("good", good))
        ]
        options = ("--db", db, "--delay", "0", "--mode", "full")
        assert disclosures("crawl", *files, *options, seconds=120).returncode in {0, 1}
    crawls = rows(db, "SELECT portal, outcome FROM crawls ORDER BY portal")
    assert [(row["portal"], row["outcome"]) for row in crawls] == [("good", "finished"), ("poisoned", "finished")]
    counts = rows(db, "SELECT portal, count(*) AS n FROM records GROUP BY 1 ORDER BY 1")
    assert [row["n"] for row in counts] == [len(GOOD), len(TITLES)]
    assert rows(db, "SELECT 1 FROM derived") == rows(db, "SELECT 1 FROM records"), "all of it is read in time"
    for command in (["redact"], ["publish", tmp_path / "published"]):
        assert disclosures(*command, "--db", db, seconds=60).returncode == 0
    assert disclosures("merge", db, "--db", tmp_path / "all.db", seconds=60).returncode == 0
    assert len(rows(tmp_path / "all.db", "SELECT 1 FROM derived")) == len(GOOD) + len(TITLES)
