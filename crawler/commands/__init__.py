"""Scrapy's own commands as they are in this project: `crawl` writes the archive, no other touches one."""
