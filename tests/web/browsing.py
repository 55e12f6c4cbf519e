"""The site served for Chromium; the fixtures `browser` and `page` are in conftest."""

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

CHROMIUM = Path(shutil.which("chromium") or "/usr/bin/chromium-is-not-there")
WIDTHS = (1280, 390)

SERVE = """
import json, sys
from pathlib import Path
from archive.web.http.server import run, site_of
site = site_of({path.stem: path for path in map(Path, sys.argv[2:])}, json.loads(sys.argv[1]))
run(site.app(), "127.0.0.1", 0, announce=lambda address: print(address, flush=True))
"""


@contextmanager
def served(
    archive: Path, metadata: Mapping[str, Any] | None = None, others: Iterable[Path] = (), **env: str
) -> Iterator[str]:
    """The address of the site, served by a process of its own, with this in its environment, until the block ends.

    `others`: archives that are one site with it.
    """
    command = [sys.executable, "-c", SERVE, json.dumps(metadata), str(archive), *map(str, others)]
    with Popen(command, stdout=PIPE, text=True, env={**os.environ, **env}) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def fits(page) -> bool:
    """Whether the page needs no sideways scrolling."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def fits_widths(page) -> bool:
    """Whether it needs none at any of WIDTHS; the page is not loaded again."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if not fits(page):
            return False
    return True
