"""Records' pages read in a process of their own, while this one fetches and another stores: each has a core."""

import asyncio
import atexit
import pickle
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from archive.model.observations import RecordPage
from crawler.spiders.pages import read_record
from crawler.spiders.reading_process import LENGTH, message, start

READ_HERE = 10
"""A crawl that wants no more pages reads them in its own process: to fork another one takes as long."""


class ReadingEndedError(OSError):
    """The reading process ended over a page."""


class RecordReader:
    """Reads the pages of a crawl's records: at once, and in the reading process from when READ_HERE are `wanted`, and more."""

    def __init__(self, agencies: Iterable[str]) -> None:
        self._agencies = tuple(agencies)
        self.wanted = 0

    async def read(self, text: str, url: str, base_url: str) -> RecordPage:
        """Return what a record's page says, as `read_record` does. Raises what that raises, or a ReadingEndedError."""
        if self.wanted <= READ_HERE:
            return read_record(text, url, base_url, cut=False, agencies=self._agencies)
        return await _reading_process().read(message((text, url, base_url, self._agencies)))


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A page that is being read, as it was sent."""

    sent: bytes
    page: asyncio.Future[RecordPage]


class ReadingProcess(asyncio.Protocol):
    """A reading process, which serves all crawls of this one. Pages come back in the order in which they were sent."""

    def __init__(self) -> None:
        self._process, self._socket = start()
        self._received = bytearray()
        self._waiting: deque[_Waiting] = deque()
        self.has_ended = False
        loop = asyncio.get_running_loop()
        self._connected = asyncio.ensure_future(loop.create_connection(lambda: self, sock=self._socket))
        atexit.register(self.end)

    async def read(self, sent: bytes) -> RecordPage:
        """Return the page that was `sent`, read."""
        waiting = _Waiting(sent, asyncio.get_running_loop().create_future())
        await self._send(waiting)
        return await waiting.page

    async def _send(self, waiting: _Waiting) -> None:
        transport, _ = await self._connected
        self._waiting.append(waiting)
        transport.write(waiting.sent)

    def data_received(self, data: bytes) -> None:
        """Give out the pages that have come wholly."""
        self._received += data
        while len(self._received) >= LENGTH:
            end = LENGTH + int.from_bytes(self._received[:LENGTH])
            if len(self._received) < end:
                break
            result = pickle.loads(self._received[LENGTH:end])  # noqa: S301 - of our own process
            del self._received[:end]
            _settle(self._waiting.popleft().page, result)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give up the page over which the process ended; let another one read those behind it."""
        self.has_ended = True
        status = self.end()
        if self._waiting:
            fault = f"the process that reads pages ended over this one with status {status}"
            _settle(self._waiting.popleft().page, ReadingEndedError(fault))
        self._handed_on = asyncio.gather(*(_reading_process()._send(waiting) for waiting in self._waiting))

    def end(self) -> int:
        """Let the process end; its exit status, negative for a signal."""
        atexit.unregister(self.end)
        self._socket.close()
        return self._process.wait()


def _settle(page: asyncio.Future[RecordPage], result: RecordPage | Exception) -> None:
    """Hand on what was read; nobody waits for it any more where the crawl was given up."""
    if page.cancelled():
        return
    if isinstance(result, Exception):
        page.set_exception(result)
    else:
        page.set_result(result)


_process: ReadingProcess | None = None


def _reading_process() -> ReadingProcess:
    """Return this process's reading process, started where there is none."""
    global _process  # noqa: PLW0603 - one for the whole process is what it is for
    if _process is None or _process.has_ended:
        _process = ReadingProcess()
    return _process
