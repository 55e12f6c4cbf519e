"""Docs that cannot rot: what they name exists, and what exists in the house has its name in them."""

import re
from importlib.util import find_spec

import click
import pytest

from archive.labels.tables import TABLES
from crawler.cli.main import main
from tests.conftest import ROOT
from tests.test_architecture import ROOMS

PLACES = ("CONTRIBUTING.md", "SECURITY.md", "docs/design.md", "docs/glossary.md", "docs/testing.md")
TOP = {path.name for path in ROOT.iterdir()} - {"build", "data", "dist"}


def quoted(name: str) -> set[str]:
    """Return what stands in backticks or in a block of code, comments left out."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = {line.partition(" #")[0].strip() for block in blocks for line in block.splitlines()}
    return lines | set(re.findall(r"`([^`\n]+)`", text))


def paths(name: str) -> set[str]:
    """Return the files and folders that a page names from the top of the checkout, without those with a NAME to fill in."""
    words = {word.rstrip("/") for text in quoted(name) for word in text.split()}
    return {word for word in words if word.split("/")[0] in TOP and not re.search(r"FAMILY|NAME|\*", word)}


@pytest.mark.parametrize("name", PLACES)
def test_files_that_the_docs_name_exist(name: str) -> None:
    named = paths(name)
    assert len(named) > 2
    assert {path for path in named if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("name", ["docs/design.md", "docs/glossary.md"])
def test_files_are_named_from_the_top(name: str) -> None:
    sources = {text for text in quoted(name) if re.fullmatch(r"[\w/]+\.py", text)} - {"__init__.py"}
    assert len(sources) > 20
    assert {source for source in sources if source.split("/")[0] not in TOP} == set()


def test_contributing_names_targets_commands_and_modules_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", text, re.MULTILINE))
    assert {first or second for first, second in named} <= targets
    commands = set(re.findall(r"`disclosures ([a-z]+)", text))
    assert commands <= set(main.list_commands(click.Context(main)))
    assert all(find_spec(module) for module in re.findall(r"python -m ([\w.]+)", text))


def test_every_room_and_no_other_stands_in_the_glossary() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    _, table = text.split("## The rooms\n")
    rooms = {str(path.parent.relative_to(ROOT)) for top in ROOMS for path in (ROOT / top).rglob("__init__.py")}
    assert set(re.findall(r"^\| `([a-z/]+)`", table, re.MULTILINE)) == rooms


def test_the_glossary_has_every_column_of_records_and_every_table() -> None:
    """Chinese, English, and what code and tables call it."""
    domain, own = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").split("## Our own terms")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in domain.splitlines() if line[:1] == "|"]
    terms = [row for row in rows if row[0] not in {"中文", "---"}]
    assert {len(row) for row in rows} == {4}
    assert [row for row in terms if not re.search(r"[\u4e00-\u9fff]", row[0]) or not re.search(r"[a-z]", row[1])] == []
    named = {name for row in terms for name in re.findall(r"`(\w+)`", row[2])}
    tables = {name for name, table in TABLES.items() if not table.hidden}
    assert (set(TABLES["records"].columns) - {"id"} | tables) - named == set()
    words = re.findall(r"^\| ([^|`]+) \|", own.split("## The rooms")[0], re.MULTILINE)[1:]
    assert words == sorted(words, key=str.casefold)
