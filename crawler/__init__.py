"""Fetching and reading of portals."""
