"""Write made pages into a folder, with their values in EXPECTED.jsonl: `python -m bench.real_pages` then measures them.

python -m tests.made_pages FOLDER [--seed 1] [--pages 200]
"""

import argparse
import json
import re
from pathlib import Path

from tests.made_pages.making import made_pages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", type=int, default=200)
    options = parser.parse_args()
    lines = []
    for number, page in enumerate(made_pages(options.seed, options.pages)):
        file = Path(re.sub(r"\W+", "_", page.family)) / f"{options.seed}_{number:03}.html"
        (options.folder / file).parent.mkdir(parents=True, exist_ok=True)
        (options.folder / file).write_text(page.html, "utf-8")
        lines.append(json.dumps({"file": str(file), **page.expected}, ensure_ascii=False) + "\n")
    (options.folder / "EXPECTED.jsonl").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
