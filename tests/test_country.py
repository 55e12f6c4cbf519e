"""A country of mock portals, one of each family of software: surveyed and crawled with nothing typed in between, each archived wholly."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle, product
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archive.model.divisions import COUNTY, divisions
from crawler.families.detection import FAMILIES
from tests.conftest import Site, disclosures, rows
from tests.country_sites import PORTALS, SOUND, WAYS, country, sound_portal
from tests.county_sites import FAULTY


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """The archive of one portal of each family, and the home of each."""
    folder = tmp_path_factory.mktemp("country")
    with ExitStack() as stack:
        sites = {family: stack.enter_context(Site({})) for family in PORTALS}
        for way, (family, site) in zip(cycle(WAYS), sites.items(), strict=False):
            site.answers |= sound_portal(family, urlsplit(site.url).netloc, way)
        codes = (code for code, each in divisions().items() if each.level == COUNTY)
        lines = (f"{code},{site.url}" for code, site in zip(codes, sites.values(), strict=False))
        (folder / "list.csv").write_text("\n".join(["code,home", *lines]), encoding="utf-8")
        env = {"DISCLOSURES_PORTALS": str(folder / "portals")}
        for command in (["survey", folder / "list.csv"], ["crawl", "--due"]):
            done = disclosures(*command, "--delay", 0, "--db", folder / "a.db", env=env)
            assert done.returncode == 0, done.stdout + done.stderr
        yield folder / "a.db", {family: site.url for family, site in sites.items()}


def test_there_is_a_portal_of_each_family() -> None:
    assert PORTALS.keys() == FAMILIES.keys()


@pytest.mark.parametrize("family", PORTALS)
def test_a_portal_of_a_family_is_archived_wholly(archived: tuple[Path, dict[str, str]], family: str) -> None:
    db, homes = archived
    (found,) = rows(db, "SELECT state, family, columns, portal FROM directory WHERE home = ?", homes[family])
    portal = found.pop("portal")
    assert found == {"state": SOUND, "family": family, "columns": len(PORTALS[family].columns)}
    counts = "SELECT count(*) AS records, count(body) AS texts FROM records WHERE portal = ?"
    assert rows(db, counts, portal) == [{"records": PORTALS[family].records, "texts": PORTALS[family].texts}]
    walks = "SELECT c.family, l.complete FROM ledger l JOIN catalogs c ON c.id = l.catalog_id WHERE c.portal = ?"
    assert rows(db, walks, portal) == [{"family": family, "complete": 1}] * len(PORTALS[family].columns)


def test_a_country_has_so_many_faulty_portals_of_each_kind_and_sound_ones_of_each_family() -> None:
    found = list(country(300, 40))
    faults = Counter(each.state for each in found if each.state != SOUND)
    assert faults == dict.fromkeys(FAULTY, 5)
    sound = {(each.family, each.way) for each in found if each.state == SOUND}
    assert sound == set(product(PORTALS, WAYS))
