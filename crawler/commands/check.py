"""`scrapy check`, which writes no archive."""

from scrapy.commands import check

from crawler.commands.without_archive import WithoutArchive


class CheckCommand(WithoutArchive, check.Command):
    """As Scrapy's."""
