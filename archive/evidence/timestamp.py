"""RFC 3161 timestamps for a manifest's hash: a third party's statement that the hash existed then.

What is stamped is the hash as printed: the sha256 of its 64 ASCII digits. A token is the server's whole answer (a
`.tsr` file), so that it can be checked without this program too:
`printf %s HASH > hash.txt; openssl ts -verify -data hash.txt -in token.tsr -CAfile root.pem`.
"""

import hashlib
import http.client
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from archive.evidence.http_exchange import EvidenceError
from archive.model import clock
from archive.model.addresses import is_on_the_web

MOST = 1_000_000
"""Bytes of an answer that are read at most; real ones have some thousands."""

_SHA256 = "2.16.840.1.101.3.4.2.1"
_GRANTED = 0
_CERTIFICATES = 0xA0
_ATTRIBUTES = 0xA0
_SET = b"\x31"
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
"""The OID of the attribute that holds the digest of what is signed (RFC 5652), in DER."""

_HASHES = (hashes.SHA256(), hashes.SHA384(), hashes.SHA512())
_BROKEN = (
    ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)  # fmt: skip
"""Raised by the reading of a broken answer, or of a broken certificate in it."""


class TimestampError(EvidenceError):
    """No timestamp could be had, or it does not hold: one plain line."""


def stamp(manifest_hash: str, server: str, timeout: float = 30.0) -> bytes:
    """Request the token of the timestamp server at `server` (http or https) for a manifest's hash.

    `timeout`: seconds without an answer; twice as many for the whole of it. The answer must be for this hash and this request; who signed it is
    for `check` to say. Raises TimestampError.
    """
    request = TimestampRequestBuilder(manifest_hash.encode("ascii"), HashAlgorithm.SHA256).build()
    token = _request(server, request.as_bytes(), timeout)
    response = _decoded(token)
    if response.status != _GRANTED:
        reason = "; ".join(response.status_string) or f"status {int(response.status)}"
        raise TimestampError(f"{server} refused the timestamp: {reason}")
    _check_imprint(response, manifest_hash)
    if response.tst_info.nonce != request.nonce:
        raise TimestampError(f"{server} answered another request than ours")
    return token


def check(token: bytes, manifest_hash: str, roots: Sequence[bytes]) -> datetime:
    """Return the time (UTC) at which a server trusted by `roots` (certificates in PEM) saw the hash. Raises TimestampError."""
    response = _decoded(token)
    try:
        trusted = [certificate for pem in roots for certificate in x509.load_pem_x509_certificates(pem)]
        verifier = VerifierBuilder(roots=trusted).build()
    except ValueError as error:
        raise TimestampError(f"the root certificates cannot be read: {error}") from error
    _check_imprint(response, manifest_hash)
    try:
        verifier.verify(response, _imprint(manifest_hash))
    except (VerificationError, *_BROKEN) as error:
        raise TimestampError(f"the timestamp does not hold: {error}") from error
    return response.tst_info.gen_time


def stated_time(token: bytes, manifest_hash: str) -> datetime:
    """Return the time that a token states for this hash, signed with its own certificate. Raises TimestampError.

    Whose certificate that is, and whether it may be trusted, is for `check` to say.
    """
    response = _decoded(token)
    _check_imprint(response, manifest_hash)
    try:
        is_signed = _is_signed(response)
    except (*_BROKEN, LookupError, StopIteration) as error:
        raise TimestampError(f"the timestamp's signature cannot be read: {error}") from error
    if not is_signed:
        raise TimestampError("the timestamp's signature does not hold")
    return response.tst_info.gen_time


def _request(server: str, query: bytes, timeout: float) -> bytes:
    def answer() -> bytes:
        with urllib.request.urlopen(request, timeout=timeout) as response:  # noqa: S310 (checked above)
            token: bytes = response.read(MOST + 1)
            return token

    if not is_on_the_web(server):
        raise TimestampError(f"a timestamp server's address begins with http:// or https://, not {server!r}")
    request = urllib.request.Request(server, query, {"Content-Type": "application/timestamp-query"})  # noqa: S310 (checked above)
    try:
        token = clock.within(2 * timeout, answer)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise TimestampError(f"{server} cannot be asked: {error}") from error
    if len(token) > MOST:
        raise TimestampError(f"{server} answered with more than {MOST} bytes")
    return token


def _decoded(token: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(_with_sorted_certificates(token))
    except _BROKEN as error:
        raise TimestampError(f"this is no timestamp answer: {error}") from error


def _with_sorted_certificates(token: bytes) -> bytes:
    """Return the token with the certificates it carries in DER's order, which the decoder insists on.

    Servers built on openssl send them in an order of their own. No signature covers that order. What is not
    built as expected comes back unchanged, for the decoder to refuse.
    """
    try:
        (response,) = _elements(memoryview(token))
        _, content_info = _elements(_value(response))
        _, explicit = _elements(_value(content_info))
        (signed_data,) = _elements(_value(explicit))
        certificates = next(_value(part) for part in _elements(_value(signed_data)) if part[0] == _CERTIFICATES)
        return token.replace(certificates, b"".join(sorted(map(bytes, _elements(certificates)))), 1)
    except (IndexError, ValueError, StopIteration):
        return token


def _header(der: memoryview) -> tuple[int, int]:
    """Return where the value of the first DER element begins, and where it ends."""
    length, start = der[1], 2
    if length >= 0x80:
        start += length - 0x80
        length = int.from_bytes(der[2:start], "big") or len(der)
    return start, start + length


def _value(element: memoryview) -> memoryview:
    return element[_header(element)[0] :]


def _elements(der: memoryview) -> list[memoryview]:
    """Return the DER elements of which `der` is made. Raises IndexError or ValueError for anything else."""
    elements = []
    while der:
        _, end = _header(der)
        if end > len(der):
            raise ValueError("longer than what it lies in")
        elements.append(der[:end])
        der = der[end:]
    return elements


def _is_signed(response: TimeStampResponse) -> bool:
    """Whether the signature (CMS, RFC 5652) of a token is that of the certificate in it, over what the token says."""
    _, explicit = _elements(_value(memoryview(response.time_stamp_token())))
    (signed_data,) = _elements(_value(explicit))
    _, _, content_info, *_, signers = _elements(_value(signed_data))
    _, explicit_content = _elements(_value(content_info))
    (content,) = _elements(_value(explicit_content))
    (signer,) = _elements(_value(signers))
    parts = _elements(_value(signer))
    place = next(place for place, part in enumerate(parts) if part[0] == _ATTRIBUTES)
    attributes, signature = parts[place], bytes(_value(parts[place + 2]))
    pairs = [_elements(_value(attribute)) for attribute in _elements(_value(attributes))]
    (stated,) = _elements(_value(next(values for name, values in pairs if name == _MESSAGE_DIGEST)))
    digest = bytes(_value(stated))
    if not any(_digest(_value(content), algorithm) == digest for algorithm in _HASHES):
        return False
    certificates = map(x509.load_der_x509_certificate, response.signed_data.certificates)
    (named,) = response.signed_data.signer_infos
    own = [each for each in certificates if (each.issuer, each.serial_number) == (named.issuer, named.serial_number)]
    return any(_verifies(each, signature, _SET + bytes(attributes[1:])) for each in own)


def _digest(content: memoryview, algorithm: hashes.HashAlgorithm) -> bytes:
    return hashlib.new(algorithm.name, content).digest()


def _verifies(certificate: x509.Certificate, signature: bytes, signed: bytes) -> bool:
    """Whether `signature` is that of a certificate's key over `signed`, by any of the usual algorithms."""
    key = certificate.public_key()
    for algorithm in _HASHES:
        attempts: list[Callable[[], None]] = []
        if isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO)
            attempts = [partial(key.verify, signature, signed, way, algorithm) for way in (padding.PKCS1v15(), pss)]
        elif isinstance(key, ec.EllipticCurvePublicKey):
            attempts = [partial(key.verify, signature, signed, ec.ECDSA(algorithm))]
        elif isinstance(key, ed25519.Ed25519PublicKey):
            attempts = [partial(key.verify, signature, signed)]
        for verify in attempts:
            with suppress(InvalidSignature):
                verify()
                return True
    return False


def _imprint(manifest_hash: str) -> bytes:
    return hashlib.sha256(manifest_hash.encode("ascii")).digest()


def _check_imprint(response: TimeStampResponse, manifest_hash: str) -> None:
    try:
        imprint = response.tst_info.message_imprint
    except _BROKEN as error:
        raise TimestampError(f"this is no timestamp answer: {error}") from error
    if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message != _imprint(manifest_hash):
        raise TimestampError("the timestamp is for another hash")
