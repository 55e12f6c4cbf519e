"""The units whose budgets a portal's documents are: the names that tables print, gathered by agency."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_AGENCIES = """
SELECT n.name, a.name AS agency FROM publisher_names n JOIN agencies a ON a.id = n.agency_id WHERE n.portal = :portal
"""


@dataclass(frozen=True, slots=True)
class BudgetUnits:
    """The names of a portal's units: printed name → agency."""

    agencies: Mapping[str, str]

    def name(self, printed: str) -> str:
        """Return the agency that bears a printed name, or else that name."""
        return self.agencies.get(printed, printed)

    def names(self, unit: str) -> list[str]:
        """Return all the names that a unit's tables may print: its agency's, or else its own."""
        agency = self.name(unit)
        return sorted({unit, agency, *(name for name, other in self.agencies.items() if other == agency)})


def budget_units(connection: sqlite3.Connection, portal: str) -> BudgetUnits:
    """Return the units of a portal."""
    rows: Iterable[tuple[str, str]] = map(tuple, connection.execute(_AGENCIES, {"portal": portal}))
    return BudgetUnits(dict(rows))
