"""Withholding: what was answered from elsewhere, where a redirect from a withheld address led. All texts are samples."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.maintenance.job import begin
from tests.conftest import Answer, Site, copied, crawl, disclosures, portal_file, redirect, rows
from tests.web.asking import all_answers

TITLE, BODY, OLD_BODY = "样本甲救助决定青釉瓷瓶", "样本正文紫砂茶壶若干", "样本旧文乌木算盘若干"
FILE, OLD_FILE, LATER_FILE = "样本文件铜胎画珐琅", "样本旧文件竹编提篮", "样本后来文件红木书案"
OTHER = "样本乙正文可以示人"
LIST = (
    "<html><body><table><tr><th>标题</th><th>发布日期</th></tr>"
    f'<tr><td><a href="d/one.html">{TITLE}</a></td><td>2018-01-02</td></tr>'
    '<tr><td><a href="d/two.html">样本乙通知</a></td><td>2018-01-03</td></tr></table></body></html>'
)


def page(title: str, body: str, file: str = "") -> str:
    link = f'<p><a href="{file}">样本名册.txt</a></p>' if file else ""
    return f'<html><body><h1>{title}</h1><div class="TRS_Editor"><p>{body}，以上文字仅供测试之用。</p>{link}</div></body></html>'


def answers(number: int, body: str, file: str) -> dict[str, Answer | str]:
    """The portal on a day: record one and its file stand elsewhere each day, at an address with Chinese characters and behind two redirects."""
    return {
        "/": "<html><body>样本首页，欢迎访问样本县政府信息公开目录</body></html>",
        "/list.html": LIST,
        "/d/one.html": redirect(f"/shown/{number}.html"),
        f"/shown/{number}.html": page(TITLE, body, "/f/a.txt"),
        "/f/a.txt": redirect(f"/get?file={number}"),
        f"/get?file={number}": redirect(f"/store/%E5%86%8C{number}.txt"),
        f"/store/%E5%86%8C{number}.txt": Answer(file, "text/plain; charset=utf-8"),
        "/d/two.html": page("样本乙通知", OTHER),
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Site]]:
    """An archive of two days, and the site it was crawled from."""
    with Site({}) as site:
        portal = portal_file(tmp_path_factory.mktemp("redirects"), site.url, ("other", "样本目录", "/list.html"))
        for day in (answers(1, OLD_BODY, OLD_FILE), answers(2, BODY, FILE)):
            site.answers = day
            assert crawl(portal, portal.with_name("a.db"), "--mode", "full").returncode == 0
        yield portal, site


@pytest.fixture
def portal(made: tuple[Path, Site], tmp_path: Path) -> Path:
    """The portal's file, with an archive of one's own beside it."""
    made[1].answers = answers(2, BODY, FILE)
    return copied(made[0], tmp_path)


def run(db: Path, *arguments: object) -> str:
    done = disclosures(*arguments, "--db", db)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shown(db: Path) -> bytes:
    """All copies that readers find, and the WARC of the portal."""
    numbers = [row["id"] for row in rows(db, "SELECT id FROM captures")]
    copies = all_answers(db, [f"/-/copy/{number}/raw" for number in numbers]).values()
    run(db, "export", "warc", "--portal", "county", "--out", db.with_suffix(".warc.gz"))
    return b"".join(data for _, data in copies) + gzip.decompress(db.with_suffix(".warc.gz").read_bytes())


def found(db: Path) -> list[str]:
    texts = shown(db)
    return [words for words in (BODY, OLD_BODY, FILE, OLD_FILE, LATER_FILE, OTHER) if words.encode() in texts]


def test_what_was_answered_from_elsewhere_is_withheld_and_given_back_with_what_sent_there(portal: Path) -> None:
    db = portal.with_name("a.db")
    assert found(db) == [BODY, OLD_BODY, FILE, OLD_FILE, OTHER]
    run(db, "withhold", 1, "--reason", "样本")
    assert found(db) == [OTHER]
    run(db, "withhold", 1, "--lift")
    assert rows(db, "SELECT * FROM withheld") == []
    assert found(db) == [BODY, OLD_BODY, FILE, OLD_FILE, OTHER]


def test_it_is_destroyed_with_what_sent_there(portal: Path) -> None:
    db = portal.with_name("a.db")
    assert "destroyed: 4 payloads" in run(db, "withhold", 1, "--reason", "样本", "--destroy")
    assert run(db, "verify").startswith("all well")


def test_a_file_withheld_alone_is_so_wherever_later_redirects_lead(portal: Path, made: tuple[Path, Site]) -> None:
    db = portal.with_name("a.db")
    (file,) = rows(db, "SELECT id FROM attachments")
    run(db, "withhold", "--attachment", file["id"], "--reason", "样本")
    assert found(db) == [BODY, OLD_BODY, OTHER]
    made[1].answers = {**answers(2, BODY, FILE), **answers(3, BODY, LATER_FILE)}
    assert crawl(portal, db, "--mode", "full").returncode == 0
    assert rows(db, "SELECT count(*) AS n FROM captures WHERE url LIKE '%/store/%3.txt'") == [{"n": 1}]
    assert found(db) == [BODY, OLD_BODY, OTHER]
    run(db, "withhold", "--attachment", file["id"], "--lift")
    assert rows(db, "SELECT * FROM withheld") == []
    assert LATER_FILE in found(db)


def test_a_job_that_began_before_brings_nothing_back_from_elsewhere(portal: Path, made: tuple[Path, Site]) -> None:
    db, job = portal.with_name("a.db"), portal.parent / "job" / "j.db"
    job.parent.mkdir()
    begin(db, "county", job)
    made[1].answers = answers(3, f"{BODY}又改", LATER_FILE)
    assert crawl(portal, job, "--mode", "full").returncode == 0
    run(db, "withhold", 1, "--reason", "样本")
    assert "1 crawl taken" in run(db, "merge", job)
    assert rows(db, "SELECT count(*) AS n FROM captures WHERE url LIKE '%/shown/3.html'") == [{"n": 1}]
    assert found(db) == [OTHER]


@pytest.mark.parametrize("to", ["/", "/list.html", "/d/two.html"])
def test_a_redirect_home_to_a_list_or_to_another_record_withholds_none_of_them(
    portal: Path, made: tuple[Path, Site], to: str
) -> None:
    db = portal.with_name("a.db")
    made[1].answers["/d/one.html"] = redirect(to)
    crawl(portal, db, "--mode", "full")
    run(db, "withhold", 1, "--reason", "样本")
    keys = [row["key"] for row in rows(db, "SELECT key FROM withheld WHERE target = 'address'")]
    assert f"{made[1].url}{to[1:]}" not in keys
    assert OTHER in found(db)


# --- texts that list persons ---

ROSTER = "姓名\t性别\t原因\n" + "".join(f"欧阳{name}\t男\t大病救助\n" for name in "建伟明军强丽敏杰磊洋勇")
PLAIN = "样本通知全文如下，名册已经撤下，不再公布。"


def roster_page(*, lists: bool) -> str:
    rows_ = [line.split("\t") for line in ROSTER.splitlines()]
    table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows_)
    return page("样本甲救助对象", f"<table>{table}</table>" if lists else PLAIN)


@pytest.mark.parametrize("where", ["page", "file", "elsewhere"])
def test_what_listed_persons_stays_held_back_when_it_lists_them_no_more(tmp_path: Path, where: str) -> None:
    """Nobody has looked at what stood there before; what stands there now is shown, and the list page, too."""
    db = tmp_path / "a.db"
    with Site(
        {"/list.html": LIST, "/d/two.html": page("样本乙通知", OTHER), "/f/a.txt": redirect("/store/a.txt")}
    ) as site:
        portal = portal_file(tmp_path, site.url, ("other", "样本目录", "/list.html"))
        for lists in (True, False):
            text = Answer(ROSTER if lists else PLAIN, "text/plain; charset=utf-8")
            place = {"file": "/f/a.txt", "elsewhere": "/store/a.txt"}.get(where)
            site.answers["/d/one.html"] = page(TITLE, BODY, "/f/a.txt") if place else roster_page(lists=lists)
            if place:
                site.answers[place] = text
            assert crawl(portal, db, "--mode", "full").returncode == 0
            assert ("欧阳".encode() in shown(db), PLAIN.encode() in shown(db)) == (False, not lists)
            if lists:
                assert rows(db, "SELECT state, persons FROM rosters") == [{"state": "waiting", "persons": 11}]
                copy = tmp_path / "released" / "a.db"
                copy.parent.mkdir()
                copied(portal, copy.parent)
                run(copy, "review", "--release", 1)
                assert "欧阳".encode() in shown(copy)
        assert rows(db, "SELECT * FROM rosters") == []
        assert TITLE.encode() in shown(db)
        assert OTHER.encode() in shown(db)
