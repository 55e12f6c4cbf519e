"""The evidence of a crawl that is played again: its captures are sealed already, and nothing is sealed anew."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from archive.evidence.claims import RowName, SealedClaim
from archive.evidence.evidence_reader import DestroyedPayload, Originals
from archive.evidence.evidence_store import ClaimNote, Evidence, Manifest, Origin, Stored
from archive.evidence.http_exchange import Exchange


class SealedCaptures(Evidence):
    """An evidence file to read, that takes captures for sealed. `first`: the number of the next ones that are added."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises EvidenceError where there is none."""
        Originals.__init__(self, path)
        self.first = 0
        self._last = 0

    def add_many(
        self,
        exchanges: Iterable[Exchange],
        origin: Origin | None = None,
        destroyed: Mapping[int, DestroyedPayload] | None = None,
        noted: Callable[[Sequence[Stored]], ClaimNote] | None = None,
    ) -> list[Stored]:
        """Return the captures from `first` on, as they stand."""
        stored = [self._stored(self.first + place) for place, _ in enumerate(exchanges)]
        self._last = max([self._last, *(kept.id for kept in stored)])
        if noted is not None:
            noted(stored)
        return stored

    def last_id(self) -> int:
        """The highest number of those that were added so far."""
        return self._last

    def seal(self, today: str) -> list[Manifest]:
        """Seal nothing."""
        return []

    def add_note(self, note: ClaimNote) -> None:
        """Note nothing."""

    def add_claims(self, archive: str, rows: Iterable[tuple[RowName, bytes | None]], today: str) -> None:
        """Claim nothing, but have the rows looked at."""
        for _ in rows:
            pass

    def claim_of(self, archive: str, name: RowName) -> SealedClaim | None:
        """No claim counts while the archive is being made."""
        return None

    def last_claim(self) -> int:
        """Return 0: the archive knows of no claim yet."""
        return 0

    def _stored(self, capture_id: int) -> Stored:
        _, sha256 = self.without_payload(capture_id)
        sql = "SELECT bytes FROM payloads WHERE sha256 = ?"
        (size,) = self._con.execute(sql, (bytes.fromhex(sha256),)).fetchone()
        return Stored(capture_id, sha256, int(size))
