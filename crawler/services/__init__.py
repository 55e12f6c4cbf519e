"""Answers of portals: their data, the records in it, and the pagers of their pages."""
