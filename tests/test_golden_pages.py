"""Golden pages of every family are read as their JSON files say, and a version is raised where they are not."""

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.families.detection import FAMILIES
from crawler.spiders.reparse import versions
from tests import golden_pages
from tests.golden_pages import GoldenPage, pages


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_golden_page_is_read_as_its_file_says(page: GoldenPage) -> None:
    if not page.is_written:
        page.write()
        pytest.fail(f"{page.golden.name} has been written: look whether it is right, then commit it")
    assert page.read() == page.expected(), golden_pages.advice(page)


def test_every_family_has_golden_pages_of_its_own() -> None:
    read = {page.name: page.expected() or {} for page in pages()}
    of_family = {str(golden["read"]["family"]) for golden in read.values()}
    assert FAMILIES.keys() - of_family == set()


def test_golden_files_are_written_by_todays_versions() -> None:
    assert golden_pages.written_by() == versions(), "run python -m tests.golden_pages"


def test_every_golden_file_has_its_page() -> None:
    paged = {page.golden for page in pages()}
    known = {path for path in golden_pages.FOLDER.glob("*/*.json") if not path.name.endswith(".data.json")}
    assert known == paged


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_golden_page_is_a_small_sample_of_nobodys_site_with_a_telling_name(page: GoldenPage) -> None:
    assert len(page.text) < 8_000
    assert "样本" in page.text or not re.search("[\u4e00-\u9fff]", page.text)
    assert str(urlsplit((page.expected() or {})["url"]).hostname).endswith(".example")
    assert not re.search(r"/[a-z]+_?\d+$", page.name)


@pytest.fixture
def changed_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GoldenPage:
    """A golden page of the family vsb whose JSON file says something else than is read."""
    page = next(page for page in pages_of("vsb") if "record" in (page.expected() or {})["read"])
    golden = page.expected() or {}
    monkeypatch.setattr(golden_pages, "FOLDER", tmp_path)
    monkeypatch.setattr(golden_pages, "VERSIONS", tmp_path / "versions.json")
    copy = tmp_path / "vsb" / page.page.name
    copy.parent.mkdir()
    copy.write_bytes(page.page.read_bytes())
    golden["read"]["record"]["fields"]["title"] = "样本，另一个标题"
    (tmp_path / "vsb" / page.golden.name).write_text(json.dumps(golden, ensure_ascii=False), encoding="utf-8")
    golden_pages.VERSIONS.write_text(json.dumps(versions()), encoding="utf-8")
    return replace(page, page=copy)


def pages_of(family: str) -> list[GoldenPage]:
    folder = Path(golden_pages.__file__).parent / "golden" / family
    return [GoldenPage(path) for path in sorted(folder.glob("*.html"))]


def test_another_reading_under_the_same_version_asks_for_a_new_version(
    changed_page: GoldenPage, capsys: pytest.CaptureFixture[str]
) -> None:
    before = changed_page.golden.read_bytes()
    assert "raise the version of family 'vsb'" in golden_pages.advice(changed_page)
    assert golden_pages.main() == 1
    assert changed_page.golden.read_bytes() == before
    assert "raise the version" in capsys.readouterr().err


@pytest.mark.parametrize("component", ["vsb", "reading"])
def test_another_reading_under_a_raised_version_is_written(changed_page: GoldenPage, component: str) -> None:
    earlier = versions() | {component: 0}
    golden_pages.VERSIONS.write_text(json.dumps(earlier), encoding="utf-8")
    assert "raise" not in golden_pages.advice(changed_page)
    assert golden_pages.main() == 0
    assert changed_page.expected() == changed_page.read()
    assert golden_pages.written_by() == versions()


def test_an_address_alone_is_completed_under_the_same_version(changed_page: GoldenPage) -> None:
    url = "http://www.vsb.example/info/1.htm"
    changed_page.golden.write_text(json.dumps({"url": url}), encoding="utf-8")
    assert not changed_page.is_written
    assert golden_pages.main() == 0
    assert (changed_page.is_written, (changed_page.expected() or {})["url"]) == (True, url)


def test_another_familys_version_does_not_excuse_a_changed_reading(changed_page: GoldenPage) -> None:
    golden_pages.VERSIONS.write_text(json.dumps(versions() | {"ucap": 0}), encoding="utf-8")
    assert golden_pages.main() == 1
