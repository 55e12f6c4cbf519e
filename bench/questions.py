"""How long each question takes in a large archive: `python -m bench.questions PATH [--records N]`.

The archive at PATH is made by `bench.large_archive` where it isn't there yet. Each question is asked three times, over all
portals, as its page asks it; printed is the quickest, in seconds of this process's time and of the clock. Exit status 1
where one takes longer than LONGEST.
"""

import argparse
import sys
import time
from contextlib import closing
from pathlib import Path

from archive.ask import MOST, AskError, ask, values
from archive.database import open_for_reading
from archive.question import questions
from bench.large_archive import make

LONGEST = 2.0
"""Seconds of this process's time that an answer may take."""

TIMES = 3


def main() -> int:
    """Ask every question, print a line for each."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("path", type=Path)
    arguments.add_argument("--records", type=int, default=1_000_000)
    arguments.add_argument("--bodies", type=int, default=200_000)
    arguments.add_argument("--only", nargs="*", default=list(questions()))
    options = arguments.parse_args()
    make(options.path, options.records, options.bodies)
    slow = 0
    with closing(open_for_reading(options.path)) as connection:
        count = connection.execute("SELECT count(*) FROM derived").fetchone()[0]
        print(f"{count:,} records\n{'question':32} {'cpu s':>7} {'wall s':>7} {'rows':>8} {'left out':>9}")
        for name in options.only:
            question, taken = questions()[name], []
            for _ in range(TIMES):
                began, clock = time.process_time(), time.monotonic()
                try:
                    answer = ask(connection, question, values(question, {}), seconds=60)
                except AskError as error:
                    print(error)
                    break
                taken.append((time.process_time() - began, time.monotonic() - clock))
            cpu, wall = min(taken, default=(60.0, 60.0))
            rows = f">{MOST}" if answer.more else str(len(answer.rows))
            slow += cpu > LONGEST
            print(f"{name:32} {cpu:7.2f} {wall:7.2f} {rows:>8} {answer.left_out:9}{' slow' if cpu > LONGEST else ''}")
    print(f"{slow} take longer than {LONGEST:g} s")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
