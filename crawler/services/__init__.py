"""Answers of portals' services, and records as they give them."""
