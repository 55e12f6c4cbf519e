"""Annual reports read into the archive: whose and for which year, their table, the numbers of their prose.

All of it follows from a record and its files alone. Triggers note each change (`schema.sql`), `catch_up` reads again
what is noted, so that the rows are right after a crawl, a reparse and a redaction alike.
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from archive.analysis.report_prose import Claim, read_claims, read_equations
from archive.analysis.report_rules import terms
from archive.analysis.rereading import Rereading
from archive.analysis.statistics_table import LONGEST, ReportTable, read_table
from archive.analysis.titles import LONGEST as TITLE_LONGEST
from archive.sentences.equations import Equation

VERSION = "8"
"""Raised by hand when the same report is read otherwise than before; all reports are then read again."""

MOST_FILES = 20
"""Files of a record that are looked through for its report."""

_EVERY = "SELECT id FROM records WHERE kind = 'annual_report'"
_CHECKS = (Path(__file__).parent / "report_checks.sql").read_text(encoding="utf-8")

_RULE_COLUMNS = attrgetter("template", "rule", "side", "indicator", "heading", "relation", "label")

_YEAR = re.compile(r"(20[0-9]{2}|二[〇○零Oo0]([〇○零一二])([〇○零一二三四五六七八九]))\s*年?度?")
_DIGITS = {"〇": 0, "○": 0, "零": 0} | {digit: number for number, digit in enumerate("一二三四五六七八九", 1)}
_ITS_NAME = re.compile(
    r"^(?:关于)?(?P<before>[^0-9二]{0,30})(?:20[0-9]{2}|二[〇○零]..)\s*年?度?(?P<after>.{0,30}?(?:人民政府)?)(?:政府信息|政务|信息公开|年度报告|工作年)"
)
_REGION = re.compile("(.*[省市县区旗州盟])(?:人民政府|政府)?$")


@dataclass(frozen=True, slots=True)
class Report:
    """The contents of an annual report. `reporter`: whose report; `region`: of a whole county, not of one agency.

    `year`: the one it reports on. `source`: where the table stands, `page` or a file's address; `claims_source`: where
    the claims stand.
    """

    reporter: str
    region: bool
    year: int | None
    source: str = ""
    table: ReportTable | None = None
    claims_source: str = ""
    claims: tuple[Claim, ...] = ()
    equations: tuple[Equation, ...] = ()


def read_report(title: str, publisher: str, portal: str, published_on: str, texts: Sequence[tuple[str, str]]) -> Report:
    """The report in `texts`, pairs of source and text, the record's page first. `portal`: its portal's name."""
    year = report_year(title, published_on)
    reporter, region = reporter_of(title, publisher, portal)
    tables = [(source, table) for source, text in texts if (table := read_table(text, year))]
    source, table = max(tables, key=lambda found: _filled(found[1]), default=("", None))
    template = table.template if table else None
    read = [(where, *_prose(text, table if where == source else None, template, year)) for where, text in texts]
    where, claims, equations = max(
        read, key=lambda found: sum(c.indicator is not None for c in found[1]), default=("", (), ())
    )
    return Report(reporter, region, year, source, table, where, claims, equations)


def report_year(title: str, published_on: str) -> int | None:
    """The year a report is about: as its title says, else the one before it was published."""
    if match := _YEAR.search(title[:TITLE_LONGEST]):
        return int(match[1]) if match[1].isascii() else 2000 + 10 * _DIGITS[match[2]] + _DIGITS[match[3]]
    return int(published_on[:4]) - 1 if re.match("[0-9]{4}", published_on) else None


def reporter_of(title: str, publisher: str, portal: str) -> tuple[str, bool]:
    """Return whose report it is, and whether it is a whole county's.

    As the title says before or behind the year, else its publisher, else the portal by its name. An office that
    publishes a report without naming itself in the title publishes the county's.
    """
    match = _ITS_NAME.match("".join(title[:TITLE_LONGEST].split()))
    named = ((match["before"] or match["after"]) if match else "").removesuffix("的")
    named = named or re.sub("(?<=政府)办(?:公室)?$", "", publisher) or re.sub("[（(].*$", "", portal)
    region = _REGION.match(named)
    return (region[1], True) if region else (named, False)


def catch_up(connection: sqlite3.Connection, *, own_page_read: bool = False) -> None:
    """Read the reports that are noted as changed, all where another version read them, as `Rereading.catch_up` does."""
    reading = Rereading("reports", "annual_reports", VERSION, _EVERY, _input, _read, _write)
    if not reading.is_current(connection):
        connection.execute("DELETE FROM report_rules")
        connection.executemany("INSERT INTO report_rules VALUES (?, ?, ?, ?, ?, ?, ?)", map(_RULE_COLUMNS, terms()))
    reading.catch_up(connection, own_page_read=own_page_read)


def _filled(table: ReportTable) -> int:
    return sum(statistic.value is not None for statistic in table.statistics)


def _prose(
    text: str, table: ReportTable | None, template: str | None, year: int | None
) -> tuple[tuple[Claim, ...], tuple[Equation, ...]]:
    """Claims and equations of a text, tables left out, at their places in the whole text."""
    text = text[:LONGEST]
    if table:
        text = text[: table.start] + "\n" * (table.end - table.start) + text[table.end :]
    text = "\n".join(" " * len(line) if "\t" in line else line for line in text.split("\n"))
    claims = read_claims(text, template, year)
    return claims, read_equations(claims, text)


@dataclass(frozen=True, slots=True)
class _Input:
    """The sources of a report: its record, its portal's name, pairs of source and text."""

    record_id: int
    portal: str
    title: str
    publisher: str
    portal_name: str
    published_on: str
    texts: Sequence[tuple[str, str]]

    @property
    def characters(self) -> int:
        """Of all texts."""
        return sum(len(text) for _, text in self.texts)


def _input(connection: sqlite3.Connection, record_id: int) -> _Input | None:
    """Return what the report of a record is read from; None where the record is none, or gone."""
    row = connection.execute(
        "SELECT r.portal, r.kind, r.title, r.publisher, p.name, r.published_on, substr(r.body, 1, ?) "
        "FROM records r JOIN portals p ON p.id = r.portal WHERE r.id = ? AND r.state <> 'withheld'",
        (LONGEST, record_id),
    ).fetchone()
    if row is None or row[1] != "annual_report":
        return None
    portal, _, title, publisher, name, published_on, body = row
    # Text that was recognised in a picture may be wrong, and must accuse nobody.
    files = connection.execute(
        "SELECT url, substr(text, 1, ?) FROM attachments WHERE record_id = ? AND state = 'text' AND text IS NOT NULL "
        "ORDER BY id LIMIT ?",
        (LONGEST, record_id, MOST_FILES),
    ).fetchall()
    texts = [("page", body or ""), *map(tuple, files)]
    return _Input(record_id, portal, title or "", publisher or "", name, published_on or "", texts)


def _read(each: _Input) -> Report:
    return read_report(each.title, each.publisher, each.portal_name, each.published_on, each.texts)


def _write(connection: sqlite3.Connection, each: _Input, report: Report) -> None:
    record_id = each.record_id
    template = report.table.template if report.table else None
    connection.execute(
        "INSERT INTO annual_reports VALUES (?, ?, ?, ?, ?, ?, ?)",
        (record_id, each.portal, report.reporter, report.region, report.year, template, report.source),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO report_statistics VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (record_id, s.indicator, s.column, s.label, s.unit, s.printed, s.value)
            for s in (report.table.statistics if report.table else ())
        ],
    )
    connection.executemany(
        "INSERT INTO report_claims VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                record_id, f.offset, report.claims_source, f.printed, float(f.value), f.unit, f.qualifier, f.subject, f.sentence,
                claim.indicator,
            )
            for claim, f in ((claim, claim.figure) for claim in report.claims)
        ],
    )  # fmt: skip
    connection.executemany(
        "INSERT OR IGNORE INTO report_equations VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (record_id, e.printed.offset, e.kind, float(e.left), float(e.right), e.shown, e.printed.sentence)
            for e in report.equations
        ],
    )
    connection.execute(_CHECKS, {"record_id": record_id})
