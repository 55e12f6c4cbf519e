"""What was seen, for ever: schema, storing, searching and publishing. Knows neither Scrapy nor Twisted."""
