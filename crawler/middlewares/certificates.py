"""The TLS certificates of portals: not demanded to be right, for many are not, but looked at."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from scrapy.http import Response
from service_identity import VerificationError
from service_identity.cryptography import extract_patterns
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity


def certificate_of(response: Response) -> x509.Certificate | None:
    """Return the certificate that the server of an answer showed; None without TLS, or where it cannot be read."""
    if response.certificate is None:
        return None
    certificate: x509.Certificate = response.certificate.original.to_cryptography()
    return certificate


def fingerprint(response: Response) -> str | None:
    """Return the sha256 (hex) of the server's certificate in DER."""
    certificate = certificate_of(response)
    return sha256(certificate.public_bytes(Encoding.DER)).hexdigest() if certificate else None


def faults(response: Response, host: str, now: datetime) -> Iterator[str]:
    """Yield what is wrong with the certificate of `host`: its time, its names, its signer. Chains of signers are not followed."""
    certificate = certificate_of(response)
    if certificate is None:
        return
    if certificate.not_valid_after_utc < now:
        yield f"the certificate of {host} expired on {certificate.not_valid_after_utc:%Y-%m-%d}"
    if certificate.not_valid_before_utc > now:
        yield f"the certificate of {host} is valid only from {certificate.not_valid_before_utc:%Y-%m-%d} on"
    if certificate.issuer == certificate.subject:
        yield f"the certificate of {host} is signed by itself"
    if not _names(certificate, host):
        yield f"the certificate is for another host than {host}"
