"""Fetching and reading portals: portal files, spiders, extraction, and the sample portal."""
