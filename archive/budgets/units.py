"""Names of the units that budget tables are of, made one where tables of a unit print them differently. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence


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


def may_be_one(one: str | None, other: str | None) -> bool:
    """Whether two names may be of one unit: a table may cut its name, or state none."""
    return not one or not other or one in other or other in one


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
