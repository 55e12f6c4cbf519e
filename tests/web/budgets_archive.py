"""A county with budgets of several units and years. Every title and amount in it is a sample, made up here.

The education office has budgets of 2024 to 2026 and accounts of 2024, with a file that was replaced; the water office none
of 2025, and a slip in 2026; of the finance office a title announces what no table shows.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from archive.ingest.store import Store
from archive.model.observations import (
    AttachmentFile,
    Capture,
    CatalogOfPortal,
    LinkedFile,
    ListPage,
    Paging,
    PortalOfFile,
    RecordPage,
)
from archive.tables.printed_table import PrintedTable
from tests.budget_forms import table
from tests.web.sample_archive import row

LIST = "http://budgets.example/list/"
PORTAL = PortalOfFile(
    id="budgets",
    name="样例县人民政府",
    division_code="640396",
    home="http://budgets.example/",
    catalogs=(CatalogOfPortal("budget", "预决算", LIST),),
)
EDUCATION, WATER, FINANCE = "样例县教育局", "样例县水务局", "样例县财政局"
FIRST, SECOND = "2026-11-20T01:00:00Z", "2026-11-22T01:00:00Z"

DOCUMENTS: tuple[tuple[str, int, str, int], ...] = (
    (EDUCATION, 2024, "预算", 5), (EDUCATION, 2025, "预算", 4), (EDUCATION, 2026, "预算", 12), (EDUCATION, 2024, "决算", 3),
    (WATER, 2024, "预算", 2), (WATER, 2026, "预算", 7),
)  # fmt: skip
"""Unit, year, stage and reception in 万元 of each document with a file."""

REPLACED, SLIPPED = 2, 5
"""The document that is replaced in the second crawl, by one with a reception of 8; and the one that has a slip."""


def three_public(unit: str, year: int, stage: str, reception: int, slip: int = 0) -> PrintedTable:
    """A table of three public expenses with meetings and training, of which the parts may be more than the whole."""
    total = 9 + reception
    rows = f"""
合计|“三公”经费|<|<|<|<|<|会议费|培训费
^|小计|因公出国（境）费|公务用车购置及运行维护费|<|<|公务接待费|^|^
^|^|^|小计|公务用车购置费|公务用车运行维护费|^|^|^
{total + 8}.00|{total + slip}.00|1.00|8.00|5.00|3.00|{reception}.00|6.00|2.00
"""
    return table(rows, f"“三公”经费、会议费、培训费支出{stage}表\n部门：{unit} {year}年 单位：万元", page=2)


def spending(unit: str, year: int, stage: str) -> PrintedTable:
    """A table of spending by classes and by basic and project part."""
    rows = """
科目编码|科目名称|合计|基本支出|项目支出
|合计|120.00|100.00|20.00
201|一般公共服务支出|120.00|100.00|20.00
20103|政府办公厅（室）及相关机构事务|120.00|100.00|20.00
2010301|行政运行|100.00|100.00|
2010302|一般行政管理事务|20.00||20.00
"""
    return table(rows, f"部门支出{stage}表\n部门：{unit} {year}年 单位：万元", page=1)


def _url(number: int, folder: str = "d", end: str = "html") -> str:
    return f"http://budgets.example/{folder}/{number}.{end}"


def _title(unit: str, year: int, stage: str) -> str:
    return f"{unit}{year}年部门{stage}"


def file(number: int, reception: int, capture: int) -> AttachmentFile:
    """The file of a document, whose text states the reception, too."""
    unit, year, stage, _ = DOCUMENTS[number]
    tables = (spending(unit, year, stage), three_public(unit, year, stage, reception, slip=3 * (number == SLIPPED)))
    text = f"样例文字，不是政府文本。{year}年公务接待费{reception}.00万元。"
    digest = hashlib.sha256(f"{number} {reception}".encode()).hexdigest()
    return AttachmentFile(
        _url(number), f"{_title(unit, year, stage)}.pdf", _url(number, "f", "pdf"), sha256=digest, bytes=4096,
        media_type="application/pdf", text=text, state="text", capture=capture, tables=tables,
    )  # fmt: skip


def _captured(number: int, of: str, at: str, digest: str) -> Capture:
    return Capture(number, of, at, 200, "page", digest, 4096, None, None)


def _rows() -> ListPage:
    titles = [_title(*document[:3]) for document in DOCUMENTS] + [_title(FINANCE, 2026, "预算")]
    publishers = [document[0] for document in DOCUMENTS] + [FINANCE]
    rows = tuple(
        row(_url(number), title=title, publisher=publisher, published_on=f"2026-03-{number + 1:02}")
        for number, (title, publisher) in enumerate(zip(titles, publishers, strict=True))
    )
    return ListPage(rows, Paging(1, len(rows)), breadcrumb=("预决算",), catalog_url=LIST, last=True, capture=1)


def _crawl(path: Path, at: str, files: Sequence[AttachmentFile], first: int, *, whole: bool) -> None:
    store = Store(path)
    store.begin(PORTAL, "full", at)
    captures = [_captured(each.capture or 0, each.url, at, each.sha256 or "") for each in files]
    pages: list[ListPage | RecordPage | AttachmentFile] = []
    if whole:
        captures.insert(0, _captured(first, LIST, at, f"{first:064x}"))
        pages = [
            _rows(),
            *(RecordPage({}, {}, url=each.record_url, body="样例正文。", attachments=(LinkedFile(each.name, each.url),)) for each in files),
        ]  # fmt: skip
    store.write([*pages, *files], at, captures)
    store.finish("finished", at)
    store.close()


def build_budgets(path: Path) -> Path:
    """Write the archive at `path`: two crawls."""
    files = [file(number, reception, 10 + number) for number, (*_, reception) in enumerate(DOCUMENTS)]
    _crawl(path, FIRST, files, 1, whole=True)
    _crawl(path, SECOND, [file(REPLACED, 8, 30)], 29, whole=False)
    return path
