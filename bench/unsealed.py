"""`disclosures crawl` without its evidence: answers are numbered and forgotten. Only to measure what sealing them costs.

Run as the command, it starts itself again as the crawl's keeper, which is told by its one argument, a number.
"""

import sys
from collections.abc import Iterable
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from archive import keeper
from archive.evidence import Stored
from archive.exchange import Exchange
from pipelines import keeping


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
    if len(sys.argv) == 2:
        vars(keeper)["Evidence"] = Forgetful
        keeper.serve(Connection(int(sys.argv[1])), keeper.Keeper())
    else:
        keeping.MODULE = "bench.unsealed"
        from crawler.cli import main

        main()
