"""The baselines: a plain Scrapy spider that fetches the same pages and reads them with selectors.

Bare, it stores nothing; with a database, it upserts each item as it comes, as the documentation of sqlite-utils shows; with a
folder, it fetches the files that records link to, and stores their bytes there.

python -m bench.bare_spider HOME CONCURRENCY [DATABASE.db] [FOLDER]
"""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response
from sqlite_utils import Database
from sqlite_utils.db import Table


class BareSpider(scrapy.Spider):
    """List pages by their numbers, details by their links; the fields by position, as such spiders do."""

    name = "bare"
    home: str
    database: str
    folder: Path

    async def start(self) -> AsyncIterator[scrapy.Request]:
        yield scrapy.Request(f"{self.home}xxgk/list.html", self.parse_list)

    def parse_list(self, response: Response) -> Iterator[dict[str, object] | scrapy.Request]:
        for row in response.css("div.xxgk_wrap"):
            hover = row.css("div.hover_box p")
            url = response.urljoin(row.css("a::attr(href)").get(""))
            yield {
                "url": url,
                "index_number": row.css("li:nth-child(1) span::text").get(),
                "title": row.css("a::attr(title)").get(),
                "publisher": row.css("li:nth-child(3) span::text").get(),
                "date": row.css("li:nth-child(4) span::text").get(),
                "hover": [line.xpath("string()").get() for line in hover],
            }
            yield response.follow(url, self.parse_record)
        pages, current = map(int, response.css("script::text").re(r"createPageHTML\((\d+), (\d+)"))
        if current + 1 < pages:
            yield response.follow(f"list_{current + 1}.html", self.parse_list, priority=10)

    def parse_record(self, response: Response) -> Iterator[dict[str, object] | scrapy.Request]:
        yield {
            "url": response.url,
            "title": response.css("h1::text").get(),
            "fields": [cell.xpath("string()").get() for cell in response.css("table td")],
            "body": "\n".join(response.css("div.TRS_Editor ::text").getall()),
            "trail": response.css("div.pos a::text").getall(),
        }
        if self.folder != Path():
            for link in response.css("div.fj a::attr(href)").getall():
                yield response.follow(link, self.store_file)

    def store_file(self, response: Response) -> None:
        (self.folder / response.url.rpartition("/")[2]).write_bytes(response.body)


class UpsertPipeline:
    """Each item into the table `records` at once."""

    def open_spider(self, spider: BareSpider) -> None:
        self.records = Table(Database(spider.database), "records")

    def process_item(self, item: dict[str, object]) -> dict[str, object]:
        self.records.upsert(item, pk="url", alter=True)
        return item


def main(home: str, concurrency: str, *stores: str) -> None:
    settings = {
        "CONCURRENT_REQUESTS_PER_DOMAIN": int(concurrency),
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": "WARNING",
    }
    database = next((store for store in stores if store.endswith(".db")), "")
    folder = next((store for store in stores if not store.endswith(".db")), "")
    if database:
        settings["ITEM_PIPELINES"] = {UpsertPipeline: 100}
    process = CrawlerProcess(settings)
    process.crawl(BareSpider, home=home, database=database, folder=Path(folder))
    process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
