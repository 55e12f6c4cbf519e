"""Crawls of a made-up county, written by one machine and by many, whose databases are then merged."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.database.connection import open_for_reading
from archive.evidence.evidence_file import open_for_reading as open_evidence
from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import Exchange
from archive.ingest.store import Store
from archive.maintenance import job
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.check import check
from archive.maintenance.merge import TAKEN, MergeResult, merge
from archive.model import clock
from archive.model.observations import (
    AttachmentFile,
    Capture,
    CatalogOfPortal,
    LinkedFile,
    ListPage,
    MissingPage,
    Observation,
    PortalOfFile,
    Problem,
    RecordPage,
    Row,
)

FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
NOW = "2026-03-01T00:00:00Z"
COLUMNS = ("plans", "reports")


@dataclass
class County:
    """A portal that can be crawled without a network: what its two catalogues list, what its pages say."""

    name: str
    listed: dict[str, dict[int, int]] = field(default_factory=lambda: {column: {} for column in COLUMNS})
    gone: set[str] = field(default_factory=set)
    moved: dict[int, int] = field(default_factory=dict)

    @property
    def portal(self) -> PortalOfFile:
        home = f"http://{self.name}.example/"
        kinds = ("plan", "annual_report")
        catalogs = (
            CatalogOfPortal(kind, column, f"{home}{column}/") for kind, column in zip(kinds, COLUMNS, strict=True)
        )
        return PortalOfFile(self.name, "样本县", "640399", home, tuple(catalogs))

    def url(self, number: int) -> str:
        return f"http://{self.name}.example/{number}-{self.moved.get(number, 0)}.html"

    def row(self, number: int, text: int) -> Row:
        """The row of a record in a list."""
        title = f"样本局2025年政府信息公开工作年度报告之{number}" + ("（修订）" if text % 3 == 2 else "")
        said = {
            "title": title,
            "index_number": f"640399001/2026-{number:05}",
            "published_on": f"2026-01-{number % 28 + 1:02}",
            "publisher": ("样本县样本局", "样本局", "样本县人民政府办公室")[number % 3],
        }
        return Row(said, {"标题": title}, key=self.url(number), redacted={"phone": 1} if number % 5 == 0 else {})

    def page(self, number: int, text: int) -> list[Observation]:
        """The page of a record and its file, as they are read."""
        url, name = self.url(number), f"附件{text}.pdf"
        files = (LinkedFile(name, f"{url}.pdf"),) if number % 3 == 0 else ()
        said = {"document_number": f"样发〔2026〕{number}号"}
        page = RecordPage(
            said,
            {"文号": str(number)},
            url=url,
            body=f"样本正文之{number}：2025年共受理依申请公开{text}件，答复{text}件。",
            attachments=files,
        )
        sha = f"{number:032x}{text:032x}"
        file = AttachmentFile(
            url, name, f"{url}.pdf", sha, 1, "application/pdf", f"附件文字{text}", "text", redacted={"id_card": 2}
        )
        return [page, file] if files else [page]

    def live(self, chance: random.Random) -> None:
        """A day passes."""
        for column in COLUMNS:
            listed = self.listed[column]
            for number in [n for n in listed if chance.random() < 0.08]:
                self.gone |= {self.url(number)} if chance.random() < 0.7 else set()
                for other in COLUMNS:
                    self.listed[other].pop(number, None)
            for number in [n for n in listed if chance.random() < 0.1]:
                listed[number] += 1
            for number in [n for n in listed if chance.random() < 0.08]:
                self.gone.add(self.url(number))
                self.moved[number] = self.moved.get(number, 0) + 1
            for _ in range(4 if not listed else chance.randrange(3)):
                listed[chance.randrange(1000)] = 0


class Crawl:
    """One crawl of a county as the pipeline writes it: sealed first, then told.

    `stop_after`: so many answers are written, the next one is sealed, and the crawl is killed. `first_after`: seconds from the
    crawl's beginning to its first answer.
    """

    def __init__(
        self,
        db: Path,
        county: County,
        day: float,
        stop_after: int | None = None,
        *,
        mode: str = "full",
        first_after: int = 3,
    ) -> None:
        self.county, self.now = county, FIRST + timedelta(days=day, seconds=len(county.name))
        self.left = stop_after
        with closing(Evidence(beside(db))) as self.evidence:
            self.store = Store(db)
            self.evidence.seal(self.now.date().isoformat())
            self.crawl_id = self.store.begin(county.portal, mode, clock.text(self.now))
            self.now += timedelta(seconds=first_after - 3)
            if self.walk():
                self.store.finish("finished", self.told())
            self.store.close()

    def told(self) -> str:
        return clock.text(self.now)

    def see(self, url: str, outcome: str, *observations: Observation) -> bool:
        """An answer is sealed, and told of; False where the crawl is killed before it is."""
        self.now += timedelta(seconds=3)
        payload = f"<html>{url} {observations!r}</html>".encode()
        exchange = Exchange(
            self.crawl_id, self.county.name, url, "GET", (("Host", "x"),), b"", self.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            200, (("Content-Type", "text/html"),), payload, len(payload), "HTTP/1.1", "127.0.0.1", "test",
        )  # fmt: skip
        (kept,) = self.evidence.add_many([exchange])
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                return False
        seen = Capture(kept.id, url, exchange.fetched_at, 200, outcome, kept.sha256, kept.bytes, None, None)
        self.store.write([with_capture(each, kept.id) for each in observations], self.told(), [seen])
        return True

    def walk(self) -> bool:
        county = self.county
        for catalog, column in zip(county.portal.catalogs, COLUMNS, strict=True):
            listed = [county.row(number, text) for number, text in county.listed[column].items()]
            if not self.see(
                catalog.url, "page", ListPage(tuple(listed), breadcrumb=("首页",), catalog_url=catalog.url, last=True)
            ):
                return False
        for number, text in {**county.listed[COLUMNS[0]], **county.listed[COLUMNS[1]]}.items():
            if not self.see(county.url(number), "page", *county.page(number, text)):
                return False
        self.store.write([Problem("http_error", county.portal.home, "answered 500")], self.told())
        for record in self.store.missing(self.told()):
            outcome = "gone" if record.url in county.gone else "page"
            if not self.see(str(record.url), outcome, MissingPage(str(record.url), outcome, f"found to be {outcome}")):
                return False
        again = self.store.to_walk_again()
        for catalog, column in zip(county.portal.catalogs, COLUMNS, strict=True):
            if catalog.url in again:
                listed = [county.row(number, text) for number, text in county.listed[column].items()]
                if not self.see(
                    catalog.url, "page", ListPage(tuple(listed), catalog_url=catalog.url, last=True, second_pass=True)
                ):
                    return False
        return True


def with_capture(seen: Observation, number: int) -> Observation:
    return seen if isinstance(seen, Problem) else replace(seen, capture=number)


def merged(db: Path, *sources: Path) -> list[MergeResult]:
    return list(merge(db, beside(db), sources, NOW))


def sound(db: Path) -> bool:
    """Whether the check finds nothing, and each original belongs to the crawl, and the portal, that the archive says."""
    assert list(check(db, beside(db))) == []
    with closing(open_evidence(beside(db))) as evidence:
        sealed = {row[0]: row[1:] for row in evidence.execute("SELECT id, crawl_id, portal FROM captures")}
    with closing(open_for_reading(db)) as archive:
        crawls = dict(archive.execute("SELECT id, portal FROM crawls").fetchall())
        assert all(crawls.get(crawl, portal) == portal for crawl, portal in sealed.values())
        told = archive.execute("SELECT id, crawl_id FROM captures WHERE id > 0").fetchall()
    assert all(sealed[number][0] == crawl for number, crawl in told)
    return True


@contextmanager
def full_disk(db: Path) -> Iterator[None]:
    """The archive can't be written meanwhile past the first problem of a crawl, as on a full disk."""
    with closing(sqlite3.connect(db)) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON problems BEGIN SELECT raise(ABORT, 'disk is full'); END"
        )
        yield
        connection.execute("DROP TRIGGER full")


@dataclass
class World:
    """Counties' days, crawled by one machine and by many."""

    folder: Path
    chance: random.Random
    counties: list[County] = field(default_factory=lambda: [County("a"), County("bb")])
    jobs: list[Path] = field(default_factory=list)

    def job(self, county: County, archive: Path) -> Path:
        path = self.folder / f"job{len(self.jobs)}.db"
        self.jobs.append(path)
        job.begin(archive, county.name, path)
        return path

    def pass_days(self, days: int, one: Path, many: Path, crawls_a_job: int) -> None:
        """`one` is crawled directly; `many` gets what jobs of so many crawls each found, in any order."""
        open_up_to_date(many).close()
        under_way: dict[str, tuple[Path, int]] = {}
        for day in range(days):
            finished = []
            for county in self.counties:
                county.live(self.chance)
                path, crawls = under_way.pop(county.name, (None, 0))
                path = path or self.job(county, many)
                killed = self.chance.randrange(8) if self.chance.random() < 0.2 else None
                for db in (one, path):
                    Crawl(db, county, day, killed)
                if crawls + 1 < crawls_a_job and day + 1 < days:
                    under_way[county.name] = (path, crawls + 1)
                else:
                    finished.append(path)
            self.chance.shuffle(finished)
            for each in finished:
                assert {told.what for told in merged(many, each)} == {TAKEN}
        open_up_to_date(one).close()  # what a killed crawl left to be indexed and read


# --- the same as one machine ---
