"""A release: one version, stated once, and a wheel that works where nothing of the checkout is at hand."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from bench.release import ROOT, ReleaseError, expect, run, stated_version, try_out
from crawler import settings
from crawler.middlewares import evidence
from tests.test_architecture import SOURCES


def test_the_version_is_stated_once() -> None:
    """In pyproject.toml; the command, the User-Agent and sealed captures take it from the installed distribution."""
    stated = stated_version()
    assert version("disclosures") == stated
    assert settings.USER_AGENT.startswith(f"Disclosures/{stated} (")
    assert evidence.SOFTWARE.startswith(f"Disclosures/{stated} Scrapy/")
    own = re.compile(rf"""__version__|["'/ ]{re.escape(stated)}["' ]""")
    assert [path.name for path in SOURCES if own.search(path.read_text(encoding="utf-8"))] == []


def test_the_newest_release_in_the_changelog_is_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(stated_version())} \(\d{{4}}-\d\d-\d\d\)", headings[1])


def test_what_a_release_is_tried_with_works_here(tmp_path: Path) -> None:
    try_out(Path(sys.executable).parent, tmp_path)


def test_a_program_that_fails_ends_the_trial(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"`false now` ended with 1"):
        run(tmp_path, Path("/bin/false"), "now")
    with pytest.raises(ReleaseError, match="missing in:\nnothing"):
        expect("disclosures 0", "nothing")


def test_the_wheels_metadata_says_which_packages_it_installs() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    description = re.search(r'^description = "(.+)"$', text, re.MULTILINE)
    tracked = subprocess.run(
        ["git", "ls-files", "*/__init__.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    packages = {name.split("/")[0] for name in tracked.stdout.split() if name.count("/") == 1} - {"bench", "tests"}
    assert description
    assert all(name in description[1] for name in packages)
