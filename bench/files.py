"""Time until the text is there of a small file of each kind, whose reader is shut in.

python -m bench.files [--runs 50]

Beside it the same file of Word read by a process of its own, which loads the readers first and is not shut in.
"""

import os
import statistics
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from archive.attachments.extraction import extract, find_programs, open_walls
from bench.measure import Cost, Figure, Report, arguments, command, ratio, started, tell, work
from tests.files import DOCX, HTML, MHTML, SPREADSHEET_ML, TABLE, WHOLE, rtf, text_cell, xlsx, zipped

FIXTURES = Path(__file__).parent.parent / "tests" / "attachments"
TARGET = 10.0
ALONE = (
    "import sys, pathlib; from archive.attachments.reading import Order, read; from archive.attachments.extraction import Limits; "
    "assert read(pathlib.Path(sys.argv[1]).read_bytes(), Order('a.docx', Limits(), False)).state == 'text'"
)
FILES: Mapping[str, bytes] = {
    "txt": WHOLE.encode("gb18030"),
    "html": HTML.encode(),
    "mht": MHTML.encode(),
    "rtf": rtf(WHOLE),
    "xml": SPREADSHEET_ML.encode(),
    "docx": DOCX,
    "xlsx": xlsx(
        "".join(f'<row r="{n}">{text_cell(f"A{n}", line)}</row>' for n, line in enumerate(TABLE.split("\n"), 1))
    ),
    "xls": (FIXTURES / "sample.xls").read_bytes(),
    "pdf": (FIXTURES / "sample.pdf").read_bytes(),
    "zip": zipped({"a.docx": DOCX}),
    "doc": (FIXTURES / "sample.doc").read_bytes(),
}


def measured(runs: int) -> Report:
    """Read a file of each kind `runs` times."""
    files = FILES if find_programs() else {kind: data for kind, data in FILES.items() if kind != "doc"}
    first = work(lambda: _read("docx")).wall  # starts the process
    costs = {kind: _cost(kind, runs) for kind in files}
    with NamedTemporaryFile() as file:
        file.write(DOCX)
        file.flush()
        alone = [command("-c", ALONE, file.name) for _ in range(max(runs // 10, 1))]
    figures = [Figure("the first file, which starts the process", 1000 * first, "ms")]
    for kind, cost in costs.items():
        figures.append(Figure(kind, 1000 * cost.wall, "ms", TARGET if kind != "doc" else None, 1000 * cost.processor))
    missing = ", ".join(sorted(open_walls())) or "none"
    return Report(
        "files",
        "The text of a small file",
        [ratio("docx, to a process of its own that loads the readers", [costs["docx"]] * len(alone), alone)],
        figures,
        notes=[
            f"Medians of {runs}; by the processor means. Walls around the readers that this machine does not give: {missing}."
        ],
    )


def _cost(kind: str, runs: int) -> Cost:
    """The median by the clock, the mean by the processor: what the children took is known of all together."""
    before = started(os.getpid())
    own = [work(lambda: _read(kind)) for _ in range(runs)]
    children = started(os.getpid()) - before
    return Cost(statistics.median(cost.wall for cost in own), (sum(cost.processor for cost in own) + children) / runs)


def _read(kind: str) -> None:
    found = extract(FILES[kind], f"a.{kind}")
    assert found.state == "text", (kind, found)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--runs", type=int, default=50)
    options = parser.parse_args()
    tell(measured(options.runs), options)


if __name__ == "__main__":
    main()
