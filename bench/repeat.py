"""The suite again and again, beside busy processes, at another place and day: whatever fails fails by chance.

python -m bench.repeat [--times 10] [--busy 4] [--zone Pacific/Auckland] [--language C] [--day 2028-02-29] [--bare]
                       [-- PYTEST OPTION …]

Prints for each run how many passed, failed and were skipped and the seconds it took, with what each test that failed said,
at the end each of these with how often. `--day` wants Debian's `faketime`, and `--bare` beside it, for Chromium bears no other clock. `--bare` takes away the
folder of real pages and whatever is not in `.venv/bin`, `/bin` or `/usr/local/bin`. The exit status is 1 where anything failed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
PACKAGES = (
    "chromium", "chromium-headless-shell", "antiword", "redis-server", "nginx", "systemd-analyze", "openssl", "soffice",
)  # fmt: skip
"""Programs of Debian packages that a bare machine lacks."""


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep so many processes busy."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def environment(*, zone: str | None, language: str | None, folder: Path | None) -> dict[str, str]:
    """The environment of a run. `folder`: of links to all programs but those of PACKAGES, for a bare machine."""
    env = dict(os.environ)
    if zone:
        env["TZ"] = zone
    if language:
        env = {name: value for name, value in env.items() if not name.startswith("LC_")}
        env.update(LANG=language, LC_ALL=language)
    if folder:
        env.pop("DISCLOSURES_PAGES", None)
        env["PATH"] = str(folder)
    return env


def link_programs(folder: Path) -> None:
    """Link to every program on the path but those of PACKAGES."""
    for place in os.environ["PATH"].split(os.pathsep):
        for program in Path(place).iterdir() if Path(place).is_dir() else ():
            link = folder / program.name
            if program.name not in PACKAGES and not os.path.lexists(link):
                link.symlink_to(program)


def run(command: Sequence[str], env: Mapping[str, str]) -> tuple[Counter[str], dict[str, str]]:
    """Run the suite once: how many tests came to which end, and those that failed with the first line of what they said."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        done = subprocess.run(
            [*command, f"--junitxml={report}"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        if not report.exists():
            return Counter(failed=1), {"no run at all": f"{done.stdout[-2000:]}{done.stderr[-2000:]}"}
        ends, failed = Counter[str](), dict[str, str]()
        for case in ElementTree.parse(report).iter("testcase"):
            end = next((child for child in case if child.tag in {"failure", "error", "skipped"}), None)
            ends["passed" if end is None else "skipped" if end.tag == "skipped" else "failed"] += 1
            if end is not None and end.tag != "skipped":
                failed[f"{case.get('classname')}::{case.get('name')}"] = (end.get("message") or "").partition("\n")[0]
        if done.returncode and not failed:
            ends["failed"] += 1
            failed[f"exit status {done.returncode}"] = done.stdout[-500:]
        return ends, failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--busy", type=int, default=4, help="busy processes beside the suite")
    parser.add_argument("--zone", help="such as Pacific/Auckland")
    parser.add_argument("--language", help="such as C")
    parser.add_argument("--day", help="such as 2028-02-29; processes that the tests start see it, too")
    parser.add_argument("--bare", action="store_true", help="without Debian's packages and the folder of real pages")
    parser.add_argument("options", nargs="*", metavar="PYTEST OPTION", help="after --; instead of -n auto")
    given = parser.parse_args()
    if given.day and not re.fullmatch(r"\d{4}-\d\d-\d\d", given.day):
        parser.error("--day is not YYYY-MM-DD")
    if given.day and not shutil.which("faketime"):
        parser.error("--day wants the program faketime")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *(given.options or ["-n", "auto"])]
    if given.day:
        command = [shutil.which("faketime") or "", "-f", f"@{given.day} 12:00:00", *command]
    often: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, busy(given.busy):
        if given.bare:
            link_programs(Path(folder))
        env = environment(zone=given.zone, language=given.language, folder=Path(folder) if given.bare else None)
        for number in range(1, given.times + 1):
            begun = time.monotonic()
            ends, failed = run(command, env)
            often.update(failed.keys())
            told = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
            print(f"run {number}: {told} in {time.monotonic() - begun:.0f} s", flush=True)
            for test, said in failed.items():
                print(f"  {test}: {said}", flush=True)
    for test, times in often.most_common():
        print(f"{times} of {given.times}: {test}")
    sys.exit(bool(often))


if __name__ == "__main__":
    main()
