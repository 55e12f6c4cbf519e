"""`scrapy shell`, which writes no archive."""

from scrapy.commands import shell

from crawler.commands.without_archive import WithoutArchive


class ShellCommand(WithoutArchive, shell.Command):
    """As Scrapy's."""
