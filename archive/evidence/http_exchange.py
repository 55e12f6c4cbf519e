"""One exchange with a portal, and the digests that seal it. Pure: no file, no clock.

A capture's digest is the sha256 over the canonical JSON of all its metadata, the payload's sha256, its number
and the day it is filed under. A claim's digest (`archive.evidence.claims`: what the archive said of an event or a version) is the
sha256 over the canonical JSON of {"archive", "day", "id", "kind", "number", "row_id", "sha256"}: the table's columns, `sha256`
being the row's in hex or null; and a row's sha256 is the one over the canonical JSON of its columns that have a value.

A manifest's hash is the sha256 over the hash before it, the digests of the day's captures in order of number, those of its
claims in order of number, and the day, in lines. Days without claims, as all were in earlier versions, have captures alone.
The tip is the same chain over the captures without the claims, so that a file's tip stays provable where it was merged.
All can be recomputed in any language from what an export shows.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

GENESIS = "0" * 64
"""The stand-in for a previous hash in front of the first manifest."""

COLUMNS = ("crawl_id", "portal", "url", "fetched_at", "status")
"""Fields with a column of their own in the table of captures; the others go into its `head`."""

Headers = tuple[tuple[str, str], ...]


class EvidenceError(Exception):
    """The evidence file lacks what was requested, or no longer holds it intact: one plain line."""


def one_line(error: object) -> str:
    """Return the message of an error, or of SQLite, as one line, without a text of the archive that it may quote."""
    message = " ".join(str(error).split()) or type(error).__name__
    return re.sub(r"(decode to UTF-8 column '[^']*') with text .*", r"\1", message)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its response, as they went over the wire, except that `payload` is decoded.

    fetched_at: UTC, `2026-11-23T04:05:06.123456Z`. payload: the entity body after transfer and content
    decoding. wire_bytes: its length as received. Header names and values are Latin-1 text, in the order given: from a
    crawl, with the capitals that Scrapy gives names, and those of one name together. certificate: the sha256 (hex) of the
    server's TLS certificate in DER; None where there was none, or the archive did not yet keep it. certificate_der: that
    one, to be kept; None where it is kept already. Raises ValueError for another form of time.
    """

    crawl_id: int
    portal: str
    url: str
    method: str
    request_headers: Headers
    request_body: bytes
    fetched_at: str
    status: int
    response_headers: Headers
    payload: bytes
    wire_bytes: int
    protocol: str
    ip_address: str | None
    software: str
    certificate: str | None = None
    certificate_der: bytes | None = None

    def __post_init__(self) -> None:
        if len(self.fetched_at) != 27 or not self.fetched_at.endswith("Z"):
            raise ValueError(f"fetched_at must read like 2026-11-23T04:05:06.123456Z, not {self.fetched_at!r}")
        datetime.fromisoformat(self.fetched_at)

    def response_header(self, name: str) -> str | None:
        """The first response header of this name, whatever its case."""
        return _first(self.response_headers, name)

    def request_header(self, name: str) -> str | None:
        """The first request header of this name, whatever its case."""
        return _first(self.request_headers, name)


def _first(headers: Headers, name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name.lower()), None)


_HEAD = tuple(field.name for field in fields(Exchange) if field.name not in (*COLUMNS, "payload", "certificate_der"))


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def canonical(value: object) -> bytes:
    """JSON with sorted keys, no blanks, ASCII only: one value, one sequence of bytes."""
    return _CANONICAL.encode(value).encode("ascii")


def _named(exchange: Exchange, names: Iterable[str]) -> dict[str, object]:
    """Values by name as JSON knows them; a certificate only where there is one, for digests made before there were any hold."""
    values = {name: _plain(getattr(exchange, name)) for name in names}
    if values["certificate"] is None:
        del values["certificate"]
    return values


def _plain(value: object) -> object:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def head_of(exchange: Exchange) -> bytes:
    """The fields without a column of their own, as canonical JSON (bytes as base64)."""
    return canonical(_named(exchange, _HEAD))


def restored(columns: Mapping[str, Any], head: bytes) -> Exchange:
    """The exchange, with an empty payload, from its columns and head.

    Raises ValueError, TypeError, KeyError or AttributeError if they are not what `head_of` made.
    """
    kept = json.loads(head)
    kept["request_body"] = base64.b64decode(kept["request_body"], validate=True)
    for name in ("request_headers", "response_headers"):
        kept[name] = tuple((str(key), str(value)) for key, value in kept[name])
    return Exchange(payload=b"", **kept, **columns)


def sealed_text(exchange: Exchange, capture_id: int, day: str, payload_sha256: str) -> bytes:
    """The canonical JSON of a capture, whose sha256 is its digest."""
    values = _named(exchange, (*COLUMNS, *_HEAD))
    return canonical({**values, "id": capture_id, "day": day, "sha256": payload_sha256})


def capture_digest(exchange: Exchange, capture_id: int, day: str, payload_sha256: str) -> bytes:
    """The 32 bytes that seal one capture."""
    return hashlib.sha256(sealed_text(exchange, capture_id, day, payload_sha256)).digest()


def manifest_text(previous: str, digests: Iterable[bytes], day: str) -> bytes:
    """One day's manifest: the lines `previous`, each digest in hex, `day`."""
    return "\n".join([previous, *(digest.hex() for digest in digests), day]).encode()


def manifest_hash(previous: str, digests: Iterable[bytes], day: str) -> str:
    """The hash of one day's manifest, in hex."""
    return hashlib.sha256(manifest_text(previous, digests, day)).hexdigest()
