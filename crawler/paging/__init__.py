"""Pagers of list pages: links, scripts, and data stated inline."""
