"""The bundle that proves events: a ZIP that anybody can check, who has the hash of one day from elsewhere.

sheet.html, sheet.en.html  what is claimed, and what shows it, to read in Chinese and in English
days/DAY.txt    each day from the first capture shown to the head, as sealed: its sha256 is the day's hash, and the next one's
                first line; the other lines are the digests of the day's captures and claims, the last one is the day
captures/N.json a capture's address, time, headers and the sha256 of its payload: its own sha256 is a line of its day
captures/N.payload  what the portal sent, except where that holds personal data, or is shown to nobody
copies/N.html   the same to read, nothing in it runs or loads; personal data masked
events/N.json   what the archive claimed; N.claim.json: the line that seals it
certificates/HASH.der  the server's TLS certificate: HASH is its sha256, and stands in the capture's text
tokens/DAY.tsr  time stamps (RFC 3161) of days' hashes
captures.wacz   the captures for ReplayWeb.page
check.py, CHECK.txt  a program that checks all this, and how to do it by hand
proof.json      how these belong together; SHA256SUMS: the sha256 of each file; the ZIP's comment: that of all before it
"""

import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

from archive.copies.redacted_copies import redacted_copy
from archive.copies.sanitiser import NotShown
from archive.database.connection import ArchiveError, open_for_reading
from archive.database.withheld import hidden
from archive.evidence.claims import EVENT, RowName, claim_text, row_text
from archive.evidence.evidence_reader import UNREADABLE, Originals
from archive.evidence.http_exchange import EvidenceError, Exchange, one_line, sealed_text
from archive.evidence.text_encoding import text_of
from archive.evidence.timestamp import TimestampError, stated_time
from archive.export.masked_originals import CLEAR, MaskedOriginals
from archive.export.wacz import write_wacz
from archive.labels.language import Language
from archive.masking.redaction import redact
from archive.model import clock
from archive.model.atomic_file import atomic_file
from archive.proof.event_proof import EventProof, event_proof
from archive.proof.sheet import Kept, SealedDay, Sheet, ShownCapture, page

_DATE = (1980, 1, 1, 0, 0, 0)
"""The time that all files of a bundle bear, so that the same proof makes the same bytes."""

_SUM = b"sha256:"
_OWN_FILES = {"check.py": "checker.py", "CHECK.txt": "CHECK.txt"}
_SHEETS: dict[str, Language] = {"sheet.html": "zh", "sheet.en.html": "en"}
_ARCHIVE = "SELECT value FROM settings WHERE name = 'archive'"
_OUTCOME = "SELECT outcome FROM captures WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The bundle as it was written: how many captures, of which so many masked, and of so many only the digest; and the
    last day, its hash, and whether it is over and sealed.
    """

    captures: int
    masked: int
    digests: int
    head: SealedDay


@dataclass(slots=True)
class _Sealed:
    """Something a day seals: the file whose sha256 is its digest,
    and the file whose sha256 that one names; None: not given.
    """

    day: str
    digest: str
    text: str | None = None
    content: str | None = None


def write_bundle(db: Path, evidence: Path, events: Sequence[int], out: Path, *, site: str = "") -> Bundle:
    """Write the proof of events to `out`, which is there whole or not at all.
    `site`: where the archive is published, if it is.

    Raises ArchiveError where there is nothing to prove, or `out` can't be written;
    EvidenceError where an original is missing or damaged.
    """
    try:
        with closing(open_for_reading(db)) as connection, closing(Originals(evidence)) as originals:
            connection.row_factory = sqlite3.Row
            clear = {row[0] for row in connection.execute(CLEAR)}
            with closing(MaskedOriginals(evidence, connection, clear)) as masked:
                package = _Package(db, connection, originals, masked)
                package.add_all([event_proof(connection, event) for event in events], site)
    except (*UNREADABLE, json.JSONDecodeError) as error:
        raise ArchiveError(f"cannot read the archive {db}: {one_line(error)}") from error
    try:
        with atomic_file(out) as file:
            _write(package.files, file)
    except TimestampError as error:
        raise EvidenceError(
            f"a time stamp does not hold: {error}; `disclosures verify` says what else is wrong"
        ) from error
    except OSError as error:
        raise ArchiveError(f"cannot write {out}: {error.strerror or error}") from error
    kept = [capture.kept for capture in package.captures.values()]
    return Bundle(len(kept), kept.count("masked"), kept.count("digest"), package.days[-1])


class _Package:
    """The files of a bundle as they are added to it."""

    def __init__(self, db: Path, connection: sqlite3.Connection, originals: Originals, masked: MaskedOriginals) -> None:
        self._db, self._connection, self._originals, self._masked = db, connection, originals, masked
        self._sealed: dict[str, _Sealed] = {}
        self.files: dict[str, bytes] = {}
        self.captures: dict[int, ShownCapture] = {}
        self.days: list[SealedDay] = []

    def add_all(self, proofs: Sequence[EventProof], site: str) -> None:
        """Add all that proves some events."""
        for number in sorted({number for proof in proofs for number in proof.shown}):
            self._add_capture(number)
        for proof in proofs:
            self._add_event(proof)
        self.days = list(self._added_days())
        self._add_replay()
        sheets = [self._sheet(proof, site) for proof in proofs]
        self.files |= {name: page(sheets, language).encode() for name, language in _SHEETS.items()}
        for name, own in _OWN_FILES.items():
            self.files[name] = Path(__file__).with_name(own).read_bytes()
        self._add_description(proofs)

    def _add_capture(self, number: int) -> None:
        """Add a capture: whole, or its headers and a masked copy, or its digest alone."""
        capture = self._originals.sealed_capture(number)
        exchange, sealed = capture.exchange, _Sealed(capture.day, capture.digest.hex())
        self._sealed[f"capture {number}"] = sealed
        is_destroyed = self._originals.destroyed(capture.sha256) is not None
        payload = b"" if is_destroyed else self._originals.payload(capture.sha256)
        text = text_of(replace(exchange, payload=payload))
        row = self._connection.execute(_OUTCOME, (number,)).fetchone()
        kept: Kept = "digest"
        copy = None
        if not _names_persons(exchange) and not hidden(self._connection, exchange.url, capture.sha256, text):
            kept, sealed.text = "masked", f"captures/{number}.json"
            self.files[sealed.text] = sealed_text(exchange, number, capture.day, capture.sha256)
            copy = None if is_destroyed else self._copied(number, capture.sha256)
            if not is_destroyed and self._masked.exchange(number).response_header("X-Archive-Masked") is None:
                kept, sealed.content = "whole", f"captures/{number}.payload"
                self.files[sealed.content] = payload
        outcome = row["outcome"] if row else ""
        if exchange.certificate and (der := self._originals.certificate(exchange.certificate)):
            self.files[f"certificates/{exchange.certificate}.der"] = der
        facts = exchange.url, exchange.fetched_at, exchange.status, outcome, capture.sha256, exchange.certificate
        self.captures[number] = ShownCapture(number, *facts, kept, copy)

    def _copied(self, number: int, digest: str) -> str | None:
        """Add the copy of a capture that may be read; return its name, None where there is nothing to read."""
        with suppress(NotShown):  # an empty answer, or one that can't be shown surely masked
            copy = redacted_copy(self._db, self._originals.path, number, digest)
            name = f"copies/{number}.{'html' if 'html' in copy.media_type else 'txt'}"
            self.files[name] = copy.body
            return name
        return None

    def _add_event(self, proof: EventProof) -> None:
        """Add an event as it was sealed. Raises ArchiveError where it isn't sealed, or not so."""
        number, row = proof.event["id"], row_text(dict(proof.event))
        archive = self._connection.execute(_ARCHIVE).fetchone()[0]
        claim = self._originals.claim_of(archive, RowName(EVENT, number, 0))
        if claim is None or claim.row_sha256 != sha256(row).digest():
            raise ArchiveError(
                f"event {number} is not sealed as it stands: the next crawl seals it, or `disclosures verify` says what is wrong"
            )
        text, names = claim_text(archive, claim), (f"events/{number}.claim.json", f"events/{number}.json")
        self.files |= zip(names, (text, row), strict=True)
        self._sealed[f"event {number}"] = _Sealed(claim.day, sha256(text).hexdigest(), *names)

    def _added_days(self) -> Iterator[SealedDay]:
        """Add each day from the first that seals something here to the last, with its time stamp; yield them."""
        for day, text, manifest in self._originals.manifest_texts(min(each.day for each in self._sealed.values())):
            self.files[f"days/{day}.txt"] = text
            hash_, stamped_at = sha256(text).hexdigest(), ""
            if manifest and manifest.token:
                self.files[f"tokens/{day}.tsr"] = manifest.token
                stamped_at = clock.text(stated_time(manifest.token, hash_))
            yield SealedDay(day, hash_, manifest is not None, stamped_at)

    def _sheet(self, proof: EventProof, site: str) -> Sheet:
        number = proof.event["id"]
        sealed_on = self._sealed[f"event {number}"].day
        sealed = next(day for day in self.days if day.day == sealed_on)
        address = f"{site.rstrip('/')}/-/proof/{number}" if site else ""
        return Sheet(proof, self.captures, sealed, self.days[-1], address)

    def _add_replay(self) -> None:
        """Add the captures for programs that replay them, except those of which only the digest is given, or is left."""
        shown = {number: capture for number, capture in self.captures.items() if capture.kept != "digest"}
        numbers = [number for number, capture in shown.items() if self._originals.destroyed(capture.sha256) is None]
        if numbers:
            last = max(self.captures[number].fetched_at for number in numbers)
            with tempfile.TemporaryDirectory(prefix="proof-") as folder:
                out = Path(folder, "captures.wacz")
                write_wacz(self._masked, numbers, out, made_at=f"{last[:19]}Z", title="What is proved")
                self.files["captures.wacz"] = out.read_bytes()

    def _add_description(self, proofs: Sequence[EventProof]) -> None:
        """Add how the files belong together, as check.py reads it."""
        described = {
            "format": 1,
            "before": self.files[f"days/{self.days[0].day}.txt"].partition(b"\n")[0].decode(),
            "head": [self.days[-1].day, self.days[-1].hash],
            "sealed": {what: asdict(sealed) for what, sealed in self._sealed.items()},
            "events": {
                f"event {proof.event['id']}": {"captures": sorted(proof.shown), "pages": proof.absent}
                for proof in proofs
            },
        }
        self.files["proof.json"] = json.dumps(described, indent=1).encode()


def _names_persons(exchange: Exchange) -> bool:
    """Whether something would have to be masked in a capture's address or headers."""
    headers = (value for _, value in (*exchange.request_headers, *exchange.response_headers))
    return any(redact(text).counts for text in (exchange.url, exchange.request_body.decode("latin-1"), *headers))


def _write(files: dict[str, bytes], out: Path) -> None:
    """Write the ZIP, its comment being the sha256 of all bytes before the sum itself."""
    sums = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    with zipfile.ZipFile(out, "w") as package:
        for name, data in sorted({**files, "SHA256SUMS": sums.encode()}.items()):
            # Not compressed: damage then shows in the file it struck.
            package.writestr(zipfile.ZipInfo(name, _DATE), data)
        package.comment = _SUM + b"0" * 64
    whole = out.read_bytes().removesuffix(package.comment)
    out.write_bytes(whole + _SUM + sha256(whole).hexdigest().encode())
