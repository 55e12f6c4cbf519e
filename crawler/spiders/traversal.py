"""The progress of a walk of a catalogue."""

from array import array
from bisect import bisect_left
from collections.abc import Hashable
from dataclasses import dataclass, field

from archive.model.observations import ListPage, Paging, Row
from crawler.families.detection import FAMILIES
from crawler.families.family import Family


class Seen:
    """The things met before, as hashes in order, of eight bytes each: a large portal's rows take ten times as much in a set.

    Hashes of text are salted anew in each process, so that two that are equal by chance are not so in the next crawl.
    """

    def __init__(self) -> None:
        self._hashes = array("q")

    def __contains__(self, what: Hashable) -> bool:
        number = hash(what)
        place = bisect_left(self._hashes, number)
        return place < len(self._hashes) and self._hashes[place] == number

    def add(self, what: Hashable) -> bool:
        """Note it; whether it was not met before."""
        number = hash(what)
        place = bisect_left(self._hashes, number)
        new = place == len(self._hashes) or self._hashes[place] != number
        if new:
            self._hashes.insert(place, number)
        return new


@dataclass(slots=True)
class Walk:
    """One walk of a catalogue.

    The `family` of software that made it and the `reason` to think so, empty before the first page; `pages` requested, by
    address and form; how many pages and rows of the list were read; what each row `shown` printed; pages that
    only `repeats` that, one after the other; `rows` met, by address; rows `expected`, for those pages showed them when last
    read; rows new to the archive; `quiet` pages one after the other. `left`: a row has left the list. `broken`: a page was
    not read wholly.
    """

    family: Family = FAMILIES["plain"]
    reason: str = ""
    pages: set[tuple[str, str | None]] = field(default_factory=set)
    pages_read: int = 0
    rows_read: int = 0
    shown: Seen = field(default_factory=Seen)
    repeats: int = 0
    rows: set[str] = field(default_factory=set)
    expected: set[str] = field(default_factory=set)
    new_rows: int = 0
    quiet: int = 0
    left: bool = False
    broken: bool = False

    def unseen(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """`rows` of the next page without those that a page before it shows in the same words, for these count once.

        Rows without a link are distinguished by nothing but their order: they all count, unless the whole page is repeated.
        """
        printed = [(row.url, *sorted(row.source_fields.items())) for row in rows]
        again = [each in self.shown for each in printed]
        for each in printed:
            self.shown.add(each)
        if all(again):
            return ()
        return tuple(row for row, repeated in zip(rows, again, strict=True) if row.url is None or not repeated)

    def take(self, page: ListPage) -> None:
        """Count a page that was read."""
        self.pages_read += page.paging.pages_here
        self.rows_read += len(page.rows)

    def missing(self, claims: Paging) -> str | None:
        """Return what a walk to the end lacks of what the list claims, as part of a sentence; None where nothing."""
        for name, claimed, read in (
            ("pages", claims.pages_claimed, self.pages_read),
            ("rows", claims.rows_claimed, self.rows_read),
        ):
            if claimed and read < claimed:
                return f"{claimed} {name}, {read}"
        return None
