"""A name in Chinese and English: what the site and docs/tables.md call a thing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """A name in Chinese and English, and what it means in both (may be empty where the name says it all)."""

    zh: str
    en: str
    about: str = ""
    about_en: str = ""
