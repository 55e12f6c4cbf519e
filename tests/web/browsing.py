"""The site served for Chromium; the fixtures `browser` and `page` are in conftest."""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from archive.web.http import server
from tests import waiting, warm

CHROMIUM = Path(shutil.which("chromium") or "/usr/bin/chromium-is-not-there")
BROWSER = Path(shutil.which("chromium-headless-shell") or CHROMIUM)
"""The same without the browser's own windows, where it is installed: it takes half of the processor."""

WIDTHS = (1280, 390)


def _serve(paths: Mapping[str, Path], metadata: Mapping[str, Any], env: Mapping[str, str], told: Connection) -> None:
    os.environ.clear()
    os.environ.update(env)
    server.run(server.site_of(paths, dict(metadata)).app(), "127.0.0.1", 0, announce=told.send)


@contextmanager
def served(
    archive: Path, metadata: Mapping[str, Any] | None = None, others: Iterable[Path] = (), **env: str
) -> Iterator[str]:
    """The address of the site, served by a process of its own, with this in its environment, until the block ends.

    `others`: archives that are one site with it.
    """
    paths = {path.stem: path for path in (archive, *others)}
    address, told = Pipe(duplex=False)
    process = warm.processes.Process(target=_serve, args=(paths, metadata or {}, {**os.environ, **env}, told))
    process.start()
    told.close()
    try:
        yield address.recv()
    finally:
        process.terminate()
        process.join()


def patient(opened: Any) -> Any:
    """A page or context of Chromium that waits for long, as it has to on a busy machine."""
    opened.set_default_timeout(waiting.SECONDS * 1000)
    return opened


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
