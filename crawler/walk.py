"""How far a walk of a catalogue has come."""

from dataclasses import dataclass, field

from crawler.families import FAMILIES, Family, ListRead
from crawler.items import Paging, Row


@dataclass(slots=True)
class Walk:
    """One walk of a catalogue.

    The `family` of software that made it and the `reason` to think so, empty before the first page; `pages` asked for, by
    address and form; how many pages and rows of the list were read; what each row `shown` printed, as a number; pages that
    only `repeats` that, one after the other; `rows` met, by address; rows `expected`, for those pages showed them when last
    read; rows new to the archive; `quiet` pages one after the other. `left`: a row has left the list. `broken`: a page was
    not read wholly.
    """

    family: Family = FAMILIES["plain"]
    reason: str = ""
    pages: set[tuple[str, str | None]] = field(default_factory=set)
    pages_read: int = 0
    rows_read: int = 0
    shown: set[int] = field(default_factory=set)
    repeats: int = 0
    rows: set[str] = field(default_factory=set)
    expected: set[str] = field(default_factory=set)
    new_rows: int = 0
    quiet: int = 0
    left: bool = False
    broken: bool = False

    def unseen(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """`rows` of the next page without those that a page before it shows in the same words, for these count once.

        Rows without a link are told apart by nothing but their order: they all count, unless the whole page is repeated.
        """
        printed = [hash((row.url, *sorted(row.source_fields.items()))) for row in rows]
        again = [number in self.shown for number in printed]
        self.shown.update(printed)
        if all(again):
            return ()
        return tuple(row for row, repeated in zip(rows, again, strict=True) if row.url is None or not repeated)

    def take(self, page: ListRead) -> None:
        """Count a page that was read."""
        self.pages_read += page.paging.pages_here
        self.rows_read += len(page.rows)

    def missing(self, claims: Paging) -> str | None:
        """What a walk to the end lacks of what the list claims, as part of a sentence; None where nothing."""
        for name, claimed, read in (
            ("pages", claims.pages_claimed, self.pages_read),
            ("rows", claims.rows_claimed, self.rows_read),
        ):
            if claimed and read < claimed:
                return f"{claimed} {name}, {read}"
        return None
