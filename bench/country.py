"""From a list of home pages to an archive: portals on hosts of their own surveyed and crawled, nothing typed in between.

python -m bench.country [--portals 300] [--keep]      needs nginx

Of the portals, on 127.0.1.1, 127.0.1.2, … of loopback, an eighth have a fault each: blocked, dead, made by scripts, moved, behind a
login, without catalogue, unreadable, or no portal at all; the others are of two families of software, by turns. The survey is killed
once (SIGKILL) and goes on. Every sound portal is to be archived wholly, every fault named rightly, and no file written for a bad one.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

from archive.model.divisions import COUNTY, divisions
from bench.measure import Cost, Figure, Report, arguments, command, tell
from bench.portal import nginx_of_hosts, write_portal
from bench.portals import host
from tests.conftest import Answer
from tests.county_sites import FAULTY, KINDS, page, sound

RECORDS = 3
"""Records of each of a portal's catalogues."""

FAULT_OF = 8
"""One of so many portals has a fault."""


def write_sites(folder: Path) -> dict[str, Path]:
    """Write the portals as folders of files: name → folder."""
    sites = {name: _files(folder / name, pages) for name, pages in {"plain": sound(RECORDS), **FAULTY}.items()}
    trs = folder / "trs"
    for number in range(len(KINDS)):
        write_portal(trs / f"c{number}", RECORDS, seed=number, small=True)
    menu = "".join(f'<li><a href="/c{number}/xxgk/list.html">{name}</a></li>' for number, name in enumerate(KINDS))
    (trs / "index.html").write_text(page(f"<p>样本县欢迎你。</p><ul>{menu}</ul>"), encoding="utf-8")
    return {**sites, "trs": trs}


def _files(folder: Path, pages: dict[str, Answer | str]) -> Path:
    """Write the pages of a site; what it answers but with 200 the server does."""
    for path, answer in pages.items():
        if isinstance(answer, str):
            target = folder / path.strip("/")
            target = target if target.suffix else target / "index.html"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(answer, encoding="utf-8")
    folder.mkdir(exist_ok=True)
    return folder


ANSWERS = {"blocked": "return 403;", "dead": "return 502;", "moved": "return 302 http://portal.sample.invalid/;"}
"""The answer of nginx for the whole of a faulty portal."""


def measured(portals: int) -> Report:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sites = write_sites(folder / "sites")
        faults = [each for each in sites if each not in {"plain", "trs"}]
        hosts = {
            host(number): faults[number // FAULT_OF % len(faults)]
            if number % FAULT_OF == 0
            else ("plain", "trs")[number % 2]
            for number in range(portals)
        }
        blocks = {each: (sites[kind], ANSWERS.get(kind, "")) for each, kind in hosts.items()}
        with nginx_of_hosts(folder, blocks, str(folder / "access.log")) as port:
            return _walk(folder, {f"http://{each}:{port}/": kind for each, kind in hosts.items()})


def _walk(folder: Path, homes: dict[str, str]) -> Report:
    """Survey and crawl the homes, and hold what was found against what they are."""
    codes = [code for code, each in divisions().items() if each.level == COUNTY]
    list_ = folder / "list.csv"
    lines = (f"{code},{home}" for code, home in zip(codes, homes, strict=False))
    list_.write_text("\n".join(["code,home", *lines]), encoding="utf-8")
    db, out = folder / "country.db", folder / "portals"
    options = ["-m", "crawler.cli.main", "survey", "--delay", "0", "--db", str(db)]
    with patch.dict(os.environ, DISCLOSURES_PORTALS=str(out)):
        killed_after = _killed([*options, str(list_)], db, len(homes) // 3)
        surveyed = _cost(options)
        crawled = command("-m", "crawler.cli.main", "crawl", "--due", "--delay", "0", "--db", str(db))
    with closing(sqlite3.connect(db)) as archive:
        states = dict(archive.execute("SELECT home, state FROM directory"))
        records = dict(
            archive.execute(
                "SELECT p.home, count(r.body) FROM portals p LEFT JOIN records r ON r.portal = p.id GROUP BY 1"
            )
        )
    expected = {home: "surveyed" if kind in {"plain", "trs"} else kind for home, kind in homes.items()}
    wrong = {home: (states.get(home), state) for home, state in expected.items() if states.get(home) != state}
    whole = [
        home for home, kind in homes.items() if kind in {"plain", "trs"} and records.get(home) == RECORDS * len(KINDS)
    ]
    sound_ones = Counter(expected.values())["surveyed"]
    assert not wrong, wrong
    assert len(whole) == sound_ones == len(list(out.glob("*.toml")))
    requests = (folder / "access.log").read_text(encoding="utf-8").count("\n")
    return Report(
        "country",
        f"{len(homes)} portals from a list of home pages to an archive",
        figures=[
            Figure("sound portals archived wholly", len(whole), ""),
            Figure("faults named rightly", len(homes) - sound_ones, ""),
            Figure("homes surveyed when the survey was killed", killed_after, ""),
            Figure("the rest of the survey", surveyed.wall, "s", processor=surveyed.processor),
            Figure("the survey's peak of memory", surveyed.peak, "MB"),
            Figure("the crawl of all of them", crawled.wall, "s", processor=crawled.processor),
            Figure("the crawl's peak of memory", crawled.peak, "MB"),
            Figure("requests in all", requests, ""),
        ],
        notes=[
            f"Portals of {RECORDS * len(KINDS)} records each, of two families of software, without delay; no real portal."
        ],
    )


def _killed(survey: list[str], db: Path, after: int) -> int:
    """Begin a survey and kill it once so many homes are looked at; return how many were then."""
    with subprocess.Popen([sys.executable, *survey], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and _looked_at(db) < after:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    return _looked_at(db)


def _looked_at(db: Path) -> int:
    if not db.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as archive:
            return int(archive.execute("SELECT count(*) FROM directory WHERE surveyed_at IS NOT NULL").fetchone()[0])
    except sqlite3.OperationalError:  # it is just being made
        return 0


def _cost(survey: list[str]) -> Cost:
    """The cost of a survey, which ends with exit status 1 where some of its portals have faults."""
    code = "import sys; from crawler.cli.main import main\ntry: main(sys.argv[1:])\nexcept SystemExit as end: sys.exit(end.code not in {0, 1})"
    return command("-c", code, *survey[2:])


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--portals", type=int, default=300)
    options = parser.parse_args()
    tell(measured(options.portals), options)


if __name__ == "__main__":
    main()
