"""The identity of a crawl when databases are merged, and crawls that are known, broken off or strange."""

import random
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive.evidence_file import open_for_reading as open_evidence
from archive.merge import FAILED, KNOWN, SET_ASIDE, TAKEN
from archive.originals import beside
from archive.store import Store
from tests.conftest import empty_archive, rows
from tests.jobs import NOW, County, Crawl, full_disk, merged, sound
from tests.natural import contents


def county(name: str = "a", seed: int = 1) -> County:
    """A county whose catalogues list some records."""
    made = County(name)
    made.live(random.Random(seed))
    return made


def outcomes(db: Path, *sources: Path) -> list[str]:
    return [each.what for each in merged(db, *sources)]


@pytest.mark.parametrize(
    ("day", "other"),
    [
        (0, {"first_after": 4}),  # begun in the same second, answered in another
        (0, {"mode": "update"}),
        (1 / 86_400, {"first_after": 2}),  # begun a second later, answered at the same moment
        (0, {"stop_after": 0}),  # killed before its first answer was written
    ],
)
def test_crawls_that_differ_in_one_thing_are_two(tmp_path: Path, day: float, other: dict[str, Any]) -> None:
    db, first, second = tmp_path / "a.db", tmp_path / "first.db", tmp_path / "second.db"
    Crawl(first, county(), 0)
    Crawl(second, county(), day, **other)
    assert outcomes(db, first) == [TAKEN]
    assert outcomes(db, second) == [SET_ASIDE]
    assert len(rows(db, "SELECT 1 FROM crawls")) == 2
    assert sound(db)
    before = contents(db)
    assert outcomes(db, first, second) == [KNOWN, KNOWN]
    assert contents(db) == before


def test_crawls_of_two_portals_at_the_same_moment_are_two(tmp_path: Path) -> None:
    db, first, second = tmp_path / "a.db", tmp_path / "first.db", tmp_path / "second.db"
    Crawl(first, county("a"), 0)
    Crawl(second, county("b"), 0)
    assert outcomes(db, first, second) == [TAKEN, TAKEN]
    assert {row["portal"] for row in rows(db, "SELECT portal FROM crawls WHERE outcome = 'finished'")} == {"a", "b"}
    assert sound(db)


def test_a_known_crawl_that_has_other_captures_is_refused(tmp_path: Path) -> None:
    """Two clocks may agree on a beginning and a first answer; that does not make what followed the same."""
    db, first, second = tmp_path / "a.db", tmp_path / "first.db", tmp_path / "second.db"
    Crawl(first, county(), 0)
    Crawl(second, county(seed=2), 0)
    Crawl(second, county(seed=2), 1)
    assert outcomes(db, first) == [TAKEN]
    before = contents(db)
    (refused,) = merged(db, second)
    assert (refused.what, "has other captures here" in refused.why) == (FAILED, True)
    assert contents(db) == before


def test_a_number_that_the_originals_alone_know_is_not_given_again(tmp_path: Path) -> None:
    """A merge that fails after its originals were folded leaves captures of a crawl that the archive does not know."""
    db, first, second = empty_archive(tmp_path / "a.db"), tmp_path / "first.db", tmp_path / "second.db"
    Crawl(first, county("a"), 0)
    Crawl(second, county("b"), 0)
    with full_disk(db):
        assert outcomes(db, first) == [FAILED]
    with closing(open_evidence(beside(db))) as evidence:
        assert evidence.execute("SELECT DISTINCT crawl_id, portal FROM captures").fetchall() == [(1, "a")]
    assert rows(db, "SELECT 1 FROM crawls") == []
    assert outcomes(db, second) == [TAKEN]
    assert sound(db)
    assert outcomes(db, first) == [TAKEN]
    assert sound(db)
    with closing(open_evidence(beside(db))) as evidence:
        numbers = evidence.execute("SELECT portal, count(DISTINCT crawl_id) FROM captures GROUP BY portal").fetchall()
        assert numbers == [("a", 1), ("b", 1)], "the captures that were folded before are not folded again"


def test_crawls_that_broke_off_are_closed_and_other_portals_crawls_are_not(tmp_path: Path) -> None:
    db, source = tmp_path / "a.db", tmp_path / "source.db"
    Crawl(db, county("other"), 0, stop_after=1)
    Crawl(source, county(), 0)
    assert outcomes(db, source) == [TAKEN]
    Crawl(source, county(), 1, stop_after=2)
    Crawl(db, county("bb"), 1, stop_after=2)
    assert outcomes(db, source) == [TAKEN]
    found = rows(db, "SELECT portal, outcome FROM crawls ORDER BY portal, id")
    assert [(row["portal"], row["outcome"]) for row in found] == [
        ("a", "finished"),
        ("a", "interrupted"),
        ("bb", None),  # it may be running still
        ("other", None),
    ]


def test_a_crawl_of_ours_that_broke_off_is_closed_when_another_goes_on_from_it(tmp_path: Path) -> None:
    db, source = tmp_path / "a.db", tmp_path / "source.db"
    Crawl(db, county(), 0, stop_after=2)
    for path, copy in ((db, source), (beside(db), beside(source))):
        shutil.copy(path, copy)
    Crawl(source, county(), 1)
    assert outcomes(db, source) == [TAKEN]
    assert [row["outcome"] for row in rows(db, "SELECT outcome FROM crawls ORDER BY id")] == ["interrupted", "finished"]
    assert contents(db) == contents(source)
    assert sound(db)


def test_a_crawl_of_ours_that_broke_off_is_closed_when_another_is_set_aside(tmp_path: Path) -> None:
    db, source = tmp_path / "a.db", tmp_path / "source.db"
    Crawl(db, county(), 0, stop_after=2)
    Crawl(source, county(), 1)
    assert outcomes(db, source) == [SET_ASIDE]
    found = rows(db, "SELECT outcome FROM crawls ORDER BY id")
    assert [row["outcome"] for row in found] == ["interrupted", "not_merged"]


def test_a_crawl_without_originals_keeps_its_number(tmp_path: Path) -> None:
    """The archive's last crawl may have been killed before its first answer: the originals know nothing of it."""
    db, source = tmp_path / "a.db", tmp_path / "source.db"
    with closing(Store(db)) as store:
        store.begin(county("other").portal, "full", NOW)
    Crawl(source, county(), 0)
    assert outcomes(db, source) == [TAKEN]
    assert rows(db, "SELECT portal FROM crawls ORDER BY id") == [{"portal": "other"}, {"portal": "a"}]
    assert sound(db)


def test_a_copy_that_went_on_otherwise_is_not_taken_for_what_was_folded_of_the_other(tmp_path: Path) -> None:
    """Two files begin with the same captures; of the one the rest was folded by a merge that failed, the other is merged."""
    db, source, twin = empty_archive(tmp_path / "a.db"), tmp_path / "source.db", tmp_path / "twin.db"
    Crawl(source, county(), 0)
    assert outcomes(db, source) == [TAKEN]
    for path, copy in ((source, twin), (beside(source), beside(twin))):
        shutil.copy(path, copy)
    Crawl(source, county(seed=2), 1)
    Crawl(twin, county(seed=3), 2)
    with full_disk(db):
        assert outcomes(db, source) == [FAILED]
    assert outcomes(db, twin) == [TAKEN]
    assert contents(db) == contents(twin)
    assert sound(db)
    assert outcomes(db, source) == [SET_ASIDE]
    assert sound(db)
