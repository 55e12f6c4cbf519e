"""`disclosures crawl` without its evidence: answers are numbered and forgotten. Only to measure what sealing them costs.

Run as the command, it starts itself again as the crawl's writer process, which has one argument, a number.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from archive.evidence.claims import RowName
from archive.evidence.evidence_reader import DestroyedPayload
from archive.evidence.evidence_store import ClaimNote, Evidence, Origin, Stored
from archive.evidence.http_exchange import Exchange
from archive.ingest import writer_process
from pipelines import writer_client


class Forgetful(Evidence):
    """An evidence file that stays empty, whatever it is to seal."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._numbers = count(1)

    def add_many(
        self,
        exchanges: Iterable[Exchange],
        origin: Origin | None = None,
        destroyed: Mapping[int, DestroyedPayload] | None = None,
        noted: Callable[[Sequence[Stored]], ClaimNote] | None = None,
    ) -> list[Stored]:
        return [Stored(next(self._numbers), "", len(exchange.payload)) for exchange in exchanges]

    def add_note(self, note: ClaimNote) -> None: ...

    def add_claims(self, archive: str, rows: Iterable[tuple[RowName, bytes | None]], today: str) -> None: ...


if __name__ == "__main__":
    if len(sys.argv) == 2:
        vars(writer_process)["Evidence"] = Forgetful
        writer_process.serve(Connection(int(sys.argv[1])), writer_process.WriterProcess())
    else:
        writer_client.MODULE = "bench.unsealed"
        from crawler.cli.main import main

        main()
