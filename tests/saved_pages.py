"""Saved pages of real portals, in the folders that DISCLOSURES_PAGES names, colons between them.

Each folder holds pages in folders of their own by portal software, and EXPECTED.jsonl: the values of each page, read by hand.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

FOLDERS = [Path(folder) for folder in os.environ.get("DISCLOSURES_PAGES", "").split(":") if folder]

needs_saved_pages = pytest.mark.skipif(not FOLDERS, reason="DISCLOSURES_PAGES names no folder of real pages")


def saved(file: str) -> Path:
    """The saved page SOFTWARE/NAME."""
    return next(path for folder in FOLDERS if (path := folder / file).exists())


def saved_pages(*suffixes: str) -> list[Path]:
    """All saved pages whose names end in one of `suffixes`."""
    paths = (path for folder in FOLDERS for path in sorted(folder.glob("*/*")))
    return [path for path in paths if path.suffix in suffixes]


def expected_values() -> list[dict[str, Any]]:
    """Values expected of each page, from EXPECTED.jsonl."""
    lines = (line for folder in FOLDERS for line in (folder / "EXPECTED.jsonl").read_text("utf-8").splitlines())
    return [json.loads(line) for line in lines]
