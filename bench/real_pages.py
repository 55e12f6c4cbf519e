"""The values of real portals' pages that are read right, by field and by family of portal software.

DISCLOSURES_PAGES=FOLDER[:FOLDER…] python -m bench.real_pages [--json]

Each folder holds pages, saved as they came, in a folder for each family, and EXPECTED.jsonl, which says in a line a page what
a person reads there (docs/real-pages.md). For each field: the values that are expected, and how many of them are right,
wrong or missing, and the rows that were read though the page has none. Then each value that is not right, with the cause's label
where one is known.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.expected_values import MISSING, RIGHT, WRONG, Expected, Score, is_expected, score
from crawler.probe.page_reading import NOWHERE, Fetched, read_answer

COLUMNS = ("values", RIGHT, WRONG, MISSING, "invented")
ALL = "all"


class PagesError(Exception):
    """A folder of pages that cannot be read, in one line."""


@dataclass(frozen=True, slots=True)
class PageScores:
    """One page: its file, its family (the file's folder), its scores, and the seconds of CPU that reading it took."""

    file: str
    family: str
    expected: Expected
    scores: tuple[Score, ...]
    seconds: float

    def cause(self, field: str) -> str | None:
        """The label of what makes `field` hard to read here, where the page's line names one: for all fields, or for each."""
        cause = self.expected.get("cause")
        return cause.get(field) if isinstance(cause, dict) else cause


def folders(setting: str | None) -> list[Path]:
    """The folders that DISCLOSURES_PAGES names. Raises PagesError where it names none, or one that is not there."""
    paths = [Path(name) for name in (setting or "").split(":") if name]
    if not paths:
        raise PagesError("DISCLOSURES_PAGES names no folder of pages")
    for path in paths:
        if not (path / "EXPECTED.jsonl").is_file():
            raise PagesError(f"{path}: has no EXPECTED.jsonl")
    return paths


def expected_pages(folder: Path) -> Iterator[Expected]:
    """The lines of a folder's EXPECTED.jsonl. Raises PagesError for a line that is no page's."""
    for number, line in enumerate((folder / "EXPECTED.jsonl").read_text("utf-8").splitlines(), 1):
        try:
            page = json.loads(line)
        except ValueError as error:
            raise PagesError(f"{folder / 'EXPECTED.jsonl'}:{number}: no JSON: {error}") from error
        if not is_expected(page):
            raise PagesError(f"{folder / 'EXPECTED.jsonl'}:{number}: states no file, or no kind of page")
        yield page


def scored(folder: Path) -> Iterator[PageScores]:
    """Read each page of a folder as `disclosures probe` does, with no family given, and score it. Raises PagesError."""
    for expected in expected_pages(folder):
        file, url = expected["file"], expected.get("url", NOWHERE)
        try:
            body = (folder / file).read_bytes()
        except OSError as error:
            raise PagesError(f"{folder / file}: cannot be read: {error.strerror}") from error
        began = time.process_time()
        page = read_answer(Fetched(url, 200, body, "", cut=False), url)
        seconds = time.process_time() - began
        yield PageScores(file, file.partition("/")[0], expected, tuple(score(expected, page)), seconds)


def counted(pages: Iterable[PageScores]) -> dict[tuple[str, str], Counter[str]]:
    """Count the results by family and field, those of all families and of all fields too."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for page in pages:
        for each in page.scores:
            for key in ((page.family, each.field), (page.family, ALL), (ALL, each.field), (ALL, ALL)):
                counts.setdefault(key, Counter()).update({"values": 1, each.result: 1, "invented": each.invented_rows})
    return counts


def table(counts: dict[tuple[str, str], Counter[str]]) -> Iterator[str]:
    """The counts in lines, a family after the other, all of them last."""
    yield f"{'family':14}{'field':22}" + "".join(f"{column:>9}" for column in COLUMNS)
    order = sorted(counts, key=lambda key: (key[0] == ALL, key[0], key[1] == ALL, key[1]))
    for family, field in order:
        count = counts[family, field]
        yield f"{family:14}{field:22}" + "".join(f"{count[column]:9}" for column in COLUMNS)


def misses(pages: Iterable[PageScores]) -> Iterator[str]:
    """A line for each value that is not right."""
    for page in pages:
        for each in page.scores:
            if each.result != RIGHT:
                cause = page.cause(each.field)
                yield f"{page.file}: {each.field} {each.result}: {each.expected!r} is read as {each.got!r}" + (
                    f" [{cause}]" if cause else ""
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print an object a page instead, in lines")
    options = parser.parse_args()
    try:
        pages = [page for folder in folders(os.environ.get("DISCLOSURES_PAGES")) for page in scored(folder)]
    except PagesError as error:
        sys.exit(f"bench.real_pages: {error}")
    if options.json:
        for page in pages:
            print(json.dumps(_object(page), ensure_ascii=False))
        return
    counts = counted(pages)
    whole, slowest = counts[ALL, ALL], max(pages, key=lambda page: page.seconds)
    print(*table(counts), "", *misses(pages), "", sep="\n")
    print(
        f"{whole[RIGHT]} of {whole['values']} values on {len(pages)} pages are right "
        f"({whole[RIGHT] / whole['values']:.1%}), {whole['invented']} rows invented; "
        f"the slowest page took {slowest.seconds:.2f} s of CPU ({slowest.file})"
    )


def _object(page: PageScores) -> dict[str, object]:
    """A page's scores for another program."""
    scores = [asdict(each) | {"result": each.result, "cause": page.cause(each.field)} for each in page.scores]
    return {"file": page.file, "family": page.family, "seconds": round(page.seconds, 3), "scores": scores}


if __name__ == "__main__":
    main()
