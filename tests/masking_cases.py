"""Cases for masking, in masking_cases.csv: texts and pages with made-up numbers of persons, and others that must stay.

Columns: `class`; `form`, a text or a page's markup; `expected`, mask or keep; `secret`, what must not be left; `text`.
Line breaks and tabs are written as \\n, \\r and \\t.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.copies.sanitiser import sanitise_page
from archive.masking.redaction import redact

CASES = Path(__file__).with_name("masking_cases.csv")
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\"}
_LONGEST_TRACE = 8


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `secret` is empty where the text must stay as it is."""

    group: str
    form: str
    secret: str
    text: str

    def masked(self) -> str:
        """The text masked; of a page its markup."""
        if self.form == "page":
            return sanitise_page(self.text, "http://p.example/", lambda _: None).html
        return redact(self.text).text

    def is_right(self) -> bool:
        """Whether the secret is gone, or nothing changed where there is none."""
        masked = self.masked()
        if not self.secret:
            return "*" not in masked if self.form == "page" else masked == self.text
        return not _is_left(self.secret, re.sub(r"<[^>]*>", "", masked) + " ".join(re.findall(r'="([^"]*)"', masked)))


def cases() -> Iterator[Case]:
    """Yield all cases."""
    with CASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert bool(row["secret"]) == (row["expected"] == "mask")
            yield Case(row["class"], row["form"], _unescaped(row["secret"]), _unescaped(row["text"]))


def _unescaped(text: str) -> str:
    return re.sub(r"\\[ntr\\]", lambda match: _ESCAPES[match[0]], text)


def _is_left(secret: str, text: str) -> bool:
    """Whether the end of a secret can be read in `text`, whatever separates its characters."""
    number, shown = _characters(secret), _characters(text)
    trace = number if "@" in number or len(number) <= _LONGEST_TRACE + 1 else number[-_LONGEST_TRACE:]
    return trace in shown or (len(trace) == _LONGEST_TRACE and trace in shown.replace("*", ""))


def _characters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum() or c in "*@").upper()
