"""Serving and publishing several archives as one site: what is refused, and what each has of its own."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import html

from archive.database.connection import ArchiveError
from archive.evidence.evidence_reader import place_of
from archive.export.snapshots import publish, publish_several
from archive.web.http.published import PublishedSite
from archive.web.http.server import make_datasette, site_of
from crawler.cli.main import main
from tests.web.divided import NOW, ask, contents


def test_a_portal_in_two_archives_is_refused(whole: Path, parts: dict[str, Path]) -> None:
    with pytest.raises(ArchiveError, match=r"the portal two is in .*north\.db and in .*whole\.db: fold one"):
        site_of({"north": parts["north"], "whole": whole})


def test_one_archive_under_two_names_is_refused(parts: dict[str, Path]) -> None:
    with pytest.raises(ArchiveError, match=r"one and other are one archive, .*north\.db: name it once"):
        site_of({"one": parts["north"], "other": parts["north"]})


def test_two_archives_of_one_name_are_refused(parts: dict[str, Path], tmp_path: Path) -> None:
    other = tmp_path / "north.db"
    done = CliRunner().invoke(main, ["serve", str(parts["north"]), str(other)])
    assert (done.exit_code, done.stderr) == (
        2,
        f"disclosures: two archives are called north: name one of them, as in other={other}\n",
    )


@pytest.mark.parametrize("name", ["样本\n.db", "\udcff.db", "\x1b[2J.db"])
def test_a_name_that_cannot_be_printed_is_refused(parts: dict[str, Path], tmp_path: Path, name: str) -> None:
    done = CliRunner().invoke(main, ["serve", str(parts["north"]), str(tmp_path / name)])
    assert (done.exit_code, done.stderr.count("\n"), "give it another" in done.stderr) == (
        2,
        1,
        True,
    )


@pytest.mark.parametrize("place", ["what?#here.db", "100%41/a.db", "样本 <b>.db"])
def test_an_archive_is_served_wherever_it_stands(parts: dict[str, Path], tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    shutil.copy(parts["north"], path)
    there, here = make_datasette(path), make_datasette(parts["north"])
    assert contents(ask(there, "/-/search?q=预算")) == contents(ask(here, "/-/search?q=预算"))
    assert ask(there, "/-/browse/two").status_code == 200


def test_several_are_published_and_served_as_one_site(whole: Path, parts: dict[str, Path], tmp_path: Path) -> None:
    folder, changing = tmp_path / "public", shutil.copy(parts["north"], tmp_path / "changing.db")
    typed = ["publish", str(folder), f"north={changing}", str(parts["south"])]
    assert CliRunner().invoke(main, typed).exit_code == 0
    site = PublishedSite(folder)
    one, several = ask(make_datasette(whole), "/-/search?q=预算"), ask(site.datasette, "/-/search?q=预算")
    assert contents(several) == contents(one)
    with closing(sqlite3.connect(changing)) as connection, connection:
        connection.execute("UPDATE portals SET name = '样例县新名'")
    assert CliRunner().invoke(main, typed).exit_code == 0
    site._follow()
    assert "样例县新名" in ask(site.datasette, "/-/browse").text


def test_several_are_published_only_where_they_can_be_served_together(parts: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "public"
    for other in (tmp_path / "nowhere.db", shutil.copy(parts["north"], tmp_path / "copy.db")):
        assert CliRunner().invoke(main, ["publish", str(folder), str(parts["north"]), str(other)]).exit_code == 2
    assert not folder.exists()


def test_what_is_published_by_another_name_would_be_served_too(parts: dict[str, Path], tmp_path: Path) -> None:
    """The archive that was renamed would be there twice, one that was left out would go on being served for ever."""
    folder = tmp_path / "public"
    publish_several(parts, folder, NOW)
    with pytest.raises(ArchiveError, match=r"^north is published in .*, too: name it with the others, or delete "):
        publish_several({"renamed": parts["north"], "south": parts["south"]}, folder, NOW)
    assert sorted(path.name for path in folder.iterdir()) == sorted(parts)


@pytest.mark.parametrize("name", ["current", "..", ".lock"])
def test_an_archive_takes_no_name_of_the_folder_s_own(parts: dict[str, Path], tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveError, match="no archive can be published as"):
        publish_several({name: parts["north"], "south": parts["south"]}, tmp_path / "public", NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_several_takes_no_single_one(parts: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "public"
    assert CliRunner().invoke(main, ["publish", str(folder), str(parts["north"]), str(parts["south"])]).exit_code == 0
    done = CliRunner().invoke(main, ["publish", str(folder), "--db", str(parts["north"])])
    assert (
        done.stderr
        == f"disclosures: several archives are published in {folder}: publish one by itself in another folder\n"
    )
    alone = tmp_path / "alone"
    assert CliRunner().invoke(main, ["publish", str(alone), "--db", str(parts["north"])]).exit_code == 0
    done = CliRunner().invoke(main, ["publish", str(alone), str(parts["north"]), str(parts["south"])])
    assert (
        done.stderr
        == f"disclosures: one archive is published in {alone} by itself: publish several in another folder\n"
    )


def test_each_has_originals_of_its_own(parts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Captures of two archives have the same numbers: originals of one would be shown for the other's."""
    monkeypatch.setenv("DISCLOSURES_EVIDENCE", str(tmp_path / "evidence.db"))
    with pytest.raises(ArchiveError, match="north and south would have the same originals"):
        site_of(parts)
    monkeypatch.setenv("DISCLOSURES_EVIDENCE", str(tmp_path))
    assert {place_of(path) for path in parts.values()} == {
        tmp_path / "north.evidence.db",
        tmp_path / "south.evidence.db",
    }
    site_of(parts)


def test_originals_of_what_is_published_are_known_by_the_archive_s_name(
    parts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = publish_several(parts, tmp_path / "public", NOW)
    monkeypatch.setenv("DISCLOSURES_EVIDENCE", str(tmp_path))
    assert place_of(made["south"].path) == tmp_path / "south.evidence.db"


def test_a_site_says_of_when_its_oldest_snapshot_is(parts: dict[str, Path], tmp_path: Path) -> None:
    for name, day in (("north", 20), ("south", 23)):
        publish(parts[name], tmp_path / name, f"2026-11-{day}T02:00:00Z")
    footer = html.fromstring(ask(PublishedSite(tmp_path).datasette, "/-/about").text).cssselect("footer time")
    assert [each.get("datetime") for each in footer] == ["2026-11-20T02:00:00Z"]


def test_what_is_published_is_served_by_itself(parts: dict[str, Path], tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["serve", "--published", str(tmp_path), str(parts["north"])])
    assert (done.exit_code, done.stderr) == (
        2,
        "disclosures: --published serves what was published: leave out the archives\n",
    )
