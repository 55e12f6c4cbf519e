"""The one spider; `crawler.loader` makes one of it for each portal file."""
