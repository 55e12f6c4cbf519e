"""The newcomer's walk: what docs/whole-country.md says is typed as it stands there, with mock sites, and an archive is served."""

import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen
from urllib.request import urlopen

from lxml import html

from archive.directory.coverage import county_divisions
from tests.conftest import Site
from tests.county_sites import KINDS, sound
from tests.ports import free_port
from tests.web.asking import text

DOCUMENT = Path(__file__).parent.parent / "docs" / "whole-country.md"
HOMES, RECORDS = 5, 2

HURRIED = """#!/bin/sh
case $1 in
    survey|crawl) set -- "$@" --delay 0 ;;
    serve) set -- "$@" --port {port} ;;
esac
exec {python} -m crawler.cli.main "$@"
"""
"""The command `disclosures` in a test's hurry: without delay, and at a free port."""


def block(language: str) -> str:
    """The first block of the document in a language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


@contextmanager
def typed(commands: str, folder: Path, port: int) -> Iterator[str]:
    """Type commands into a shell, in a folder, of which the last serves a site: what they print until it does."""
    program = folder / "bin" / "disclosures"
    program.parent.mkdir()
    program.write_text(HURRIED.format(port=port, python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DISCLOSURES_")}
    env = {
        **kept,
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONUNBUFFERED": "1",
    }
    with Popen(
        ["bash", "-e"], cwd=folder, env=env, stdin=PIPE, stdout=PIPE, stderr=STDOUT, text=True, start_new_session=True
    ) as shell:
        assert shell.stdin
        assert shell.stdout
        shell.stdin.write(commands)
        shell.stdin.close()
        printed = ""
        try:
            for line in shell.stdout:
                printed += line
                if "Ctrl-C ends it" in line:
                    break
            yield printed
        finally:
            os.killpg(shell.pid, signal.SIGTERM)


def test_a_list_of_home_pages_becomes_a_served_archive_as_the_document_says(tmp_path: Path) -> None:
    head, *examples = block("csv").splitlines()
    assert (head, len(examples)) == ("code,home", 2)
    commands = block("sh")
    assert len(re.findall(r"^disclosures ", commands, re.MULTILINE)) == 3
    codes = [each.code for each in county_divisions() if each.code.startswith("64")][:HOMES]
    port = free_port()
    with ExitStack() as stack:
        homes = [stack.enter_context(Site(sound(RECORDS))).url for _ in codes]
        lines = [f"{code},{home}" for code, home in zip(codes, homes, strict=True)]
        (tmp_path / "list.csv").write_text("\n".join([head, *lines]), encoding="utf-8")
        printed = stack.enter_context(typed(commands, tmp_path, port))
        assert f"http://127.0.0.1:{port}/" in printed, printed

        def get(path: str) -> bytes:
            return bytes(urlopen(f"http://127.0.0.1:{port}{path}", timeout=30).read())

        records = HOMES * RECORDS * len(KINDS)
        country = json.loads(get("/-/counties.json"))
        assert (country["archived"], country["records"]) == (HOMES, records)
        found = html.fromstring(get("/-/search?place=64"))
        assert text(found.cssselect(".result b")[0]) == str(records)
        assert len(list((tmp_path / "portals").glob("*.toml"))) == HOMES
