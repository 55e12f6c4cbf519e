"""Control characters in what a portal sends: none reaches a terminal, a log, or the problems an operator reads."""

import logging
import re
import sys
from pathlib import Path

import pytest
from scrapy.utils.test import get_crawler

from archive.model.observations import Problem
from archive.model.printable import PrintableStream, printable
from crawler.jobs.logs import PlainRecord, QuietLogFormatter
from pipelines.redact import RedactPipeline
from tests.conftest import Answer, Site, crawl, disclosures, portal_file, rows
from tests.personal_numbers import canary

NUMBERS = canary(31)
ESCAPES = "\x1b[31m\x1b]0;样本\x07\x9b2J\u202e"
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]")


def listed(*links: str) -> str:
    cells = "".join(
        f"<tr><td>640324001/2017-0000{n}</td><td>{link}</td><td>2017-01-0{n}</td></tr>"
        for n, link in enumerate(links, 1)
    )
    return f"<html><body><table><tr><th>索引号</th><th>标题</th><th>发布日期</th></tr>{cells}</table></body></html>"


@pytest.fixture
def served() -> dict[str, Answer | str]:
    titles = (f'<a href="{n}.html">样本{ESCAPES}之{n}</a>' for n in range(1, 5))
    page = f'<html><body><h1>样本{ESCAPES}</h1><div class="TRS_Editor"><p>样本正文{ESCAPES}</p></div></body></html>'
    return {
        "/list.html": listed(*titles),
        "/1.html": Answer(page, headers=(("ETag", f'"{NUMBERS.resident_id}-5f"'),)),
        "/2.html": Answer(status=302, headers=(("Location", "/\x1b[31mx\x1b]0;y\x07"),)),
        "/3.html": Answer(f"<html><title>{ESCAPES}</title><body>系统错误{ESCAPES}</body></html>", status=500),
        "/4.html": Answer(
            status=302, headers=(("Location", f"/x?n=%20{NUMBERS.resident_id[:-1]}%{ord(NUMBERS.resident_id[-1]):x}"),)
        ),
    }


def test_no_command_about_a_portal_prints_a_control_character(served: dict[str, Answer | str], tmp_path: Path) -> None:
    db, saved = tmp_path / "a.db", tmp_path / "page.html"
    saved.write_text(str(served["/list.html"]), encoding="utf-8")
    with Site(served) as site:  # type: ignore[arg-type]
        done = [crawl(portal_file(tmp_path, site.url, ("other", "样本", "/list.html")), db)]
    done += [disclosures("probe", saved), disclosures("probe", saved, "--json")]
    done += [disclosures("search", "样本", "--db", db), disclosures("status", "--db", db)]
    said = "".join(each.stdout + each.stderr for each in done)
    assert "problem: " in said
    assert "之2" in said
    assert CONTROLS.search(said) is None
    assert CONTROLS.search((tmp_path / "crawl.log").read_text("utf-8")) is None
    messages = [str(row["message"]) for row in rows(db, "SELECT message FROM problems")]
    assert messages
    assert [message for message in messages if CONTROLS.search(message)] == []


def test_no_header_with_a_number_of_a_person_is_kept(served: dict[str, Answer | str], tmp_path: Path) -> None:
    with Site(served) as site:  # type: ignore[arg-type]
        crawl(portal_file(tmp_path, site.url, ("other", "样本", "/list.html")), tmp_path / "a.db")
        asked = list(site.requests)
    captures = {str(row["url"]).rpartition("/")[2]: row for row in rows(tmp_path / "a.db", "SELECT * FROM captures")}
    assert captures["1.html"]["etag"] is None
    assert not [path for path in asked if path.startswith("/x?")]
    assert NUMBERS.found_in("".join(str(list(row.values())) for row in captures.values())) == []


def test_a_line_of_the_log_is_masked_and_printable() -> None:
    try:
        raise ValueError(f"样本{ESCAPES}{NUMBERS.text}")  # noqa: TRY301 - its traceback is wanted
    except ValueError as error:
        record = PlainRecord(
            "a", logging.ERROR, __file__, 1, "样本 %s", (str(error),), (ValueError, error, error.__traceback__)
        )
    line = logging.Formatter().format(record)
    assert "Traceback" in line
    assert CONTROLS.search(line) is None
    assert NUMBERS.found_in(line) == []


def test_a_filtered_stream_is_otherwise_the_stream(capsys: pytest.CaptureFixture[str]) -> None:

    stream = PrintableStream(sys.stdout)
    stream.write(f"样本{ESCAPES}\n\t")
    assert stream.isatty() == sys.stdout.isatty()  # type: ignore[operator]
    assert capsys.readouterr().out == f"样本{printable(ESCAPES)}\n\t"


def test_what_is_noted_of_a_page_is_printable() -> None:
    problem = RedactPipeline().masked(Problem("sample", "http://p.example/", f"样本{ESCAPES}"))
    assert isinstance(problem, Problem)
    assert problem.message == f"样本{printable(ESCAPES)}"


@pytest.mark.parametrize(("level", "is_made"), [("INFO", False), ("DEBUG", True)])
def test_no_line_is_made_that_the_log_does_not_take(level: str, *, is_made: bool) -> None:
    log, factory = logging.getLogger("scrapy"), logging.getLogRecordFactory()
    before = log.level
    try:
        QuietLogFormatter.from_crawler(get_crawler(settings_dict={"LOG_LEVEL": level}))
        assert logging.getLogger("scrapy.core.engine").isEnabledFor(logging.DEBUG) == is_made
    finally:
        log.setLevel(before)
        logging.setLogRecordFactory(factory)
