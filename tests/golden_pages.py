"""Golden pages: frozen pages in `tests/golden/FAMILY/`, each with what is read of it in a JSON file beside it.

`NAME.html`, `.xml`, `.js` or `.data.json` is what a portal answered (small, made up after the described structure, texts that say
they are samples), `NAME.json` its address and what the parser reads there; NAME tells what is special about it.

Add a page by writing the page, and its address alone into its JSON file, {"url": "…"}: the next run of the tests adds what is
read and fails, so that somebody looks at it. `python -m tests.golden_pages` writes all JSON files anew, which is refused where
the parser reads a page otherwise under an unchanged version.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from archive.model.site import Site
from crawler.extract.page_kind import DETAIL, LIST
from crawler.families.detection import detect
from crawler.probe.page_reading import read_page
from crawler.services.answer import Answer
from crawler.spiders.pages import read_list, read_record
from crawler.spiders.reparse import versions

FOLDER = Path(__file__).parent / "golden"
VERSIONS = FOLDER / "versions.json"
"""The parser's versions that the JSON files were written by."""

SUFFIXES = (".html", ".xml", ".js", ".data.json")


@dataclass(frozen=True)
class GoldenPage:
    """One golden page: `page` is its file, `golden` the JSON file with what is read of it."""

    page: Path

    @property
    def name(self) -> str:
        """FAMILY/NAME."""
        stem = next(self.page.name.removesuffix(suffix) for suffix in SUFFIXES if self.page.name.endswith(suffix))
        return f"{self.page.parent.name}/{stem}"

    @property
    def golden(self) -> Path:
        return FOLDER / f"{self.name}.json"

    @property
    def text(self) -> str:
        """The page."""
        return self.page.read_text(encoding="utf-8")

    def expected(self) -> dict[str, Any] | None:
        """The contents of the JSON file; None where there is none."""
        return json.loads(self.golden.read_text(encoding="utf-8")) if self.golden.exists() else None

    @property
    def is_written(self) -> bool:
        """The JSON file says what is read, and not the address alone."""
        return "read" in (self.expected() or {})

    def read(self) -> dict[str, Any]:
        """The page's address, the form that asked for it, and what today's parser reads of it."""
        known = self.expected() or {"url": f"http://golden.example/{self.name}.html"}
        url, form = known["url"], known.get("form")
        return {"url": url, **({"form": form} if form else {}), "read": read(self.text, url, form)}

    def write(self) -> None:
        """Write the JSON file anew."""
        text = json.dumps(self.read(), ensure_ascii=False, indent=1)
        self.golden.write_text(text + "\n", encoding="utf-8")


def pages() -> list[GoldenPage]:
    """All golden pages, by name."""
    found = (path for path in FOLDER.glob("*/*") if path.name.endswith(SUFFIXES))
    return sorted((GoldenPage(path) for path in found), key=lambda page: page.name)


def golden_page(name: str) -> GoldenPage:
    """The golden page FAMILY/NAME."""
    return next(page for page in pages() if page.name == name)


def read(text: str, url: str, form: str | None = None) -> dict[str, Any]:
    """A crawl's reading of an answer, as JSON: its kind, family, rows and paging or fields, body and files."""
    answer = Answer(url, text, form)
    detected = detect(answer)
    is_own = Site.of(urljoin(url, "/")).holds
    probed = read_page(text, url, status=200, cut=False)
    listed = read_list(answer, detected.family, is_own)
    found: dict[str, Any] = {"page": probed.kind, "family": detected.family.name, "reason": detected.reason}
    if probed.blocked:
        found["blocked"] = probed.blocked
    elif probed.kind == LIST or (probed.kind != DETAIL and (listed.rows or listed.ended or listed.paging.next_url)):
        found["list"] = asdict(listed)
    else:
        found["record"] = asdict(read_record(text, url, url, cut=False))
    return dict(_plain(found))


def _plain(value: Any) -> Any:
    """`value` as JSON gives it back, without what is empty."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each not in (None, (), [], {}, "", False)}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def written_by() -> dict[str, int]:
    """The versions that the JSON files were written by."""
    return json.loads(VERSIONS.read_text(encoding="utf-8")) if VERSIONS.exists() else {}


def advice(page: GoldenPage) -> str:
    """The next step where a page is read otherwise than its JSON file says."""
    before, today = written_by(), versions()
    family = str((page.expected() or {}).get("read", {}).get("family", ""))
    if before.get("reading") == today["reading"] and before.get(family) == today.get(family):
        return (
            f"{page.name} is read otherwise: raise the version of family {family!r} in crawler/families/, or "
            "READING_VERSION where all families are concerned, then run python -m tests.golden_pages and look at the difference"
        )
    return f"{page.name} is read otherwise: run python -m tests.golden_pages and look at the difference"


def differing() -> Iterator[GoldenPage]:
    """The pages that are read otherwise than their JSON files say, or have none."""
    yield from (page for page in pages() if page.expected() != page.read())


def main() -> int:
    """Write the JSON files anew; 1 where a version must be raised first."""
    changed = list(differing())
    refused = [said for page in changed if page.is_written and "raise" in (said := advice(page))]
    for line in refused:
        print(line, file=sys.stderr)
    if refused:
        return 1
    for page in changed:
        page.write()
        print(f"written: {page.golden.relative_to(FOLDER)}")
    VERSIONS.write_text(json.dumps(versions(), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
