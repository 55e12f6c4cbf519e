"""Text of an attachment, extracted in a process of its own that may hang, crash or grow without harm.

`extract` starts `python -m archive.attachments.worker` for one file, with a limit on time, CPU and memory, and never
raises for a bad file: the failure is the `state`.

| state | meaning |
|---|---|
| `text` | text was extracted; the message says what is missing from it, if anything |
| `ocr` | text was recognised (all or some of it); it may be wrong and must never be used to accuse |
| `needs_ocr` | a scan or an image: no text in it |
| `ocr_not_installed` | recognition was requested and its package is missing |
| `empty` | nothing in it, or fewer than 16 bytes |
| `not_a_document` | a web page (captcha, error, home page) where the name promises a file |
| `executable`, `encrypted`, `unsupported` | known, and not read |
| `too_large` | the file, what it unpacks to, or its number of members is beyond the limit |
| `no_converter` | the program that reads this kind is not installed |
| `failed` | damaged, or the converter crashed or ran out of time |
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

STATES = (
    "ocr", "text", "needs_ocr", "ocr_not_installed", "encrypted", "too_large", "failed", "no_converter", "executable",
    "not_a_document", "unsupported", "empty",
)  # fmt: skip
"""All states; of those of an archive's members the first is the archive's: recognised text marks the whole."""
SMALLEST = 16  # bytes; dead files on portals are answered with status 200 and two bytes

_ROOT = str(Path(__file__).resolve().parents[2])
_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "VIRTUAL_ENV", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the cost of one file. Recognising a long scan needs more seconds than the default."""

    seconds: float = 60.0
    memory: int = 2 << 30  # bytes of address space
    max_bytes: int = 50 << 20
    max_unpacked: int = 200 << 20
    max_members: int = 500
    max_pages: int = 3000
    max_ocr_pages: int = 40
    max_text: int = 5_000_000  # characters; what is beyond is cut, and the message says so


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Extracted:
    """The result for one file. `media_type` is recognised by its bytes; `members` are the names inside an archive."""

    text: str | None
    media_type: str
    state: str
    message: str | None = None
    members: tuple[str, ...] = ()


def extract(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS, *, ocr: bool = False) -> Extracted:
    """Extract the text of the file `data`, called `name` where it was found. The name decides only whether HTML is a document."""
    if len(data) < SMALLEST or not data.strip(b"\0\t\r\n "):
        return Extracted(None, "application/x-empty", "empty", f"the file has {len(data)} bytes and nothing to read")
    if len(data) > limits.max_bytes:
        message = f"the file has {len(data)} bytes, the limit is {limits.max_bytes}"
        return Extracted(None, "application/octet-stream", "too_large", message)
    header = json.dumps({"name": name, "ocr": ocr, "limits": asdict(limits)}).encode() + b"\n"
    with tempfile.TemporaryDirectory(prefix="attachment-", ignore_cleanup_errors=True) as folder:
        return _run_worker(header + data, limits, folder)


def _run_worker(request: bytes, limits: Limits, folder: str) -> Extracted:
    environment = {key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ}
    paths = [_ROOT, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment |= {"PYTHONPATH": os.pathsep.join(paths), "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        [sys.executable, "-m", "archive.attachments.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=folder, env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        output, _ = process.communicate(request, timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        return _failed(f"the converter was stopped after {limits.seconds:g} s")
    finally:
        if process.poll() is None:  # out of time, or this process is being stopped itself
            _stop(process)
    if process.returncode == -signal.SIGXCPU:
        return _failed(f"the converter used more than {limits.seconds:g} s of CPU")
    if process.returncode < 0:
        return _failed(f"the converter crashed (signal {-process.returncode})")
    try:
        result = json.loads(output)
    except ValueError:
        return _failed(f"the converter crashed (exit status {process.returncode})")
    return Extracted(**result | {"members": tuple(result["members"])})


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the worker and the programs it started: it leads a process group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _failed(message: str) -> Extracted:
    return Extracted(None, "application/octet-stream", "failed", message)
