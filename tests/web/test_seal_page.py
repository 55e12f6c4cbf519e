"""The seals of days in public: the page, seal.json and the feed, of an archive and of its snapshot; the sheet's foot."""

import asyncio
import json
import os
import shutil
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from datasette.app import Datasette
from lxml import etree, html

from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.export.public_database import snapshot
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.proof.checking import kept_in
from archive.proof.seals import publish_seals
from archive.web.evidence.seal_page import SHOWN
from archive.web.formats.feeds import ATOM
from archive.web.http.server import make_datasette
from tests.conftest import empty_archive, rows


@pytest.fixture(scope="module")
def sealed(sample_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample portal's archive, its day sealed."""
    db = tmp_path_factory.mktemp("sealed") / "sealed.db"
    shutil.copy(sample_archive, db)
    shutil.copy(beside(sample_archive), beside(db))
    with closing(Evidence(beside(db))) as evidence:
        assert len(evidence.seal("2100-01-01")) == 1
    open_up_to_date(db, beside(db)).close()
    return db


def answered(site: Datasette, path: str) -> str:
    answer = asyncio.run(site.client.get(path))
    assert answer.status_code == 200, path
    return str(answer.text)


def test_seals_are_public_in_the_archive_and_in_its_snapshot(sealed: Path, tmp_path: Path) -> None:
    with closing(Evidence(beside(sealed))) as evidence:
        (manifest,) = evidence.manifests()
    snapshot(sealed, tmp_path / "public.db")
    for db in (sealed, tmp_path / "public.db"):
        site = make_datasette(db)
        told = json.loads(answered(site, "/-/seal.json"))
        assert told["head"] == {"day": manifest.day, "hash": manifest.hash}
        assert told["days"][0]["captures"] == manifest.captures
        page = html.fromstring(answered(site, "/-/seal"))
        assert [cell.text_content() for cell in page.cssselect("tbody td")][:2] == [manifest.day, manifest.hash]
        (entry,) = etree.fromstring(answered(site, "/-/seal.atom").encode()).findall(f"{{{ATOM}}}entry")
        assert entry.findtext(f"{{{ATOM}}}title") == f"{manifest.day} {manifest.hash}"
    (tmp_path / "seal.json").write_text(answered(make_datasette(sealed), "/-/seal.json"))
    assert kept_in(tmp_path / "seal.json") == {manifest.day: manifest.hash}


def test_the_head_is_the_last_of_several_days(tmp_path: Path) -> None:
    days = [(f"2026-01-{day:02}", str(day) * 64, str(day - 1) * 64, 3, f"2026-01-{day + 1:02}T00:00:00Z") for day in (2, 1, 3)]  # fmt: skip
    with closing(open_up_to_date(empty_archive(tmp_path / "a.db"))) as connection:
        sql = "INSERT INTO seals (day, hash, previous_hash, captures, sealed_at) VALUES (?, ?, ?, ?, ?)"
        connection.executemany(sql, days)
        umask = os.umask(0o077)
        try:
            published = publish_seals(connection, tmp_path)
        finally:
            os.umask(umask)
        assert published.stat().st_mode & 0o777 == 0o644, "for others to keep, whoever writes it"
        kept = json.loads(published.read_text("utf-8"))
        assert [each["day"] for each in kept["days"]] == ["2026-01-01", "2026-01-02", "2026-01-03"]
        assert kept["head"] == {"day": "2026-01-03", "hash": "3" * 64}
        connection.execute("DELETE FROM seals")
        assert json.loads(publish_seals(connection, tmp_path).read_text("utf-8")) == {"head": None, "days": []}


def test_the_page_and_the_feed_have_the_last_days_the_newest_first(tmp_path: Path) -> None:
    days = [f"{date(2026, 1, 1) + timedelta(number)}" for number in range(SHOWN + 2)]
    with closing(open_up_to_date(empty_archive(tmp_path / "a.db"))) as connection:
        sql = "INSERT INTO seals (day, hash, previous_hash, captures, sealed_at) VALUES (?1, ?1, '', 1, ?1 || 'T00:00:00Z')"
        connection.executemany(sql, [(day,) for day in days])
    site, last = make_datasette(tmp_path / "a.db"), days[: -SHOWN - 1 : -1]
    page = html.fromstring(answered(site, "/-/seal"))
    assert [row.cssselect("td")[0].text_content() for row in page.cssselect("tbody tr")] == last
    feed = etree.fromstring(answered(site, "/-/seal.atom").encode())
    titles = [entry.findtext(f"{{{ATOM}}}title") for entry in feed.findall(f"{{{ATOM}}}entry")]
    assert titles == [f"{day} {day}" for day in last]


def test_a_sheet_shows_the_day_that_seals_it_or_that_none_does_yet(sealed: Path, sample_archive: Path) -> None:
    (event,) = rows(sealed, "SELECT max(id) AS id FROM events")
    with closing(Evidence(beside(sealed))) as evidence:
        day, digest = evidence.head() or ("", "")
    seal = html.fromstring(answered(make_datasette(sealed), f"/-/proof/{event['id']}")).cssselect("dl.seal dd")
    assert [" ".join(each.text_content().split()) for each in seal] == [f"{day} {digest}"] * 2
    (record,) = rows(sealed, "SELECT record_id AS id FROM events WHERE id = ?", event["id"])
    assert f"<code>{digest}</code>" in answered(make_datasette(sealed), f"/-/record/{record['id']}")
    open_sheet = answered(make_datasette(sample_archive), f"/-/proof/{event['id']}")
    assert "当天尚未结束" in open_sheet
    assert 'dl class="seal"' not in open_sheet
    assert "尚无封存记录：第一次采集的当天结束（UTC）后即有" in answered(make_datasette(sample_archive), "/-/seal")
