"""Crawls to run: schedule, this process, and many machines over a queue."""
