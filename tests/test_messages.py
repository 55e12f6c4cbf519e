"""Mail, webhooks and servers of time stamps: what arrives, over real SMTP and HTTP on loopback, and what is said where nothing does."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from archive.evidence.timestamp import TimestampError, stamp
from archive.notify import messages
from archive.notify.messages import DeliveryError, check_hook, check_mail, post, send_mail
from tests.certificates import self_signed
from tests.conftest import Answer, Site, SiteRequest, redirect
from tests.dripping import dripping
from tests.mailbox import Mailbox, mailbox
from tests.ports import free_port

SUBJECT, TEXT = "棚户区：2 条新记录", "2018-04-03  关于棚户区改造的通知\n.\n. 只有一个点的行\n"
PASSWORD = "p@ss:/?"
IN_ADDRESS = "p%40ss%3A%2F%3F"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "PAUSES", (0.0, 0.0))
    monkeypatch.setenv("DISCLOSURES_SENDER", "archive@example.org")


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mailbox() as running:
        monkeypatch.setenv("DISCLOSURES_SMTP", f"smtp://{running.address}")
        yield running


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls") / "server.pem")


def test_a_mail_arrives_as_it_was_written(box: Mailbox) -> None:
    send_mail("desk@example.org", f"{SUBJECT}\r\nBcc: someone@example.org", TEXT, "watch-7.3")
    (mail,) = box.mails
    assert mail["Subject"] == f"{SUBJECT} Bcc: someone@example.org"  # one line: nothing can be put into the header
    assert mail["Bcc"] is None
    assert box.to == [["desk@example.org"]]
    assert mail.get_content().replace("\r\n", "\n") == TEXT
    assert mail["Message-ID"] == "<watch-7.3@example.org>"
    assert mail["From"].addresses[0].addr_spec == "archive@example.org"
    assert mail["Auto-Submitted"] == "auto-generated", "or absence notices come back"


@pytest.mark.parametrize("implicit", [True, False])
def test_passwords_go_encrypted(certificate: Path, monkeypatch: pytest.MonkeyPatch, *, implicit: bool) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mailbox(certificate, implicit=implicit, auth=True) as box:
        scheme = "smtps" if implicit else "smtp"
        monkeypatch.setenv("DISCLOSURES_SMTP", f"{scheme}://desk:{IN_ADDRESS}@{box.address}")
        send_mail("desk@example.org", SUBJECT, TEXT, "1")
        assert box.logins == [("desk", PASSWORD)]
        assert box.encrypted == [True]
        monkeypatch.setenv("DISCLOSURES_SMTP", f"{scheme}://desk:wrong@{box.address}")
        with pytest.raises(DeliveryError, match=r"^127.0.0.1 refused the mail \(535 ") as error:
            send_mail("desk@example.org", SUBJECT, TEXT, "2")
        assert "wrong" not in str(error.value)
        assert box.logins[1:] == [("desk", "wrong")] * 2  # as PLAIN and as LOGIN, in one session: not tried again
        monkeypatch.setenv("DISCLOSURES_SMTP", f"{scheme}://desk:%E5%AD%97@{box.address}")
        with pytest.raises(DeliveryError, match="must be of ASCII characters"):
            send_mail("desk@example.org", SUBJECT, TEXT, "3")


@pytest.mark.parametrize(
    ("to", "answers", "refused"),
    [
        ("nobody@example.org", [], True),
        ("desk@example.org", ["550 5.1.1 no such mailbox"], True),
        ("desk@example.org", ["451 4.2.1 later"] * 3, False),
    ],
)
def test_a_refusal_for_good_is_told_from_one_for_now(box: Mailbox, to: str, answers: list[str], refused: bool) -> None:
    box.answers = answers
    with pytest.raises(DeliveryError) as error:
        send_mail(to, SUBJECT, TEXT, "1")
    assert error.value.refused == refused


def test_a_server_that_refuses_the_sender_says_nothing_of_the_mailbox(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mailbox(certificate, implicit=True, auth=True) as box:
        monkeypatch.setenv("DISCLOSURES_SMTP", f"smtps://desk:wrong@{box.address}")
        with pytest.raises(DeliveryError) as error:
            send_mail("nobody@example.org", SUBJECT, TEXT, "1")
    assert not error.value.refused


@pytest.mark.parametrize("implicit", [True, False])
def test_a_certificate_that_nobody_vouches_for_gets_nothing(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, *, implicit: bool
) -> None:
    with mailbox(certificate, implicit=implicit) as box:
        monkeypatch.setenv("DISCLOSURES_SMTP", f"{'smtps' if implicit else 'smtp'}://{box.address}")
        with pytest.raises(DeliveryError, match="no certificate that this machine trusts"):
            send_mail("desk@example.org", SUBJECT, TEXT, "1")
        assert box.mails == []


def test_a_password_is_not_sent_to_another_machine_unencrypted(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_LOCAL", set())
    monkeypatch.setenv("DISCLOSURES_SMTP", f"smtp://desk:secret@{box.address}")
    with pytest.raises(DeliveryError, match="it would take the password unencrypted"):
        send_mail("desk@example.org", SUBJECT, TEXT, "1")
    assert box.mails == []


def test_what_may_pass_is_tried_again_and_what_will_not_is_not(box: Mailbox) -> None:
    box.answers = ["451 4.3.0 try again later", "421 4.3.2 shutting down"]
    send_mail("desk@example.org", SUBJECT, TEXT, "1")
    assert len(box.mails) == 1
    box.answers = ["554 5.7.1 no"] * 2
    with pytest.raises(DeliveryError, match=r"^127.0.0.1 refused the mail \(554 5.7.1 no\)$"):
        send_mail("desk@example.org", SUBJECT, TEXT, "2")
    assert len(box.answers) == 1
    with pytest.raises(DeliveryError, match=r"refused nobody@example.org \(550 "):
        send_mail("nobody@example.org", SUBJECT, TEXT, "3")


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCLOSURES_SMTP", f"smtp://desk:secret@127.0.0.1:{free_port()}")
    with pytest.raises(DeliveryError, match=r"^127.0.0.1 can't be reached for mail") as error:
        send_mail("desk@example.org", SUBJECT, TEXT, "1")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "must say how mail is sent"),
        ("mail.example.org", "is no address such as"),
        ("https://mail.example.org", "is no address such as"),
        ("smtp://mail.example.org:port", "is no address such as"),
        ("smtp://[", "is no address such as"),
    ],
)
def test_what_is_wrong_with_the_environment_is_stated(monkeypatch: pytest.MonkeyPatch, given: str, said: str) -> None:
    monkeypatch.setenv("DISCLOSURES_SMTP", given)
    with pytest.raises(DeliveryError, match=f"^DISCLOSURES_SMTP {said}"):
        check_mail()


def test_who_sends_must_be_known(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    check_mail()
    monkeypatch.delenv("DISCLOSURES_SENDER")
    monkeypatch.setenv("DISCLOSURES_CONTACT", "https://example.org/contact")
    with pytest.raises(DeliveryError, match=r"^DISCLOSURES_SENDER must say"):
        check_mail()
    monkeypatch.setenv("DISCLOSURES_SENDER", "archive@example.org")
    with pytest.raises(DeliveryError, match="cannot write a mail"):
        send_mail("not an address", SUBJECT, TEXT, "1")


def test_a_webhook_gets_json(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[SiteRequest] = []
    answers = iter([503, 429, 204])

    def hook(request: SiteRequest) -> Answer:
        asked.append(request)
        return Answer(status=next(answers))

    with Site({"/hook/secret": hook}) as site:
        post(f"{site.url}hook/secret", {"text": SUBJECT}, "watch-7.3")
    assert [json.loads(each.form or "") for each in asked] == [{"text": SUBJECT}] * 3
    assert {each.headers["idempotency-key"] for each in asked} == {"watch-7.3"}
    assert asked[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [302, 400, 404, 500])
def test_a_webhook_that_does_not_take_it(status: int) -> None:
    tries: list[SiteRequest] = []

    def hook(request: SiteRequest) -> Answer:
        tries.append(request)
        return redirect("/elsewhere", status)

    with (
        Site({"/hook/secret": hook}) as site,
        pytest.raises(DeliveryError, match=f"^127.0.0.1 answered {status}$"),
    ):
        post(f"{site.url}hook/secret", {}, "1")
    assert len(tries) == (3 if status == 500 else 1)
    assert list(site.requests) == ["/hook/secret"] * len(tries)


def test_webhooks_that_are_no_addresses_or_not_there() -> None:
    for url in ("desk@example.org", "file:///etc/passwd", "https://", "http://[::1", "https://x:y/"):
        with pytest.raises(DeliveryError, match="begins with https://"):
            check_hook(url)
    with pytest.raises(DeliveryError, match=r"^127.0.0.1 can't be reached \(ConnectError\)$"):
        post(f"http://127.0.0.1:{free_port()}/secret", {}, "1")


def test_a_webhook_that_answers_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "LONGEST_POST", 0.3)
    with dripping(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n") as port, pytest.raises(DeliveryError, match="TimeoutError"):
        messages.post_json(f"http://127.0.0.1:{port}/", {})


def test_of_a_webhook_s_answer_no_more_is_read_than_anybody_looks_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "MOST", 1000)
    with dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 600) as port:
        assert len(messages.post_json(f"http://127.0.0.1:{port}/", {}).content) == 1000


def test_a_webhook_s_answer_is_not_unpacked() -> None:
    bomb = Answer(zstandard.compress(bytes(50_000_000)), headers=(("Content-Encoding", "zstd"),))
    with Site({"/hook": bomb}) as site:
        assert len(messages.post_json(f"{site.url}hook", {}).content) < 10_000


def test_a_mail_server_that_greets_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "LONGEST_MAIL", 0.3)
    with dripping(b"", b"220-sample\r\n") as port:
        monkeypatch.setenv("DISCLOSURES_SMTP", f"smtp://127.0.0.1:{port}")
        with pytest.raises(DeliveryError, match="no whole answer within"):
            send_mail("desk@example.org", "样本", "样本", "1")


def test_a_server_of_time_stamps_that_answers_for_ever_is_given_up() -> None:
    with dripping(b"HTTP/1.0 200 OK\r\n\r\n", b"0") as port, pytest.raises(TimestampError, match="no whole answer"):
        stamp("0" * 64, f"http://127.0.0.1:{port}/", timeout=0.2)
