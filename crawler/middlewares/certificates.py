"""The TLS certificates of portals: not demanded to be right, for many are not, but looked at."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

from cryptography import x509
from scrapy.http import Response
from service_identity import CertificateError, VerificationError
from service_identity.cryptography import verify_certificate_hostname, verify_certificate_ip_address
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.ssl import Certificate

LONGEST = 64 * 1024
"""Bytes of a certificate that is kept."""


def certificate_of(response: Response) -> tuple[str | None, bytes | None]:
    """Return the sha256 (hex) of the server's certificate, and the certificate in DER where it is not too long; None without TLS."""
    der = _der(response)
    return (sha256(der).hexdigest(), der if len(der) <= LONGEST else None) if der else (None, None)


def faults(response: Response, now: datetime) -> Iterator[str]:
    """Yield what is wrong with a server's certificate: its time, its signer, its names. Chains of signers are not followed."""
    der = _der(response)
    if der is None:
        return
    try:
        certificate = x509.load_der_x509_certificate(der)
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        is_self_signed = certificate.issuer == certificate.subject
    except ValueError:
        yield "cannot be read"
        return
    if ends < now:
        yield f"expired on {ends:%Y-%m-%d}"
    if begins > now:
        yield f"is valid only from {begins:%Y-%m-%d} on"
    if is_self_signed:
        yield "is signed by itself"
    if not _is_for(certificate, urlsplit(response.url).hostname or ""):
        yield "is another host's"


def _is_for(certificate: x509.Certificate, host: str) -> bool:
    try:
        if isIPAddress(host) or isIPv6Address(host):
            verify_certificate_ip_address(certificate, host)
        else:
            verify_certificate_hostname(certificate, host)
    except (VerificationError, CertificateError, ValueError):
        return False
    return True


def _der(response: Response) -> bytes | None:
    """Return the server's certificate in DER: Twisted's handler keeps an object, aiohttp's the bytes."""
    certificate = response.certificate
    return certificate.dump() if isinstance(certificate, Certificate) else certificate
