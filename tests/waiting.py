"""Waiting in tests: always for a condition, never for a time."""

import time
from collections.abc import Callable

SECONDS = 120
"""After so long a condition will not come to hold, however busy the machine."""


def wait_until(holds: Callable[[], object], pause: float = 0.01) -> None:
    """Wait until something holds. Raises AssertionError where it does not come to."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, f"waited {SECONDS} s"
        time.sleep(pause)


def answers(ask: Callable[[], object], refused: type[Exception] | tuple[type[Exception], ...] = OSError) -> bool:
    """Whether a server that has just been started answers, for `wait_until`: other faults than `refused` are raised."""
    try:
        ask()
    except refused:
        return False
    return True
