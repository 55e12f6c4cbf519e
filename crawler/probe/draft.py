"""A portal file drafted from what was read of a portal: TOML that `disclosures crawl` takes, its doubts as comments."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from archive.directory.joining import ConflictError, join
from archive.model.divisions import named_in
from archive.model.observations import CatalogOfPortal, ListPage

_OF_NOBODY = re.compile(r"^(?:www\d*|gov|cn|com|org|net|localhost)$|xxgk|zwgk|xinxi|^\d+$")

_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Unicode's categories of controls, formats (the reading direction among them), halves of characters, ends of lines and paragraphs."""

NAMELESS = "portal"
"""The id of a portal whose host's names say nothing of it."""


@dataclass(frozen=True, slots=True)
class DraftCatalog:
    """A catalogue for the file. `remark`: what was read there, in a few words; `is_list`: whether that is a list, and `listed` it."""

    column: CatalogOfPortal
    remark: str
    is_list: bool
    listed: ListPage | None = None


def portal_id(url: str) -> str:
    """An id for the portal at `url`: the first name of its host that is its own, e.g. tongxin of www.tongxin.gov.cn."""
    names = [name for name in (urlsplit(url).hostname or "").lower().split(".") if not _OF_NOBODY.search(name)]
    name = re.sub(r"[^a-z0-9_-]", "", names[0]) if names else ""
    return name if name[:1].isalpha() else NAMELESS


def draft(  # noqa: PLR0913 - what a file says
    identity: str, name: str, home: str, entries: Sequence[DraftCatalog], remarks: Iterable[str], *, code: str = ""
) -> str:
    """The text of a portal file. Entries that are no lists, and a division code that isn't known, stay comments.

    `code`: the division's, where it is known; else the name may say which one it is.
    """
    lines = [comment(remark) for remark in remarks]
    lines += [f"id = {_quoted(identity)}", f"name = {_quoted(name or identity)}"]
    lines += [f"division_code = {_quoted(code)}"] if code else _division(name)
    lines.append(f"home = {_quoted(home)}")
    for entry in entries:
        column = entry.column
        keys = [
            "[[catalogs]]",
            f"kind = {_quoted(column.kind)}",
            f"title = {_quoted(column.title)}",
            f"url = {_quoted(relative(column.url, home))}",
        ]
        lines += ["", comment(entry.remark), *(keys if entry.is_list else map(comment, keys))]
    return "\n".join(lines) + "\n"


def relative(url: str, home: str) -> str:
    """Return an address as it stands in a portal file: on the home's host by its path, so that a move changes one line."""
    path = url.removeprefix(home.rstrip("/")) if url.startswith(f"{home.rstrip('/')}/") else url
    return path if path.startswith("/") and not path.startswith("//") and urljoin(home, path) == url else url


def _division(name: str) -> list[str]:
    """The line with the code of the division that `name` names; a comment where it names none, or one of several."""
    try:
        division = join("", name).division
    except ConflictError:
        named = named_in(name)
        hint = "to be filled in; its name may be of one of these:" if named else "to be filled in"
        return [comment(f'division_code = "…"  {hint}'), *(comment(f"  {each.place}") for each in named)]
    return [f"division_code = {_quoted(division.code)}  # {division.place}"]


def comment(text: str) -> str:
    """A line of TOML that says something to people only."""
    return f"# {_seen(text, ' ')}"


def _quoted(text: str) -> str:
    """A TOML string; JSON's escapes are TOML's too."""
    return json.dumps(_seen(text, ""), ensure_ascii=False)


def _seen(text: str, otherwise: str) -> str:
    """Return `text` with `otherwise` in the place of each character that nobody sees, ends a line, or can't be written."""
    return "".join(otherwise if unicodedata.category(c) in _UNSEEN else c for c in text)
