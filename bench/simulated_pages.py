"""The pages of one simulated portal, and a crawl of them: what a crawler would receive and read, given to a crawl session.

No network and no parser: an answer is made together with what is read from it. Which pages are asked for, the archive's own frontier
says, as it does to the spider. Every text says that it is a sample.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from archive.evidence.http_exchange import Exchange
from archive.ingest.crawl_session import CrawlSession
from archive.ingest.frontier import Frontier
from archive.model.observations import ListPage, MissingPage, Observation, Problem, RecordPage, Row
from bench.large_archive import SAMPLE, Vocabulary
from bench.simulated_portals import NOT_MODIFIED_BYTES, Fault, News, SimulatedPortal, Traffic
from crawler.extract.response_class import GONE, NOT_MODIFIED, PAGE
from crawler.settings import DOWNLOAD_DELAY
from crawler.spiders.list_pages import OVERLAP

BATCH = 50
"""Answers that are sealed and stored together."""

WORDS_OF_BODY, WORDS_IN_ALL = 700, 20_000
KINDS: dict[type, str] = {ListPage: "lists", RecordPage: "pages"}
STATUS = {PAGE: 200, NOT_MODIFIED: 304, GONE: 404}


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a simulated portal: its address, and the fields that its row and its page state."""

    url: str
    fields: dict[str, str]

    @property
    def own_fields(self) -> dict[str, str]:
        """The fields that its page states, one more than its row."""
        number = self.fields["index_number"].rpartition("-")[2]
        return self.fields | {"document_number": f"样发〔{self.fields['published_on'][:4]}〕{number}号"}

    def body(self) -> str:
        """Its text, always the same."""
        return SAMPLE + "".join(Random(self.url).choices(_words(), k=WORDS_OF_BODY))


class SimulatedPages:
    """The documents that a portal lists, the newest first in each list, and its pages."""

    def __init__(self, portal: SimulatedPortal, since: date) -> None:
        """Begin with the records that the portal lists on the day `since`."""
        self.portal = portal
        self._chance = Random(f"{portal.file.id} documents")
        self._count = 0
        self._lists: list[list[Document]] = [[] for _ in portal.file.catalogs]
        frame = "".join(Random(portal.file.id).choices(_words(), k=portal.software.page_bytes))
        self._frame = frame.encode()[: max(portal.software.page_bytes - 4_000, 0)]
        a_day = portal.listed / 365
        for number in range(portal.listed):
            self._add(since - timedelta(days=1 + int((portal.listed - number) / a_day)))

    def take(self, news: Iterable[News]) -> None:
        """List the records of some days, and take off those that were withdrawn."""
        for each in news:
            for _ in range(each.added):
                self._add(each.day)
            for _ in range(each.withdrawn):
                documents = self._chance.choice([documents for documents in self._lists if documents])
                documents.remove(self._chance.choice(documents))

    def list_pages(self, number: int) -> list[list[Document]]:
        """The documents of a list, page by page."""
        documents, rows = self._lists[number][::-1], self.portal.software.rows_a_page
        return [documents[at : at + rows] for at in range(0, len(documents), rows)] or [[]]

    def listed(self) -> dict[str, Document]:
        """All documents by address."""
        return {each.url: each for documents in self._lists for each in documents}

    def page(self, content: str) -> bytes:
        """A page as it is sent: the portal's frame, alike on each, around the content."""
        return b"<html><body>" + self._frame + content.encode() + b"</body></html>"

    def _add(self, day: date) -> None:
        self._count += 1
        in_list = self._chance.randrange(len(self._lists))
        url = f"{self.portal.file.home}l{in_list}/t{day:%Y%m%d}_{self._count}.html"
        words = "".join(self._chance.choices(_words(), k=6))
        fields = {
            "title": f"关于{words}的通知（样本{self._count}）",
            "index_number": f"990199{self._count % 30:03}/{day.year}-{self._count:05}",
            "publisher": f"样本局{self._count % 30}",
            "published_on": day.isoformat(),
        }
        self._lists[in_list].append(Document(url, fields))


class Visit:
    """One crawl of a portal's pages through a crawl session; `traffic`: its answers so far."""

    def __init__(self, pages: SimulatedPages, session: CrawlSession, frontier: Frontier, now: datetime) -> None:
        self.traffic = Traffic(others=1)
        self._pages, self._session, self._frontier, self._now = pages, session, frontier, now
        self._listed = pages.listed()
        self._update = session.mode == "update"
        self._requested: set[str] = set()
        self._answers = 0
        self._exchanges: list[tuple[Exchange, str]] = []
        self._observations: list[Observation] = []

    def run(self, fault: Fault) -> None:
        """Walk the lists, read the pages that the frontier wants, and ask after what is missing; as far as a fault lets it."""
        unread = fault.unread(self._catalogs)
        self._observations += [Problem(fault.kind, url, fault.message) for url in unread]
        walked = [url for url in self._catalogs if url not in unread]
        if walked:
            wanted = [*self._frontier.pending(), *(self._frontier.due(self._now) if self._update else ())]
            self._read([*wanted, *(url for catalog in walked for url in self._walk(catalog))])
            self._ask_after_missing()
        self._commit()

    @property
    def moment(self) -> datetime:
        """The moment of the last answer."""
        return self._now + timedelta(seconds=DOWNLOAD_DELAY * self._answers)

    @property
    def _catalogs(self) -> list[str]:
        return [catalog.url for catalog in self._pages.portal.file.catalogs]

    def _walk(self, catalog: str, *, second_pass: bool = False) -> list[str]:
        """Read a list, to its end or in an update until nothing is new; return the addresses of the rows to be followed."""
        pages, followed, quiet = self._pages.list_pages(self._catalogs.index(catalog)), [], 0
        for place, documents in enumerate(pages):
            rows = tuple(Row(each.fields, each.fields, url=each.url, key=each.url) for each in documents)
            page = ListPage(rows, catalog_url=catalog, last=place == len(pages) - 1, second_pass=second_pass)
            url = catalog if place == 0 else catalog.replace(".html", f"_{place}.html")
            news = [row.key for row in rows if not self._update or self._frontier.news(row.key, catalog, row.fields)]
            is_unchanged = self._update and not news and self._frontier.known(url) is not None
            content = "".join(each.url + each.fields["title"] for each in documents)
            self._answer(url, content, page, is_unchanged=is_unchanged)
            followed += news
            quiet = 0 if news else quiet + 1
            if self._update and quiet >= OVERLAP and not second_pass:
                break
        return followed

    def _read(self, urls: Iterable[str]) -> None:
        """Ask for records' own pages, each once."""
        for url in dict.fromkeys(urls):
            if url in self._requested:
                continue
            self._requested.add(url)
            if document := self._listed.get(url):
                self._read_page(document)
            else:
                self._answer(url, "", outcome=GONE)

    def _read_page(self, document: Document) -> None:
        """Ask for a record's page, which is as it was where it was read before."""
        url = document.url
        known = self._frontier.known(url)
        is_unchanged = known is not None and self._frontier.has_read(url, known.capture_id)
        if is_unchanged and self._pages.portal.software.conditional:
            self._answer(url, "", is_unchanged=True)
            return
        fields, body = document.own_fields, document.body()
        self._answer(url, body, RecordPage(fields, fields, url=url, body=body), is_unchanged=is_unchanged)

    def _ask_after_missing(self) -> None:
        """Ask for the pages of records that lists no longer show, in an update for others besides, and walk again where it must be sure."""
        self._commit()
        missing = [each.url for each in self._session.missing(self.moment) if each.url]
        for url in missing:
            self._answer(url, "", MissingPage(url, GONE, "the portal answered 404"), outcome=GONE)
        if self._update:
            self._read(self._frontier.witnesses(missing))
        self._commit()
        for catalog in self._session.to_walk_again():
            self._walk(catalog, second_pass=True)

    def _answer(
        self,
        url: str,
        content: str,
        said: ListPage | RecordPage | MissingPage | None = None,
        *,
        is_unchanged: bool = False,
        outcome: str = PAGE,
    ) -> None:
        """Take in an answer and what it says, if anything; `is_unchanged`: "not modified", where the portal answers so."""
        if is_unchanged and self._pages.portal.software.conditional:
            outcome = NOT_MODIFIED
        payload = self._pages.page(content) if outcome == PAGE else b""
        self._answers += 1
        self._exchanges.append((self._exchange(url, STATUS[outcome], payload), outcome))
        if said is not None:
            self._observations.append(replace(said, capture=self._answers))
        kind = "unchanged" if is_unchanged else KINDS.get(type(said), "others")
        self.traffic += Traffic(**{kind: 1}, bytes=len(payload) or NOT_MODIFIED_BYTES)
        if len(self._exchanges) >= BATCH:
            self._commit()

    def _exchange(self, url: str, status: int, payload: bytes) -> Exchange:
        headers = (("Content-Type", "text/html"), ("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT"))
        return Exchange(
            self._session.crawl_id, self._pages.portal.file.id, url, "GET", (("User-Agent", "Disclosures (simulated)"),), b"",
            f"{self.moment:%Y-%m-%dT%H:%M:%S.%fZ}", status, headers, payload, len(payload), "HTTP/1.1", None, "simulated",
        )  # fmt: skip

    def _commit(self) -> None:
        self._session.commit(self._observations, self._exchanges, self.moment)
        self._observations, self._exchanges = [], []


@cache
def _words() -> list[str]:
    """Words to draw from, frequent ones more often than rare ones."""
    return Vocabulary(Random("words"), 5_000).draw(WORDS_IN_ALL)
