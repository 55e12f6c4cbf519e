"""Archives of made-up portals whose records change, go, come back, move and are masked; for tests of what is searched."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from archive.ingest.store import Store
from archive.maintenance.masking import mask_again
from archive.model.observations import (
    AttachmentFile,
    CatalogOfPortal,
    LinkedFile,
    ListPage,
    MissingPage,
    Paging,
    PortalOfFile,
    RecordPage,
    Row,
)

PHONE = "13800138000"
"""A number that masking takes out of texts; it belongs to nobody."""

PORTALS = {
    name: PortalOfFile(
        name, f"样本县（{name}）", code, f"http://{name}.example/",
        (CatalogOfPortal("plan", "规划", f"http://{name}.example/plans/"), CatalogOfPortal("budget", "预算", f"http://{name}.example/budgets/")),
    )
    for name, code in (("p", "640399"), ("q", "640398"))
}  # fmt: skip


@dataclass(frozen=True)
class Document:
    """The contents of a record: its fields, its text, and the names and texts of its files by their number."""

    fields: tuple[tuple[str, str], ...]
    body: str
    files: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
class Crawl:
    """A crawl of one portal. `listed`: place → document and whether it stands at its other address; `gone`: whether pages of
    records that are missing are gone; `ended`: whether it came to its end.
    """

    portal: str
    listed: Mapping[int, tuple[int, bool]]
    gone: bool
    ended: bool


PIECES = (
    "预算",
    "决算",
    "公开",
    "棚户区",
    "棚戶區",
    "改造",
    "2017年",
    "2017",
    "92号",
    "12345",
    "1,234",
    "1,2345",
    "〔2018〕",
    "abc",
    " ",
    "，",
    "县",
)
TEXT = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)
FIELDS = st.fixed_dictionaries(
    {"title": TEXT, "index_number": st.sampled_from(("640399001/2017-00001", "640399001/2017-00012", "12345"))},
    optional={
        "publisher": st.sampled_from(("县财政局", "县教育局", "县財政局")),
        "published_on": st.sampled_from(("2016-12-31", "2017-01-01", "2017-06-15", "2017-12-31", "2018-01-01")),
        "document_number": st.sampled_from(("样政发〔2017〕92号", "样财发〔2018〕1号")),
        "responsible_department": st.sampled_from(("县预算局", "县公开办")),
    },
).map(lambda fields: tuple(sorted(fields.items())))
FILES = st.lists(
    st.tuples(st.integers(1, 2), st.sampled_from(("决算.xls", "名单.pdf")), TEXT), max_size=2, unique_by=lambda file: file[0]
).map(tuple)  # fmt: skip
DOCUMENTS = st.lists(
    st.builds(Document, FIELDS, st.one_of(TEXT, st.just(f"样本，电话{PHONE}。")), FILES), min_size=2, max_size=4
)
CRAWLS = st.builds(
    Crawl,
    st.sampled_from(("p", "p", "q")),
    st.dictionaries(st.integers(1, 4), st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=4),
    st.booleans(),
    st.sampled_from((True, True, True, False)),
)
STEPS = st.lists(st.one_of(CRAWLS, CRAWLS, st.just("mask")), min_size=1, max_size=5)


def do(path: Path, day: int, step: Crawl | str, documents: list[Document]) -> None:
    """One change of the archive."""
    if isinstance(step, Crawl):
        crawl(path, day, step, documents)
    else:
        mask_again(path)


def crawl(path: Path, day: int, of: Crawl, documents: list[Document]) -> None:
    """A crawl of lists that show some records and no others, and of their pages and files."""
    now, portal = f"2026-01-{day:02}T00:00:00Z", PORTALS[of.portal]
    shown = {
        f"{portal.home}{number}{'b' * elsewhere}.html": (number, documents[which % len(documents)])
        for number, (which, elsewhere) in of.listed.items()
    }
    lists = [
        (catalog.url, tuple(Row(dict(document.fields), {}, key=url) for url, (number, document) in shown.items() if number % 2 == odd))
        for odd, catalog in enumerate(portal.catalogs)
    ]  # fmt: skip
    store = Store(path)
    store.begin(portal, "full", now)
    store.write([ListPage(rows, Paging(1, len(rows)), catalog_url=catalog, last=True) for catalog, rows in lists], now)
    for url, (_, document) in shown.items():
        links = tuple(LinkedFile(name, f"{url}/{file}") for file, name, _ in document.files)
        store.write([RecordPage({}, {}, url=url, body=document.body, attachments=links)], now)
        files = [
            AttachmentFile(url, name, f"{url}/{file}", f"{file:064x}", 9, None, text, "text")
            for file, name, text in document.files
        ]
        store.write(files, now)
    asked = [
        MissingPage(each.url, "gone" if of.gone else "page", "a sample") for each in store.missing(now) if each.url
    ]
    store.write(asked, now)
    again = store.to_walk_again()
    store.write(
        [
            ListPage(rows, Paging(1, len(rows)), catalog_url=url, last=True, second_pass=True)
            for url, rows in lists
            if url in again
        ],
        now,
    )
    if of.ended:
        store.finish("finished", now)
    store.close()
