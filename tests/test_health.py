"""Each way in which a portal can fail, provoked on a local one: the right state, a reason to act on, and no record harmed."""

import json
import sqlite3
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from archive.database.connection import open_for_reading
from archive.ingest.health import Health, health, note
from crawler.cli.main import main
from tests import warm
from tests.conftest import Answer, Site, copied, disclosures, portal_file, rows

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
ROW = '<tr><td>640324001/2026-000{n:02}</td><td><a href="/{n}.html">样本规划{n}</a></td><td>2026-03-01</td></tr>'
HEAD = "<tr><th>索引号</th><th>标题</th><th>发布日期</th></tr>"
RECORD = '<html><body><h1>样本规划</h1><div class="TRS_Editor"><p>样本正文</p></div></body></html>'
NUMBERS = range(1, 13)
GOOD = {
    "/list.html": f"<html><body><table>{HEAD}{''.join(ROW.format(n=n) for n in NUMBERS)}</table></body></html>",
    **{f"/{n}.html": RECORD for n in NUMBERS},
}


def page(body: str) -> str:
    return f"<html><body>{body}</body></html>"


def crawled(portal: Path, db: Path, day: int) -> Health:
    moment = (NOW + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")
    warm.disclosures("crawl", portal, "--db", db, "--delay", 0, "--mode", "full", env={"DISCLOSURES_NOW": moment})
    connection = open_for_reading(db)
    (found,) = health(connection)
    connection.close()
    return found


def unharmed(db: Path) -> bool:
    told = rows(db, "SELECT state, count(*) AS n FROM records GROUP BY state")
    changed = rows(db, "SELECT 1 FROM events WHERE kind <> 'added'")
    return told == [{"state": "listed", "n": len(NUMBERS)}] and not changed


@dataclass(frozen=True)
class Town:
    """A portal that was well on its first day, and an archive of it."""

    site: Site
    portal: Path

    @property
    def db(self) -> Path:
        return self.portal.with_name("a.db")

    def crawled(self, day: int) -> Health:
        return crawled(self.portal, self.db, day)


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    with Site(GOOD) as site:
        town = Town(site, portal_file(folder, site.url, ("plan", "样本规划", "/list.html")))
        assert town.crawled(0).state == "well"
        yield town


@pytest.fixture
def town(first_day: Town, tmp_path: Path) -> Town:
    """One's own, as it was after its first day."""
    first_day.site.answers = dict(GOOD)
    return Town(first_day.site, copied(first_day.portal, tmp_path))


def test_slow_death_is_told_against_the_portals_own_past(tmp_path: Path) -> None:
    """One page of twelve that fails is how this portal is; half of them is not."""
    with Site({**GOOD, "/1.html": Answer("", status=500)}) as site:
        portal = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        usual = [crawled(portal, tmp_path / "a.db", day).state for day in range(4)]
        site.answers.update({f"/{n}.html": Answer("", status=500) for n in range(1, 7)})
        found = crawled(portal, tmp_path / "a.db", 4)
    assert usual == ["well"] * 4
    assert found.state == "slow", found
    assert "6 of " in found.reason
    assert unharmed(tmp_path / "a.db")


def test_answers_that_take_much_longer_than_usual(town: Town) -> None:
    for day in range(1, 4):
        town.crawled(day)
    con = sqlite3.connect(town.db)
    con.execute(
        "UPDATE crawls SET finished_at = strftime('%Y-%m-%dT%H:%M:%SZ', started_at, '+300 seconds') WHERE id = 4"
    )
    note(con, 4)
    (found,) = health(con)
    assert (found.state, "s for an answer, where" in found.reason) == ("slow", True)


def test_a_silent_portal_stays_so_until_its_catalogue_has_something_new(town: Town) -> None:
    con = sqlite3.connect(town.db)
    con.execute(
        "INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) "
        "VALUES (1, 'nothing_new', :url, 'nothing new for 400 days', :at, :at)",
        {"url": f"{town.site.url}list.html", "at": (NOW + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")},
    )
    con.commit()
    note(con, 1)
    assert [(each.state, each.reason) for each in health(con)] == [("silent", "nothing new for 400 days")]
    con.commit()
    assert town.crawled(1).state == "silent"
    town.site.answers["/list.html"] = GOOD["/list.html"].replace("</table>", ROW.format(n=13) + "</table>")
    town.site.answers["/13.html"] = RECORD
    assert town.crawled(2).state == "well"


def test_a_catalogue_that_was_always_empty_is_no_change(tmp_path: Path) -> None:
    with Site({**GOOD, "/empty.html": page(f"<table>{HEAD}</table>")}) as site:
        portal = portal_file(
            tmp_path, site.url, ("plan", "样本规划", "/list.html"), ("budget", "样本预算", "/empty.html")
        )
        for day in range(2):
            found = crawled(portal, tmp_path / "a.db", day)
    assert (found.state, "as old as the archive" in found.reason) == ("well", True)


# --- certificates and TLS: common faults of portals, which keep nobody from reading them ---


def tls(site: Site, folder: Path, oldest_only: bool = False) -> str:
    """Have `site` speak TLS with a certificate that nobody signed and that is out of date; its address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sample.invalid")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(NOW - timedelta(days=900)).not_valid_after(NOW - timedelta(days=500))
    (folder / "cert.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if oldest_only:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.load_cert_chain(folder / "cert.pem")
    site._http.socket = context.wrap_socket(site._http.socket, server_side=True)
    return site.url.replace("http:", "https:")


def test_a_faulty_certificate_keeps_nobody_from_reading(tmp_path: Path) -> None:
    with Site(GOOD) as site:
        home = tls(site, tmp_path)
        found = crawled(portal_file(tmp_path, home, ("plan", "样本规划", "/list.html")), tmp_path / "a.db", 0)
    assert found.state == "well", found
    assert unharmed(tmp_path / "a.db")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
def test_tls_of_long_ago_is_named_and_spoken_where_the_portal_file_says_so(tmp_path: Path) -> None:
    with Site(GOOD) as site:
        home = tls(site, tmp_path, oldest_only=True)
        portal = portal_file(tmp_path, home, ("plan", "样本规划", "/list.html"))
        found = crawled(portal, tmp_path / "a.db", 0)
        assert (found.state, "only a TLS that was given up" in found.reason, "`old_tls = true`" in found.next_step) == (
            "down", True, True,
        ), found  # fmt: skip
        portal.write_text("old_tls = true\n" + portal.read_text(encoding="utf-8"), encoding="utf-8")
        assert crawled(portal, tmp_path / "a.db", 1).state == "well"
    assert unharmed(tmp_path / "a.db")


# --- the command ---


def test_status_as_lines_json_and_metrics(sample_archive: Path, tmp_path: Path) -> None:
    done = disclosures("status", "--db", sample_archive, "--prometheus", tmp_path / "m.prom")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("well            sample 同心县")
    (told,) = json.loads(disclosures("status", "--db", sample_archive, "--json").stdout)
    assert (told["portal"], told["state"], told["next_step"]) == ("sample", "well", "")
    metrics = (tmp_path / "m.prom").read_text(encoding="utf-8")
    assert 'disclosures_portal_state{portal="sample",state="well"} 1.0' in metrics
    assert 'disclosures_portal_state{portal="sample",state="down"} 0.0' in metrics
    (stamp,) = [
        float(line.split()[1])
        for line in metrics.splitlines()
        if line.startswith("disclosures_last_crawl_timestamp_seconds{")
    ]
    ((began,),) = [each.values() for each in rows(sample_archive, "SELECT started_at FROM crawls")]
    assert stamp == datetime.fromisoformat(str(began)).timestamp()
    refused = disclosures("status", "--db", sample_archive, "--prometheus", tmp_path / "no" / "m.prom")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


def test_metrics_without_their_extra(sample_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    asked = ["status", "--db", str(sample_archive), "--prometheus", str(tmp_path / "m.prom")]
    refused = CliRunner().invoke(main, asked)
    assert (refused.exit_code, "pip install 'disclosures[metrics]'" in refused.output) == (2, True)


def test_status_of_a_portal_that_needs_attention(tmp_path: Path) -> None:
    with Site({"/list.html": Answer("", status=403)}) as site:
        portal = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        crawled(portal, tmp_path / "a.db", 0)
    done = disclosures("status", "--db", tmp_path / "a.db", env={"DISCLOSURES_NOW": "2026-03-10T05:00:00Z"})
    assert (done.returncode, done.stdout.split()[0], "→ wait" in done.stdout) == (1, "blocked", True)
