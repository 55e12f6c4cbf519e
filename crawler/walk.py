"""How far a walk of a catalogue has come."""

from dataclasses import dataclass, field

from crawler.families import FAMILIES, Family, ListRead
from crawler.items import Paging, Row


@dataclass(slots=True)
class Walk:
    """One walk of a catalogue.

    The `family` of software that made it and the `reason` to think so, empty before the first page; `pages` asked for, by
    address and form; how many pages and rows of the list were read, and those `shown` on the last page; `rows` met, by
    address; rows `expected`, for those pages showed them when last read; rows new to the archive; `quiet` pages one after the
    other. `left`: a row has left the list. `broken`: a page was not read wholly.
    """

    family: Family = FAMILIES["plain"]
    reason: str = ""
    pages: set[tuple[str, str | None]] = field(default_factory=set)
    pages_read: int = 0
    rows_read: int = 0
    shown: tuple[Row, ...] = ()
    rows: set[str] = field(default_factory=set)
    expected: set[str] = field(default_factory=set)
    new_rows: int = 0
    quiet: int = 0
    left: bool = False
    broken: bool = False

    def take(self, page: ListRead) -> None:
        """Count a page that was read."""
        self.pages_read += page.paging.pages_here
        self.rows_read += len(page.rows)
        self.shown = page.rows

    def missing(self, claims: Paging) -> str | None:
        """What a walk to the end lacks of what the list claims, as part of a sentence; None where nothing."""
        for name, claimed, read in (
            ("pages", claims.pages_claimed, self.pages_read),
            ("rows", claims.rows_claimed, self.rows_read),
        ):
            if claimed and read < claimed:
                return f"{claimed} {name}, {read}"
        return None
