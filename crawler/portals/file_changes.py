"""Changes of portal files that the life of a portal asks for, made in the text: comments stay as they are."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from archive.model.atomic_file import atomic_file
from crawler.portals.portal_file import PORTALS, PortalFileError, known

_ADDRESS = re.compile(
    r"""^(?P<key>[ \t]*+(?:home|url)\s*=\s*)(?P<quote>["'])(?P<url>https?://[^"']*)(?P=quote)""", re.MULTILINE
)
_HOME = re.compile(r"""^([ \t]*+home\s*=\s*)["'][^"'\n]*["']""", re.MULTILINE)
_ID = re.compile(r"""^([ \t]*+id\s*=\s*)["'][^"'\n]*["']""", re.MULTILINE)


def own_file(name: str) -> Path | None:
    """Return the operator's own file of a portal: the path that was given, or the file known by its id; None where there is none.

    Files that come with the project are nobody's to change.
    """
    path = Path(name) if name.endswith(".toml") else known().get(name)
    return path if path and path.is_file() and path.parent.resolve() != PORTALS.resolve() else None


def moved(text: str, hosts: Mapping[str, str], home: str) -> str:
    """Return a portal file's text with its `home`, and whole addresses on the former `hosts` as they are now."""

    def replaced(match: re.Match[str]) -> str:
        parts = urlsplit(match["url"])
        base = hosts.get(parts.netloc.lower())
        url = match["url"] if base is None else base + match["url"].partition("//")[2][len(parts.netloc) :]
        return f"{match['key']}{match['quote']}{url}{match['quote']}"

    return _HOME.sub(lambda match: match[1] + json.dumps(home), _ADDRESS.sub(replaced, text), count=1)


def renamed(text: str, identity: str) -> str:
    """Return a portal file's text with another `id`."""
    return _ID.sub(lambda match: match[1] + json.dumps(identity), text, count=1)


def write(path: Path, text: str) -> None:
    """Write a portal file, whole or not at all. Raises PortalFileError."""
    try:
        with atomic_file(path) as part:
            part.write_text(text, encoding="utf-8")
            part.chmod(path.stat().st_mode if path.exists() else 0o644)
    except OSError as error:
        raise PortalFileError(f"{path}: cannot be written: {error.strerror or error}") from error
