"""The sample portal's pages: a small county site in the TRS "xxgk/zfxxgkml" template, on a given day.

Pure: `build(day)` reads the files beside this module and nothing else; the same day gives the same bytes.

What is shown, and on which days, stands in `records.csv`, one line per stretch of days in which a record is
listed. Its titles, numbers, dates and publishers are those of the transcription of the county's 2017 report;
`printed.json` holds the two texts the report prints in full or in part, `statistics.csv` its statistics,
`sentences.csv` sentences of ours around the numbers of its prose. All other bodies are ours and say so, and so are the budgets of
a unit that does not exist, whose files `files.csv` names (`tests/made_budgets/sample_files.py` makes them).

Addresses are ours as well, after the template's pattern `YYYYMM/tYYYYMMDD_<docid>.html`: the day is the
published date, or 2018-04-02 (the sample's first day) where none is printed; the document id is the last five
digits of the index number, or 9000NN where there is none.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

SITE_NAME = "同心县（样本门户）"
PAGE_SIZE = 5
LAST_DAY_OF_CHANGE = 4
FIRST_DAY = datetime(2018, 4, 2, 1, 0, tzinfo=UTC)  # Last-Modified of day 1's pages; day 2 is 24 hours later
DEFAULT_URL = "http://127.0.0.1:8640"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
_FILE_TYPES = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ROBOTS = "User-agent: *\nDisallow: /search/\n"

# path -> (from which day, sentence added to the body)
EDITS = {
    "/xxgk/zfxxgkml/yqhy/201711/t20171121_61705.html": (
        2,
        "样本修订：此句由本项目于第2日加入，用来演示正文的改动。",
    ),
}

_HERE = Path(__file__).parent
_CATALOGUE_ROOT = "/xxgk/zfxxgkml/"


@dataclass(frozen=True, slots=True)
class SamplePage:
    """One answer of the site: body and Content-Type as sent, time of its last change (UTC), HTTP status."""

    body: bytes
    content_type: str
    modified: datetime
    status: int = 200


@dataclass(frozen=True, slots=True)
class SampleCatalog:
    """One line of `catalogs.csv`: a catalogue's name, title, paths of its folder and of its first list page, the column above
    it, how it pages ("links" or "script"), headings.

    `separator` and `place_label` are those of the breadcrumb, which the report prints in more than one way.
    """

    slug: str
    title: str
    folder: str
    url: str
    parent: str
    pager: str
    columns: tuple[str, ...]
    separator: str
    place_label: str

    @property
    def is_news(self) -> bool:
        """Return whether it is in the news template, outside the catalogue of disclosures."""
        return self.slug == "tzgg"

    @property
    def trail(self) -> list[tuple[str, str]]:
        """Breadcrumb down to this catalogue: (name, path) of each level."""
        levels = [("首页", "/")]
        if not self.is_news:
            levels += [("政务公开", "/xxgk/"), ("政府信息公开目录", _CATALOGUE_ROOT)]
        if self.parent:
            levels.append((self.parent, f"{_CATALOGUE_ROOT}{self.slug.partition('/')[0]}/"))
        return [*levels, (self.title, self.url)]


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One line of `records.csv`; a cell that is empty in print is an empty string. Days count from 1."""

    catalog: str
    from_day: int
    to_day: int
    page_to_day: int
    index_number: str
    index_number_doubtful: bool
    title: str
    full_title: str
    publisher: str
    responsible_department: str
    published_on: str
    created_on: str
    disclosure_period: str
    document_number: str
    path: str
    source: str
    note: str

    @property
    def best_title(self) -> str:
        """The full title where it is known, else the title as the list prints it."""
        return self.full_title or self.title

    @property
    def href(self) -> str:
        """The link as the list page writes it, relative to the catalogue's folder."""
        return "./" + "/".join(self.path.split("/")[-2:])


@cache
def _table(name: str) -> list[dict[str, str]]:
    """The lines of a file beside this module."""
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CATALOGS = tuple(
    SampleCatalog(**{**line, "columns": tuple(line["columns"].split())})  # type: ignore[arg-type]
    for line in _table("catalogs.csv")
)
NAV = [
    ("首页", "/"),
    ("政务公开", "/xxgk/"),
    *((c.title, c.url) for c in CATALOGS[:5]),
    ("通知公告", "/xwzx/tzgg/"),
    ("站内检索", "/search/"),
]


@cache
def rows() -> tuple[SampleRow, ...]:
    """All lines of `records.csv`, in list order."""
    return tuple(map(_row, _table("records.csv")))


def _row(line: dict[str, Any]) -> SampleRow:
    forever = 10**6
    days = {name: int(line[name] or forever) for name in ("from_day", "to_day", "page_to_day")}
    return SampleRow(**(line | days | {"index_number_doubtful": line["index_number_doubtful"] == "1"}))


def build(day: int) -> dict[str, SamplePage]:
    """Every page of the site on a day (from 1), by path. Raises ValueError for a day before the first.

    A page's `modified` is the day on which its bytes last became what they are; a page that goes and comes
    back unchanged keeps it.
    """
    if day < 1:
        raise ValueError(f"the sample portal begins on day 1, not day {day}")
    last: dict[str, SamplePage] = {}
    now: dict[str, SamplePage] = {}
    for number in range(1, min(day, LAST_DAY_OF_CHANGE) + 1):
        now = {}
        for path, body, kind in _answers(number):
            modified = FIRST_DAY + timedelta(days=number - 1)
            before = last.get(path)
            unchanged = before if before and before.body == body else None
            now[path] = unchanged or SamplePage(body, kind, modified)
        last |= now
    return now


def not_found() -> SamplePage:
    """The page sent, with status 404, for an address the site does not have."""
    text = _render("message.html", name="页面不存在", text="您访问的页面不存在或已删除（404）。", trail=[])
    return SamplePage(text.encode(), HTML, FIRST_DAY, 404)


def portal_toml(url: str) -> str:
    """The packaged portal file of the sample, for a sample that is served at `url`."""
    text = (_HERE.parent / "portals" / "sample.toml").read_text(encoding="utf-8")
    return text.replace(DEFAULT_URL, url.rstrip("/"))


def _answers(day: int) -> Iterator[tuple[str, bytes, str]]:
    """(path, body, Content-Type) of everything there is on one day."""
    yield "/robots.txt", ROBOTS.encode(), TEXT
    for path, text in _pages(day):
        yield path, text.encode(), HTML
    for line in _table("files.csv"):
        file = _HERE / "files" / line["file"]
        yield _file_path(line), file.read_bytes(), _FILE_TYPES[file.suffix]


def _file_path(line: dict[str, str]) -> str:
    """The path of a file: beside the page that it is attached to."""
    return f"{line['page'].rpartition('/')[0]}/{line['file']}"


def _pages(day: int) -> Iterator[tuple[str, str]]:
    """(path, text) of every page of one day."""
    text = "样本门户没有站内检索；robots.txt 不许爬虫进入本栏目。"
    trail = [("首页", "/"), ("站内检索", "/search/")]
    yield "/search/", _render("message.html", name="站内检索", text=text, trail=trail)
    yield from _columns()
    for catalog in CATALOGS:
        here = [row for row in rows() if row.catalog == catalog.slug and row.from_day <= day]
        yield from _lists(catalog, [row for row in here if day <= row.to_day])
        for row in here:
            if row.path and day <= row.page_to_day:
                yield row.path, _detail(catalog, row, day)


def _columns() -> Iterator[tuple[str, str]]:
    """The home page and the pages of the columns above the catalogues: links to the catalogues below each."""
    levels = {
        href: (name, catalog.trail[: depth + 1])
        for catalog in CATALOGS
        for depth, (name, href) in enumerate(catalog.trail[:-1])
    }
    for path, (name, trail) in levels.items():
        below = [catalog for catalog in CATALOGS if catalog.url.startswith(path)]
        yield path, _render("column.html", name="" if path == "/" else name, entries=below, trail=trail)


def _lists(catalog: SampleCatalog, listed: Sequence[SampleRow]) -> Iterator[tuple[str, str]]:
    """The list pages of one catalogue."""
    pages = max(1, ceil(len(listed) / PAGE_SIZE))
    # The report's breadcrumbs of lists name the last column twice.
    trail = catalog.trail if catalog.is_news else [*catalog.trail, catalog.trail[-1]]
    for number in range(1, pages + 1):
        path = catalog.url if catalog.is_news else catalog.folder + _page_name(number)
        text = _render(
            "news_list.html" if catalog.is_news else "list.html",
            catalog=catalog,
            trail=trail,
            rows=listed[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
            number=number,
            pages=pages,
            page_name=_page_name,
        )
        yield path, text


def _page_name(number: int) -> str:
    """File name of list page `number` (from 1)."""
    return f"list_{number - 1}.html" if number > 1 else "list.html"


def _detail(catalog: SampleCatalog, row: SampleRow, day: int) -> str:
    """The text of one record's own page."""
    printed = _printed().get(catalog.slug, {})
    remarks = [] if printed else [_sample_body(row)]
    if catalog.slug == "fzzfjs/qt":
        remarks = ["样本说明：2017年报告只印出本件正文第一段，其余未印，样本门户不作补写。"]
    from_day, sentence = EDITS.get(row.path, (0, ""))
    if sentence and day >= from_day:
        remarks.append(sentence)
    return _render(
        "news.html" if catalog.is_news else "detail.html",
        catalog=catalog,
        trail=catalog.trail,
        row=row,
        body=[line["sentence"] for line in _table("sentences.csv")]
        if catalog.slug == "xxgknb"
        else printed.get("body", []),
        remarks=remarks,
        files=[(line["name"], f"./{line['file']}") for line in _table("files.csv") if line["page"] == row.path],
        statistics=_table("statistics.csv") if catalog.slug == "xxgknb" else [],
        disclosure_mode=printed.get("disclosure_mode", ""),
        source=printed.get("source", ""),
        author=printed.get("author", ""),
    )


def _sample_body(row: SampleRow) -> str:
    """Return the text that stands where the report prints none of the record itself."""
    if row.catalog == "xxgknb":
        return "样本说明：上表按2017年报告的统计表转录；其上各句由本项目撰写，其中数字取自该报告。报告标题未见于转录，页面标题由本项目拟定，仅供演示。"
    if row.catalog == "czzj/ybys":
        return "样本说明：样本局并不存在，附件中的表格和数字由本项目拟定，仅供演示；2017年的附件中有一处所印数字之间不一致，是有意为之。"
    number = f"，索引号{row.index_number}" if row.index_number else ""
    return f"样本正文：2017年报告没有印出《{row.best_title}》{number}的正文，此处文字由本项目撰写，仅供演示。"


@cache
def _printed() -> dict[str, dict[str, Any]]:
    """Texts the report prints, by catalogue."""
    loaded: dict[str, dict[str, Any]] = json.loads((_HERE / "printed.json").read_text(encoding="utf-8"))
    return loaded


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _render(template: str, *, trail: list[tuple[str, str]], **values: Any) -> str:  # noqa: ANN401 - what a template takes
    """One template, with what every page shows."""
    catalog = values.get("catalog")
    shared = {
        "site_name": SITE_NAME,
        "nav": NAV,
        "catalogs": CATALOGS,
        "trail": trail,
        "separator": catalog.separator if catalog else " > ",
        "place_label": catalog.place_label if catalog else "当前位置：",
    }
    return _environment().get_template(template).render(**shared, **values)
