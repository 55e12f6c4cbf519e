"""`scrapy view`, which writes no archive."""

from scrapy.commands import view

from crawler.commands.without_archive import WithoutArchive


class ViewCommand(WithoutArchive, view.Command):
    """As Scrapy's."""
