"""Timestamps, requested from a server of our own: openssl behind plain HTTP on the loopback."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner

from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.evidence.timestamp import MOST, TimestampError, check, stamp, stated_time
from archive.maintenance import time_stamps
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model import clock
from archive.proof import bundle
from archive.proof.checking import faults
from bench.schedules import webhook
from crawler.cli.main import main, stamp_days
from tests.conftest import disclosures, rows
from tests.exchanges import exchange
from tests.web.sealed import build_sealed

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl, the tests' timestamp server, is not installed"
)

SHA256 = bytes.fromhex("0609608648016503040201")
"""Its OID, in DER."""

HASH = "ab" * 32
CONFIG = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[tsa]
basicConstraints = CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[good]
dir = .
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = others.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[picky]
dir = .
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha512
ess_cert_id_alg = sha256
"""


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_authority(folder: Path) -> bytes:
    """A root and a timestamping certificate in `folder`; the root in PEM."""
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "tsa.cnf")
    openssl(
        folder,
        "req",
        "-x509",
        *key,
        "-keyout",
        "root.key",
        "-out",
        "root.pem",
        "-subj",
        "/CN=Sample root",
        "-extensions",
        "root",
    )
    openssl(folder, "req", "-new", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Sample clock")
    openssl(
        folder,
        *("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial"),
        *("-extfile", "tsa.cnf", "-extensions", "tsa", "-out", "tsa.pem"),
    )
    # Two more certificates in the answer, the larger first: openssl keeps that order, which is not DER's.
    both = sorted([(folder / "root.pem").read_bytes(), (folder / "tsa.pem").read_bytes()], key=len)
    (folder / "others.pem").write_bytes(both[1] + both[0])
    return (folder / "root.pem").read_bytes()


class Handler(BaseHTTPRequestHandler):
    """/good, /picky: openssl's answer; the others misbehave."""

    folder: Path

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/timestamp-query"
        name = self.path.strip("/")
        if name == "slow":
            time.sleep(1)
        if name in {"good", "picky", "stale"}:
            if name == "stale" and (self.folder / "stale.tsq").exists():
                query = (self.folder / "stale.tsq").read_bytes()
            (self.folder / "stale.tsq").write_bytes(query)
            (self.folder / "query.tsq").write_bytes(query)
            section = "picky" if name == "picky" else "good"
            openssl(
                self.folder,
                "ts",
                "-reply",
                "-config",
                "tsa.cnf",
                "-section",
                section,
                "-queryfile",
                "query.tsq",
                "-out",
                "a.tsr",
            )
            body = (self.folder / "a.tsr").read_bytes()
        else:
            body = {
                "garbage": b"<html>not a timestamp</html>",
                "empty": b"",
                "large": b"0" * (MOST + 1),
                "most": b"0" * MOST,
            }.get(name, b"")
        with suppress(BrokenPipeError):  # the client may have gone
            self.send_response(500 if name == "broken" else 200)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        pass


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    folder = tmp_path_factory.mktemp("tsa")
    return folder, make_authority(folder)


@pytest.fixture(scope="module")
def server(authority: tuple[Path, bytes]) -> Iterator[str]:
    Handler.folder = authority[0]
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()


def test_stamp_and_check(authority: tuple[Path, bytes], server: str) -> None:
    token = stamp(HASH, f"{server}/good")
    at = check(token, HASH, [authority[1]])
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=2)


def test_openssl_accepts_the_token(authority: tuple[Path, bytes], server: str) -> None:
    folder, _ = authority
    (folder / "token.tsr").write_bytes(stamp(HASH, f"{server}/good"))
    (folder / "hash.txt").write_text(HASH)
    openssl(folder, "ts", "-verify", "-data", "hash.txt", "-in", "token.tsr", "-CAfile", "root.pem")


def test_another_hash_root_or_token(authority: tuple[Path, bytes], server: str, tmp_path: Path) -> None:
    token = stamp(HASH, f"{server}/good")
    with pytest.raises(TimestampError, match="another hash"):
        check(token, "cd" * 32, [authority[1]])
    with pytest.raises(TimestampError, match="does not hold"):
        check(token, HASH, [make_authority(tmp_path)])
    with pytest.raises(TimestampError, match="root certificates"):
        check(token, HASH, [b"no certificate"])
    with pytest.raises(TimestampError, match="root certificates"):
        check(token, HASH, [])
    with pytest.raises(TimestampError, match="no timestamp"):
        check(b"nothing", HASH, [authority[1]])


def test_a_token_that_names_another_algorithm_for_the_same_digest_is_for_another_hash(server: str) -> None:
    """No other program would find that it holds."""
    token, digest = stamp(HASH, f"{server}/good"), hashlib.sha256(HASH.encode()).digest()
    named = token.rindex(SHA256, 0, token.index(digest)) + len(SHA256) - 1
    renamed = token[:named] + b"\x08" + token[named + 1 :]  # SHA3-256
    with pytest.raises(TimestampError, match="another hash"):
        stated_time(renamed, HASH)


def test_no_altered_token_says_another_time(authority: tuple[Path, bytes], server: str) -> None:
    """Bytes outside what is signed may change (openssl takes such a token too); the time it proves may not."""
    token = stamp(HASH, f"{server}/good")
    at = check(token, HASH, [authority[1]])
    refused = 0
    for offset in range(0, len(token), 9):
        altered = bytearray(token)
        altered[offset] ^= 0x01
        try:
            assert check(bytes(altered), HASH, [authority[1]]) == at
        except TimestampError:
            refused += 1
    assert refused > len(token) // 9 // 4


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("picky", "refused the timestamp"),
        ("garbage", "no timestamp answer"),
        ("empty", "no timestamp answer"),
        ("broken", "HTTP Error 500"),
        ("large", "more than"),
        ("most", "no timestamp answer"),
    ],
)
def test_servers_that_fail(server: str, name: str, message: str) -> None:
    with pytest.raises(TimestampError, match=message) as caught:
        stamp(HASH, f"{server}/{name}")
    assert "\n" not in str(caught.value)


def test_an_answer_to_an_earlier_request(server: str) -> None:
    stamp(HASH, f"{server}/good")
    with pytest.raises(TimestampError, match="another request"):
        stamp(HASH, f"{server}/stale")


def test_a_server_that_cannot_be_asked_is_an_error(server: str) -> None:
    with pytest.raises(TimestampError, match="cannot be asked"):
        stamp(HASH, f"{server}/slow", timeout=0.2)
    with pytest.raises(TimestampError, match="cannot be asked"):
        stamp(HASH, "http://127.0.0.1:1/")
    for address in ("file:///etc/hostname", "http://[::1"):
        with pytest.raises(TimestampError, match="begins with http"):
            stamp(HASH, address)


def test_kept_with_the_manifest(authority: tuple[Path, bytes], server: str, tmp_path: Path) -> None:
    evidence = Evidence(tmp_path / "evidence.db")
    evidence.add_many([exchange()])
    (manifest,) = evidence.seal("2026-11-24")
    evidence.attach_token(manifest.day, stamp(manifest.hash, f"{server}/good"))
    token = evidence.manifests()[0].token
    assert token is not None
    assert check(token, manifest.hash, [authority[1]])
    assert list(evidence.verify()) == []


# --- from the shell ---


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive whose originals are of days that are over."""
    db = tmp_path / "a.db"
    open_up_to_date(db).close()
    evidence = Evidence(beside(db))
    for day in ("2018-04-02", "2018-04-03"):
        evidence.add_many([exchange(fetched_at=f"{day}T01:02:03.000004Z")])
    evidence.close()
    return db


def test_sealed_days_are_stamped_once_and_checked(authority: tuple[Path, bytes], server: str, archive: Path) -> None:
    folder, root = authority
    assert disclosures("seal", "--db", archive).stdout.startswith("head: 2018-04-03 ")
    stamped = disclosures("seal", "--db", archive, "--timestamp", f"{server}/good")
    assert stamped.stdout.splitlines()[:2] == ["stamped: 2018-04-02", "stamped: 2018-04-03"]
    assert "stamped" not in disclosures("seal", "--db", archive, "--timestamp", f"{server}/good").stdout
    (folder / "root-only.pem").write_bytes(root)
    held = disclosures("verify", "--db", archive, "--roots", folder / "root-only.pem")
    assert (held.returncode, held.stdout.count("stamped: 2018-04-0")) == (0, 2)


def test_a_proof_has_the_stamps_of_its_days(server: str, tmp_path: Path) -> None:
    db = build_sealed(tmp_path)
    assert disclosures("seal", "--db", db, "--timestamp", f"{server}/good").returncode == 0
    assert disclosures("prove", "event:1", "--db", db, "--out", tmp_path / "proof.zip").returncode == 0
    with zipfile.ZipFile(tmp_path / "proof.zip") as package:
        files = {name: package.read(name) for name in package.namelist() if name != "SHA256SUMS"}
    tokens = {name.removeprefix("tokens/").removesuffix(".tsr") for name in files if name.startswith("tokens/")}
    assert tokens == {row["day"] for row in rows(db, "SELECT day FROM seals WHERE stamped_at IS NOT NULL")} != set()
    first = f"tokens/{min(tokens)}.tsr"
    bundle._write({**files, first: files[first][:-1] + bytes([files[first][-1] ^ 1])}, tmp_path / "forged.zip")
    assert list(faults(tmp_path / "forged.zip", {})) == [f"{first}: the timestamp's signature does not hold"]


def test_a_stamp_of_an_authority_not_trusted_does_not_hold(server: str, archive: Path, tmp_path: Path) -> None:
    disclosures("seal", "--db", archive, "--timestamp", f"{server}/good")
    (tmp_path / "other").mkdir()
    (tmp_path / "other.pem").write_bytes(make_authority(tmp_path / "other"))
    held = disclosures("verify", "--db", archive, "--roots", tmp_path / "other.pem")
    assert held.returncode == 1
    assert "wrong: 2018-04-02: the timestamp does not hold" in held.stdout


def test_a_server_that_refuses_or_is_none_is_one_line(server: str, archive: Path) -> None:
    refused = disclosures("seal", "--db", archive, "--timestamp", "ftp://127.0.0.1/")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


def test_that_no_server_gives_a_stamp_is_told_until_one_does(
    server: str, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_stamps, "WAITS", (0.0, 0.0))
    asked = []

    def noted(hash_: str, address: str) -> bytes:
        asked.append(address)
        return stamp(hash_, address)

    monkeypatch.setattr(time_stamps, "stamp", noted)

    def run(*arguments: object) -> tuple[int, str]:
        done = CliRunner().invoke(main, [*map(str, arguments), "--db", str(archive)])
        return done.exit_code, done.output

    dead = "http://127.0.0.1:9/"
    status, said = run("seal", "--timestamp", dead)
    assert (status, asked) == (1, [dead] * 3)
    assert "not stamped: 2018-04-02, nor later days, since " in said
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(days=1))
        assert run("seal", "--timestamp", dead) == (status, said), "since when is noted but once"
    assert "unstamped       the archive itself: no time stamp from 2018-04-02 on, since " in run("status")[1]
    (told,) = json.loads(run("status", "--json")[1])
    assert (told["portal"], told["state"]) == ("", "unstamped")
    heard: list[dict[str, object]] = []
    with webhook(heard.append) as address:
        for _ in range(2):
            assert run("status", "--tell", address, "--prometheus", archive.with_suffix(".prom"))[0] == 1
        assert "disclosures_unstamped 1.0" in archive.with_suffix(".prom").read_text()
        monkeypatch.setenv("DISCLOSURES_TIMESTAMP", f"{dead} {server}/good")
        assert stamp_days(archive)  # as a crawl does when it ends
        assert run("status", "--tell", address, "--json") == (0, "[]\n")
    assert [each["subject"] for each in heard] == ["Disclosures: 1 unstamped", "Disclosures: 1 well again"]
    days = rows(archive, "SELECT day, stamped_at IS NOT NULL AS stamped FROM seals")
    assert days == [{"day": "2018-04-02", "stamped": 1}, {"day": "2018-04-03", "stamped": 1}]


def test_seals_are_published_for_others_to_keep(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "witness"
    assert f"written: {folder / 'seal.json'}" in disclosures("seal", "--db", archive, "--publish", folder).stdout
    kept = json.loads((folder / "seal.json").read_text())
    with closing(Evidence(beside(archive))) as evidence:
        manifests = evidence.manifests()
        assert kept["head"] == dict(zip(("day", "hash"), evidence.head() or (), strict=True))
    assert [(each["day"], each["hash"], each["captures"]) for each in kept["days"]] == [
        (each.day, each.hash, each.captures) for each in manifests
    ]
    if shutil.which("git"):
        git = ["git", "-C", str(folder), "-c", "user.name=Sample", "-c", "user.email=sample@example.org"]
        subprocess.run([*git, "init", "-q"], check=True)
        for name, value in (("user.name", "Sample"), ("user.email", "sample@example.org")):
            subprocess.run([*git, "config", name, value], check=True)
        for _ in range(2):
            assert (
                f"committed: {folder / 'seal.json'}" in disclosures("seal", "--db", archive, "--publish", folder).stdout
            )
        log = subprocess.run([*git, "log", "--format=%s"], capture_output=True, text=True, check=True).stdout
        assert log == f"Seal {kept['head']['day']}\n"


def verified(db: Path) -> tuple[int, str]:
    done = disclosures("verify", "--db", db)
    return done.returncode, done.stdout


def test_a_stamp_with_another_signature_or_content_is_found_without_roots(server: str, archive: Path) -> None:
    disclosures("seal", "--db", archive, "--timestamp", f"{server}/good")
    status, stdout = verified(archive)
    assert (status, stdout.count("has a timestamp of")) == (0, 2)
    assert "its own certificate" in stdout
    with closing(Evidence(beside(archive))) as evidence:
        day, token = evidence.manifests()[-1].day, bytes(evidence.manifests()[-1].token or b"")
        digest = token.index(bytes.fromhex("06092a864886f70d010904")) + 20
        for place in (len(token) - 9, digest):
            altered = bytearray(token)
            altered[place] ^= 1
            evidence.attach_token(day, bytes(altered))
            status, stdout = verified(archive)
            assert status == 1
            assert f"wrong: {day}: the timestamp's signature does not hold" in stdout
        evidence.attach_token(day, token)
    assert verified(archive)[0] == 0


def test_each_changed_byte_of_a_token_says_so_or_leaves_what_it_says(server: str) -> None:
    token = stamp(HASH, f"{server}/good")
    at, refused = stated_time(token, HASH), 0
    for offset in range(0, len(token), 7):
        altered = bytearray(token)
        altered[offset] ^= 0x01
        try:
            assert stated_time(bytes(altered), HASH) == at
        except TimestampError:
            refused += 1
    assert refused > len(token) // 7 // 4


def test_a_stamp_that_was_taken_away_is_missed_from_the_last_day_too(server: str, archive: Path) -> None:
    disclosures("seal", "--db", archive, "--timestamp", f"{server}/good")
    with closing(sqlite3.connect(beside(archive))) as connection:
        connection.execute("UPDATE manifests SET token = NULL WHERE day = '2018-04-03'")
        connection.commit()
    with closing(Evidence(beside(archive))) as evidence:  # its check sum made anew, as one who knows would
        told = evidence.manifests()[-1]
    with closing(sqlite3.connect(beside(archive))) as connection:
        connection.execute("UPDATE manifests SET row_sha256 = ? WHERE day = ?", (told.row_sha256(), told.day))
        connection.commit()
    status, stdout = verified(archive)
    assert (status, stdout.count("wrong:")) == (1, 2)
    assert "wrong: a.evidence.db: manifest 2018-04-03: its timestamp is gone" in stdout


def test_days_since_the_last_stamp_are_told_without_being_wrong(server: str, archive: Path) -> None:
    disclosures("seal", "--db", archive, "--timestamp", f"{server}/good")
    with closing(Evidence(beside(archive))) as evidence:
        evidence.add_many([exchange(fetched_at="2018-04-05T01:02:03.000004Z")])
        evidence.seal("2018-04-06")
    status, stdout = verified(archive)
    assert status == 0
    assert "note: 2018-04-05 has no timestamp, though earlier days have one" in stdout
    disclosures("seal", "--db", archive, "--timestamp", f"{server}/good")
    with closing(sqlite3.connect(beside(archive))) as connection:
        connection.execute("DELETE FROM claims")
        connection.execute("UPDATE manifests SET token = NULL WHERE day = '2018-04-03'")
        connection.commit()
    assert "wrong: 2018-04-03: it has no timestamp, though a later day has one" in verified(archive)[1]
