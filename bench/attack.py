"""Time of a search while others have the site run SQL made to hurt.

    python -m bench.attack [--folder FOLDER] [--records 20000]

Four readers of four addresses send heavy queries, one after the other without a pause: comparisons that end within one function of
SQLite's, joins without end, values and answers as large as may be, sorts. Searches are measured in turns, quiet and attacked.
Target: the 95th percentile under attack is at most twice the quiet one.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from bench.large_archive import FOLDER, SUBJECTS, archive_of
from bench.measure import Cost, Report, arguments, of_slowest, slowest, tell
from bench.served import ServedSite, ours

ROUNDS, EACH = 3, 28
REST = 10.0
"""Seconds after an attack, in which what it had asked for comes to its end."""

NUMBERS = "with recursive n(x) as (select 1 union all select x + 1 from n)"
COMPARISONS = (f"instr(printf('%.*c', {1_000_000 + n}, 'a'), printf('%.*c', 500000, 'a') || 'b')" for n in range(3))
WIDE = ", ".join(f"printf('%.*c', 90000, x) as c{n}" for n in range(100))
ATTACKS = (
    f"select {' + '.join(COMPARISONS)}",
    "select count(*) from records a, records b, records c",
    "select zeroblob(60000000) from records limit 4",
    f"{NUMBERS} select group_concat(x) from n",
    f"{NUMBERS} select {WIDE} from n limit 1000",
    "select a.title, b.title, a.*, b.* from records a, records b limit 1000",
    f"select * from ({NUMBERS} select printf('%.*c', 100000, x) as y from n limit 100000000) order by 1",
)
FORMS = (".json", "", ".csv")
_READER = """
import http.client, itertools, sys, threading
host, *paths = sys.argv[1:]
def ask(number):
    for path in itertools.cycle(paths[number:] + paths[:number]):
        try:
            connection = http.client.HTTPConnection(host, timeout=60, source_address=(f"127.0.0.{2 + number}", 0))
            connection.request("GET", path)
            connection.getresponse().read()
            connection.close()
        except OSError:
            pass
for number in range(4):
    threading.Thread(target=ask, args=[number], daemon=True).start()
sys.stdin.read()
"""


@contextmanager
def attacked(site: ServedSite, name: str) -> Iterator[None]:
    """While the block lasts, four readers send what hurts."""
    paths = [f"/{name}{FORMS[number % 3]}?{urlencode({'sql': sql})}" for number, sql in enumerate(ATTACKS)]
    command = [sys.executable, "-c", _READER, urlsplit(site.address).netloc, *paths]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        time.sleep(1)
        try:
            yield
        finally:
            process.kill()


def searches(site: ServedSite) -> list[Cost]:
    """The cost of a page of hits, for some words."""
    return [site.ask(f"/-/search?q={quote(SUBJECTS[number % len(SUBJECTS)])}") for number in range(EACH)]


def main() -> None:
    """Measure, and print."""
    parser = arguments(__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--records", type=int, default=20_000)
    options = parser.parse_args()
    archive = archive_of(options.folder, options.records)
    quiet: list[Cost] = []
    under: list[Cost] = []
    with ours(archive) as site:
        searches(site)
        for _ in range(ROUNDS):
            quiet += searches(site)
            with attacked(site, archive.stem):
                under += searches(site)
            time.sleep(REST)
    what = "a search under attack, against one while all is quiet, both at the 95th percentile"
    ratio = replace(of_slowest(what, under, quiet), target=2)
    tell(
        Report(
            "attack",
            "Search while others send SQL made to hurt",
            [ratio],
            [slowest("a search, quiet", quiet), slowest("a search, under attack", under)],
            notes=[
                f"{options.records:,} records; four readers, {len(ATTACKS)} kinds of queries in turn; {len(under)} searches each way"
            ],
        ),
        options,
    )


if __name__ == "__main__":
    main()
