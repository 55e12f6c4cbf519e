"""Fetching and reading portals: portal files, spiders, extraction, and the sample portal."""

__version__ = "0.1.0"
