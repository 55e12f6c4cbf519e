"""Records' pages that are read in a process of their own."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from archive.ingest.crawl_session import CrawlSession, SessionCall
from crawler.spiders import reading_process, record_reader
from crawler.spiders.pages import read_record
from crawler.spiders.reading_process import message
from crawler.spiders.record_reader import ReadingEndedError, RecordReader
from pipelines import writer_client
from tests import waiting
from tests.conftest import Site, crawl, portal_file, rows

AGENCIES = ["样本之家"]
"""Publishers that are known by the portal's file alone."""


def page(number: int, link: str = "<a href=1.pdf>附件</a>") -> tuple[str, str, str]:
    """The page of a record, its address and where it came from."""
    body = f"<div class=TRS_Editor><p>样本正文第{number}号，并非政府文件。</p>{link}</div>"
    return (
        f"<html><h1>样本公告{number}</h1><p>来源：样本之家</p>{body}</html>",
        f"http://a.invalid/{number}.html",
        "http://a.invalid/",
    )


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordReader]:
    """A reader all of whose pages are read in the reading process, which ends with the test."""
    monkeypatch.setattr(record_reader, "READ_HERE", 0)
    monkeypatch.setattr(record_reader, "_process", None)
    reader = RecordReader(AGENCIES)
    reader.wanted = 1
    yield reader
    if record_reader._process and not record_reader._process.has_ended:
        record_reader._process.end()


def test_pages_read_elsewhere_are_as_if_they_were_read_here(reader: RecordReader) -> None:
    async def read() -> Sequence[object]:
        return await asyncio.gather(*(reader.read(*page(number)) for number in range(40)))

    here = [read_record(*page(number), cut=False, agencies=AGENCIES) for number in range(40)]
    assert asyncio.run(read()) == here
    assert {each.fields["publisher"] for each in here} == {*AGENCIES}


def test_what_reading_raises_is_raised_and_the_next_page_read(reader: RecordReader) -> None:
    async def read() -> Sequence[object]:
        return await asyncio.gather(reader.read(None, *page(1)[1:]), reader.read(*page(2)), return_exceptions=True)  # type: ignore[arg-type]

    failed, after = asyncio.run(read())
    assert isinstance(failed, TypeError)
    assert after == read_record(*page(2), cut=False, agencies=AGENCIES)


def test_a_page_over_which_the_process_ends_is_given_up_and_those_behind_it_are_read(reader: RecordReader) -> None:
    async def read() -> Sequence[object]:
        await reader.read(*page(0))
        process = record_reader._process._process.pid  # type: ignore[union-attr]
        os.kill(process, signal.SIGSTOP)
        reading = asyncio.gather(*(reader.read(*page(number)) for number in range(3)), return_exceptions=True)
        await asyncio.sleep(0)
        os.kill(process, signal.SIGKILL)
        return await asyncio.wait_for(reading, waiting.SECONDS)

    given_up, *others = asyncio.run(read())
    assert isinstance(given_up, ReadingEndedError)
    assert "ended over this one with status -9" in str(given_up)
    assert others == [read_record(*page(number), cut=False, agencies=AGENCIES) for number in (1, 2)]


def test_a_page_that_nobody_waits_for_any_more_does_no_harm(reader: RecordReader) -> None:
    async def read() -> object:
        await reader.read(*page(0))
        given_up = asyncio.ensure_future(reader.read(*page(1)))
        await asyncio.sleep(0)
        given_up.cancel()
        return await reader.read(*page(2))

    assert asyncio.run(read()) == read_record(*page(2), cut=False, agencies=AGENCIES)


def test_a_message_is_its_length_and_what_it_says() -> None:
    assert message("")[:4] == (len(message("")) - 4).to_bytes(4)


ELSEWHERE = """
from crawler.spiders import record_reader
record_reader.READ_HERE, record_reader.read_record = 0, None
"""


def test_a_crawl_that_wants_more_pages_than_are_read_here_has_them_read(tmp_path: Path) -> None:
    listed = "".join(f'<li><a href="/{n}.html">样本公告{n}</a><span>2024-03-01</span></li>' for n in range(9))
    answers = {f"/{n}.html": page(n, link="")[0] for n in range(9)} | {"/list.html": f"<ul>{listed}</ul>"}
    with Site(answers) as site:
        portal = portal_file(tmp_path, site.url, ("notice", "公告", "/list.html"))
        done = crawl(portal, tmp_path / "a.db", first=ELSEWHERE)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    texts = {row["body"] for row in rows(tmp_path / "a.db", "SELECT body FROM records")}
    assert texts == {f"样本正文第{n}号，并非政府文件。" for n in range(9)}


@pytest.mark.parametrize(
    ("start", "sent"),
    [
        (reading_process.start, message((*page(1), ()))),
        (writer_client.start, message(SessionCall("样本", CrawlSession.complete, ()))),
    ],
)
def test_a_process_whose_owner_is_killed_ends_without_a_word(
    start: Callable[[], tuple[writer_client.Process, socket.socket]], sent: bytes
) -> None:
    process, connection = start()
    with connection:
        connection.sendall(sent)
        assert connection.recv(1)  # of its answer: the rest is never taken, so that the end comes as a reset
    assert process.wait() == 0


def test_a_reading_process_holds_no_file_of_the_process_that_it_was_forked_off() -> None:
    one, other = socket.socketpair()
    with one:
        process, connection = reading_process.start()
        other.close()
        one.settimeout(waiting.SECONDS)
        assert one.recv(1) == b""  # nobody has the other end any more
        connection.close()
    assert process.wait() == 0
