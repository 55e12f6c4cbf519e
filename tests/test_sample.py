"""The sample portal: true to the transcription, changing only as its days say, and a proper HTTP server."""

import csv
import http.client
import json
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

import lxml.html
import pytest

from archive.attachments.extraction import extract
from crawler.sample.portal_server import SampleServer
from crawler.sample.site import CATALOGS, DEFAULT_URL, SamplePage, build, portal_toml, rows

REPORT = Path(__file__).parent / "report_2017"
TABLES = {
    "yqhy": "t1_hot_topic_responses.csv",
    "zcjd": "t2_policy_interpretation.csv",
    "zfbz/phqgz": "t3_shantytown_resettlement.csv",
    "ghjh/fzgh": "t4_development_plans.csv",
    "czzj/bmys": "t5_department_budgets.csv",
    "yajyta": "t6_proposals.csv",
}
YQHY, FZGH, BMYS, PHQGZ = (f"/xxgk/zfxxgkml/{slug}/" for slug in ("yqhy", "ghjh/fzgh", "czzj/bmys", "zfbz/phqgz"))
EDITED = YQHY + "201711/t20171121_61705.html"
WITHDRAWN = BMYS + "201801/t20180130_43715.html"
UNLISTED = PHQGZ + "201709/t20170927_44445.html"
BACK_DATED = FZGH + "201702/t20170214_58744.html"
Cells = tuple[str, str, str, str]


def report(name: str) -> list[dict[str, str]]:
    with (REPORT / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def printed(row: dict[str, str]) -> Cells:
    return (row["index_no_raw"], row["title_raw"], row["publisher_raw"], row["publish_date_raw"])


@cache
def site(day: int) -> dict[str, SamplePage]:
    """Built once a day here, since most tests ask again and again."""
    return build(day)


def tree(day: int, path: str) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(site(day)[path].body.decode())


def list_pages(slug: str, day: int) -> list[str]:
    catalog = next(c for c in CATALOGS if c.slug == slug)
    return [path for path in site(day) if path == catalog.url or path.startswith(catalog.folder + "list_")]


def shown(slug: str, day: int) -> list[Cells]:
    """The four cells of every row of a catalogue's list pages, without the heading rows."""
    found = []
    for path in list_pages(slug, day):
        for wrap in tree(day, path).xpath('//div[@class="xxgk_wrap"]'):
            cells = [cell.text_content() for cell in wrap.xpath("./ul/li")]
            assert len(cells) == 4
            found.append(tuple(cells))
    return found


def body(path: str, day: int = 1) -> str:
    return str(tree(day, path).xpath('string(//div[@class="zz-xl-ct"])'))


def test_same_day_same_bytes() -> None:
    assert build(2) == build(2)
    assert build(3) == build(2)
    assert build(99) == build(4)
    with pytest.raises(ValueError, match="day 1"):
        build(0)


@pytest.mark.parametrize(("slug", "table"), TABLES.items())
def test_lists_show_the_transcription(slug: str, table: str) -> None:
    """All clean and partial rows as printed, in order; of the doubtful ones those the sample keeps."""
    lines = report(table)
    expected = [printed(row) for row in lines if row["row_status"] in {"clean", "partial"}]
    if slug in {"zcjd", "czzj/bmys"}:
        expected += [printed(row) for row in lines if row["row_status"] == "ocr_suspect"]
    elif slug == "yajyta":
        expected = [printed(lines[0])]
    elif slug == "zfbz/phqgz":
        expected.remove(printed(lines[1]))  # off the list since day 2
        expected += [(r["index_no_raw"], "", r["publisher_raw"], r["publish_date_raw"]) for r in lines[16:18]]
    assert shown(slug, 4) == expected


def test_titles_are_never_invented() -> None:
    known = {row["title_raw"] for table in TABLES.values() for row in report(table)}
    known |= {row["title"] for row in report("l1_work_systems.csv")}
    known |= {
        r["value"]
        for t in ("d1_detail_page.csv", "d2_supervision_notice.csv")
        for r in report(t)
        if r["field_en"] == "title"
    }
    recovered = {row["title_recovered"] for table in TABLES.values() for row in report(table)}
    ours = [row for row in rows() if row.title not in known]
    assert [row.catalog for row in ours] == ["xxgknb", *["czzj/ybys"] * 3]
    assert "not in the transcription" in ours[0].note
    assert all("样本" in row.title and "no such unit" in row.note for row in ours[1:])
    assert {row.full_title for row in rows()} <= recovered
    assert all(row.full_title.startswith(row.title.removesuffix("...")) for row in rows() if row.full_title)


def test_doubtful_numbers_are_marked() -> None:
    doubtful = {
        f"{row['table_id']} row {row['row_no']}"
        for table in TABLES.values()
        for row in report(table)
        if row["row_status"] == "ocr_suspect"
    }
    for row in rows():
        assert row.index_number_doubtful == (row.source.partition(",")[0] in doubtful)


def test_cut_titles_are_whole_in_attribute_and_hover_box() -> None:
    wrap = tree(1, "/xxgk/zfxxgkml/zcjd/list_1.html").xpath('//div[@class="xxgk_wrap"]')[0]
    full = "关于进一步引导和鼓励高校毕业生到基层工作的实施意见政策解读"
    assert wrap.xpath("string(./ul/li/a/@title)") == full
    assert [p.text_content() for p in wrap.xpath('./div[@class="hover_box"]/p')] == [
        "索 引 号：640324011/2017-42685",
        f"名　　称：{full}",
        "文　　号：",
        "公开时限：长期公开",
        "生成日期：2017-10-26",
        "责任部门：同心县人力资源和社会保障局",
    ]


def test_every_list_row_leads_to_its_page_and_every_page_to_its_list() -> None:
    for day in range(1, 6):
        pages = site(day)
        linked = set()
        for catalog in CATALOGS:
            for path in [p for p in pages if p == catalog.url or p.startswith(catalog.folder + "list_")]:
                links = tree(day, path).xpath('//div[@class="xxgk_wrap"]/ul//a/@href | //ul[@class="news"]//a/@href')
                assert all(link.startswith("./") for link in links)
                linked |= {urljoin(path, link) for link in links}
        details = {path for path in pages if "/t20" in path}
        assert details - linked == (set() if day == 1 else {UNLISTED})
        assert linked <= details
    assert len({site(1)[path].body for path in details if path in site(1)}) == len(details & site(1).keys())


def test_lists_page_both_ways() -> None:
    for slug, count, by_script in (
        ("yqhy", 3, False),
        ("czzj/bmys", 3, False),
        ("zcjd", 2, True),
        ("zfbz/phqgz", 3, True),
        ("gzzd", 2, True),
    ):
        paths = list_pages(slug, 1)
        assert len(paths) == count
        for number, path in enumerate(paths):
            pager = tree(1, path).xpath('//div[@class="page"]')[0]
            script = f'\ncreatePageHTML({count}, {number}, "list", "html");'
            assert (script in pager.text_content()) == by_script
            targets = {urljoin(path, href) for href in pager.xpath(".//a/@href")}
            assert targets <= set(paths)
            assert bool(targets) != by_script
            assert by_script or f"共{count}页" in pager.text_content()


def test_page_of_the_executive_reform_plan() -> None:
    fields = {row["field_en"]: row["value"] for row in report("d1_detail_page.csv")}
    page = tree(1, "/xxgk/zfxxgkml/fzzfjs/qt/201804/t20180402_39146.html")
    assert page.xpath("string(//h1)") == fields["title"]
    assert "".join(page.xpath('//div[@class="place"]//text()')) == f"当前位置: {fields['breadcrumb']}"
    assert [cell.text_content() for cell in page.xpath('//table[@class="xxgk_table"]//td')] == [
        f"索 引 号：{fields['index_no']}",
        f"文　　号：{fields['document_no']}",
        "生成日期：",
        f"公开方式：{fields['disclosure_mode']}",
        f"发布机构：{fields['publishing_agency']}",
        "责任部门：",
    ]
    first, remark = page.xpath('//div[@class="TRS_Editor"]/p/text()')
    assert first == fields["body"]
    assert "只印出本件正文第一段" in remark


def test_page_of_the_supervision_notice() -> None:
    fields = {row["field_en"]: row["value"] for row in report("d2_supervision_notice.csv")}
    page = tree(1, "/xwzx/tzgg/201708/t20170817_900010.html")
    assert page.xpath("string(//h1)") == fields["title"]
    assert page.xpath('//div[@class="info"]/span/text()') == [
        "发布日期：2017-08-17",
        "来源：",
        "作者：政务公开办",
    ]
    texts = [fields[name] for name in ("addressee", "body", "item_1", "item_2", "item_3", "item_4", "item_5")]
    assert page.xpath('//div[@class="TRS_Editor"]/p/text()') == texts
    assert "索引号" not in "".join(page.xpath('string(//div[@class="main"])').split())


def test_annual_report_holds_the_statistics_table() -> None:
    page = tree(1, "/xxgk/zfxxgkml/xxgknb/201804/t20180402_900009.html")
    table = [[cell.text_content() for cell in row] for row in page.xpath('//div[@class="TRS_Editor"]//tr')]
    lines = [[row["label"], row["unit"], row["value_raw"]] for row in report("s1_statistics_2017.csv")]
    assert table == [["统计指标", "单位", "统计数"], *lines]


def test_files_of_the_made_unit_are_linked_from_its_pages_and_say_that_they_are_samples() -> None:
    linked = set()
    for row in rows():
        if row.catalog == "czzj/ybys":
            (link,) = tree(1, row.path).xpath('//div[@class="TRS_Editor"]//a')
            assert "样本" in link.text_content()
            linked.add(urljoin(row.path, link.get("href")))
    files = {path: page for path, page in site(1).items() if page.content_type.startswith("application/")}
    assert files.keys() == linked
    for path, page in files.items():
        assert "样本局" in (extract(page.body, path).text or "")


def test_breadcrumbs_as_the_report_prints_them() -> None:
    for path, line in ((YQHY + "list.html", "88"), (FZGH + "list.html", "228")):
        raw = next(row["breadcrumb_raw"] for row in report("breadcrumbs.csv") if row["source_line"] == line)
        found = "".join(tree(1, path).xpath('//div[@class="place"]//text()'))
        assert found.replace(" ", "") == raw.replace(" ", "")


def test_written_bodies_say_that_they_are_samples() -> None:
    for row in rows():
        if row.path and row.catalog != "tzgg":
            day = max(row.from_day, 1)
            assert "样本" in body(row.path, day)
    for page in site(1).values():
        assert not page.content_type.startswith("text/html") or "不是政府网站" in page.body.decode()


def test_day_two_changes_what_it_names_and_nothing_else() -> None:
    one, two = site(1), site(2)
    lists = {path for slug in ("zfbz/phqgz", "ghjh/fzgh") for path in list_pages(slug, 1)}
    changed = {path for path in one.keys() | two.keys() if one.get(path) != two.get(path)}
    assert changed == {EDITED, WITHDRAWN, BACK_DATED, BMYS + "list_2.html", *lists}
    assert one.keys() - two.keys() == {WITHDRAWN}
    assert two.keys() - one.keys() == {BACK_DATED}
    assert two[EDITED].modified > one[EDITED].modified
    assert body(EDITED, 2).startswith(body(EDITED, 1).rstrip())
    assert "样本修订" in body(EDITED, 2)
    for slug, lost, gained in (
        ("czzj/bmys", "宁夏吴忠地区同心县第五小学2018年部门预算", None),
        ("zfbz/phqgz", "关于全县棚户区改造工作情况的审议意见", None),
        ("ghjh/fzgh", None, "同心县十三五期间民族团结进步创建深化行动实施方案"),
    ):
        before, after = ({cells[1] for cells in shown(slug, day)} for day in (1, 2))
        assert before - after == ({lost} if lost else set())
        assert after - before == ({gained} if gained else set())


def test_day_four_brings_the_withdrawn_budget_back() -> None:
    one, three, four = site(1), site(3), site(4)
    changed = {path for path in three.keys() | four.keys() if three.get(path) != four.get(path)}
    assert changed == {WITHDRAWN, BMYS + "list_2.html"}
    assert four[WITHDRAWN] == one[WITHDRAWN]
    assert shown("czzj/bmys", 4) == shown("czzj/bmys", 1)


def test_portal_file_names_every_catalogue() -> None:
    text = portal_toml("http://127.0.0.1:9/")
    assert DEFAULT_URL not in text
    portal = tomllib.loads(text)
    assert (portal["id"], portal["division_code"], portal["home"]) == (
        "sample",
        "640324",
        "http://127.0.0.1:9/",
    )
    assert [(c["title"], c["url"]) for c in portal["catalogs"]] == [(c.title, c.url) for c in CATALOGS]


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer() as running:
        yield running


def ask(server: SampleServer, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


def test_pages_over_http(server: SampleServer) -> None:
    response, content = ask(server, "/?from=test")
    assert response.status == 200
    assert content == site(1)["/"].body
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Last-Modified"] == "Mon, 02 Apr 2018 01:00:00 GMT"
    head, nothing = ask(server, "/", "HEAD")
    assert (head.status, nothing) == (200, b"")
    assert head.headers["Content-Length"] == str(len(content))
    assert head.headers["ETag"] == response.headers["ETag"]
    robots, text = ask(server, "/robots.txt")
    assert text == b"User-agent: *\nDisallow: /search/\n"
    assert robots.headers["Content-Type"].startswith("text/plain")
    assert list(server.requests) == [
        ("GET", "/?from=test", 200),
        ("HEAD", "/", 200),
        ("GET", "/robots.txt", 200),
    ]


def test_conditional_requests(server: SampleServer) -> None:
    first, content = ask(server, EDITED)
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    assert etag.startswith('"')
    for headers, status in (
        ({"If_None_Match": etag}, 304),
        ({"If_None_Match": f'"x", W/{etag}'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"x"', "If_Modified_Since": modified}, 200),
        ({"If_Modified_Since": modified}, 304),
        ({"If_Modified_Since": "Sun, 01 Apr 2018 00:00:00 GMT"}, 200),
        ({"If_Modified_Since": "yesterday"}, 200),
    ):
        response, again = ask(server, EDITED, **headers)
        assert response.status == status, headers
        assert again == (b"" if status == 304 else content)
        assert response.headers["ETag"] == etag
    server.set_day(2)
    response, after = ask(server, EDITED, If_None_Match=etag, If_Modified_Since=modified)
    assert response.status == 200
    assert after != content
    assert response.headers["Last-Modified"] == "Tue, 03 Apr 2018 01:00:00 GMT"


def test_a_page_that_is_not_there_is_gone_and_an_unlisted_one_stands(server: SampleServer) -> None:
    response, content = ask(server, "/nothing/here.html", If_None_Match="*")
    assert response.status == 404
    assert "页面不存在" in content.decode()
    assert "ETag" not in response.headers
    server.set_day(2)
    assert ask(server, WITHDRAWN)[0].status == 404
    assert ask(server, UNLISTED)[0].status == 200
    server.set_day(4)
    assert ask(server, WITHDRAWN)[0].status == 200


def test_connections_are_kept_alive_and_closed_on_stop() -> None:
    server = SampleServer()
    server.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for path in ("/", "/nothing", "/xwzx/tzgg/"):
        connection.request("GET", path)
        connection.getresponse().read()
        assert connection.sock is not None
    held = connection.sock
    server.stop()
    assert held.recv(1) == b""
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        ask(server, "/")


def test_port_in_use_is_an_os_error(server: SampleServer) -> None:
    with pytest.raises(OSError, match="in use"):
        SampleServer(port=server.port)


def test_printed_texts_are_the_transcription() -> None:
    """The data file repeats the report's texts word for word."""
    loaded = json.loads((Path(__file__).parents[1] / "crawler/sample/printed.json").read_text(encoding="utf-8"))
    values = {r["value"] for t in ("d1_detail_page.csv", "d2_supervision_notice.csv") for r in report(t)}
    assert {text for entry in loaded.values() for text in entry["body"]} <= values
