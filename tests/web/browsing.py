"""The site served for Chromium; the fixtures `browser` and `page` are in conftest."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

CHROMIUM = Path("/usr/bin/chromium")
WIDTHS = (1280, 390)

SERVE = """
import sys
from pathlib import Path
from archive.web.server import serve
serve(Path(sys.argv[1]), "127.0.0.1", 0, announce=lambda address: print(address, flush=True))
"""


@contextmanager
def served(archive: Path) -> Iterator[str]:
    """The address of the site, served by a process of its own until the block ends."""
    with Popen([sys.executable, "-c", SERVE, str(archive)], stdout=PIPE, text=True) as process:
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
