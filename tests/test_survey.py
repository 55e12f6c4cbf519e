"""`disclosures survey` and `coverage`: from lists of home pages to portal files that crawl, and each home that gives none named rightly."""

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Semaphore
from time import sleep

import pytest
from click.testing import CliRunner, Result

from archive.directory.coverage import county_divisions
from archive.directory.entries import PortalHome
from archive.model.divisions import divisions
from crawler.cli.main import main
from crawler.portals.portal_file import load
from crawler.probe.fetcher import ForbiddenError
from crawler.probe.home_survey import PageReader
from crawler.probe.page_reading import Probed
from crawler.survey.home import survey
from crawler.survey.neighbours_software import SoftwareOfNeighbours
from tests.conftest import Answer, Site, SiteRequest, crawl, disclosures, empty_archive, rows
from tests.county_sites import FAULTY, KINDS, SAMPLE, sound

COUNTIES = [each.code for each in county_divisions()]


def run(*arguments: object) -> Result:
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done


def listed(path: Path, *named: tuple[str, str], heads: str = "code,home") -> Path:
    path.write_text("\n".join([heads, *(",".join(each) for each in named)]), encoding="utf-8-sig")
    return path


def states(db: Path) -> dict[str, str]:
    return {str(row["home"]): str(row["state"]) for row in rows(db, "SELECT home, state FROM directory")}


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path, dict[str, Site], str]]:
    """A sound portal and one of each fault, surveyed: the archive, the folder of portal files, the sites, what was said."""
    folder = tmp_path_factory.mktemp("survey")
    with ExitStack() as stack:
        sites = {name: stack.enter_context(Site(pages)) for name, pages in {"surveyed": sound(), **FAULTY}.items()}
        homes = zip(COUNTIES, (site.url for site in sites.values()), strict=False)
        list_ = listed(folder / "list.csv", *homes)
        done = run("survey", list_, "--out", folder / "portals", "--delay", 0, "--db", folder / "a.db")
        yield folder / "a.db", folder / "portals", sites, done.output


def test_each_home_is_named_rightly(surveyed: tuple[Path, Path, dict[str, Site], str]) -> None:
    db, _, sites, said = surveyed
    found = states(db)
    assert {name: found[site.url] for name, site in sites.items()} == {name: name for name in sites}
    assert "surveyed 9: " in said
    assert "it leads to another site: http://portal.sample.invalid/" in said


def test_a_file_is_written_for_what_was_read_well_alone_and_crawls(
    surveyed: tuple[Path, Path, dict[str, Site], str], tmp_path: Path
) -> None:
    _, out, sites, _ = surveyed
    (file,) = out.glob("*.toml")
    portal = load(file)
    assert (portal.home, [each.title for each in portal.catalogs]) == (sites["surveyed"].url, list(KINDS))
    assert portal.division_code in divisions()
    assert crawl(file, tmp_path / "a.db", "--mode", "full").returncode == 0
    assert rows(tmp_path / "a.db", "SELECT count(*) AS n FROM records WHERE body IS NOT NULL") == [{"n": 12}]


def test_one_odd_record_decides_nothing(tmp_path: Path) -> None:
    """The first row of each list leads to what is no record's page, that of two lists to the same; their second is read."""
    pages = sound()
    for n in range(len(KINDS)):
        pages[f"/gk/c{n}/"] = str(pages[f"/gk/c{n}/"]).replace(f"/gk/c{n}/1.html", f"/gk/odd{min(n, 2)}.html")
    with Site(pages) as site:
        list_ = listed(tmp_path / "l.csv", (COUNTIES[0], site.url))
        run("survey", list_, "--out", tmp_path / "out", "--delay", 0, "--db", tmp_path / "a.db")
    assert states(tmp_path / "a.db") == {site.url: "surveyed"}
    assert [path.stem for path in (tmp_path / "out").iterdir()] == [f"portal-{COUNTIES[0]}"]


def test_what_was_surveyed_is_due(
    surveyed: tuple[Path, Path, dict[str, Site], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of the three commands of docs/whole-country.md; the third is that of every archive."""
    db, out, _, _ = surveyed
    copy = tmp_path / "a.db"
    shutil.copy(db, copy)
    monkeypatch.setenv("DISCLOSURES_PORTALS", str(out))
    done = disclosures("crawl", "--due", "--delay", 0, "--db", copy)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(run("coverage", "--json", "--db", copy).stdout)
    assert [(each["state"], each["records"]) for each in told["counties"] if each["records"]] == [("archived", 12)]
    assert "surveyed" not in {each["state"] for each in told["next"]}


def test_the_next_survey_asks_nobody_again_until_told(surveyed: tuple[Path, Path, dict[str, Site], str]) -> None:
    db, out, sites, _ = surveyed
    asked = {name: len(site.requests) for name, site in sites.items()}
    assert "nothing to survey" in run("survey", "--out", out, "--delay", 0, "--db", db).output
    assert {name: len(site.requests) for name, site in sites.items()} == asked
    sites["dead"].answers = sound()
    assert "surveyed 8: " in run("survey", "--again", "--out", out, "--delay", 0, "--db", db).output
    assert states(db)[sites["dead"].url] == "surveyed"
    assert len(sites["surveyed"].requests) == asked["surveyed"]
    assert len(list(out.glob("*.toml"))) == 2  # of two hosts of one name


def test_coverage_says_what_is_archived_and_what_would_help(surveyed: tuple[Path, Path, dict[str, Site], str]) -> None:
    db, *_ = surveyed
    told = json.loads(run("coverage", "--json", "--db", db).stdout)
    assert len(told["counties"]) == len(county_divisions())
    assert {each["state"] for each in told["counties"]} >= {"surveyed", "blocked", "not_listed"}
    assert {each["state"] for each in told["next"]} >= {"blocked", "script_made", "misread"}
    assert all(each["step"] for each in told["next"])
    assert " counties, 0 archived, " in run("coverage", "--db", db).stdout


def test_what_was_crawled_and_gave_no_record_is_not_to_be_crawled_first_of_all(tmp_path: Path) -> None:
    db = empty_archive(tmp_path / "a.db")
    homes = (("640324", "surveyed"), ("640323", "surveyed"), ("410308", "dead"), ("640302", "conflict"))
    with closing(sqlite3.connect(db)) as connection, connection:
        for code, state in homes:
            connection.execute(
                "INSERT INTO directory (home, name, division_code, source, as_of, state) VALUES (?, '', ?, 's.csv', '2026-11-01', ?)",
                (f"http://{code}.sample.invalid/", code, state),
            )
        for code in ("640324", "410322", "640302"):  # 孟津县 as it was before it became 孟津区
            connection.execute(
                "INSERT INTO portals (id, name, division_code, home) VALUES (?, '', ?, '')", (code, code)
            )
        connection.execute(
            "INSERT INTO crawls (portal, mode, started_at, finished_at, outcome) SELECT id, 'full', '2026', '2026', 'blocked' FROM portals"
        )
    told = json.loads(run("coverage", "--json", "--db", db).stdout)
    next_ = {each["example"]: (each["state"], each["step"]) for each in told["next"]}
    assert {home[7:13]: state for home, (state, _) in next_.items()} == {
        "410308": "no_records", "640323": "surveyed", "640302": "conflict",
    }  # fmt: skip
    assert "disclosures status" in next_["http://410308.sample.invalid/"][1]
    assert [each["count"] for each in told["next"]] == [2, 1, 1]


# --- homes by themselves ---

NEW = "http://new.sample.invalid/"
NOTICE = "<html><head><title>样本县人民政府</title></head><body><p>{}</p></body></html>"


@pytest.mark.parametrize(
    ("home", "state", "reason"),
    [
        (f"<html><head><meta http-equiv=refresh content='0;url={NEW}'></head></html>", "moved", NEW),
        (f"<html><script>window.location.href='{NEW}'</script></html>", "moved", NEW),
        (NOTICE.format(f"本网站已迁移，新网址：<a href='{NEW}'>{NEW}</a>"), "moved", NEW),
        (NOTICE.format(f"样本新闻，见<a href='{NEW}'>省政府</a>。"), "no_catalogue", "no link leads to columns"),
        (NOTICE.format("本网站已迁移。"), "dead", "has moved"),
        (NOTICE.format("网站正在维护升级中，请稍后访问。"), "dead", "a page of error"),
        (NOTICE.format("<script src=/app.js></script>"), "script_made", "without its scripts"),
        (NOTICE.format(f"<script src=/app.js></script>{SAMPLE * 4}"), "no_catalogue", "no link leads to columns"),
        (NOTICE.format(f"<form>密码 <input type=password></form>{SAMPLE * 4}"), "no_catalogue", "no link leads to columns"),
        (Answer(f"<meta http-equiv=refresh content='0;url={NEW}'><body>拒绝访问</body>", status=403), "blocked", "403"),
        ("<html><head><title>Welcome</title></head><body><a href=http://x.example/>样本</a></body></html>", "not_a_portal", "a government's"),
        ("<html><head><title>Welcome</title></head><body><a href=/gk/>主动公开内容</a></body></html>", "no_catalogue", "no link leads to columns"),
        (Answer(b"%PDF-1.4 sample", "application/pdf"), "not_a_portal", "a government's"),
        (Answer("<script>document.cookie='__jsl'</script>", status=521), "blocked", "521"),
    ],
)  # fmt: skip
def test_what_a_home_is_found_to_be(home: Answer | str, state: str, reason: str) -> None:
    with Site({"/": home}) as site:
        found = survey(site.url, 0)
    assert (found.state, reason in found.reason) == (state, True), found.reason


def test_a_home_that_leads_to_a_form_for_a_password_wants_a_login() -> None:
    form = "<html><head><title>统一身份认证</title></head><body><form>密码 <input type=password></form></body></html>"
    with Site({"/": Answer("", status=302, headers=(("Location", "/sso/login"),)), "/sso/login": form}) as site:
        found = survey(site.url, 0)
    assert (found.state, found.reason) == ("login", "its home page is a form that wants a password")


def test_rows_are_those_that_a_list_states_or_else_shows() -> None:
    pages = sound()
    pages["/gk/c0/"] = str(pages["/gk/c0/"]).replace(
        "</table>", "</table><script>var totalCount = 57, pageSize = 3;</script>"
    )
    with Site(pages) as site:
        found = survey(site.url, 0)
    assert (found.columns, found.rows) == (4, 57 + 3 * 3)


def test_rows_of_other_sites_say_nothing_of_how_records_are_read() -> None:
    pages = sound()
    for n in range(len(KINDS)):
        pages[f"/gk/c{n}/"] = re.sub(
            r"/gk/c\d/[12]\.html", "http://other.sample.invalid/\\g<0>", str(pages[f"/gk/c{n}/"])
        )
    with Site(pages) as site:
        assert survey(site.url, 0).state == "surveyed"


def test_a_record_of_each_list_is_looked_at_before_another_of_the_first() -> None:
    pages = sound()
    for page in ("c0/1", "c0/2", "c0/3", "c1/1"):
        del pages[f"/gk/{page}.html"]
    with Site(pages) as site:
        assert survey(site.url, 0).state == "surveyed"


def test_a_page_that_says_nothing_is_no_record() -> None:
    pages = sound(1)
    for n in range(len(KINDS)):
        pages[f"/gk/c{n}/1.html"] = "<html><body><p>样本</p></body></html>"
    with Site(pages) as site:
        found = survey(site.url, 0)
    assert (found.state, "not a record's page" in found.reason) == ("misread", True), found.reason


def test_a_record_is_no_list_whatever_its_heading() -> None:
    pages = sound(1)
    listed_again = str(pages["/gk/c0/"]).replace("<table>", "<h1>{}</h1><table>")
    for n, name in enumerate(KINDS):
        pages[f"/gk/c{n}/1.html"] = listed_again.format(f"样本{name}之1")
    with Site(pages) as site:
        found = survey(site.url, 0)
    assert (found.state, "not a record's page" in found.reason) == ("misread", True), found.reason


# --- lists ---


def test_a_list_may_have_empty_lines_and_lines_that_end_early(tmp_path: Path) -> None:
    list_ = tmp_path / "l.csv"
    list_.write_text(
        "home,code,name\n,,\n\nhttp://a.example/,640324\nhttp://b.example/,640323,盐池县\n", encoding="utf-8"
    )
    said = run("survey", list_, "--list-only", "--db", tmp_path / "a.db").output
    assert "l.csv: 2 rows, 2 new homes, 0 conflicts" in said


def test_a_list_by_full_names(tmp_path: Path) -> None:
    list_ = listed(tmp_path / "l.csv", ("宁夏回族自治区吴忠市同心县", "http://a.example/"), heads="名称,网址")
    said = run("survey", list_, "--list-only", "--db", tmp_path / "a.db").output
    assert "1 new home, 0 conflicts" in said
    assert rows(tmp_path / "a.db", "SELECT division_code, source FROM directory") == [
        {"division_code": "640324", "source": "l.csv"}
    ]


def test_what_contradicts_is_shown_and_not_looked_at_until_it_is_settled(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    first = listed(tmp_path / "one.csv", ("640324", "http://127.0.0.1:9/"), ("640323", "http://127.0.0.1:9/x/"))
    second = listed(
        tmp_path / "two.csv",
        ("640324", "http://127.0.0.1:9/new/"),
        ("999999", "http://b.example/"),
        ("640323", "ftp://c/"),
    )
    run("survey", first, "--list-only", "--db", db)
    said = run("survey", second, "--list-only", "--db", db).output
    assert "0 new homes" not in said
    assert "640324 同心县 has another home in one.csv: http://127.0.0.1:9/" in said
    assert "no division has this code" in said
    assert "its home is no http or https address" in said
    assert list(states(db).values()).count("conflict") == 3
    run("survey", second, "--list-only", "--settle", "--db", db)
    assert states(db)["http://127.0.0.1:9/new/"] == "not_tried"
    assert "http://127.0.0.1:9/" not in states(db)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code,name\n640324,同心县", "its first line must name a column `home`"),
        ("", "its first line must name a column `home`"),
        ("home\nhttp://a.example/", "and `code` or `name` beside it"),
    ],
)
def test_a_list_that_is_none_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "l.csv").write_text(text, encoding="utf-8")
    done = run("survey", tmp_path / "l.csv", "--db", tmp_path / "a.db")
    assert (done.exit_code, said in done.output, done.output.count("\n")) == (2, True, 1)
    assert run("survey", tmp_path / "none.csv", "--db", tmp_path / "a.db").exit_code == 2


def test_a_merge_takes_over_what_others_surveyed(
    surveyed: tuple[Path, Path, dict[str, Site], str], tmp_path: Path
) -> None:
    db, _, sites, _ = surveyed
    run(
        "survey",
        listed(tmp_path / "l.csv", (COUNTIES[0], sites["surveyed"].url)),
        "--list-only",
        "--db",
        tmp_path / "a.db",
    )
    run("merge", "--db", tmp_path / "a.db", db)
    assert states(tmp_path / "a.db") == states(db)


# --- many homes ---


def test_two_homes_at_one_host_are_asked_one_after_the_other(tmp_path: Path) -> None:
    """Whatever ends at another host meanwhile."""
    under_way, most = Semaphore(0), []

    def slow(_: SiteRequest) -> Answer:
        under_way.release()
        most.append(under_way._value)
        sleep(0.05)
        under_way.acquire()
        return Answer("<html><body>样本饭店</body></html>")

    names = ("a", "b", "c")
    with (
        Site({f"/{name}/": slow for name in names}) as site,
        Site(dict.fromkeys(("/a/", "/b/", "/c/"), "样本")) as other,
    ):
        homes = [f"{each.url}{name}/" for name in names for each in (site, other)]
        list_ = listed(tmp_path / "l.csv", *zip(COUNTIES, homes, strict=False))
        run("survey", list_, "--out", tmp_path / "out", "--delay", 0, "--db", tmp_path / "a.db")
    assert len(most) >= len(names)
    assert set(most) == {1}


def test_a_fault_of_our_own_is_one_portals_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_: PageReader, url: str) -> Probed:
        if "0" in url:
            raise ZeroDivisionError
        raise ForbiddenError(url, "sample")

    monkeypatch.setattr(PageReader, "read", read)
    list_ = listed(tmp_path / "l.csv", *zip(COUNTIES, ["http://0.example/", "http://1.example/"], strict=False))
    run("survey", list_, "--out", tmp_path / "out", "--db", tmp_path / "a.db")
    assert rows(tmp_path / "a.db", "SELECT state, reason FROM directory ORDER BY home") == [
        {"state": "misread", "reason": "the survey itself failed: ZeroDivisionError"},
        {"state": "blocked", "reason": "http://1.example/: sample"},
    ]


def test_what_neighbours_run_is_likely() -> None:
    def home(number: int, code: str, family: str | None) -> PortalHome:
        return PortalHome(f"http://{number}.example/", "", code, "", "", family=family)

    known = SoftwareOfNeighbours([home(1, "640324", "ucap"), home(2, "640323", None)])
    known.note(home(3, "640323", "vsb"))
    known.note(home(4, "640302", "vsb"))
    likely = known.prior().of("宁夏回族自治区吴忠市青铜峡市人民政府")
    assert likely is not None
    assert likely.families == ("vsb", "ucap")
    assert likely.reason == "2 of 3 surveyed portals of 宁夏回族自治区吴忠市 run vsb"
    assert known.prior().of("北京市东城区人民政府") is None
