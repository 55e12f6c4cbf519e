"""The baseline: a bare Scrapy spider that fetches the same pages, reads them with selectors, and stores nothing."""

import sys

import scrapy
from scrapy.crawler import CrawlerProcess


class BareSpider(scrapy.Spider):
    """List pages by their numbers, details by their links; the fields by position, as such spiders do."""

    name = "bare"

    async def start(self):
        yield scrapy.Request(f"{self.home}xxgk/list.html", self.parse_list)

    def parse_list(self, response):
        for row in response.css("div.xxgk_wrap"):
            hover = row.css("div.hover_box p")
            yield {
                "index_number": row.css("li:nth-child(1) span::text").get(),
                "title": row.css("a::attr(title)").get(),
                "publisher": row.css("li:nth-child(3) span::text").get(),
                "date": row.css("li:nth-child(4) span::text").get(),
                "hover": [line.xpath("string()").get() for line in hover],
            }
            yield response.follow(row.css("a::attr(href)").get(), self.parse_record)
        pages, current = map(int, response.css("script::text").re(r"createPageHTML\((\d+), (\d+)"))
        if current + 1 < pages:
            yield response.follow(f"list_{current + 1}.html", self.parse_list, priority=10)

    def parse_record(self, response):
        yield {
            "title": response.css("h1::text").get(),
            "fields": [cell.xpath("string()").get() for cell in response.css("table td")],
            "body": "\n".join(response.css("div.TRS_Editor ::text").getall()),
            "trail": response.css("div.pos a::text").getall(),
        }


if __name__ == "__main__":
    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS_PER_DOMAIN": int(sys.argv[2]),
            "TELNETCONSOLE_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
            "LOG_LEVEL": "WARNING",
        }
    )
    process.crawl(BareSpider, home=sys.argv[1])
    process.start()
