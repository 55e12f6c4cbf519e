"""A run of a survey, with surveyors that find what they are told to: whom it asks when, what it writes, and what it learns."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from archive.directory.entries import PortalHome, homes, note_found
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import CatalogOfPortal
from crawler.portals.portal_file import load
from crawler.probe.draft import DraftCatalog
from crawler.probe.software_prior import SoftwarePrior
from crawler.survey.country import run, to_survey
from crawler.survey.home import SurveyedPortal
from tests.conftest import empty_archive

TONGXIN, YANCHI, LITONG = "640324", "640323", "640302"
NEIGHBOUR = "宁夏回族自治区吴忠市青铜峡市人民政府"


def surveyed(*paths: str, name: str = "样本县人民政府", family: str | None = None) -> SurveyedPortal:
    """Findings at a home with a list at each path."""
    entries = tuple(DraftCatalog(CatalogOfPortal("plan", "样本规划", path), "sample", is_list=True) for path in paths)
    return SurveyedPortal("surveyed", "sample", name, family, len(entries), 1, entries)


class Surveyors:
    """Surveyors that are done with the home first that was begun last; `asked`: homes under way together, and what was known of neighbours."""

    def __init__(self, found: Callable[[str], SurveyedPortal]) -> None:
        self.asked: list[tuple[list[str], SoftwarePrior]] = []
        self._found, self._busy = found, list[str]()

    def begin(self, home: str, prior: SoftwarePrior) -> None:
        self._busy.append(home)
        self.asked.append(([*self._busy], prior))

    def ended(self) -> Mapping[str, SurveyedPortal]:
        home = self._busy.pop()
        return {home: self._found(home)}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_up_to_date(empty_archive(tmp_path / "a.db"))) as connection:
        yield connection


def known(archive: sqlite3.Connection, home: str, code: str, **found: object) -> PortalHome:
    sql = "INSERT INTO directory (home, name, division_code, source, as_of, state) VALUES (?, '名单上的样本', ?, 'l.csv', '2026-11-01', 'not_tried')"
    archive.execute(sql, (home, code))
    entry = PortalHome(home, "名单上的样本", code, "l.csv", "2026-11-01", **found)  # type: ignore[arg-type]
    note_found(archive, entry)
    return entry


def done(archive: sqlite3.Connection, out: Path, found: Callable[[str], SurveyedPortal], hosts: int = 9) -> Surveyors:
    surveyors = Surveyors(found)
    for _ in run(archive, to_survey(archive, again=False), out, hosts, surveyors):
        pass
    return surveyors


def test_asked_again_is_what_gave_no_catalogue_and_no_conflict(archive: sqlite3.Connection, tmp_path: Path) -> None:
    for number, state in enumerate(("not_tried", "conflict", "surveyed", "dead", "misread")):
        known(archive, f"http://{state}.example/", f"64030{number}", state=state)
    assert [each.state for each in to_survey(archive, again=False)] == ["not_tried"]
    assert {each.state for each in to_survey(archive, again=True)} == {"not_tried", "dead", "misread"}


def test_a_host_is_one_however_it_is_spelt_and_so_many_are_asked_at_a_time(
    archive: sqlite3.Connection, tmp_path: Path
) -> None:
    names = ("http://One.example/a/", "http://one.example/b/", "http://two.example/", "http://three.example/")
    for number, home in enumerate(names):
        known(archive, home, f"64030{number}")
    together = [set(busy) for busy, _ in done(archive, tmp_path, lambda _: SurveyedPortal("dead", ""), hosts=2).asked]
    assert {name for busy in together for name in busy} == set(names)
    assert max(map(len, together)) == 2
    assert not [busy for busy in together if set(names[:2]) <= busy]


def test_a_drafted_file_is_written_anew_by_the_name_that_the_portal_gives_itself(
    archive: sqlite3.Connection, tmp_path: Path
) -> None:
    entry = known(archive, "http://www.sample.example/", TONGXIN)
    done(archive, tmp_path, lambda home: surveyed(f"{home}gk/"))
    (file,) = tmp_path.glob("*.toml")
    assert load(file).name == "样本县人民政府"
    note_found(archive, entry)  # as if nobody had looked at it
    done(archive, tmp_path, lambda home: surveyed(f"{home}gk/", f"{home}more/", name=""))
    assert [*tmp_path.glob("*.toml")] == [file]
    assert (load(file).name, len(load(file).catalogs)) == ("名单上的样本", 2)


def test_a_drafted_file_that_can_not_be_used_is_not_left(archive: sqlite3.Connection, tmp_path: Path) -> None:
    known(archive, "http://www.sample.example/", TONGXIN)
    done(archive, tmp_path, lambda home: surveyed(f"{home}gk/", f"{home}gk/"))
    (found,) = homes(archive)
    assert (found.state, found.portal, [*tmp_path.glob("*.toml")]) == ("misread", None, [])
    assert "its drafted file can't be used: " in str(found.reason)


def test_what_is_found_at_one_home_is_known_of_its_neighbours_in_the_same_run(
    archive: sqlite3.Connection, tmp_path: Path
) -> None:
    for code in (TONGXIN, YANCHI, LITONG):
        known(archive, f"http://{code}.example/", code)
    asked = done(archive, tmp_path, lambda home: surveyed(f"{home}gk/", family="vsb"), hosts=1).asked
    likely = [prior.of(NEIGHBOUR) for _, prior in asked]
    assert [each and each.reason.partition(" surveyed")[0] for each in likely] == [None, "1 of 1", "2 of 2"]
