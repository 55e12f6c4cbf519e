"""Names of the units that budget tables are of, made one where tables of a unit print them differently. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence


def unit_names(agencies: Sequence[str | None], otherwise: Iterable[str | None] = ()) -> list[str | None]:
    """Return for each table of a document, in order, the name of its unit.

    `agencies`: as the tables' headings state them. Tables in a row whose names contain each other are of one unit, under the
    name that most of them print: a heading may cut it. Where none is stated, it is the first of `otherwise`.
    """
    fallback = next((name for name in otherwise if name), None)
    names: list[str | None] = []
    for run in _runs(agencies):
        counts = Counter(filter(None, run))
        name = max(counts, key=lambda each: (counts[each], len(each))) if counts else fallback
        names += [name] * len(run)
    return names


def _runs(agencies: Iterable[str | None]) -> Iterable[list[str | None]]:
    """Yield the names in runs that may be one unit's."""
    run: list[str | None] = []
    for agency in agencies:
        if run and not all(_alike(agency, other) for other in run):
            yield run
            run = []
        run.append(agency)
    if run:
        yield run


def _alike(one: str | None, other: str | None) -> bool:
    return not one or not other or one in other or other in one
