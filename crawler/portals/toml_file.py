"""Reading a file that a person wrote in TOML."""

import tomllib
from pathlib import Path
from typing import Any


def read_toml(path: Path, error: type[ValueError]) -> dict[str, Any]:
    """What the file at `path` holds. Raises `error`, in one line that names the file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as failed:
        raise error(f"{path}: cannot be read: {failed.strerror or failed}") from failed
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failed:
        raise error(f"{path}: is not valid TOML: {failed}") from failed
