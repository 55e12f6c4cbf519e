"""Lists of portals as operators keep them: CSV files with a code or a full name, and the address of the home page. Pure."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from archive.directory.entries import Listed

_COLUMNS = {
    "code": ("code", "division_code", "代码", "区划代码", "行政区划代码"),
    "name": ("name", "full_name", "名称", "全称", "行政区划名称"),
    "home": ("home", "url", "website", "网址", "网站", "首页"),
}
"""Names that a column may have, in lower case."""

MOST_ROWS = 20_000
"""Rows of a list: several times the country's divisions."""


def read_list(lines: Iterable[str]) -> Iterator[Listed]:
    """Yield the rows of a CSV file with a first line of names. Raises ValueError where a column is missing, or the list is too long."""
    rows = csv.reader(lines)
    places = _places(next(rows, []))
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise ValueError(f"more than {MOST_ROWS:,} rows")
        if any(cell.strip() for cell in row):
            yield Listed(*(row[place] if place is not None and place < len(row) else "" for place in places))


def _places(heads: Sequence[str]) -> list[int | None]:
    """The places of code, name and home. Raises ValueError where there is no home, or neither of the others."""
    named = [head.strip().lower() for head in heads]
    places = [next((named.index(name) for name in names if name in named), None) for names in _COLUMNS.values()]
    code, name, home = places
    if home is None or (code is None and name is None):
        raise ValueError("its first line must name a column `home`, and `code` or `name` beside it")
    return places
