"""A small archive to serve in tests. Every title and body in it is a sample, made up here."""

from pathlib import Path

from archive.observations import CatalogOfPortal, ListedRow, ListPageSeen, PortalOfFile, RecordPageSeen
from archive.records import Reading
from archive.store import Store

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


def row(url: str, **fields: str) -> ListedRow:
    """A row of a list that prints its fields under their Chinese names."""
    names = {
        "title": "名称",
        "publisher": "发布机构",
        "published_on": "发布日期",
        "index_number": "索引号",
        "document_number": "文号",
    }
    printed = {names[name]: value for name, value in fields.items() if name in names}
    return ListedRow(url, Reading(fields, printed))


def budget_rows() -> tuple[ListedRow, ...]:
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


def page(catalog: str, rows: tuple[ListedRow, ...], path: str) -> ListPageSeen:
    """The only page of a list."""
    return ListPageSeen(catalog, rows, 1, len(rows), path, last=True)


def build(path: Path) -> Path:
    """Write the archive at `path`: two portals, one crawl each."""
    store = Store(path)
    store.begin(PORTAL, "full", "2026-11-20T01:00:00Z")
    store.write(
        [
            page(BUDGETS, budget_rows(), "首页 > 政府信息公开目录 > 部门预算"),
            page(HOUSING, HOUSING_ROWS, "首页 > 政府信息公开目录 > 棚户区改造"),
            RecordPageSeen(
                HOUSING_ROWS[0].url, Reading({"created_on": "2017-04-28"}, {"生成日期": "2017年4月28日"}), BODY
            ),
        ],
        "2026-11-20T01:02:03Z",
    )
    store.finish("complete", "2026-11-20T01:05:00Z")
    store.close()
    store = Store(path)
    store.begin(CHECKED, "full", "2026-11-21T01:00:00Z")
    store.write(
        [page(NOTICES, HOSTILE_ROWS, "通知公告"), RecordPageSeen(HOSTILE_URL, Reading({}, {}), HOSTILE_BODY)],
        "2026-11-21T01:02:03Z",
    )
    store.finish("complete", "2026-11-21T01:05:00Z")
    store.close()
    return path
