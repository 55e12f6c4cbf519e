"""A small archive to serve in tests. Every title and body in it is a sample, made up here."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from archive.database.connection import transaction
from archive.ingest.record_writer import Writer
from archive.ingest.store import Store
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import (
    AttachmentFile,
    Capture,
    CatalogOfPortal,
    LinkedFile,
    ListPage,
    MissingPage,
    Paging,
    PortalOfFile,
    RecordPage,
    Row,
)
from archive.model.records import OWN_PAGE

BUDGETS = "http://portal.example/budgets/"
HOUSING = "http://portal.example/housing/"
NOTICES = "http://checked.example/notices/"

PORTAL = PortalOfFile(
    id="yangli",
    name="样例县人民政府",
    division_code="640399",
    home="http://portal.example/",
    catalogs=(
        CatalogOfPortal("budget", "部门预算", BUDGETS),
        CatalogOfPortal("housing_expropriation", "棚户区改造", HOUSING),
    ),
)
CHECKED = PortalOfFile(
    id="checked",
    name="核对过的样例县",
    division_code="640398",
    home="http://checked.example/",
    catalogs=(CatalogOfPortal("notice", "通知公告", NOTICES),),
    checked_on="2026-11-01",
)

BODY = (
    "本文是样例，不是政府文本。"
    + "这一句只为占地方，" * 12
    + "到这里才说到老旧小区改造，后面还有一段话。"
    + "样例结尾。" * 20
)
HOSTILE_TITLE = '样例<script>alert("t")</script>公告"><img src=x onerror=alert(1)>'
HOSTILE_PUBLISHER = "样例<b onmouseover=alert(2)>局</b>"
HOSTILE_BODY = "样例正文<script>alert('b')</script><iframe src='http://evil.example/'></iframe>预警"
HOSTILE_URL = "javascript:alert('u')"

PUBLISHERS = ("样例县教育局", "样例县财政局", "样例县民政局")


def row(url: str, **fields: str) -> Row:
    """A row of a list that prints its fields under their Chinese names."""
    names = {
        "title": "名称",
        "publisher": "发布机构",
        "published_on": "发布日期",
        "index_number": "索引号",
        "document_number": "文号",
    }
    printed = {names[name]: value for name, value in fields.items() if name in names}
    return Row(fields, printed, key=url)


def budget_rows() -> tuple[Row, ...]:
    """Sixty budgets: more than a page."""
    return tuple(
        row(
            f"http://portal.example/budgets/{number}.html",
            title=f"样例：{PUBLISHERS[number % 3]}{2016 + number % 3}年部门预算公开（之{number}）",
            publisher=PUBLISHERS[number % 3],
            published_on=f"{2016 + number % 3}-0{1 + number % 9}-1{number % 10}",
            index_number=f"640399{number % 3:03}/{2016 + number % 3}-{50000 + number}",
        )
        for number in range(60)
    )


HOUSING_ROWS = (
    row(
        "http://portal.example/housing/1.html",
        title="样例：关于印发2017年棚户区改造工作方案的通知",
        publisher="样例县人民政府",
        published_on="2017-05-02",
        index_number="640324001/2017-61737",
        document_number="同政发〔2017〕92号",
    ),
    row(
        "http://portal.example/housing/2.html",
        title="样例：某棚户区土地征收公告",
        publisher="样例县人民政府",
        published_on="2018-05-02",
        index_number="640324001/2017-61737",
    ),
    row(
        "http://portal.example/housing/3.html",
        title="样例：搭建大棚补贴的预算说明...",
        publisher="样例县...",
        published_on="2018-06-01",
    ),
    row("row:样例：无链接的一行|样例县人民政府", title="样例：无链接的一行", publisher="样例县人民政府"),
)
HOSTILE_ROWS = (
    row(
        HOSTILE_URL,
        title=HOSTILE_TITLE,
        publisher=HOSTILE_PUBLISHER,
        published_on="2018-07-01",
        index_number="<i>1/2018-1</i>",
    ),
    row("http://checked.example/2.html", title="样例：日期在将来的公告", published_on="2071-01-01"),
)


def page(catalog: str, rows: tuple[Row, ...], path: str) -> ListPage:
    """The only page of a list."""
    return ListPage(rows, Paging(1, len(rows)), breadcrumb=(path,) if path else (), catalog_url=catalog, last=True)


def build(path: Path) -> Path:
    """Write the archive at `path`: two portals, one crawl each."""
    store = Store(path)
    store.begin(PORTAL, "full", "2026-11-20T01:00:00Z")
    store.write(
        [
            page(BUDGETS, budget_rows(), "首页 > 政府信息公开目录 > 部门预算"),
            page(HOUSING, HOUSING_ROWS, "首页 > 政府信息公开目录 > 棚户区改造"),
            RecordPage({"created_on": "2017-04-28"}, {"生成日期": "2017年4月28日"}, url=HOUSING_ROWS[0].key, body=BODY),
        ],
        "2026-11-20T01:02:03Z",
    )
    store.finish("complete", "2026-11-20T01:05:00Z")
    store.close()
    store = Store(path)
    store.begin(CHECKED, "full", "2026-11-21T01:00:00Z")
    store.write(
        [page(NOTICES, HOSTILE_ROWS, "通知公告"), RecordPage({}, {}, url=HOSTILE_URL, body=HOSTILE_BODY)],
        "2026-11-21T01:02:03Z",
    )
    store.finish("complete", "2026-11-21T01:05:00Z")
    store.close()
    return path


# --- a portal with a past ---

LIST = "http://past.example/notices/"
PAST = PortalOfFile(
    id="past",
    name="样例县（有变动）",
    division_code="640397",
    home="http://past.example/",
    catalogs=(CatalogOfPortal("notice", "样例公告", LIST),),
)
FIRST, SECOND, THIRD = "2026-11-20T01:00:00Z", "2026-11-21T01:00:00Z", "2026-11-22T01:00:00Z"
FILE = "http://past.example/files/1.xls"
LONG_BODY = "样例开头。" + "样例的一段话，" * 60 + "金额为一百元。" + "样例的又一段话，" * 60
MASKED = {"resident_id": 3, "phone": 1}
LONG_BODY_NOW = LONG_BODY.replace("一百元", "九百元")


def past_url(number: int) -> str:
    """The address of one of this portal's records."""
    return f"http://past.example/notices/{number}.html"


def past_row(number: int, **fields: str) -> Row:
    """A row of its list."""
    stated = {
        "title": f"样例公告之{number}",
        "publisher": "样例县民政局",
        "index_number": f"640397001/2026-{number:05}",
    }
    return row(past_url(number), **{**stated, **fields})


def captured(number: int, url: str, outcome: str = "page", status: int = 200) -> Capture:
    """An answer as sealed; its digest says its number."""
    return Capture(number, url, f"2026-11-20T01:00:{number:02}Z", status, outcome, f"{number:064x}", 5000, None, None)


def past_page(number: int, capture: int, body: str = "样例正文。", **more: Any) -> RecordPage:
    """A record's own page."""
    return RecordPage({}, {}, url=past_url(number), body=body, capture=capture, **more)


def past_list(rows: Iterable[Row], capture: int, *, second_pass: bool = False) -> ListPage:
    """The only page of its list."""
    return ListPage(tuple(rows), Paging(1), catalog_url=LIST, last=True, second_pass=second_pass, capture=capture)


def past_file(digest: str, capture: int) -> AttachmentFile:
    """The file of record 1."""
    return AttachmentFile(
        past_url(1), "样例名单.xls", FILE, digest * 64, 40960, "application/vnd.ms-excel", f"样例名单的文字，第 {digest} 份", "text",
        redacted={"phone": 2}, capture=capture,
    )  # fmt: skip


def build_past(path: Path) -> Path:
    """Write the archive at `path`: three crawls in which record 1 changes, 2 is withdrawn, 3 unlisted, 4 moved to 40,
    5 withdrawn and seen again, and 6 is read again by a newer parser.
    """
    files = (LinkedFile("样例名单.xls", FILE), LinkedFile("别处.zip", "http://other.example/1.zip"))
    _first_crawl(path, files)
    _second_crawl(path, files)
    _third_crawl(path)
    _read_again(path)
    return path


def _first_crawl(path: Path, files: tuple[LinkedFile, ...]) -> None:
    store = Store(path)
    store.begin(PAST, "full", FIRST)
    pages = [
        past_page(1, 2, LONG_BODY, attachments=files, redacted=MASKED),
        past_page(4, 5, "样例：移动的正文。"),
        *(past_page(number, number + 1) for number in (2, 3, 5, 6)),
    ]
    captures = [
        captured(1, LIST),
        *(captured(number + 1, past_url(number)) for number in range(1, 7)),
        captured(8, FILE),
    ]
    rows = [past_row(number) for number in range(1, 7)]
    store.write([past_list(rows, 1), *pages, past_file("a", 8)], FIRST, captures)
    store.finish("finished", FIRST)
    store.close()


def _second_crawl(path: Path, files: tuple[LinkedFile, ...]) -> None:
    store = Store(path)
    store.begin(PAST, "full", SECOND)
    rows = [
        past_row(1, title=HOSTILE_TITLE),
        past_row(40, title="样例公告之4", index_number="640397001/2026-00004"),
        past_row(6),
    ]
    pages = [
        past_page(1, 12, LONG_BODY_NOW, attachments=files, redacted=MASKED),
        past_page(40, 13, "样例：移动的正文。"),
    ]
    captures = [captured(11, LIST), captured(12, past_url(1)), captured(13, past_url(40))]
    store.write([past_list(rows, 11), *pages], SECOND, captures)
    gone = "the portal answered 404: no such page"
    asked = [
        MissingPage(record.url, "page" if record.url == past_url(3) else "gone", "a page" if record.url == past_url(3) else gone, place)
        for place, record in enumerate(store.missing(SECOND), start=14)
        if record.url
    ]  # fmt: skip
    captures = [
        captured(said.capture or 0, said.url, said.outcome, 200 if said.outcome == "page" else 404) for said in asked
    ]
    store.write(asked, SECOND, captures)
    assert store.to_walk_again() == {LIST}
    store.write([past_list(rows, 18, second_pass=True)], SECOND, [captured(18, LIST)])
    store.finish("finished", SECOND)
    store.close()


def _third_crawl(path: Path) -> None:
    store = Store(path)
    store.begin(PAST, "update", THIRD)
    rows = [
        past_row(1, title=HOSTILE_TITLE),
        past_row(40, title="样例公告之4", index_number="640397001/2026-00004"),
        past_row(5),
        past_row(6),
    ]
    store.write([past_list(rows, 21), past_file("b", 22)], THIRD, [captured(21, LIST), captured(22, FILE)])
    store.finish("finished", THIRD)
    store.close()


def _read_again(path: Path) -> None:
    connection = open_up_to_date(path)
    connection.row_factory = sqlite3.Row
    with closing(connection), transaction(connection):
        writer = Writer(connection, PAST.id, 3, {1: "notice"}, cause="parser")
        known = writer.find(past_url(6))
        assert known
        parsed = RecordPage({"responsible_department": "样例县救助站"}, {"责任部门": "样例县救助站"}, body="样例正文。")
        writer.take(known.id, OWN_PAGE, parsed, 7, THIRD)
