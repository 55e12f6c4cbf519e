"""Sending messages: by mail (SMTP), or to an address on the web as JSON. Chat services have `archive.notify.chat`.

Where mail goes through, the environment says, so that no password stands in a file of the project or on a command line:
DISCLOSURES_SMTP=smtps://USER:PASSWORD@HOST:PORT, or smtp:// for a server that switches to TLS.
"""

import os
import smtplib
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from types import MappingProxyType
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import httpx

from archive.model import clock
from archive.model.addresses import is_on_the_web

SERVER, SENDER = "DISCLOSURES_SMTP", "DISCLOSURES_SENDER"

PAUSES = (2.0, 8.0)
"""Seconds before each further try, where it may help."""

_TIMEOUT = 30.0

LONGEST_POST, LONGEST_MAIL = 60.0, 600.0
"""Seconds that a whole message may take: who answers a byte at a time would hold all that follow."""

MOST = 1 << 20
"""Bytes of a webhook's answer that are read."""

_LOCAL = {"127.0.0.1", "::1", "localhost"}


class DeliveryError(Exception):
    """A message was not delivered; one plain line, without passwords and without the secret part of an address.

    `again`: whether trying once more may help. `refused`: the mail server takes nothing for this mailbox,
    for good (5xx, RFC 5321).
    """

    def __init__(self, message: str, *, again: bool = False, refused: bool = False) -> None:
        """Keep `message` on one line."""
        super().__init__(" ".join(message.split()))
        self.again, self.refused = again, refused


def send_mail(
    to: str, subject: str, text: str, message_id: str, headers: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Send a mail to one address, with further `headers`. Raises DeliveryError, where it may not have got there.

    `message_id`: unique to this message, of letters, digits, dots and hyphens. A receiver that gets it twice can
    know by it (RFC 5322, 3.6.4), and most mail servers drop the second.
    """
    server, mail = _server(), _mail(to, subject, text, message_id)
    for name, value in headers.items():
        mail[name] = value
    persistently(lambda: _send(server, mail))


def post(url: str, content: Mapping[str, Any], message_id: str) -> None:
    """Post `content` as JSON to a webhook. Raises DeliveryError for any answer but 2xx; redirects are not followed.

    `message_id` goes along as the header Idempotency-Key, for receivers that know it.
    """
    persistently(lambda: post_json(url, content, {"Idempotency-Key": message_id}))


def post_json(
    url: str, content: Mapping[str, Any], headers: Mapping[str, str] = MappingProxyType({})
) -> httpx.Response:
    """Post `content` as JSON, once, and return the answer.
    Raises DeliveryError for any but 2xx; redirects are not followed.
    """
    host = urlsplit(url).hostname  # what follows the host is often a secret
    try:
        answer = clock.within(LONGEST_POST, lambda: _posted(url, content, headers))
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise DeliveryError(f"{host} can't be reached ({type(error).__name__})", again=True) from error
    if not answer.is_success:
        again = answer.status_code in {408, 425, 429} or answer.status_code >= 500
        raise DeliveryError(f"{host} answered {answer.status_code}", again=again)
    return answer


def _posted(url: str, content: Mapping[str, Any], headers: Mapping[str, str]) -> httpx.Response:
    """Post once; the answer, as far as anybody reads it. It is asked for plain, and never unpacked: 32 KB may hold a gigabyte."""
    body = bytearray()
    headers = {**headers, "Accept-Encoding": "identity"}
    with httpx.stream("POST", url, json=content, headers=headers, timeout=_TIMEOUT) as answer:
        for piece in answer.iter_raw():
            body += piece
            if len(body) > MOST:
                break
        return httpx.Response(answer.status_code, content=bytes(body[:MOST]))


def check_mail() -> None:
    """Check that the environment says how to send mail. Raises DeliveryError."""
    _server()
    _sender()


def check_hook(url: str) -> None:
    """Check that this is an address that can be posted to. Raises DeliveryError."""
    if not is_on_the_web(url):
        raise DeliveryError("a webhook's address begins with https:// or http://")


def persistently(send: Callable[[], object]) -> None:
    """Send again after PAUSES where it may help. Raises DeliveryError."""
    for pause in PAUSES:
        try:
            send()
        except DeliveryError as error:
            if not error.again:
                raise
        else:
            return
        time.sleep(pause)
    send()


def _server() -> SplitResult:
    setting = os.environ.get(SERVER, "")
    try:
        parts = urlsplit(setting)
        if parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0:
            return parts
    except ValueError:
        pass
    wrong = "is no address such as" if setting else "must say how mail is sent, such as"
    raise DeliveryError(f"{SERVER} {wrong} smtps://USER:PASSWORD@mail.example.org")


def _sender() -> str:
    setting = os.environ.get(SENDER) or os.environ.get("DISCLOSURES_CONTACT", "")
    if "@" not in setting:
        raise DeliveryError(f"{SENDER} must say from which address mail is sent, such as archive@example.org")
    return setting


def _mail(to: str, subject: str, text: str, message_id: str) -> EmailMessage:
    mail, sender = EmailMessage(policy=SMTP), _sender()
    try:
        mail["From"] = Address("政府信息公开目录档案", addr_spec=sender)
        mail["To"] = Address(addr_spec=to)
        mail["Subject"] = " ".join(subject.split())
        mail["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    except (ValueError, MessageError, IndexError) as error:
        raise DeliveryError(f"cannot write a mail from {sender} to {to}: {error}") from error
    mail["Date"] = formatdate()
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence notice should answer
    mail.set_content(text, cte="base64")  # Chinese in quoted-printable is thrice as long
    mail.policy = SMTP.clone(max_line_length=998)  # shorter, long addresses in headers would be encoded, and be none
    return mail


def _send(server: SplitResult, mail: EmailMessage) -> None:
    host = server.hostname or ""
    try:
        clock.within(LONGEST_MAIL, lambda: _handed_over(server, mail))
    except smtplib.SMTPRecipientsRefused as error:
        (code, text), *_ = error.recipients.values()
        raise DeliveryError(
            f"{host} refused {mail['To']} ({_smtp_reply(code, text)})",
            again=_may_pass(code),
            refused=not _may_pass(code),
        ) from error
    except smtplib.SMTPDataError as error:
        raise _refused(host, error, refused=not _may_pass(error.smtp_code)) from error
    except smtplib.SMTPResponseException as error:  # of the session: it says nothing of the mailbox
        raise _refused(host, error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError(f"{host} does not do what is needed: {error}") from error
    except UnicodeEncodeError as error:
        raise DeliveryError(f"user and password for {host} must be of ASCII characters") from error
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(f"{host} has no certificate that this machine trusts ({error.verify_message})") from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryError(
            f"{host} can't be reached for mail ({error or type(error).__name__})", again=True
        ) from error


def _handed_over(server: SplitResult, mail: EmailMessage) -> None:
    with _connected(server) as smtp:
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(mail)


def _connected(server: SplitResult) -> smtplib.SMTP:
    """A session with the mail server, encrypted; without, only with this machine, or where no password is given."""
    host = server.hostname or ""
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, server.port or 465, timeout=_TIMEOUT, context=ssl.create_default_context())
    smtp = smtplib.SMTP(host, server.port or 587, timeout=_TIMEOUT)
    with ExitStack() as undone:
        undone.callback(smtp.close)
        smtp.ehlo()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
        elif server.password and host not in _LOCAL:
            raise smtplib.SMTPNotSupportedError("it would take the password unencrypted")
        undone.pop_all()
    return smtp


def _refused(host: str, error: smtplib.SMTPResponseException, *, refused: bool = False) -> DeliveryError:
    reply = _smtp_reply(error.smtp_code, error.smtp_error)
    return DeliveryError(f"{host} refused the mail ({reply})", again=_may_pass(error.smtp_code), refused=refused)


def _may_pass(code: int) -> bool:
    """Whether a server's reply says that it may take the mail later (4xx)."""
    return 400 <= code < 500


def _smtp_reply(code: int, words: bytes | str) -> str:
    return f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
