"""Speed of the pages of budgets and of the questions about them, over many tables and lines, through HTTP on one process.

    python -m bench.budget_pages [--folder FOLDER] [--counties 6] [--rounds 60]

Each county has 100 units with budgets and accounts of ten years, nine tables each, of 93 lines: six counties are 108,000
tables and 10,044,000 lines. The archive is made if it is missing. Targets at six counties, 95th percentiles: a unit's page
at most 100 ms, a county's grid at most 200 ms; each question, and all comparisons with last year, at most 2 s.
"""

import json
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from urllib.parse import quote

from archive.budgets.headings import PRESCRIBED
from archive.database.connection import open_for_reading
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.questions.question_files import questions
from archive.questions.runner import parameter_values, run_question
from bench.large_archive import FOLDER
from bench.measure import Report, arguments, slowest, tell, work
from bench.served import ours

UNITS, YEARS, LINES = 100, range(2016, 2026), 93
ROLES = {"three_public": 2 * ("total", "abroad", "vehicles", "vehicle_purchase", "vehicle_running", "reception"),
         "spending": ("spending", "basic", "project"), "general_spending": ("spending", "basic", "project")}  # fmt: skip
"""The first lines of these kinds of tables have these roles; those of three public expenses a second time, for the year before."""

QUESTIONS = (
    "three_public_rise", "reception_share", "three_public_prose", "missing_budget_tables", "unexplained_projects",
    "changed_budget_figures", "last_year_differs", "accounts_far_from_budget", "budget_arithmetic",
)  # fmt: skip
COMPARISONS = {"all": "", "a county": "WHERE portal = 'county0'", "a year": "WHERE fiscal_year = 2020"}

PATIENCE = 60.0
"""Seconds after which a question is given up, which is a failure of this benchmark."""

TARGETS = {"a unit": 100, "a county's grid": 200}

_RECORDS = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :records)
INSERT INTO records (portal, url, title, publisher, kind, published_on, first_seen, last_seen)
SELECT :portal, 'http://a.example/' || i, '样本' || i, '样本局' || (i % :units), 'budget', '2020-01-01', '2020-01-01', '2020-01-01' FROM n
"""
_TABLES = """
INSERT INTO budget_tables (record_id, member, kind, title_printed, pages, unit, fiscal_year, stage, empty, portal, unit_name, explained)
SELECT r.id, '', k.value, '样本', '[1]', '万元', :first + (r.place / :units) / 2, iif(r.place / :units % 2, 'accounts', 'budget'), 0,
       r.portal, r.publisher, r.id % 2
FROM (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM records WHERE portal = :portal) r, json_each(:kinds) k
"""
_LINES = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :lines)
INSERT INTO budget_lines
SELECT t.id, 1, 1, i, 2, iif(i < 12, '', 20000 + i), '样本', '合计', i % 6 || '.00', (i % 6 * 10000) || '.00', 2, 0,
       :roles -> t.kind ->> i, iif(:roles -> t.kind ->> i IS NULL, NULL, 1 + i / 6), t.stage, t.fiscal_year - i / 6
FROM budget_tables t, n WHERE t.portal = :portal
"""
_CHECKS = """
INSERT INTO budget_checks SELECT id, 'total', '合计', '1.00', iif(id % 50, '1.00', '2.00'), id % 50 > 0 FROM budget_tables WHERE portal = :portal
"""


def archive_of(folder: Path, counties: int) -> Path:
    """The archive of so many counties, made if it is missing."""
    path = folder / f"budgets-{counties}.db"
    if not path.exists():
        making = path.with_suffix(".making")
        making.unlink(missing_ok=True)
        _make(making, counties)
        making.rename(path)
    return path


def _make(path: Path, counties: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    roles = {kind: list(ROLES.get(kind, ())) for kind in PRESCRIBED}
    with closing(open_up_to_date(path)) as connection:
        for number in range(counties):
            portal = f"county{number}"
            values = {
                "portal": portal, "records": UNITS * len(YEARS) * 2, "units": UNITS, "first": YEARS[0], "lines": LINES,
                "kinds": json.dumps(PRESCRIBED), "roles": json.dumps(roles),
            }  # fmt: skip
            sql = "INSERT INTO portals (id, name, division_code, home) VALUES (?, ?, '640324', 'http://a.example/')"
            connection.execute(sql, (portal, f"样本县{number}"))
            for statement in (_RECORDS, _TABLES, _LINES, _CHECKS):
                connection.execute(statement, values)
            connection.commit()
    open_up_to_date(path).close()


def measured(path: Path, rounds: int) -> Report:
    """Ask for each kind of page `rounds` times, of another unit each time, and each question once."""
    with closing(sqlite3.connect(path)) as connection:
        (tables,) = connection.execute("SELECT count(*) FROM budget_tables").fetchone()
    report = Report(
        "budget_pages", f"Pages of budgets over {tables:,} tables and {tables * LINES:,} lines, {rounds} times each"
    )
    pages = {
        "a unit": [f"/-/budgets/county0/unit?name={quote(f'样本局{number % UNITS}')}" for number in range(rounds)],
        "a county's grid": ["/-/budgets/county0"] * rounds,
        "a year of all units": ["/-/budgets/county0/2020"] * rounds,
    }
    with ours(path) as site:
        for name, addresses in pages.items():
            site.ask(addresses[0])
            report.figures.append(slowest(name, [site.ask(address) for address in addresses], TARGETS.get(name)))
    with closing(open_for_reading(path)) as connection:
        for name in QUESTIONS:
            question = questions()[name]
            cost = work(partial(run_question, connection, question, parameter_values(question, {}), seconds=PATIENCE))
            report.figures.append(slowest(f"{question.id} {name}", [cost], 2000))
        for name, narrowed in COMPARISONS.items():
            cost = work(partial(_count, connection, narrowed))
            report.figures.append(slowest(f"budget_comparisons, {name}", [cost], 2000))
    return report


def _count(connection: sqlite3.Connection, narrowed: str) -> None:
    """Count comparisons, each of which is made for that."""
    connection.execute(f"SELECT count(*), sum(holds) FROM budget_comparisons {narrowed}").fetchone()


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--counties", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    tell(measured(archive_of(options.folder, options.counties), options.rounds), options)


if __name__ == "__main__":
    main()
