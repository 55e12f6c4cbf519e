"""Parts of a document, each with the tables of one unit, what a part states of all of its tables, and one name for a unit
where its tables print it differently. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from archive.budgets.headings import agency_in_title, may_be_one, only_year_of, stage_of, year_of
from archive.budgets.statements import BudgetStatement

Part = list[BudgetStatement]


def stated_parts(statements: Iterable[BudgetStatement], titles: Sequence[str]) -> list[Part]:
    """Return the tables of each unit, with year, stage and agency, where theirs state none,
    of the table before or of the document.

    `titles`: those of the document, such as its record's and its file's; what the last of them says counts.
    """
    parts = _parts(_with_stated(statements, titles))
    return [[_with_agency(statement, agency) for statement in part] for part in parts for agency in [_agency(part)]]


def _parts(statements: Iterable[BudgetStatement]) -> list[Part]:
    """Return the tables of each unit: a document of several has the first kind of table again
    for each, or names another agency.
    """
    parts: list[Part] = []
    for statement in statements:
        first = parts[-1][0].heading if parts else None
        if (
            first is None
            or first.kind == statement.heading.kind
            or not may_be_one(first.agency, statement.heading.agency)
        ):
            parts.append([])
        parts[-1].append(statement)
    return parts


def _agency(part: Part) -> str | None:
    return usual_name(statement.heading.agency for statement in part)


def _with_agency(statement: BudgetStatement, agency: str | None) -> BudgetStatement:
    return replace(statement, heading=replace(statement.heading, agency=agency))


def _with_stated(statements: Iterable[BudgetStatement], titles: Sequence[str]) -> Iterator[BudgetStatement]:
    document = " ".join(titles)
    year, stage, agency = year_of([document]), stage_of(document), None
    in_title = next((name for title in reversed(titles) if (name := agency_in_title(title))), None)
    for statement in statements:
        heading = statement.heading
        year, agency = heading.year or year, heading.agency or agency
        stated = replace(
            heading,
            year=year or only_year_of(statement.columns),
            stage=heading.stage or stage,
            agency=agency or in_title,
        )
        yield replace(statement, heading=stated)


def unit_names(agencies: Sequence[str | None], otherwise: Iterable[str | None] = ()) -> list[str | None]:
    """Return for each table of a document, in order, the name of its unit.

    `agencies`: as the tables' headings state them. Tables in a row whose names contain each other are of one unit,
    under the name that most of them print: a heading may cut it. Where none is stated, it is the first of `otherwise`.
    """
    fallback = next((name for name in otherwise if name), None)
    return [name for run in _runs(agencies) for name in [usual_name(run) or fallback] * len(run)]


def usual_name(names: Iterable[str | None]) -> str | None:
    """Return the name that most tables of a unit print, for some cut it
    or run it into what stands beside it; the longest of several.

    None where none prints one.
    """
    counts = Counter(filter(None, names))
    return max(counts, key=lambda name: (counts[name], len(name)), default=None)


def _runs(agencies: Iterable[str | None]) -> Iterable[list[str | None]]:
    """Yield the names in runs that may be one unit's."""
    run: list[str | None] = []
    for agency in agencies:
        if run and not all(may_be_one(agency, other) for other in run):
            yield run
            run = []
        run.append(agency)
    if run:
        yield run
