"""Names in Chinese and English, read from labels.csv: the one place for the site, the shell and docs/tables.md.

A row of the file that says `see KEY` has that key's words. Wording states what was observed, and accuses nobody; terms
follow the field's own usage (GB/T 21063, Regulations on Open Government Information).
"""

import csv
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.labels.language import READER, Language
from archive.model.printable import quantity

_NOUN = re.compile("[a-z ]{2,}")


class _Sentences(string.Formatter):
    """The filling of the braces of labels; `{count:page}` is a number with its English noun."""

    def format_field(self, value: object, format_spec: str) -> str:
        """Return a value as it stands in the sentence."""
        return (
            quantity(value, format_spec)
            if _NOUN.fullmatch(format_spec)
            else str(super().format_field(value, format_spec))
        )


_SENTENCES = _Sentences()

LABELS_FILE = Path(__file__).with_name("labels.csv")
_SEE = "see "


@dataclass(frozen=True, slots=True)
class Label:
    """A name in Chinese and English, and what it means in both (may be empty where the name says it all).

    As a string it is its name in the reader's language, so that a template, a message or an error may hold it as it is.
    """

    zh: str
    en: str
    about: str = ""
    about_en: str = ""

    def __str__(self) -> str:
        return self.name(READER.get())

    @property
    def meaning(self) -> str:
        """Its meaning, in the reader's language."""
        return self.description(READER.get())

    def name(self, language: Language) -> str:
        """Return the name in one language, the Chinese one where there is no other."""
        return self.zh if language == "zh" else self.en or self.zh

    def description(self, language: Language) -> str:
        """Return what it means in one language."""
        return self.about if language == "zh" else self.about_en

    def format(self, **values: object) -> "Label":
        """Return the label with values in place of the names in braces; `{count:page}` becomes 1 page, 2 pages."""
        texts = (self.zh, self.en, self.about, self.about_en)
        return Label(*(_SENTENCES.vformat(text, (), values) for text in texts))


def read_labels(path: Path) -> dict[str, Label]:
    """The labels of a file by their keys, in its order. A key that is `see`n stands above the one that sees it."""
    labels: dict[str, Label] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key, zh = row.pop("key"), row["zh"]
            if key in labels:
                raise ValueError(f"{path.name}: {key} stands there twice")
            labels[key] = labels[zh.removeprefix(_SEE)] if zh.startswith(_SEE) else Label(**row)
    return labels


LABELS = read_labels(LABELS_FILE)
SITE = LABELS["site"]


def labels_under(prefix: str) -> dict[str, Label]:
    """Return the labels whose keys begin with a prefix and a dot, by the rest of their keys."""
    start = f"{prefix}."
    return {key.removeprefix(start): label for key, label in LABELS.items() if key.startswith(start)}


def label_of(labels: Mapping[str, Label], code: str) -> Label:
    """Return the label of a code, the code itself where it has none."""
    return labels.get(code, Label(code, ""))
