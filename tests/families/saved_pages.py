"""Saved pages of real portals in the folder that DISCLOSURES_PAGES names, for the tests of the families."""

import os
from pathlib import Path
from typing import Any

import pytest

from archive.evidence.text_encoding import encoding_of
from crawler.services.answer import Answer

FOLDER = os.environ.get("DISCLOSURES_PAGES", "")
needs_pages = pytest.mark.skipif(not FOLDER, reason="DISCLOSURES_PAGES names no folder of real pages")
_KINDS = {".html", ".xml", ".json"}


def saved(*, but: str) -> list[Any]:
    """Parameters for a test: every saved page but those of one subfolder."""
    paths = sorted(path for path in Path(FOLDER or "/nowhere").rglob("*") if path.suffix in _KINDS)
    pages = [path for path in paths if path.relative_to(FOLDER).parts[0] != but]
    return [pytest.param(path, id=str(path.relative_to(FOLDER))) for path in pages]


def answer_in(path: Path, url: str = "http://www.county.gov.cn/list.html") -> Answer:
    """A saved page as if `url` had answered it."""
    body = path.read_bytes()
    return Answer(url, body.decode(encoding_of(body), errors="replace"))
