"""Counts of a transparency card: for a portal and a year, or for all portals side by side.

A year's records are those that the portal itself dates in it. Each count is what a question counts, narrowed to the
year; what is doubtful to the question is doubtful here.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from archive.questions.question_files import questions
from archive.questions.runner import parameter_values

DAYS = 20
"""Working days within which what is to be disclosed is disclosed (Regulations of 2019, art. 26; of 2007, art. 18)."""

BUDGET_QUESTION = "missing_budgets"


@dataclass(frozen=True, slots=True)
class CardReport:
    """An annual report on the year. `made`: checks that it allows; `disagree`, `hints`: those that don't hold."""

    record_id: int
    reporter: str
    region: bool
    published_on: str | None
    made: int
    disagree: int
    hints: int


@dataclass(frozen=True, slots=True)
class Counts:
    """One portal's year.

    `catalogs`: catalogues that are archived, by kind, whatever the year. `kinds`: records by kind. `gone`: by state, of
    those no longer listed. Of the records that state both dates without a doubt, `timely` were disclosed within `DAYS`,
    `late` were not; `undated` state no date of creation. Of the records `read`, whose own page was read without a
    doubt, `lacking` says how many lack each item. `budgets`: by budget and accounts, how many units' were found for
    that fiscal year and how many were not. `reports`: a whole county's first, the earliest of several before the
    others.
    """

    catalogs: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    gone: Mapping[str, int] = field(default_factory=dict)
    timely: int = 0
    late: int = 0
    undated: int = 0
    read: int = 0
    lacking: Mapping[str, int] = field(default_factory=dict)
    budgets: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    reports: tuple[CardReport, ...] = ()

    @property
    def records(self) -> int:
        """All records of the year."""
        return sum(self.kinds.values())

    @property
    def collected(self) -> int:
        """All catalogues that are archived."""
        return sum(self.catalogs.values())

    @property
    def dated(self) -> int:
        """The records that state both dates without a doubt."""
        return self.timely + self.late

    @property
    def is_empty(self) -> bool:
        """Whether the archive has nothing of the year."""
        return not (self.kinds or self.budgets or self.reports)

    def figures(self) -> dict[str, int | None]:
        """Return the figures by their names; None where nothing was collected or read that could have it."""
        figures: dict[str, int | None] = {
            "catalogs": self.collected,
            "records": self.records,
            "timely": self.timely,
            "late": self.late,
            "undated": self.undated,
            "read": self.read,
            "complete": self.complete,
            "unlisted": self.gone.get("unlisted", 0),
            "withdrawn": self.gone.get("withdrawn", 0),
        }
        for code, name in (("budget", "budgets"), ("accounts", "accounts")):
            figures[name], figures[f"{name}_missing"] = self.found_and_missing(code) or (None, None)
        whole = self.whole
        return figures | {
            "report_checked": whole.made if whole else None,
            "report_disagree": whole.disagree if whole else None,
            "report_hints": whole.hints if whole else None,
        }

    def found_and_missing(self, code: str) -> tuple[int, int] | None:
        """Return how many units' `budget` or `accounts` were found and how many not;
        None where no such catalogue is archived.
        """
        return self.budgets.get(code) or ((0, 0) if "budget" in self.catalogs else None)

    @property
    def whole(self) -> CardReport | None:
        """The report of the whole county; None where none was seen."""
        return next((report for report in self.reports if report.region), None)

    @property
    def complete(self) -> int | None:
        """The share of items that are there, in per cent; None where no page was read."""
        expected = self.read * len(self.lacking)
        return (expected - sum(self.lacking.values())) * 100 // expected if expected else None


ITEMS = {"index_number": 1, "created_on": 2, "publisher": 4, "responsible_department": 8}
"""Fields that every record should state, as bits of `derived.lacks`; a document number only documents have, and by its
date of publication a record is in the year at all.
"""

# CROSS JOIN: portal by portal, each a stretch of the index.
_YEAR = "p CROSS JOIN {} ON t.portal = p.id AND t.published_on BETWEEN :first AND :last WHERE :portal IN ('', p.id)"
_KINDS = f"SELECT p.id, t.kind, count(*) FROM portals {_YEAR.format('records t')} GROUP BY 1, 2"  # noqa: S608 - constant
_CATALOGS = "SELECT portal, kind, count(*) FROM catalogs WHERE :portal IN ('', portal) GROUP BY 1, 2"
_GONE = """
SELECT portal, state, count(*) FROM records
WHERE state IN ('unlisted', 'withdrawn') AND +published_on BETWEEN :first AND :last AND :portal IN ('', portal) GROUP BY 1, 2
"""
_SOUND = "NOT t.lacks & 64 AND NOT t.doubtful & 5"
_STATED = f"""
SELECT p.id, coalesce(sum(t.working_days BETWEEN 0 AND {DAYS} AND NOT t.doubtful & 4), 0),
       coalesce(sum(t.working_days > {DAYS} AND NOT t.doubtful & 4), 0), sum(t.lacks & 2 > 0), sum({_SOUND}),
       {", ".join(f"sum({_SOUND} AND t.lacks & {bit} > 0)" for bit in ITEMS.values())}
FROM portals {_YEAR.format("derived t")} GROUP BY 1
"""  # noqa: S608 - constant names
_FOUND = """
SELECT b.portal, b.type, count(DISTINCT coalesce(n.agency_id, -n.id)) FROM budgets b JOIN publisher_names n ON n.id = b.unit_id
WHERE b.year = :year AND NOT b.doubtful AND :portal IN ('', b.portal) GROUP BY 1, 2
"""
_MISSING = "SELECT portal, substr(type, 1, 2), count(*) FROM ({}) WHERE year = :year GROUP BY 1, 2"
_REPORTS = """
SELECT a.portal, a.record_id, a.reporter, a.region, r.published_on, count(c.kind),
       coalesce(sum(NOT c.holds AND NOT c.hint), 0), coalesce(sum(NOT c.holds AND c.hint), 0)
FROM annual_reports a JOIN records r ON r.id = a.record_id LEFT JOIN report_checks c USING (record_id)
WHERE a.year = :year AND :portal IN ('', a.portal) AND NOT EXISTS (SELECT 1 FROM json_each(r.flags) WHERE value = 'page_cut')
GROUP BY a.record_id ORDER BY a.region DESC, r.published_on IS NULL, r.published_on, a.record_id
"""
_TYPES = {"预算": "budget", "决算": "accounts"}


def count(connection: sqlite3.Connection, year: int, portal: str = "") -> dict[str, Counts]:
    """Count each portal's year, or that of the one `portal`; portals without catalogues and records are left out."""
    parameters = {"portal": portal, "year": year, "first": f"{year:04}-01-01", "last": f"{year:04}-12-31"}
    found: dict[str, Counts] = {}

    def put(of: str, **changes: Any) -> None:  # noqa: ANN401 - any of the fields
        found[of] = replace(found.get(of, Counts()), **changes)

    for of, catalogs in _grouped(connection.execute(_CATALOGS, parameters)).items():
        put(of, catalogs=catalogs)
    for of, kinds in _grouped(connection.execute(_KINDS, parameters)).items():
        put(of, kinds=kinds)
    for of, gone in _grouped(connection.execute(_GONE, parameters)).items():
        put(of, gone=gone)
    for of, timely, late, undated, read, *lacking in connection.execute(_STATED, parameters):
        put(of, timely=timely, late=late, undated=undated, read=read, lacking=dict(zip(ITEMS, lacking, strict=True)))
    for of, budgets in _budgets(connection, parameters).items():
        put(of, budgets=budgets)
    for of, *report in connection.execute(_REPORTS, parameters):
        kept = CardReport(report[0], report[1], bool(report[2]), *report[3:])
        put(of, reports=(*found.get(of, Counts()).reports, kept))
    return found


def _grouped(rows: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    grouped: dict[str, dict[str, int]] = {}
    for of, name, number in rows:
        grouped.setdefault(of, {})[name] = number
    return grouped


def _budgets(connection: sqlite3.Connection, parameters: Mapping[str, Any]) -> dict[str, dict[str, tuple[int, int]]]:
    """Count the units' budgets and accounts of the year that were found, and those that the question misses."""
    question = questions()[BUDGET_QUESTION]
    of_question = {**parameter_values(question, {}), **parameters}
    found = _grouped(connection.execute(_FOUND, parameters))
    missing = _grouped(connection.execute(_MISSING.format(question.sql), of_question))
    return {
        portal: {
            code: (found.get(portal, {}).get(code, 0), missing.get(portal, {}).get(name, 0))
            for name, code in _TYPES.items()
            if code in found.get(portal, {}) or name in missing.get(portal, {})
        }
        for portal in found.keys() | missing.keys()
    }
