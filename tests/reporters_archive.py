"""An archive of three made-up counties, to be searched as reporters search. All titles say that they are samples."""

import csv
from collections.abc import Iterator
from pathlib import Path

from archive.ingest.store import Store
from archive.model.observations import CatalogOfPortal, ListPage, Paging, PortalOfFile, RecordPage, Row

RECORDS = Path(__file__).with_name("reporters_records.csv")
"""Kind, publisher (without its county), date and title of records; of each the text names the title once more."""

COUNTIES = {"hedong": "河东县", "hexi": "河西县", "heshang": "河上县"}
FILLINGS = ("工作会议", "值班安排", "学习活动", "工作简报", "办公用品领取", "例行检查", "总结")


def build(path: Path) -> Path:
    """Write the archive at `path`."""
    with RECORDS.open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    for number, (portal, county) in enumerate(COUNTIES.items()):
        mine = [row for place, row in enumerate(written) if place % len(COUNTIES) == number]
        _crawl(path, portal, county, [*mine, *_fillings(number)])
    return path


def _crawl(path: Path, portal: str, county: str, records: list[dict[str, str]]) -> None:
    kinds = sorted({record["kind"] for record in records})
    home = f"http://{portal}.example/"
    catalogs = tuple(CatalogOfPortal(kind, f"样本目录{kind}", f"{home}{kind}/") for kind in kinds)
    store = Store(path)
    store.begin(PortalOfFile(portal, f"{county}人民政府", "640399", home, catalogs), "full", "2026-11-20T01:00:00Z")
    for catalog in catalogs:
        rows = [
            _row(catalog, county, place, record)
            for place, record in enumerate(records)
            if record["kind"] == catalog.kind
        ]
        store.write(
            [
                ListPage(
                    tuple(rows), Paging(1, len(rows)), breadcrumb=("样本目录",), catalog_url=catalog.url, last=True
                ),
                *(RecordPage({}, {}, url=row.key, body=_body(row)) for row in rows),
            ],
            "2026-11-20T01:02:03Z",
        )
    store.finish("complete", "2026-11-20T01:05:00Z")
    store.close()


def _row(catalog: CatalogOfPortal, county: str, place: int, record: dict[str, str]) -> Row:
    title = f"样本：{record['title'].replace('{county}', county)}"
    publisher = f"{county}{record['publisher']}"
    fields = {"title": title, "publisher": publisher, "published_on": record["date"]}
    fields |= {"index_number": f"640399{place % 30:03}/{record['date'][:4]}-{10000 + place}"}
    if record.get("document_number"):
        fields["document_number"] = record["document_number"]
    printed = {"名称": title, "发布机构": publisher, "发布日期": record["date"]}
    return Row(fields, printed, key=f"{catalog.url}{place}.html")


def _body(row: Row) -> str:
    return f"{row.fields['title']}\n索引号：{row.fields['index_number']}\n本文是样本，不是政府文本，{row.fields['publisher']}从未发布过它。"


def _fillings(number: int) -> Iterator[dict[str, str]]:
    """Yield records that nobody looks for, newer than the others, of publishers that others have too."""
    for place in range(90):
        filling = FILLINGS[place % len(FILLINGS)]
        yield {
            "kind": "notice",
            "publisher": ("人民政府办公室", "财政局", "教育体育局", "民政局")[place % 4],
            "date": f"{2023 + place % 3}-{1 + place % 12:02}-{1 + (place + number) % 28:02}",
            "title": f"关于第{place + 1}次{filling}的通知",
        }
