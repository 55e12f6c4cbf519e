"""`disclosures survey` beside what befalls it: kills, full disks, another survey, people who edit its files, homes in many spellings."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from archive.database.lock import surveying
from archive.directory.entries import MOST_ADDRESS, MOST_REASON
from crawler.cli.main import main
from crawler.survey import country
from crawler.survey.home import SurveyedPortal
from tests.conftest import Site, rows
from tests.county_sites import KINDS, page, sound
from tests.test_survey import COUNTIES, listed, run, states


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site(sound()) as site:
        yield site


def options(folder: Path) -> list[str]:
    return [str(each) for each in ("--out", folder / "out", "--delay", 0, "--db", folder / "a.db")]


def not_tried(db: Path) -> None:
    """Have the directory forget what was found."""
    with closing(sqlite3.connect(db)) as archive, archive:
        archive.execute("UPDATE directory SET state = 'not_tried'")


def test_what_is_killed_goes_on_with_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def looked_at(home: str, *_: object) -> SurveyedPortal:
        asked.append(home)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return SurveyedPortal("dead", "sample")

    monkeypatch.setattr(country, "survey", looked_at)
    homes = [f"http://{n}.example/" for n in range(6)]
    list_ = listed(tmp_path / "l.csv", *zip(COUNTIES, homes, strict=False))
    options = ("--out", tmp_path / "out", "--hosts", 1, "--db", tmp_path / "a.db")
    CliRunner().invoke(main, ["survey", str(list_), *map(str, options)])
    kept = {home for home, state in states(tmp_path / "a.db").items() if state == "dead"}
    assert kept == set(homes[:2])
    run("survey", *options)
    assert asked == [*homes[:3], *homes[2:]]


def test_a_survey_killed_between_a_portals_file_and_its_row_writes_no_second_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second file would be a second portal, and each of its records there twice."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with Site(sound()) as site:
        list_ = listed(tmp_path / "l.csv", (COUNTIES[0], site.url))
        options = [str(each) for each in ("--out", tmp_path / "out", "--delay", 0, "--db", tmp_path / "a.db")]
        with monkeypatch.context() as patch:
            patch.setattr(country, "note_found", killed)
            CliRunner().invoke(main, ["survey", str(list_), *options])
        written = [path.name for path in (tmp_path / "out").iterdir()]
        run("survey", *options)
    assert [path.name for path in (tmp_path / "out").iterdir()] == written
    assert rows(tmp_path / "a.db", "SELECT portal FROM directory") == [{"portal": Path(written[0]).stem}]


def test_a_portal_file_that_somebody_made_theirs_is_the_portals_and_left_alone(tmp_path: Path) -> None:
    with Site(sound()) as site:
        list_ = listed(tmp_path / "l.csv", (COUNTIES[0], site.url))
        options = ("--out", tmp_path / "out", "--delay", 0, "--db", tmp_path / "a.db")
        run("survey", list_, *options)
        (drafted,) = (tmp_path / "out").iterdir()
        theirs = drafted.read_text(encoding="utf-8").replace("nobody has checked it", "checked by a sample")
        drafted.write_text(theirs, encoding="utf-8")
        with closing(sqlite3.connect(tmp_path / "a.db")) as archive, archive:
            archive.execute("UPDATE directory SET state = 'not_tried', portal = NULL")
        run("survey", *options)
    assert list((tmp_path / "out").iterdir()) == [drafted]
    assert drafted.read_text(encoding="utf-8") == theirs
    assert rows(tmp_path / "a.db", "SELECT state, portal FROM directory") == [
        {"state": "surveyed", "portal": drafted.stem}
    ]


@pytest.mark.parametrize("edited", ["id = ", 'home = "http://portal.sample.invalid/"', b"\xff"])
def test_a_file_that_is_being_edited_is_not_written_over(site: Site, tmp_path: Path, edited: str | bytes) -> None:
    """Broken for a moment, or with the portal's new home."""
    run("survey", listed(tmp_path / "l.csv", (COUNTIES[0], site.url)), *options(tmp_path))
    (file,) = (tmp_path / "out").iterdir()
    theirs = edited if isinstance(edited, bytes) else edited.encode()
    file.write_bytes(theirs)
    not_tried(tmp_path / "a.db")
    run("survey", *options(tmp_path))
    assert [path.read_bytes() for path in (tmp_path / "out").iterdir()] == [theirs]


@pytest.mark.parametrize("place", ["out", "own"])
def test_a_home_that_has_a_portal_file_by_another_name_gets_no_second(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """It was written by hand, with its home spelt otherwise; a second portal would have each record again."""
    (tmp_path / place).mkdir()
    theirs = tmp_path / place / "theirs.toml"
    theirs.write_text(
        f'id = "theirs"\nname = "样本县"\nhome = "{site.url.rstrip("/")}"\n[[catalogs]]\ntitle = "样本"\nurl = "/gk/c0/"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("DISCLOSURES_PORTALS", str(theirs.parent))
    before = theirs.read_bytes()
    run("survey", listed(tmp_path / "l.csv", (COUNTIES[0], site.url)), *options(tmp_path))
    assert list(tmp_path.rglob("*.toml")) == [theirs]
    assert theirs.read_bytes() == before
    assert rows(tmp_path / "a.db", "SELECT state, portal FROM directory") == [{"state": "surveyed", "portal": "theirs"}]


def test_a_folder_that_cannot_be_written_is_one_line_and_nothing_is_lost(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    list_ = listed(tmp_path / "l.csv", (COUNTIES[0], site.url))
    with monkeypatch.context() as patch:
        patch.setattr(country, "atomic_file", full)
        done = run("survey", list_, *options(tmp_path))
    assert (done.exit_code, done.output.splitlines()[-1]) == (
        2, f"disclosures: {tmp_path / 'out'}: cannot be written: No space left on device",
    )  # fmt: skip
    assert states(tmp_path / "a.db") == {site.url: "not_tried"}
    run("survey", *options(tmp_path))
    assert states(tmp_path / "a.db") == {site.url: "surveyed"}


def test_a_second_survey_at_the_same_time_asks_no_host(site: Site, tmp_path: Path) -> None:
    site.requests.clear()
    with surveying(tmp_path / "a.db"):
        done = run("survey", listed(tmp_path / "l.csv", (COUNTIES[0], site.url)), *options(tmp_path))
    assert (done.exit_code, "another survey" in done.output, list(site.requests)) == (2, True, [])


def test_one_home_in_many_spellings_is_one(tmp_path: Path) -> None:
    spellings = (
        "http://a.example",
        "http://A.example/",
        "HTTP://a.example:80/",
        "http://a.example/#top",
        "http://u:pw@a.example:/?",
    )
    list_ = listed(
        tmp_path / "l.csv", *((COUNTIES[0], home) for home in spellings), (COUNTIES[1], "https://b.example:80")
    )
    said = run("survey", list_, "--list-only", "--db", tmp_path / "a.db").output
    assert "2 new homes, 0 conflicts" in said
    assert states(tmp_path / "a.db") == {"http://a.example/": "not_tried", "https://b.example:80/": "not_tried"}


def test_a_home_too_long_to_keep_is_a_conflict(tmp_path: Path) -> None:
    list_ = listed(tmp_path / "l.csv", (COUNTIES[0], f"http://a.example/{'x' * MOST_ADDRESS}"))
    assert "longer than" in run("survey", list_, "--list-only", "--db", tmp_path / "a.db").output
    assert list(states(tmp_path / "a.db").values()) == ["conflict"]


@pytest.mark.parametrize("readable", [True, False])
def test_half_characters_in_a_portals_data_stop_nobody(tmp_path: Path, readable: bool) -> None:
    """Neither files nor archives can hold them; a survey that they stopped would stop at the same home again."""
    pages = sound() if readable else {}
    links = ",".join(f'{{"name": "{name}\\ud83d", "url": "/gk/c{n}/?\\udc00"}}' for n, name in enumerate(KINDS))
    pages["/"] = page(f"<script>var menus = [{links}];</script>")
    with Site(pages) as site:
        run("survey", listed(tmp_path / "l.csv", (COUNTIES[0], site.url)), *options(tmp_path))
    ((home, state),) = states(tmp_path / "a.db").items()
    assert (home, state) == (site.url, "surveyed" if readable else "misread")


def test_addresses_in_chinese_are_asked_and_named_as_referers(tmp_path: Path) -> None:
    pages = {
        quote(path.replace("/gk/", "/公开/")): answer.replace("/gk/", "/公开/") if isinstance(answer, str) else answer
        for path, answer in sound().items()
    }
    with Site(pages) as site:
        run("survey", listed(tmp_path / "l.csv", (COUNTIES[0], site.url)), *options(tmp_path))
    assert states(tmp_path / "a.db") == {site.url: "surveyed"}


def test_a_reason_is_bounded_whatever_address_it_names(tmp_path: Path) -> None:
    links = "".join(f'<a href="/gk/c{n}/?{"x" * 100_000}">{name}</a> ' for n, name in enumerate(KINDS))
    with Site({"/": page(links)}) as site:
        run("survey", listed(tmp_path / "l.csv", (COUNTIES[0], site.url)), *options(tmp_path))
    assert rows(tmp_path / "a.db", "SELECT state, length(reason) AS n FROM directory") == [
        {"state": "misread", "n": MOST_REASON}
    ]
