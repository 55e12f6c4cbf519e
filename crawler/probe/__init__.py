"""Probing a page nobody has seen: fetching, reading, catalogue links, a drafted portal file."""
