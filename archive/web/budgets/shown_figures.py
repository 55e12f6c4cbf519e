"""Figures of budgets as pages show them: what is printed, how much it is, how far it is checked,
and the cell it stands in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from archive.budgets.documents import is_checked
from archive.labels.code_labels import CODES
from archive.web.http.request_context import RequestContext, Row

STAGES = CODES["budget_tables", "stage"]
"""Budget and final accounts, in this order, and what they are called."""

COLUMNS = "l.printed, l.value_yuan, l.held, l.failed, t.record_id, t.attachment_id, l.number, l.row, l.place, l.page"
"""The columns of `budget_lines l` and `budget_tables t` that `figure` takes, as SQL."""

OF_ITS_OWN_YEAR = "l.role IS NOT NULL AND l.entry_year = t.fiscal_year AND l.entry_stage = t.stage"
"""The condition for figures that a document gives of its own year and stage, not those it is compared with, as SQL."""


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """An amount. `yuan`: None where its table states no unit. `file`: None where it stands in the record's own text.

    `others`: how many further documents print another amount for the same.
    """

    printed: str
    yuan: Decimal | None
    held: int
    failed: int
    record_id: int
    file: int | None
    table: int
    row: int
    column: int
    page: int
    others: int = 0

    @property
    def is_checked(self) -> bool:
        """Whether identities hold it and none fails, so that it may be compared."""
        return self.yuan is not None and is_checked(self.held, self.failed)

    @property
    def shown(self) -> str:
        """The amount in 万元; as printed where the table states no unit."""
        return self.printed if self.yuan is None else in_ten_thousands(self.yuan)

    def address(self, context: RequestContext) -> str:
        """The address of the cell."""
        return cell_address(context, self.record_id, file=self.file, table=self.table, row=self.row, column=self.column)


def figure(row: Row) -> ShownFigure:
    """Return the figure of a row with COLUMNS."""
    yuan = row["value_yuan"]
    return ShownFigure(
        row["printed"], None if yuan is None else Decimal(yuan), row["held"], row["failed"], row["record_id"],
        row["attachment_id"], row["number"], row["row"], row["place"], row["page"],
    )  # fmt: skip


def chosen(figures: Iterable[ShownFigure]) -> ShownFigure:
    """Return of figures that several documents give for the same the first one that is checked, or else the first."""
    ranked = sorted(figures, key=lambda each: (not each.is_checked, each.record_id, each.file or 0, each.table))
    first = ranked[0]
    differing = {(each.record_id, each.file) for each in ranked if each.yuan != first.yuan}
    return replace(first, others=len(differing - {(first.record_id, first.file)}))


def in_ten_thousands(yuan: Decimal) -> str:
    """Return an amount of yuan in 万元, exact, with two decimals at least."""
    amount = yuan.scaleb(-4)
    exponent = amount.normalize().as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{amount:,.{places}f}"


def cell_address(context: RequestContext, record_id: int, **place: int | None) -> str:
    """Return the address of the page that shows a cell of a table, marked.
    `place`: its file, if any, table, row and column.
    """
    return f"{context.address('record', record_id, 'tables', **place)}#cell"
