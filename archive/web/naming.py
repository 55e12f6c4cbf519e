"""A name in Chinese and English: what the site and docs/tables.md call a thing."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Label:
    """A name in Chinese and English, and what it means in both (may be empty where the name says it all)."""

    zh: str
    en: str
    about: str = ""
    about_en: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view. `hidden`: kept out of the site's lists. `label_column` names a row where others refer to it."""

    label: Label
    columns: Mapping[str, Label]
    hidden: bool = False
    label_column: str | None = None
    sort: str | None = None
    sort_desc: str | None = None
    facets: tuple[str, ...] = field(default=())
    sortable: tuple[str, ...] | None = None
