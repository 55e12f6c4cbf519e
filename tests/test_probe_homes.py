"""`disclosures probe` of home pages: links, frames, data of scripts, and what is tried where a page leads nowhere."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import probe
from crawler.probe.catalogue_links import MOST_FRAMES
from tests.conftest import Answer, Site

BASE = "http://xxgk.sample.gov.cn/"
NAMES = ("热点回应", "政策解读", "规划计划", "部门预算")
LIST = "<ul>" + "".join(f'<li><a href="{n}.html">样本文件之{n}</a> 2024-03-0{n}</li>' for n in range(1, 4)) + "</ul>"


def links(*named: tuple[str, str]) -> str:
    return "<ul>" + "".join(f'<li><a href="{href}">{name}</a></li>' for name, href in named) + "</ul>"


MENU = links(*((name, f"/gk/c{place}/") for place, name in enumerate(NAMES)))


def run(page: object, *options: object) -> Result:
    return CliRunner().invoke(probe.probe, list(map(str, (page, "--json", "--delay", 0, *options))))


def saved(tmp_path: Path, html: str, *options: object) -> dict[str, Any]:
    path = tmp_path / "home.html"
    path.write_text(f"<html><body>{html}</body></html>", encoding="utf-8")
    read: dict[str, Any] = json.loads(run(path, "--base", BASE, *options).stdout)
    return read


def columns(page: dict[str, Any]) -> dict[str, str]:
    return {column["title"]: column["url"] for column in page["columns"]}


def served(pages: dict[str, Answer | str]) -> tuple[dict[str, Any], list[str]]:
    """The home page of a site as probed, its addresses without the site's; and what was requested of it."""
    with Site(pages) as site:
        done = run(site.url)
        asked = list(site.requests)
        return json.loads(done.stdout.replace(site.url, "/")), asked


# --- links ---


def test_a_catalogue_that_links_to_itself_is_none_of_its_columns(tmp_path: Path) -> None:
    itself = links(("规范性文件", "/gk/"), ("通知公告", "/gk/c9/"))
    page = saved(tmp_path, f"{MENU}{itself}", "--base", f"{BASE}gk/")
    assert ("通知公告" in columns(page), "规范性文件" in columns(page)) == (True, False)


@pytest.mark.parametrize(
    ("labels", "kept"),
    [
        (("政府信息公开规定", "政府信息公开目录"), "政府信息公开目录"),
        (("样本县欢迎你", "人事信息", "公示公告"), "公示公告"),
        (("规范性文件…", "行政规范性文件"), "行政规范性文件"),
        (("更多>>", "征地拆迁"), "征地拆迁"),
        (("政策解读（专栏）", "政策问答"), "政策问答"),
    ],
)
def test_of_two_links_to_one_address_the_better_label_is_kept(
    tmp_path: Path, labels: tuple[str, ...], kept: str
) -> None:
    for order in (labels, labels[::-1]):
        page = saved(tmp_path, links(*((label, "/gk/x/") for label in order)) + MENU)
        assert [title for title, url in columns(page).items() if url == f"{BASE}gk/x/"] == [kept]


def test_columns_are_what_stands_where_catalogues_do_and_no_services_of_the_site(tmp_path: Path) -> None:
    menu = MENU.replace("</ul>", '<li><a href="/gk/rs/">人事信息</a></li><li><a href="/map/">网站地图</a></li></ul>')
    html = f'<div><a href="/ld/">领导之窗</a></div>{menu}<p><a href="http://www.sample.gov.cn/">返回首页</a></p>'
    page = saved(tmp_path, html)
    assert [*columns(page)] == [*NAMES, "人事信息"]
    assert page["leads"] == [f"{BASE}map/"]


@pytest.mark.parametrize("home", ["/", BASE, "http://www.sample.gov.cn", "http://sample.gov.cn/"])
def test_the_way_back_to_a_home_page_leads_to_no_catalogue(tmp_path: Path, home: str) -> None:
    page = saved(tmp_path, links(("政府信息公开目录", home), ("信息公开专栏", "/?gk=1")), "--base", f"{BASE}gk/")
    assert page["leads"] == [f"{BASE}?gk=1"]


def test_a_cut_link_is_called_by_its_title(tmp_path: Path) -> None:
    html = MENU.replace(">热点回应<", ' title="舆情热点回应">舆情热点…<')
    assert "舆情热点回应" in columns(saved(tmp_path, html))


def test_a_link_may_be_called_by_its_picture_and_counts_are_no_part_of_a_name(tmp_path: Path) -> None:
    html = MENU.replace(">热点回应<", '><img src="a.png" alt="热点回应"><').replace(">政策解读<", ">政策解读（12）<")
    assert [*columns(saved(tmp_path, html))] == list(NAMES)


@pytest.mark.parametrize(
    "name",
    [
        "信息公开目录",
        "主动公开目录",
        "政府信息公开目录系统",
        "法定主动公开内容",
        "信息公开专栏",
        "样本局信息公开",
        "政务公开网",
    ],
)
def test_what_the_way_to_the_catalogue_is_called(tmp_path: Path, name: str) -> None:
    html = links(("样本新闻", "/xw/"), (name, "/gk/"), ("互动交流", "/hd/"))
    page = saved(tmp_path, html)
    assert (page["leads"], page["columns"]) == ([f"{BASE}gk/"], [])


def test_the_parent_domain_is_of_the_site_and_the_public_suffix_is_not(tmp_path: Path) -> None:
    html = MENU + MENU.replace('"/gk/', '"http://sample.gov.cn/gk/').replace("部门预算", "财政预决算")
    html += MENU.replace('"/gk/', '"http://other.gov.cn/gk/').replace("部门预算", "三公经费")
    read = columns(saved(tmp_path, html))
    assert read["财政预决算"] == "http://sample.gov.cn/gk/c3/"
    assert "三公经费" not in read


def test_a_landing_page_shows_its_latest_documents_and_its_menu(tmp_path: Path) -> None:
    page = saved(tmp_path, f'{MENU}<div><h3>最新文件</h3>{LIST}<a href="/zxwj/">更多</a></div>')
    assert (page["page"], [row["title"] for row in page["rows"]]) == ("other", [f"样本文件之{n}" for n in (1, 2, 3)])
    assert [*columns(page)] == list(NAMES)
    assert page["doubts"] == ["its rows are the newest of another list, to which it links"]


def test_of_a_saved_page_without_an_address_nobody_knows_the_site(tmp_path: Path) -> None:
    path = tmp_path / "list.html"
    path.write_text(LIST.replace('href="', f'href="{BASE}'), encoding="utf-8")
    page = json.loads(run(path).stdout)
    assert (page["page"], page["doubts"]) == ("list", [])


# --- pages that lead on ---


@pytest.mark.parametrize(
    "home",
    [
        '<frameset><frame src="/gk/"></frameset>',
        '<meta http-equiv="Refresh" content="0; URL=/gk/">',
        "<script>window.location.href = '/gk/';</script>",
        "<script>location.replace('/gk/')</script>",
    ],
)
def test_a_home_page_that_is_only_a_way_to_another(home: str) -> None:
    page, asked = served({"/": f"<html><head>{home}</head></html>", "/gk/": MENU, "/gk/c0/": LIST})
    assert [column["url"] for column in page["columns"] if column["list"]] == ["/gk/c0/"]
    assert "/sitemap.xml" not in asked


def test_frames_of_other_sites_are_not_looked_into() -> None:
    others = "".join(f'<iframe src="http://other.sample.invalid/{number}/"></iframe>' for number in range(MOST_FRAMES))
    pages: dict[str, Answer | str] = {"/": f"<html><body>{others}<iframe src='/gk/'></iframe></body></html>"}
    page, _ = served({**pages, "/gk/": MENU, "/gk/c0/": LIST})
    assert [column["url"] for column in page["columns"] if column["list"]] == ["/gk/c0/"]


# --- pages that scripts make ---


def test_columns_that_the_data_of_a_page_names(tmp_path: Path) -> None:
    data = [{"id": n, "name": name, "url": f"/gk/c{n}/", "children": []} for n, name in enumerate(NAMES)]
    data.append({"id": 9, "name": "首页", "url": "javascript:;", "children": []})
    data.append({"id": 8, "name": "政府采购", "url": "http://other.gov.cn/gk/", "children": []})
    page = saved(tmp_path, f"<div id=app></div><script>var menus = {json.dumps(data)};</script>")
    assert columns(page) == {name: f"{BASE}gk/c{n}/" for n, name in enumerate(NAMES)}
    few = saved(tmp_path, f"<div id=app></div><script>var menus = {json.dumps(data[:2])};</script>")
    assert few["columns"] == []


@pytest.mark.parametrize(("status", "found"), [(200, list(NAMES)), (404, [])])
def test_a_sitemap_leads_to_the_catalogue_of_a_page_without_links(status: int, found: list[str]) -> None:
    with_map: dict[str, Answer | str] = {
        "/": "<html><body><div id=app></div></body></html>",
        "/zwgk/zfxxgkml/": MENU,
        "/gk/c1/": LIST,
    }
    with Site(with_map) as site:
        place = (
            f"<urlset><url><loc>{site.url}xw/1.html</loc></url><url><loc>{site.url}zwgk/zfxxgkml/</loc></url></urlset>"
        )
        site.answers["/sitemap.xml"] = Answer(place, content_type="application/xml", status=status)
        done = run(site.url)
        page, asked = json.loads(done.stdout), list(site.requests)
    assert [column["title"] for column in page["columns"]] == found
    assert any("tried: its data" in doubt and "sitemap.xml" in doubt for doubt in page["doubts"])
    assert "/xw/1.html" not in asked


def test_what_a_way_to_the_catalogue_leads_to_is_looked_into_before_the_other_ways() -> None:
    ways = ("信息公开目录", "主动公开目录", "公开目录", "政府信息公开目录", "信息公开目录系统")
    page, _ = served(
        {
            "/": links(*((name, f"/{place}/") for place, name in enumerate(ways))),
            "/0/": links((ways[0], "/gk/")),
            "/gk/": MENU,
        }
    )
    assert [*columns(page)] == list(NAMES)


def test_the_places_known_of_a_family_are_tried_and_that_is_stated() -> None:
    tree = [
        {"id": 10, "name": "政务公开", "children": [{"id": 20 + n, "name": name} for n, name in enumerate(NAMES)]},
        {"id": 30, "name": "机构概况"},
    ]
    config = "<script>window._CONFIG = {{SITE: '/gkmlpt/', SID: '1'{}}};</script>"
    page, asked = served(
        {
            "/": config.format(""),
            "/gkmlpt/index": config.format(f", TREE: {json.dumps(tree)}"),
        }
    )
    assert columns(page) == {
        "政务公开": "/gkmlpt/index#10", "机构概况": "/gkmlpt/index#30",
        **{name: f"/gkmlpt/index#{20 + n}" for n, name in enumerate(NAMES)},
    }  # fmt: skip
    assert asked.index("/sitemap.xml") < asked.index("/gkmlpt/index")
    assert any(doubt.endswith("/gkmlpt/index") for doubt in page["doubts"])


# --- software by prefecture ---

TABLE = "province,prefecture,counties,most_frequent_shape,counties_with_it\n云南省,普洱市,10,vsb,9\n云南省,丽江市,5,epoint,5\n"
TABLE += "江苏省,南京市,9,vsb,9\n江苏省,徐州市,9,vsb,9\n"
OF_TWO = f'<head><title>{{}}</title></head><table><tr class="tr_main_value_odd"><td>样本</td></tr></table><div id="vsb_content">{LIST}</div>'


@pytest.mark.parametrize(
    ("site", "family"),
    [
        ("宁洱哈尼族彝族自治县人民政府", "vsb"),
        ("普洱市人民政府", "vsb"),
        ("样本县人民政府", "hanweb_xxgk"),
        ("宁蒗彝族自治县人民政府", "hanweb_xxgk"),
        ("鼓楼区人民政府", "hanweb_xxgk"),  # there are several
    ],
)
def test_the_software_of_the_prefecture_settles_which_of_two_families_it_is(
    tmp_path: Path, site: str, family: str
) -> None:
    (tmp_path / "software.csv").write_text(TABLE, encoding="utf-8")
    page = saved(tmp_path, OF_TWO.format(site), "--software", tmp_path / "software.csv")
    assert page["family"] == family
    assert ("9 of 10 known portals of 云南省普洱市 run vsb" in page["reason"]) == (family == "vsb")
    assert saved(tmp_path, OF_TWO.format(site))["family"] == "hanweb_xxgk"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("province,counties\n", "lacks the columns counties_with_it, most_frequent_shape, prefecture"),
        (TABLE + "云南省,昆明市\n", "line 6 is too short"),
        (TABLE + "云南省,昆明市,9,vsb\n", "line 6 is too short"),
    ],
)
def test_a_table_of_software_that_is_none(tmp_path: Path, table: str, message: str) -> None:
    path = tmp_path / "software.csv"
    path.write_text(table, encoding="utf-8")
    done = run(path, "--software", path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert run(path, "--software", tmp_path / "none.csv").exit_code == 2
