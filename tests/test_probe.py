"""`disclosures probe`: pages nobody has seen, as files and over real HTTP."""

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.model.observations import CatalogOfPortal
from crawler.cli import probe
from crawler.probe.draft import DraftCatalog, draft, portal_id, relative
from crawler.sample.portal_server import SampleServer
from tests.conftest import Answer, Site, SiteRequest, crawl, disclosures, redirect, rows

LIST_AT = "/zwgk/list.html"
KEYS = {"page", "blocked", "family", "rows", "next_pages", "pages", "fields", "breadcrumb", "attachments", "body"}
ROWS = "".join(
    f'<tr><td>{n}</td><td><a href="d/{n}.html">样本文件之{n}</a></td><td>样本局</td><td>2018年3月{n}日</td></tr>'
    for n in range(1, 4)
)
LIST = (
    "<html><body><div>当前位置：<a href='/'>首页</a> > <a href='/zwgk/'>政务公开</a> > <a>财政预决算</a></div><table><tr><th>序号</th>"
    f"<th>标题</th><th>发布单位</th><th>发布日期</th></tr>{ROWS}</table>共2页 <a href='list_1.html'>下一页</a></body></html>"
)
RECORD = (
    "<html><body><h1>样本文件之1</h1><ul><li>索引号：A1-2018-001</li><li>发文字号：样发[2018]3号</li><li>发布日期：2018-03-01</li></ul>"
    "<div id='zoom'><p>样本正文，仅供测试。样本正文，仅供测试。样本正文，仅供测试。</p><p><a href='f/1.xls'>附件：样本表.xls</a></p></div></body></html>"
)


def probed(path: Path, *options: object) -> dict[str, object]:
    done = disclosures("probe", path, "--json", *options)
    assert "Traceback" not in done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    assert found.keys() >= KEYS
    return found


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


def test_a_saved_list(saved: Path) -> None:
    saved.write_text(LIST, encoding="gb18030")
    page = probed(saved, "--base", "http://www.county.gov.cn/zwgk/czyjs/list.html")
    assert (page["page"], page["family"], page["pages"], page["blocked"], page["body"]) == (
        "list",
        "plain",
        2,
        None,
        None,
    )
    assert page["next_pages"] == ["http://www.county.gov.cn/zwgk/czyjs/list_1.html"]
    assert page["breadcrumb"] == ["首页", "政务公开", "财政预决算"]
    first = page["rows"][0]  # type: ignore[index]
    assert first["url"] == "http://www.county.gov.cn/zwgk/czyjs/d/1.html"
    assert (first["title"], first["publisher"], first["published_on"]) == ("样本文件之1", "样本局", "2018-03-01")
    assert (first["index_number"], first["source_fields"]["发布日期"]) == (None, "2018年3月1日")
    assert page["fields"]["title"] is None  # type: ignore[index]


def test_a_saved_record(saved: Path) -> None:
    saved.write_text(RECORD, encoding="utf-8")
    page = probed(saved, "--base", "http://www.county.gov.cn/d/1.html")
    assert (page["page"], page["rows"], page["next_pages"]) == ("detail", [], [])
    fields = page["fields"]
    assert (fields["index_number"], fields["document_number"]) == ("A1-2018-001", "样发〔2018〕3号")  # type: ignore[index]
    assert (fields["title"], fields["published_on"], fields["publisher"]) == ("样本文件之1", "2018-03-01", None)  # type: ignore[index]
    assert page["attachments"] == [{"name": "附件：样本表.xls", "url": "http://www.county.gov.cn/d/f/1.xls"}]
    assert str(page["body"]).startswith("样本正文")


def test_each_value_of_a_record_is_shown_with_where_it_was_read(saved: Path) -> None:
    heading = "<html><head><meta name='PubDate' content='2018-03-05 10:00'></head><body><h1>样本文件之1</h1><p>来源：样本县财政局</p>"
    saved.write_text(
        RECORD.replace("<html><body><h1>样本文件之1</h1>", heading).replace("<li>发布日期：2018-03-01</li>", ""),
        "utf-8",
    )
    page = probed(saved)
    read_at = page["read_at"]
    assert read_at == {
        "index_number": "label 索引号", "document_number": "label 发文字号", "publisher": "label 来源", "published_on": "meta PubDate",
        "title": "heading",
    }  # fmt: skip
    lines = disclosures("probe", saved).stdout.splitlines()
    assert "# published_on: 2018-03-05  (meta PubDate)" in lines
    assert "# publisher: 样本县财政局  (label 来源)" in lines


def test_a_refusal_is_stated_to_be_one(saved: Path) -> None:
    saved.write_text("<html><body>您的访问被云堤安全防护系统拦截了</body></html>", encoding="utf-8")
    page = probed(saved)
    assert (page["page"], page["family"], page["rows"]) == ("other", None, [])
    assert "云堤" in str(page["blocked"])
    assert disclosures("probe", saved).returncode == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"%PDF-1.4 sample", id="a PDF"),
        pytest.param(bytes(range(256)) * 40, id="bytes"),
        pytest.param(b"<html><body>" + b"<div>" * 100_000, id="nested tags"),
        pytest.param(b"<html><body><p " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">", id="attributes"),
        pytest.param(b'{"data":[' * 50_000, id="nested data"),
        pytest.param("\ufeff<html>\ud800".encode("utf-8", "surrogatepass"), id="half a character"),
    ],
)
def test_what_is_no_page_gets_a_plain_answer(saved: Path, body: bytes) -> None:
    saved.write_bytes(body)
    page = probed(saved)
    assert (page["page"], page["rows"], page["columns"]) == ("other", [], [])


def test_of_a_page_without_end_the_beginning_is_read_and_that_is_stated(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "MOST_BYTES", 200_000)
    row = '<li><a href="/a/{}.html">样本文件</a><span>2018-01-01</span></li>'
    saved.write_text("<html><body><ul>" + "".join(map(row.format, range(4_000))), encoding="utf-8")
    page = json.loads(CliRunner().invoke(probe.probe, [str(saved), "--json"]).stdout)
    assert page["page"] == "list"
    assert 1_000 < len(page["rows"]) < 4_000
    assert "larger than what was read of it" in page["doubts"]


def test_what_looks_wrong_is_stated(saved: Path) -> None:
    odd = (
        LIST.replace("样本文件之2<", "样本文件之...<")
        .replace("2018年3月3日", "三月")
        .replace("d/1.html", "http://elsewhere.cn/1.html")
    )
    saved.write_text(odd.replace("list_1.html", "javascript:void(0)"), encoding="utf-8")
    doubts = probed(saved, "--base", "http://www.county.gov.cn/list.html")["doubts"]
    assert doubts == [
        "1 of 3 rows with no date",
        "1 of 3 rows with a cut title",
        "1 of 3 rows with a link to another site",
        "1 of 3 rows with date unreadable",
        "2 pages claimed, and no way to the next one found",
    ]


def test_wrong_use_is_one_line() -> None:
    done = disclosures("probe", "/nowhere/at/all.html")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "disclosures: /nowhere/at/all.html: cannot be read: No such file or directory\n"


@pytest.mark.parametrize("url", ["http://[1/", "http://", "http://a.gov.cn:port/"])
def test_an_address_that_can_be_none(saved: Path, url: str) -> None:
    saved.write_text(LIST, encoding="utf-8")
    for arguments in (("probe", url), ("probe", saved, "--base", url), ("probe", saved, "--base", "list.html")):
        done = disclosures(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.endswith(": is no http or https address\n")
        assert done.stderr.count("\n") == 1


# --- over HTTP ---


def test_a_new_county_takes_a_probe_and_a_crawl(tmp_path: Path) -> None:
    with SampleServer() as server:
        done = disclosures("probe", f"{server.url}/", "--delay", 0)
        assert done.returncode == 0, done.stderr
        drafted = tomllib.loads(done.stdout)
        kinds = {entry["title"]: entry["kind"] for entry in drafted["catalogs"]}
        assert len(kinds) == 11
        assert (drafted["name"], drafted["division_code"]) == ("同心县（样本门户）", "640324")
        assert kinds.items() >= {
            ("热点回应", "hot_topic_response"),
            ("部门预算", "budget"),
            ("信息公开年报", "annual_report"),
        }
        path = tmp_path / f"{drafted['id']}.toml"
        path.write_text(done.stdout, encoding="utf-8")
        done = crawl(path, tmp_path / "a.db")
    assert done.returncode == 0, done.stdout + done.stderr
    complete = rows(tmp_path / "a.db", "SELECT count(*) AS n FROM ledger WHERE complete")
    assert complete == [{"n": 11}]


def test_a_home_page_leads_to_the_catalogue_and_its_columns(tmp_path: Path) -> None:
    titles = ("热点回应", "政策解读", "规划计划", "财政预决算", "人事信息")
    menu = "".join(f'<li><a href="/zfxxgkml/c{n}/">{title}</a></li>' for n, title in enumerate(titles))
    news = "".join(
        f'<li><a href="/xw/t20180301_{n}.html">样本消息{n}</a><span>2018-03-01</span></li>' for n in range(5)
    )
    pages: dict[str, Answer | str] = {
        "/": f'<html><head><title>样本县人民政府门户网站</title></head><body><ul><li><a href="/zwgk/">政务公开</a></li></ul><ul>{news}</ul>'
        '<a href="/xw/">更多</a><a href="/gg/">更多</a><a href="/sp/">更多</a></body></html>',
        "/zwgk/": '<html><body><a href="/zfxxgkml/">政府信息公开目录</a><a href="/x/">领导之窗</a></body></html>',
        "/zfxxgkml/": f'<html><body><div class="menu"><ul>{menu}</ul></div></body></html>',
        "/zfxxgkml/c2/": Answer("<html><body>404</body></html>", status=404),
        "/robots.txt": Answer("User-agent: *\nDisallow: /zfxxgkml/c3/\n", "text/plain"),
    }
    pages |= {f"/zfxxgkml/c{n}/": LIST for n in (0, 1, 4)}
    with Site(pages) as site:
        done = disclosures("probe", site.url, "--delay", 0)
        asked = list(site.requests)
    assert done.returncode == 0, done.stderr
    drafted = tomllib.loads(done.stdout)
    assert [(entry["title"], entry["kind"]) for entry in drafted["catalogs"]] == [
        ("热点回应", "hot_topic_response"),
        ("政策解读", "policy_interpretation"),
        ("人事信息", "other"),
    ]
    assert drafted["name"] == "样本县人民政府"
    assert "division_code" not in drafted
    assert "# no list; the portal answered 404: no such page" in done.stdout
    assert "forbids it" in done.stdout
    assert asked[:2] == ["/robots.txt", "/"]
    assert "/zfxxgkml/c3/" not in asked


def test_a_portal_that_refuses_or_is_not_there(tmp_path: Path) -> None:
    with Site({"/": Answer("", status=521)}) as site:
        done = disclosures("probe", site.url, "--delay", 0)
        assert done.returncode == 1
        assert "refused: the portal answered 521" in done.stdout
        url = site.url
    done = disclosures("probe", url, "--delay", 0)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no connection" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_robots_that_cannot_be_read_forbid_everything() -> None:
    with Site({"/robots.txt": Answer("", status=503), "/": LIST}) as site:
        done = disclosures("probe", site.url, "--delay", 0)
        assert list(site.requests) == ["/robots.txt"]
    assert done.returncode == 1
    assert f"could not be read ({site.url}robots.txt: it answered 503)" in done.stderr


def test_a_redirect_is_followed_and_its_target_asked_of_robots_too() -> None:
    def away(_: SiteRequest) -> Answer:
        return redirect("/zwgk/list.html")

    with Site({"/old": away, "/zwgk/list.html": LIST}) as site:
        done = disclosures("probe", f"{site.url}old", "--delay", 0, "--json")
        page = json.loads(done.stdout)
        assert page["rows"][0]["url"] == f"{site.url}zwgk/d/1.html"
        assert page["doubts"] == [f"sent on from {site.url}old"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer("", status=304), "the portal answered 304 without saying where it leads"),
        (Answer(LIST, status=302), "the portal answered 302 without saying where it leads"),
        (Answer(LIST, headers=(("X-\xe6\xa0\xb7", "sample"),)), "its answer is no HTTP"),
        (Answer(LIST, cut=10), "peer closed connection"),
    ],
)
def test_an_answer_that_leads_nowhere_is_told_in_a_line(answer: Answer, reason: str) -> None:
    with Site({"/": answer}) as site:
        done = disclosures("probe", site.url, "--delay", 0)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"disclosures: {site.url}: {reason}")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://www.tongxin.gov.cn/", "tongxin"),
        ("https://yc.cq.gov.cn/", "yc"),
        ("http://hdzfxxgk.hd.gov.cn/", "hd"),
        ("http://127.0.0.1:8640/", "portal"),
        ("http://xn--fiqs8s/", "xn--fiqs8s"),
    ],
)
def test_ids_for_new_portals(url: str, name: str) -> None:
    assert portal_id(url) == name


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("北京市朝阳区人民政府", "110105"),
        ("长春市朝阳区人民政府", "220104"),
        ("广东省河源市源城区人民政府", "441602"),
        ("朝阳区人民政府", None),
        ("样本县人民政府", None),
    ],
)
def test_a_draft_has_the_code_of_the_one_division_that_its_name_is_of(name: str, code: str | None) -> None:
    text = draft("sample", name, "http://a.example/", [], [])
    assert tomllib.loads(text).get("division_code") == code
    hints = [line.removeprefix("#   ") for line in text.splitlines() if line.startswith("#   ")]
    assert hints == (["110105 朝阳区（北京市）", "220104 朝阳区（吉林省长春市）"] if name == "朝阳区人民政府" else [])


def test_whatever_was_read_of_a_portal_its_draft_is_toml() -> None:
    odd = '样本\x00\x1b\x7f\x85\u2028\u202e\ud800"\\\nid = 7'
    entry = DraftCatalog(CatalogOfPortal("notice", odd, f"http://a.example/{odd}"), odd, is_list=True)
    text = draft("sample", odd, "http://a.example/", [entry], [odd])
    assert tomllib.loads(text)["id"] == "sample"
    assert not set(text) & set("\x00\x1b\x7f\x85\u2028\u202e\ud800")


def test_a_catalogue_in_frames_is_found_and_drafted_where_it_stands() -> None:
    titles = ("热点回应", "政策解读", "规划计划", "部门预算")
    menu = "".join(f'<li><a href="/gk/c{n}/">{title}</a></li>' for n, title in enumerate(titles))

    def framed(*addresses: str) -> str:
        return (
            "<html><body>" + "".join(f'<iframe src="{address}"></iframe>' for address in addresses) + "</body></html>"
        )

    pages: dict[str, Answer | str] = {
        "/": '<html><head><title>样本县人民政府</title></head><body><a href="/gk/">政府信息公开目录</a></body></html>',
        "/gk/": framed("http://elsewhere.example/", "/weather/", "/gk/menu/"),
        "/gk/menu/": f"<html><body><div><ul>{menu}</ul></div></body></html>",
        "/gk/c0/": framed("inner/"),
        "/gk/c0/inner/": '<html><frameset><frame src="list.html"></frameset></html>',
        "/gk/c0/inner/list.html": LIST,
        "/gk/c1/": LIST,
        "/gk/c2/": framed("/gk/c2/"),
        "/gk/c3/": framed("/a/", "/b/", "/d/", "/gk/c1/"),
    }
    with Site(pages) as site:
        done = disclosures("probe", site.url, "--delay", 0)
        asked = list(site.requests)
        alone = json.loads(disclosures("probe", f"{site.url}gk/c0/", "--delay", 0, "--json").stdout)
    assert done.returncode == 0, done.stderr
    drafted = tomllib.loads(done.stdout)
    assert [entry["url"] for entry in drafted["catalogs"]] == ["/gk/c0/inner/list.html", "/gk/c1/"]
    assert f"in a frame of {site.url}gk/c0/" in done.stdout
    assert "/gk/c2/" in asked
    assert asked.count("/gk/c2/") == 1
    assert {"/a/", "/b/", "/d/"} <= set(asked)  # so many frames of a page, and no more
    assert asked.count("/gk/c1/") == 1
    assert (alone["page"], len(alone["rows"])) == ("list", 3)


def test_a_draft_is_relative_to_its_home_and_crawled_as_it_is(tmp_path: Path) -> None:
    with Site({LIST_AT: LIST.replace("list_1.html", "#"), "/zwgk/d/1.html": RECORD}) as site:
        drafted = disclosures("probe", site.url[:-1] + LIST_AT, "--delay", 0).stdout
        assert f'url = "{LIST_AT}"' in drafted
        (tmp_path / "portal.toml").write_text(drafted, "utf-8")
        crawl(tmp_path / "portal.toml", tmp_path / "a.db")
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM records")) == 3
    assert relative("http://a.example//b/", "http://a.example/") == "http://a.example//b/"
    assert relative("http://b.example/c/", "http://a.example/") == "http://b.example/c/"
