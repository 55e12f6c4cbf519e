"""Sanitised and redacted copies of captures, safe to look at."""
