"""Machines that crawl several portals each, merged at any time and in any order: as if one machine had crawled them all."""

import random
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from archive.merge import KNOWN, TAKEN
from archive.originals import beside
from tests.conftest import empty_archive
from tests.crawled_in_steps import Moments, mixed, watched
from tests.jobs import County, Crawl, merged, sound
from tests.natural import contents

MACHINES = {"one": ("a", "dddd"), "two": ("bb", "ccc")}

steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["a", "bb", "ccc", "dddd"]), st.sampled_from([None, None, None, 1, 4])),
        st.sampled_from([["one"], ["two"], ["two", "one"]]),
    ),
    min_size=6,
    max_size=9,
)


@settings(max_examples=5, deadline=None, derandomize=True, phases=[Phase.generate])
@given(steps, st.randoms(use_true_random=False))
def test_whatever_is_crawled_where_and_merged_when_the_archive_is_the_same(
    steps: list[tuple[str, int | None] | list[str]], chance: random.Random
) -> None:
    """A step is a crawl of a portal on its machine, or a merge of what machines have so far."""
    counties = {name: County(name) for names in MACHINES.values() for name in names}
    with TemporaryDirectory() as name:
        folder = Path(name)
        alone, together = empty_archive(folder / "alone.db"), empty_archive(folder / "together.db")
        machines = {machine: empty_archive(folder / f"{machine}.db") for machine in MACHINES}
        for day, step in enumerate([*steps, ["one", "two"]]):
            if isinstance(step, list):
                merged(together, *(machines[machine] for machine in step))
                before = contents(together)
                again = merged(together, *(machines[machine] for machine in step))
                assert {told.what for told in again} <= {KNOWN}
                assert contents(together) == before
            else:
                portal, stop_after = step
                counties[portal].live(chance)
                machine = next(machine for machine, portals in MACHINES.items() if portal in portals)
                for db in (alone, machines[machine]):
                    Crawl(db, counties[portal], day, stop_after)
        Crawl(alone, counties["a"], 20)
        Crawl(machines["one"], counties["a"], 20)
        assert {told.what for told in merged(together, machines["one"])} <= {TAKEN, KNOWN}
        assert contents(together) == contents(alone)
        assert sound(together)


@dataclass(frozen=True)
class Machines:
    """Two machines' databases, of two portals each, and one into which the same crawls were written."""

    databases: list[Path]
    alone: Path


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Machines:
    folder, chance = tmp_path_factory.mktemp("machines"), random.Random(2)
    databases = {machine: folder / f"{machine}.db" for machine in MACHINES}
    counties = {name: County(name) for names in MACHINES.values() for name in names}
    for day in range(3):
        for machine, portals in MACHINES.items():
            for portal in portals:
                counties[portal].live(chance)
                for db in (databases[machine], folder / "alone.db"):
                    Crawl(db, counties[portal], day)
    return Machines(list(databases.values()), folder / "alone.db")


def test_a_merge_stopped_at_any_step_is_completed_by_the_same_command(machines: Machines, tmp_path: Path) -> None:
    db, sources, whole = empty_archive(tmp_path / "a.db"), machines.databases, contents(machines.alone)
    of_the_second = [row for row in whole["events"] if '"catalogs": [' in row and "http://ccc.example/" in row]
    assert of_the_second, "what is said of a walk names catalogues, which have other numbers here"
    moments = Moments(tmp_path / "moments", db)
    with watched(moments.copy_at):
        merged(db, *sources)
    assert contents(db) == whole
    assert len(moments.copies) >= 6
    for step, copy in enumerate(moments.copies):
        stopped = mixed(copy, copy, tmp_path / str(step))
        assert sound(stopped) if beside(stopped).exists() else step < 4
        assert {told.what for told in merged(stopped, *reversed(sources))} <= {TAKEN, KNOWN}
        assert contents(stopped) == whole
        assert sound(stopped)
