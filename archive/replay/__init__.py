"""Crawls played again from their sealed answers and their logs, as an archive is made anew."""
