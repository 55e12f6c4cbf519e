"""Pictures of archived copies, as PNG and PDF in a frame with address, time and digest:
for operators who have Chromium.

Of the inert copy alone, never of the live page: Chromium gets files of ours, has no network, and runs none of the
page's own scripts, for the copy has none. It is asked twice: how high the copy is, then for its picture.
"""

import asyncio
import os
import re
import shutil
import signal
import tempfile
from base64 import b64encode
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from weakref import WeakKeyDictionary

from jinja2 import Environment, FileSystemLoader

from archive.labels.label import LABELS
from archive.labels.language import READER, TAGS
from archive.web.http.datasette_class import Datasette, site_settings
from archive.web.processes.lanes import Lane

SECONDS = 20.0
"""Time that one run of Chromium may take."""

WIDTH, HIGHEST, FRAME = 1280, 12_000, 150
"""CSS pixels: the width of a picture, the height up to which a copy is shown, and the height of the frame's head."""

MOST_KEPT = 32
"""Pictures that are kept, the last ones asked for, …"""

MOST_BYTES = 64 << 20
"""… of so many bytes together."""

FORMS = {"png": "image/png", "pdf": "application/pdf"}

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_HEIGHT = re.compile(rb"<title>height (\d{1,7})</title>")
_MEASURE = '<script nonce="measure">document.title = `height ${document.documentElement.scrollHeight}`</script>'
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:"
_FLAGS = (
    "--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9", "--disable-dev-shm-usage", "--no-pdf-header-footer", "--virtual-time-budget=2000",
)  # fmt: skip
_FRAME = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"), autoescape=True, trim_blocks=True
)

LANE = Lane("screenshot", at_once=1, each=1, seconds=2 * SECONDS, memory=0)
"""One picture at a time."""


@dataclass(frozen=True, slots=True)
class Framed:
    """The frame around a copy: its address here and the original's, when it was captured, and the digest."""

    here: str
    url: str
    captured: str
    sha256: str


class ScreenshotError(Exception):
    """No picture was made; the message says why, in Chinese and English."""


class Kept:
    """The pictures asked for last, by what they show."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        """Return a picture, if it is kept."""
        if key in self._pictures:
            self._pictures.move_to_end(key)
        return self._pictures.get(key)

    def add(self, key: str, picture: bytes) -> None:
        """Keep a picture, and let go of those asked for longest ago beyond MOST_KEPT and MOST_BYTES."""
        self._pictures[key] = picture
        while len(self._pictures) > MOST_KEPT or sum(map(len, self._pictures.values())) > MOST_BYTES:
            self._pictures.popitem(last=False)


_KEPT: WeakKeyDictionary[Datasette, Kept] = WeakKeyDictionary()


def browser(datasette: Datasette) -> str | None:
    """Return the Chromium that an operator's setting names (`plugins: disclosures: screenshots:`, true or a path);
    None: pictures are not offered.
    """
    setting = site_settings(datasette).get("screenshots")
    if not setting:
        return None
    names = _NAMES if setting is True else (str(setting),)
    return next(filter(None, map(shutil.which, names)), None)


async def picture(datasette: Datasette, copy: bytes, framed: Framed, form: str) -> bytes:
    """Return the picture of a copy (HTML), made now or kept. Raises ScreenshotError, NoPlaceError."""
    program = browser(datasette)
    if program is None:
        raise ScreenshotError(LABELS["error.screenshots_off"])
    kept = _KEPT.setdefault(datasette, Kept())
    key = f"{form} {READER.get()} {sha256(repr(framed).encode() + copy).hexdigest()}"
    if (made := kept.get(key)) is None:
        async with LANE.place("screenshot"):
            made = kept.get(key) or await _made(program, copy, framed, form)
        kept.add(key, made)
    return made


async def _made(program: str, copy: bytes, framed: Framed, form: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="screenshot-", ignore_cleanup_errors=True) as folder:
        page = Path(folder, "page.html")
        page.write_bytes(_measurable(copy))
        height = await _run(program, page, f"--window-size={WIDTH},800", "--dump-dom")
        match = _HEIGHT.search(height)
        high = min(int(match[1]), HIGHEST) if match else 800
        page.write_text(_framed(copy, framed, high), encoding="utf-8")
        out = Path(folder, f"picture.{form}")
        ask = f"--screenshot={out}" if form == "png" else f"--print-to-pdf={out}"
        await _run(program, page, f"--window-size={WIDTH},{high + FRAME}", ask)
        if not out.is_file():
            raise ScreenshotError(LABELS["error.screenshot_failed"])
        return out.read_bytes()


def _measurable(copy: bytes) -> bytes:
    """The copy with a script of ours that says how high it is, and a policy that lets no other run."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}; script-src \'nonce-measure\'">'
    return copy.replace(b"<head>", b"<head>" + policy.encode(), 1).replace(b"</body>", _MEASURE.encode() + b"</body>")


def _framed(copy: bytes, framed: Framed, height: int) -> str:
    source = f"data:text/html;charset=utf-8;base64,{b64encode(copy).decode()}"
    return _FRAME.get_template("screenshot.html").render(
        framed=framed,
        caption=LABELS["cite.copy"],
        language_tag=TAGS[READER.get()],
        source=source,
        policy=f"{_POLICY}; frame-src data:",
        width=WIDTH,
        height=height,
        frame=FRAME,
    )


async def _run(program: str, page: Path, *arguments: str) -> bytes:
    """Return what Chromium writes; what it has started ends with it. Raises ScreenshotError if it takes too long."""
    flags = [*_FLAGS, f"--user-data-dir={page.parent / 'profile'}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    process = await asyncio.create_subprocess_exec(
        program, *flags, *arguments, page.as_uri(), start_new_session=True,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={"HOME": str(page.parent), "PATH": os.environ.get("PATH", ""), "LANG": "zh_CN.UTF-8"},
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            output, _ = await process.communicate()
    except TimeoutError as error:
        raise ScreenshotError(LABELS["error.screenshot_slow"]) from error
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return output
