"""`disclosures crawl` without its evidence: answers are numbered and forgotten. Only to measure what sealing them costs."""

from collections.abc import Iterable
from itertools import count
from pathlib import Path

from archive.evidence import Stored
from archive.exchange import Exchange
from crawler.cli import main
from pipelines import store


class Forgetful:
    """Stands in the place of `archive.evidence.Evidence`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._numbers = count(1)

    def last_id(self) -> int:
        return 0

    def seal(self, today: str) -> None: ...

    def close(self) -> None: ...

    def add_many(self, exchanges: Iterable[Exchange]) -> list[Stored]:
        return [Stored(next(self._numbers), "", len(exchange.payload)) for exchange in exchanges]


if __name__ == "__main__":
    store.Evidence = Forgetful  # type: ignore[assignment, misc]
    main()
