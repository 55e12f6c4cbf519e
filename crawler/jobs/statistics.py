"""The numbers that a crawl keeps of itself while it goes on."""

from scrapy.statscollectors import MemoryStatsCollector


class Statistics(MemoryStatsCollector):
    """Scrapy's own, with methods as they stand: Scrapy wraps one at each call, to warn of an argument that none of ours gives."""

    __getattribute__ = object.__getattribute__
