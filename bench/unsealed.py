"""`disclosures crawl` without its evidence: answers are numbered and forgotten. Only to measure what sealing them costs.

Run as the command, it starts itself again as the crawl's writer process, which has one argument, a number.
"""

import sys
from collections.abc import Iterable
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from archive.evidence.evidence_store import Stored
from archive.evidence.http_exchange import Exchange
from archive.ingest import writer_process
from pipelines import writer_client


class Forgetful:
    """Stands in the place of `archive.evidence.evidence_store.Evidence`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._numbers = count(1)

    def last_id(self) -> int:
        return 0

    def seal(self, today: str) -> None: ...

    def add_claims(self, *_: object) -> None: ...

    def last_claim(self) -> int:
        return 0

    def claim_of(self, *_: object) -> None: ...

    def close(self) -> None: ...

    def add_many(self, exchanges: Iterable[Exchange]) -> list[Stored]:
        return [Stored(next(self._numbers), "", len(exchange.payload)) for exchange in exchanges]


if __name__ == "__main__":
    if len(sys.argv) == 2:
        vars(writer_process)["Evidence"] = Forgetful
        writer_process.serve(Connection(int(sys.argv[1])), writer_process.WriterProcess())
    else:
        writer_client.MODULE = "bench.unsealed"
        from crawler.cli.main import main

        main()
