"""Everything that is kept of portals, and its publication; knows neither Scrapy nor Twisted."""
