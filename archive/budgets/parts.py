"""Parts of a document, each with the tables of one unit, and what a part states of all of its tables. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from archive.budgets.headings import agency_in_title, only_year_of, stage_of, year_of
from archive.budgets.statements import BudgetStatement
from archive.budgets.units import may_be_one, usual_name

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
