"""`scrapy fetch`, which writes no archive."""

from scrapy.commands import fetch

from crawler.commands.without_archive import WithoutArchive


class FetchCommand(WithoutArchive, fetch.Command):
    """As Scrapy's."""
