"""A server's TLS certificate, as it describes itself."""

from hashlib import sha256

from cryptography import x509

from archive.model import clock
from archive.model.observations import ServerCertificate

LONGEST = 500
"""Characters of a name."""


def described(der: bytes) -> ServerCertificate:
    """Return what a certificate in DER says; its names are empty where it can't be read."""
    digest = sha256(der).hexdigest()
    try:
        certificate = x509.load_der_x509_certificate(der)
        names = (certificate.subject.rfc4514_string()[:LONGEST], certificate.issuer.rfc4514_string()[:LONGEST])
        times = (clock.text(certificate.not_valid_before_utc), clock.text(certificate.not_valid_after_utc))
    except ValueError:
        return ServerCertificate(digest, "", "", "", "")
    return ServerCertificate(digest, *names, *times)
