"""Lists that a portal's service gives as data, those that scripts write, and ways to the next page in attributes; all texts are samples."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.model.observations import ListPage, Paging
from crawler.families import plain
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.conftest import Site, SiteRequest, crawl, portal_file, rows

HOST = "http://www.sample.gov.cn"
URL = f"{HOST}/zwgk/tzgg/list.html"
DAYS = ("2023-11-20", "2023-11-17", "2023-11-09")
TITLES = tuple(f"样本县关于第{number}项样本工作的通知" for number in (1, 2, 3))
TRAIL = "<div>当前位置：<a href=/>首页</a> &gt; <a href=/zwgk/>公开</a> &gt; 公告</div>"

Records = list[dict[str, Any]]


def records(title: str = "title", url: str = "url", day: str = "publishTime") -> Records:
    return [
        {title: each, url: f"/t/{at}.html", day: date} for at, (each, date) in enumerate(zip(TITLES, DAYS, strict=True))
    ]


def read(text: object, url: str = URL) -> ListPage:
    return plain.read(Answer(url, text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)))


def seen(page: ListPage) -> list[tuple[str | None, ...]]:
    return [(row.fields.get("title"), row.fields.get("published_on"), row.url) for row in page.rows]


WHOLE = [(title, day, f"{HOST}/t/{at}.html") for at, (title, day) in enumerate(zip(TITLES, DAYS, strict=True))]


@pytest.mark.parametrize(
    "data",
    [
        records(),
        {"code": 200, "data": {"total": 87, "list": records("articleTitle", "linkUrl", "pubDate")}},
        {"rows": records("TITLE", "URL", "PUB_DATE"), "total": "87"},
        {"data": {"page": {"allRow": 87, "list": records("TITLE", "URL_COMP", "PUBLISHED_TIME_FORMATED")}}},
        {"returnCode": "0", "data": json.dumps({"items": records("infoTitle", "detailUrl", "infoTime")})},
        {"data": {"items": [record | {"publishTime": 1_700_438_400_000 - 86_400_000 * (0, 3, 11)[at]} for at, record in enumerate(records())]}},
        f"callback({json.dumps({'result': {'records': records()}})});",
    ],
)  # fmt: skip
def test_records_in_any_envelope(data: object) -> None:
    assert seen(read(data)) == WHOLE


@pytest.mark.parametrize(
    "data",
    [
        {"top": records()[:1], "list": records()},  # which of them?
        {"menu": [{"title": "公开", "url": "/gk/"}, {"title": "服务", "url": "/fw/"}]},
        {"data": {"list": [{"id": 1, "day": DAYS[0]}]}},
        {"menu": [*records()[:1], {"title": "公开", "url": "/gk/"}, {"title": "服务", "url": "/fw/"}]},
        {"list": [*records()[:2], {"title": "公开", "url": "/gk/"}, {"title": "服务", "url": "/fw/"}]},  # half
        {"data": None},
        [],
        "[样本]",
    ],
)
def test_data_that_is_no_list(data: object) -> None:
    assert read(data).rows == ()


def test_a_record_without_an_address_or_a_day_stays_a_row() -> None:
    bare = [*records(), {"title": "样本县关于别的样本的通知"}]
    assert seen(read({"list": bare})) == [*WHOLE, ("样本县关于别的样本的通知", None, None)]


def test_of_keys_of_one_field_the_surest_counts() -> None:
    both = [
        {"source": "样本县样本局", "publishTime": "2020-01-01", "publishDate": day, "fbjg": "样本县教育局", **record}
        for day, record in zip(DAYS, records(day="id"), strict=True)
    ]
    page = read({"list": both})
    assert seen(page) == WHOLE
    assert {row.fields["publisher"] for row in page.rows} == {"样本县教育局"}


@pytest.mark.parametrize("day", ["openTime", "display_date"])
def test_keys_of_the_day_that_a_record_was_opened_or_shown_and_of_who_sent_it(day: str) -> None:
    stated = {"writeTime": "2023-11-01", "dispatch_agency": "样本县教育局"}
    page = read({"list": [stated | record for record in records(day=day)]})
    assert seen(page) == WHOLE
    assert {(row.fields["created_on"], row.fields["publisher"]) for row in page.rows} == {
        ("2023-11-01", "样本县教育局")
    }


def test_rows_in_the_markup_of_a_service() -> None:
    items = "".join(f'<li><a href="{url}">{title}</a><span>{day}</span></li>' for title, day, url in WHOLE)
    assert seen(read({"code": 0, "data": {"html": f"<ul>{items}</ul>"}})) == WHOLE


@pytest.mark.parametrize(
    ("url", "around", "paging"),
    [
        ("/api/list?page=2&limit=3", {"count": 10}, Paging(4, 10, f"{HOST}/api/list?page=3&limit=3")),
        ("/api/list?page=4&limit=3", {"count": 12}, Paging(4, 12)),
        ("/api/list?page=2&prepage=5", {"allRow": 20}, Paging(4, 20, f"{HOST}/api/list?page=3&prepage=5")),
        ("/api/list?pageNo=1", {"total": 10}, Paging(4, 10, f"{HOST}/api/list?pageNo=2")),
        ("/api/list?page=0&size=3", {"total": 6}, Paging(2, 6, f"{HOST}/api/list?page=1&size=3")),
        (
            "/api/list?page=1&size=3",
            {"totalElements": 9, "totalPages": 3},
            Paging(3, 9, f"{HOST}/api/list?page=2&size=3"),
        ),
        ("/api/list?page=2&size=3", {"totalElements": 9, "totalPages": 3}, Paging(3, 9)),
        ("/api/list?id=7", {"total": 10}, Paging(4, 10)),
        ("/api/list?page=1&p=2", {"total": 10}, Paging(4, 10)),  # which of them?
        ("/api/list?page=1", {}, Paging()),
    ],
)
def test_the_next_page_of_a_service(url: str, around: dict[str, int], paging: Paging) -> None:
    assert read({"list": records(), **around}, HOST + url).paging == paging


# --- lists that scripts write ---


def each(form: str) -> str:
    return "".join(
        form.format(title, day, f"/t/{at}.html") for at, (title, day) in enumerate(zip(TITLES, DAYS, strict=True))
    )


@pytest.mark.parametrize(
    "html",
    [
        "<ul><script>" + each("document.write('<li><a href=\"{2}\">{0}</a><span>{1}</span></li>');\n") + "</script></ul>",
        "<script>" + each('document.writeln("<tr><td><a href=\'{2}\'>{0}</a></td><td>{1}</td></tr>");') + "</script>",
        "<script>var list=\"<ul>" + each("<li><a href='{2}'>{0}</a><span>{1}</span></li>") + '</ul>";$("#l").html(list)</script>',
        "<script>var rows=new Array();" + each("rows.push({{title:'{0}',url:'{2}',date:'{1}'}});\n") + "</script>",
        "<script>var rows=[];" + each("rows[0]={{title:'{0}',url:'{2}',date:'{1}'}};\n") + "</script>",
        "<ul>" + each("<li data-url='{2}'><span>{0}</span><time>{1}</time></li>") + "</ul>",
        "<div>" + each("<p class=row data-link='{2}'><em>{0}</em><i>{1}</i></p>") + "</div>",
        "<ul>" + each("<li><a data-href='{2}' href='#'>{0}</a><i>{1}</i></li>") + "</ul>",
        "<ul>" + each("<li><a href='{2}' title='文章标题：{0}&#13;&#10;作    者：样本甲&#13;&#10;更新时间：{1} 10:00'>样本县关于第…</a></li>") + "</ul>",
    ],
)  # fmt: skip
def test_rows_that_scripts_write_or_attributes_tell(html: str) -> None:
    assert seen(read(f"<html><body>{TRAIL}{html}</body></html>")) == WHOLE


@pytest.mark.parametrize(
    "day",
    [
        "<div><span>{d}</span>/<span>{y}.{m}</span></div>",
        "<i>{m}/{d}</i><u>{y}</u>",
        "<p><b>{d}</b></p><p>{y}-{m}</p>",
    ],
)
def test_a_day_in_two_elements(day: str) -> None:
    items = ""
    for title, date, url in WHOLE:
        year, month, of_month = date.split("-")
        first, *others = day.format(y=year, m=month, d=of_month).rpartition("<u>")
        items += f"<li>{first or ''.join(others)}<a href={url}>{title}</a>{''.join(others) if first else ''}</li>"
    assert seen(read(f"{TRAIL}<ul>{items}</ul>")) == WHOLE


@pytest.mark.parametrize(
    "html",
    [
        "<h3>2023年度</h3><ul>" + each("<li>[{1}] <a href='{2}'>{0}</a></li>").replace("2023-", "") + "</ul>",
        "<ul>" + each("<li><a href='{2}'>{0}</a><time datetime={1}>{1}</time></li>").replace(">2023-", ">") + "</ul>",
    ],
)
def test_days_whose_year_stands_elsewhere(html: str) -> None:
    assert seen(read(TRAIL + html)) == WHOLE


def test_another_day_than_the_one_for_machines_stays_as_printed() -> None:
    html = (
        "<ul>"
        + each("<li><a href='{2}'>{0}</a><time datetime=2020-01-01>{1}</time></li>").replace(">2023-", ">")
        + "</ul>"
    )
    assert [row.fields.get("published_on") for row in read(TRAIL + html).rows] == [None] * len(WHOLE)


def test_a_title_of_two_lines_that_names_no_labels_stays_one() -> None:
    html = "<ul>" + each("<li><a href='{2}' title='{0}\n时间：下午'>{0}</a><i>{1}</i></li>") + "</ul>"
    assert seen(read(TRAIL + html)) == WHOLE


def test_what_scripts_write_is_left_where_the_page_shows_rows() -> None:
    shown = "<ul>" + each("<li><a href='{2}'>{0}</a><span>{1}</span></li>") + "</ul>"
    written = (
        "<script>" + each("document.write('<li><a href=\"/x{2}\">别的{0}</a><span>{1}</span></li>');") + "</script>"
    )
    assert seen(read(TRAIL + shown + written)) == WHOLE


# --- pagers ---

SHOWN = "<ul>" + each("<li><a href='{2}'>{0}</a><span>{1}</span></li>") + "</ul>"


@pytest.mark.parametrize(
    ("pager", "following"),
    [
        ("<a data-href=list_2.html>下一页</a>", "list_2.html"),
        ("<a href=list_2.html>加载更多</a>", "list_2.html"),
        ("<button data-url=list_2.html>点击加载更多</button>", "list_2.html"),
        ("<a href='?page=2'>加载更多</a>", "list.html?page=2"),
        ("<a href=/fw/list.html>加载更多</a>", None),
        ("<a href=other.html>加载更多</a>", None),
        ("<a href=list_2.html>查看更多</a>", None),
    ],
)
def test_links_that_load_more(pager: str, following: str | None) -> None:
    page = read(TRAIL + SHOWN + f"<div>{pager}</div>")
    assert page.paging.next_url == (following and f"{HOST}/zwgk/tzgg/{following}")


@pytest.mark.parametrize(("name", "claimed"), [("el-pagination", 87), ("pages", 87), ("stage", None)])
def test_rows_that_a_pager_without_a_word_counts(name: str, claimed: int | None) -> None:
    pager = f'<div class="{name}"><span>共 87 条</span><ul><li>1</li><li>2</li></ul></div>'
    assert read(TRAIL + SHOWN + pager).paging.rows_claimed == claimed


# --- a crawl ---


def pages() -> Iterator[tuple[str, Served | str | Callable[[SiteRequest], Served]]]:
    """A service of three pages of two records, and two lists of three pages."""
    text = "<html><title>样本</title><div id=zoom><p>样本正文，为测试而写，并非政府文件，请勿引用。</p></div></html>"

    def service(request: SiteRequest) -> Served:
        page = int(request.query["pageNo"])
        found = [
            {"title": f"样本数据{page}之{at}", "url": f"/s/{page}{at}.html", "publishTime": DAYS[0]} for at in (1, 2)
        ]
        return Served(json.dumps({"data": {"total": 6, "list": found}}), "application/json; charset=utf-8")

    yield "/api/list", service
    for name, form in (("more", "<a href={}>加载更多</a>"), ("held", "<a data-href={}>下一页</a>")):
        for page in (1, 2, 3):
            items = "".join(
                f"<li><a href=/{name}/{page}{at}.html>样本{page}之{at}号通知</a><i>{DAYS[0]}</i></li>" for at in (1, 2)
            )
            pager = form.format(f"list_{page + 1}.html") if page < 3 else ""
            yield f"/{name}/list{f'_{page}' if page > 1 else ''}.html", f"{TRAIL}<ul>{items}</ul>{pager}"
    for folder in ("s", "more", "held"):
        yield from ((f"/{folder}/{page}{at}.html", text) for page in (1, 2, 3) for at in (1, 2))


@pytest.mark.crawl
def test_a_crawl_walks_services_and_lists_that_load_more_to_their_ends(tmp_path: Path) -> None:
    with Site(dict(pages())) as site:
        catalogs = [
            ("notice", "数据", "/api/list?pageNo=1"),
            ("plan", "更多", "/more/list.html"),
            ("other", "翻页", "/held/list.html"),
        ]
        portal = portal_file(tmp_path, site.url, *catalogs)
        assert crawl(portal, tmp_path / "a.db").returncode == 0
    ledger = rows(
        tmp_path / "a.db", "SELECT pages_read, rows_read, rows_claimed, complete FROM ledger ORDER BY catalog_id"
    )
    assert [tuple(line.values()) for line in ledger] == [(3, 6, 6, 1), (3, 6, None, 1), (3, 6, None, 1)]
