"""A process of its own in which facts are derived from records: it is ended where one of them takes too long.

The kernel ends it, by a timer of processor time. A signal that Python itself handles would not do: it waits until a
regular expression, or any other function written in C, returns.
"""

import gc
import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from typing import Any, NoReturn, TypeVar

from archive.database.lock import close_all_but

Input = TypeVar("Input")
Output = TypeVar("Output")

MOST_SECONDS = 2.0
"""Seconds of processor time that what is derived from one record may take; hardly any takes a hundredth of it."""

LEAST_SECONDS = 0.1
"""Seconds that are left for each further record of a portal many of whose records have taken too long."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The reason for which nothing could be derived from a record."""

    reason: str


def derive(
    work: Callable[[Input], Output], inputs: Sequence[tuple[str, Input]], seconds: float | None = None
) -> list[Output | Failure]:
    """Return what `work` makes of each input, in order, and a Failure where it takes longer than `seconds` or raises.

    Each input stands with its portal. With each failure the time for further records of that portal is halved: a portal
    full of such records must not stop the others either.
    """
    longest = MOST_SECONDS if seconds is None else seconds
    results: list[Output | Failure] = []
    failures: Counter[str] = Counter()
    while len(results) < len(inputs):
        rest = inputs[len(results) :]
        limits = {
            portal: max(longest / 2 ** min(failures[portal], 20), min(longest, LEAST_SECONDS)) for portal, _ in rest
        }
        results += forked(work, rest, limits)
        if len(results) < len(inputs):
            portal = inputs[len(results)][0]
            results.append(Failure(f"took more than {limits[portal]:g} s, or ended the process that reads records"))
            failures[portal] += 1
    return results


def forked(
    work: Callable[[Input], Output], inputs: Sequence[tuple[str, Input]], limits: dict[str, float]
) -> list[Output | Failure]:
    """The results of one process, up to the input at which it was ended."""
    reader, writer = Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        _work(work, inputs, limits, writer)
    writer.close()
    results: list[Any] = []
    try:
        while len(results) < len(inputs):
            results.append(reader.recv())
    except EOFError:
        pass
    finally:
        reader.close()
        os.waitpid(child, 0)
    return results


def attempted(work: Callable[[Input], Output], each: Input) -> Output | Failure:
    """Return what `work` makes of one input, or a Failure where it raises."""
    try:
        return work(each)
    except Exception as error:  # noqa: BLE001 - one record stops no other, whatever is wrong with it
        return Failure(f"our own code failed: {type(error).__name__}")  # its text may quote the record


def _work(
    work: Callable[[Input], Output], inputs: Sequence[tuple[str, Input]], limits: dict[str, float], writer: Connection
) -> NoReturn:
    """Send the results, as the process that was forked."""
    try:
        gc.disable()
        close_all_but(writer.fileno())
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})
        for portal, each in inputs:
            signal.setitimer(signal.ITIMER_PROF, limits[portal])
            result = attempted(work, each)
            signal.setitimer(signal.ITIMER_PROF, 0)
            writer.send(result)
    finally:
        os._exit(0)
