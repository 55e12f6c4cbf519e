"""Collection of garbage in the tests' processes: seldom, and never in what was there before the first test."""

import gc

OBJECTS = 50_000
"""A collection begins after so many: Python's own 700 suit a process with far less in it."""


def collect_seldom() -> None:
    """From here on, collect seldom, and look through nothing that is there now, in this process and in those forked from it."""
    gc.freeze()
    gc.set_threshold(OBJECTS)
