"""Shared by all benchmarks: costs of processes, percentiles, and reports kept in `docs/benchmarks.json`.

Each cost is taken twice, by the wall clock and by the processor: on a machine with other work the first one says little.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parent.parent / "docs" / "benchmarks.json"
_QUIET = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the wall clock and of the processor; the peak of memory in MB, where it is known, seen fifty times a second."""

    wall: float
    processor: float
    peak: float = 0.0


@dataclass(frozen=True, slots=True)
class Ratio:
    """Our cost to another's in the same run. `processor`: the same by processor time; `target`: at most this."""

    what: str
    wall: float
    processor: float | None = None
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, by the wall clock where it is a time, and by the processor. `target`: at most this."""

    what: str
    value: float
    unit: str
    target: float | None = None
    processor: float | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """The growth of a figure: `points` are (x, y)."""

    plot: str
    x: str
    y: str
    name: str
    points: list[tuple[float, float]]


@dataclass(slots=True)
class Report:
    """The findings of one benchmark. `notes`: what a reader must know to take the numbers for what they are."""

    name: str
    title: str
    ratios: list[Ratio] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def command(*arguments: str) -> Cost:
    """The cost of a Python command in a process of its own, which must succeed."""
    began = time.monotonic()
    pid = os.posix_spawn(sys.executable, [sys.executable, *arguments], os.environ, file_actions=_QUIET)
    peak, ended = 0.0, 0
    while not ended:
        with suppress(OSError, IndexError):  # at its end
            peak = max(peak, resident(pid))
        time.sleep(0.02)
        ended, status, usage = os.wait4(pid, os.WNOHANG)
    assert os.waitstatus_to_exitcode(status) == 0, f"{arguments} failed"
    return Cost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, peak)


def work(do: Callable[[], object]) -> Cost:
    """The cost of `do` in this process, all of its threads together."""
    began, before = time.perf_counter(), time.process_time()
    do()
    return Cost(time.perf_counter() - began, time.process_time() - before)


def processor(pid: int) -> float:
    """Seconds of the processor that the threads of a process have had, to the microsecond (Linux)."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def resident(pid: int) -> float:
    """MB of memory that a process and those it has started hold now; pages that they share are counted for each (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    started = (path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    own = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return own + sum(resident(int(child)) for children in started for child in children)


def started(pid: int) -> float:
    """Seconds of the processor that those a process has started have had, and those they waited for (Linux, in ticks)."""
    total = 0.0
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            times = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[11:15]
            total += sum(map(int, times)) / os.sysconf("SC_CLK_TCK") + started(int(child))
    return total


def p95(values: Sequence[float]) -> float:
    """The 95th percentile: the value that one in twenty exceeds."""
    return sorted(values)[max(round(len(values) * 0.95) - 1, 0)]


def ratio(what: str, ours: Sequence[Cost], theirs: Sequence[Cost], target: float | None = None) -> Ratio:
    """The median of the ratios of costs measured in turns."""
    pairs = list(zip(ours, theirs, strict=True))
    return Ratio(
        what,
        statistics.median(one.wall / other.wall for one, other in pairs),
        statistics.median(one.processor / other.processor for one, other in pairs),
        target,
    )


def slowest(what: str, costs: Sequence[Cost], target: float | None = None) -> Figure:
    """The 95th percentile in milliseconds."""
    wall, processor = (1000 * p95([getattr(cost, unit) for cost in costs]) for unit in ("wall", "processor"))
    return Figure(what, wall, "ms", target, processor)


def of_slowest(what: str, ours: Sequence[Cost], theirs: Sequence[Cost], target: float | None = None) -> Ratio:
    """The ratio of the 95th percentiles."""
    one, other = slowest("", ours), slowest("", theirs)
    return Ratio(what, one.value / other.value, (one.processor or 0) / (other.processor or 1), target)


def arguments(description: str | None) -> argparse.ArgumentParser:
    """A parser with the option that all benchmarks have."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help=f"keep the result in docs/{KEPT.name}")
    return parser


def positive(text: str) -> int:
    """The number of an option that must be at least 1. Raises argparse.ArgumentTypeError."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} must be a number from 1 on")
    return int(text)


def numbers(text: str) -> str:
    """Several of these with commas between, as they were given. Raises argparse.ArgumentTypeError."""
    return ",".join(str(positive(number)) for number in text.split(","))


def tell(report: Report, options: argparse.Namespace) -> None:
    """Print a report, ratios first; keep it where that was asked for."""
    for line in lines(report):
        print(line)
    if options.keep:
        kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
        asked = [f"--{name.replace('_', '-')} {value}" for name, value in vars(options).items()
                 if name != "keep" and isinstance(value, int | str) and not isinstance(value, bool)]  # fmt: skip
        kept[report.name] = {"command": " ".join([f"python -m bench.{report.name}", *asked]), **conditions()}
        kept[report.name] |= asdict(report)
        KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


def lines(report: Report) -> list[str]:
    """A report in lines for a terminal."""
    told = [report.title]
    for each in report.ratios:
        by_processor = "" if each.processor is None else f" (processor: {each.processor:.2f})"
        told.append(f"  ratio  {each.wall:8.2f}{by_processor}{_target(each.target)}  {each.what}")
    for figure in report.figures:
        by_processor = "" if figure.processor is None else f" (processor: {figure.processor:,.1f})"
        told.append(f"  {figure.value:15,.1f} {figure.unit}{by_processor}{_target(figure.target)}  {figure.what}")
    return told + [f"  note: {note}" for note in report.notes]


def _target(most: float | None) -> str:
    return "" if most is None else f" [at most {most:g}]"


def conditions() -> dict[str, Any]:
    """The moment of a measure, the machine, and its load."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = {line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "load": [round(load, 1) for load in os.getloadavg()],
        "machine": f"{os.cpu_count()} × {' / '.join(models) or platform.machine()}, {memory:.0f} GB, "
        f"{platform.system()}, Python {platform.python_version()}",
    }
