"""Every benchmark, one after the other, each in a process of its own; then the page and its plot.

python -m bench.all [--folder FOLDER]      most of a day; needs nginx

Run one again by itself with `python -m bench.NAME --keep`, then `python -m bench.page`.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from bench import page
from bench.large_archive import FOLDER

ON_ARCHIVES = ("store", "search", "several", "pages", "questions", "budget_pages")
BY_THEMSELVES = ("crawl", "files", "evidence", "flipped_bytes", "portals", "coverage", "memory", "masking", "checked_model",
                 "simulated_country")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where archives are made and kept ({FOLDER})")
    folder = parser.parse_args().folder
    for name in (*BY_THEMSELVES, *ON_ARCHIVES):
        where = ["--folder", str(folder)] if name in ON_ARCHIVES else []
        subprocess.run([sys.executable, "-m", f"bench.{name}", "--keep", *where], check=True)
    page.main()


if __name__ == "__main__":
    main()
