"""Rules for the project as a whole: imports go one way, the docs name everything, portal files are sound."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import click
import pytest

from archive.labels import code_labels
from archive.model.agencies import TYPES
from crawler.cli.main import main
from crawler.families.detection import FAMILIES
from crawler.portals import portal_file
from crawler.spiders import failures
from tests.conftest import ROOT
from tests.rooms import parsed

ROOMS = {"archive": {"archive"}, "pipelines": {"archive", "pipelines"}, "crawler": {"archive", "pipelines", "crawler"}}
SOURCES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    """The top-level names of all modules that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_imports_go_from_crawler_to_pipelines_to_archive() -> None:
    wrong = {
        str(path.relative_to(ROOT)): others
        for path in SOURCES
        if (others := imported(path) & ROOMS.keys() - ROOMS[path.relative_to(ROOT).parts[0]])
    }
    assert len(SOURCES) > 200
    assert wrong == {}


def test_the_archive_knows_neither_scrapy_nor_twisted() -> None:
    sources = [path for path in SOURCES if path.is_relative_to(ROOT / "archive")]
    wrong = {
        str(path.relative_to(ROOT)): others
        for path in sources
        if (others := imported(path) & {"scrapy", "twisted", "itemadapter"})
    }
    assert len(sources) > 100
    assert wrong == {}


def test_the_pure_core_knows_no_response_database_clock_or_network() -> None:
    others = {"scrapy", "twisted", "sqlite3", "time", "requests", "httpx", "socket"}
    sources = sorted((ROOT / "crawler" / "extract").glob("*.py"))
    assert len(sources) > 10
    assert {path.name: found for path in sources if (found := imported(path) & others)} == {}


def test_no_module_is_longer_than_450_lines() -> None:
    modules = [*SOURCES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "bench").rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    assert len(lengths) > 900
    assert {name: length for name, length in lengths.items() if length > 450} == {}


def texts_of(path: Path) -> list[str]:
    """The docstrings of a file: of the module, its classes and functions, and what stands below a name."""
    values = [node.value for node in ast.walk(parsed(path)) if isinstance(node, ast.Expr)]
    return [each.value for each in values if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def test_no_docstring_opens_with_a_question() -> None:
    question = re.compile(r"\s*(?:What|How|Which|Whose|Who|Whoever|Why|Lest)\b")
    opening = {
        f"{path.relative_to(ROOT)}: {text}" for path in SOURCES for text in texts_of(path) if question.match(text)
    }
    assert sum(len(texts_of(path)) for path in SOURCES) > 4000
    assert opening == set()


def commands(group: click.Group, before: str = "") -> dict[str, click.Command]:
    """The commands of a group by their whole names, those of its groups included."""
    found: dict[str, click.Command] = {}
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        found |= commands(command, f"{before}{name} ") if isinstance(command, click.Group) else {before + name: command}
    return found


def documented_options(text: str, names: Iterable[str]) -> set[tuple[str, str]]:
    """Each command and option of the table of options."""
    pairs = set()
    for options, of in re.findall(r"^\| (`-.*?) \| (.*?) \| ", text, re.MULTILINE):
        named = set(re.findall("`([^`]+)`", of))
        within = set(names) - named if of.startswith("all but") else named
        pairs |= {(name, option) for name in within for option in re.findall(r"`(--?[\w-]+)", options)}
    return pairs


def test_the_docs_name_every_command_and_option_and_no_other() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    known = commands(main)
    stated = documented_options(text, known)
    options = {
        name: [{*each.opts, *each.secondary_opts} for each in command.params if isinstance(each, click.Option)]
        for name, command in known.items()
    }
    assert {name for name in main.list_commands(click.Context(main)) if f"disclosures {name}" not in text} == set()
    assert stated - {(name, each) for name, several in options.items() for names in several for each in names} == set()
    undocumented = [
        (name, names)
        for name, several in options.items()
        for names in several
        if stated.isdisjoint((name, each) for each in names)
    ]
    assert undocumented == []


def test_the_docs_name_every_environment_variable() -> None:
    sources = [*SOURCES, ROOT / ".ci" / "run", *sorted((ROOT / "tests").glob("*.py"))]
    used = {
        name for path in sources for name in re.findall(r"\bDISCLOSURES_[A-Z]+\b", path.read_text(encoding="utf-8"))
    }
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    own_settings = {"DISCLOSURES_MODE"}  # Scrapy settings, not variables
    assert {name for name in used - own_settings if f"`{name}`" not in text} == set()


def problem_kinds() -> set[str]:
    """Every kind of problem that the crawler and the archive can tell."""
    rooms = [ROOT / "crawler", ROOT / "pipelines", ROOT / "archive"]
    sources = [path for room in rooms for path in room.rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in sources]
    stated = {kind for text in texts for kind in re.findall(r'(?:Problem\(|_broken\(walk,)\s*"(\w+)"', text)}
    return stated | {kind for _, kind, _ in failures._WORDING} | set(failures._KINDS.values())


def test_the_docs_name_every_kind_of_problem() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert len(problem_kinds()) > 10
    assert {kind for kind in problem_kinds() if f"`{kind}`" not in text} == set()


def test_the_site_names_every_kind_of_problem_and_outcome() -> None:
    assert problem_kinds() - code_labels.PROBLEMS.keys() == set()
    outcomes = {"finished", "incomplete", "blocked", "interrupted", "shutdown", "archive_error"}
    assert outcomes - code_labels.OUTCOMES.keys() == set()


def test_the_docs_name_every_key_and_kind_of_portal_files() -> None:
    text = (ROOT / "docs" / "portal-files.md").read_text(encoding="utf-8")
    keys = {*portal_file._PORTAL_KEYS, *portal_file._CATALOG_KEYS, *portal_file._AGENCY_KEYS, *TYPES} - {"catalogs"}
    assert {name for name in {*keys, *portal_file.KINDS, *FAMILIES} if f"`{name}`" not in text} == set()


@pytest.mark.parametrize("path", sorted(portal_file.PORTALS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_packaged_portal_file_is_sound(path: Path) -> None:
    described = portal_file.load(path)
    assert described.id == path.stem
    assert described.catalogs
    assert described.checked is None, "nobody has reached a live portal from here"


def test_requirements_name_no_place_to_get_them_from() -> None:
    allowed = r"#.*|-r requirements(-dev)?\.txt|[\w.-]+==[\w.]+"
    files = sorted(ROOT.glob("requirements*.txt"))
    lines = [f"{path.name}: {line}" for path in files for line in path.read_text().splitlines()]
    assert len(files) > 2
    assert [line for line in lines if not re.fullmatch(allowed, line.partition(": ")[2])] == []
