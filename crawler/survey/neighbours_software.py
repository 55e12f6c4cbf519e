"""The software that surveyed portals of a prefecture run: what one of them teaches is tried first on the others. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from archive.directory.entries import PortalHome
from archive.model.divisions import divisions
from crawler.probe.software_prior import Likely, SoftwarePrior


class SoftwareOfNeighbours:
    """The number of portals of each prefecture by family, as far as surveys found."""

    def __init__(self, surveyed: Iterable[PortalHome]) -> None:
        self._families: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for entry in surveyed:
            self.note(entry)

    def note(self, surveyed: PortalHome) -> None:
        """Take in what was found of one more portal."""
        if surveyed.family:
            self._families[_place(surveyed)][surveyed.family] += 1

    def prior(self) -> SoftwarePrior:
        """The families of each prefecture, the most frequent first."""
        return SoftwarePrior({place: _likely(place, counts) for place, counts in self._families.items()})


def _likely(place: tuple[str, str], counts: Counter[str]) -> Likely:
    families = [family for family, _ in counts.most_common()]
    reason = f"{counts[families[0]]} of {counts.total()} surveyed portals of {''.join(place)} run {families[0]}"
    return Likely(tuple(families), reason)


def _place(entry: PortalHome) -> tuple[str, str]:
    """Province and prefecture of a home."""
    division = divisions().get(entry.division_code or "")
    return (division.province or "", division.prefecture or "") if division else ("", "")
