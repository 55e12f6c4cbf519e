"""Documents of another portal change no answer about this one: every page, file and command, before and after they came."""

import asyncio
import json
import shutil
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import html

from archive.web.http.server import make_datasette
from crawler.cli.main import main
from tests.web.second_portal import write

pytestmark = pytest.mark.usefixtures("in_that_week")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of one portal."""
    path = tmp_path_factory.mktemp("alone") / "disclosures.db"
    write(path, "one", "640397", "甲", 1)
    return path


@pytest.fixture(scope="module")
def beside(alone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same archive, and in it another portal that did the same on the same days."""
    path = tmp_path_factory.mktemp("beside") / "disclosures.db"
    shutil.copy(alone, path)
    write(path, "two", "640398", "乙", 200)
    return path


site = cache(make_datasette)


def shown(path: Path, address: str) -> str:
    """The contents of an answer: a page's main part without its forms, whatever else there is whole."""
    answer = asyncio.run(site(path).client.get(address))
    assert answer.status_code == 200, answer.text
    if "html" not in answer.headers["content-type"]:
        return answer.content.decode("utf-8-sig")
    main = html.fromstring(answer.text).cssselect("main")[0]
    for form in main.cssselect("form"):
        form.drop_tree()
    return " ".join(main.text_content().split())


def command(*arguments: object) -> str:
    """The output of a command."""
    done = CliRunner().invoke(main, list(map(str, arguments)))
    assert done.exit_code == 0, done.output
    return done.stdout


SPAN = "from=2026-11-20&to=2026-11-21"
PAGES = (
    "/-/browse/one", "/-/browse/one/1", "/-/browse/one/1?year=2017", "/-/browse/one/2.jsonl",
    "/-/publisher?portal=one&name=样例县民政局", "/-/publisher?portal=one&name=样例县民政局&kind=budget",
    "/-/publisher.jsonl?portal=one&name=样例县财政局", "/-/publisher.atom?portal=one&name=样例县财政局",
    f"/-/changes?portal=one&{SPAN}", f"/-/changes.jsonl?portal=one&{SPAN}", f"/-/changes.json?portal=one&kind=changed&{SPAN}",
    *(f"/-/changes?portal=one&kind={kind}&{SPAN}" for kind in ("added", "changed", "withdrawn", "unlisted")),
    "/-/changes.atom?portal=one", "/-/changes.atom?portal=one&kind=withdrawn",
    "/-/search?portal=one", "/-/search?portal=one&q=预算", "/-/search.jsonl?portal=one&q=预算&sort=newest", "/-/search.json?portal=one&files=yes",
    "/-/search.atom?portal=one&q=预算", "/-/search?portal=样例县甲&publisher=样例县民政局&from=2018&to=2018&state=gone",
    "/-/record/1", "/-/record/3", "/-/record/1.json",
)  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_a_page_about_one_portal_says_the_same_with_another_beside_it(alone: Path, beside: Path, address: str) -> None:
    said = shown(alone, address)
    assert shown(beside, address) == said
    assert "乙" not in said
    assert "样例" in said


@pytest.mark.parametrize("words", [("预算", "--json", "--limit", "50"), ("预算", "--count"), ("样例", "--publisher", "民政", "--since", "2017", "--until", "2018", "--json"),
                                   ("样例", "--state", "gone", "--files", "--json"), ("样例", "--kind", "budget", "--newest", "--json")])  # fmt: skip
def test_a_search_from_the_shell_does_so_too(alone: Path, beside: Path, words: tuple[str, ...]) -> None:
    said = [command("search", *words, "--portal", "one", "--db", path) for path in (alone, beside)]
    assert said[0] == said[1]
    assert said[0].strip() not in {"", "0", "[]"}


def test_an_export_from_the_shell_does_so_too(alone: Path, beside: Path) -> None:
    said = [command("export", "jsonl", "样例", "--portal", "one", "--db", path) for path in (alone, beside)]
    assert said[0] == said[1]
    assert len({json.loads(line)["id"] for line in said[0].splitlines()}) == len(said[0].splitlines()) == 7


def test_without_a_portal_both_are_mentioned(beside: Path) -> None:
    """Else the tests above would say nothing."""
    for address in ("/-/search?q=预算", f"/-/changes?kind=withdrawn&{SPAN}", "/-/changes.atom", "/-/search.csv"):
        said = shown(beside, address)
        assert said.count("甲预算之") == said.count("乙预算之") > 0, address
    assert json.loads(shown(beside, "/-/search.json?portal=样例县"))["total"] == 14  # a part of both names
