"""Something archived as one cites it: after GB/T 7714—2025, in English,
and as files for programs that keep references. Pure.

A citation leads to the archived copy: the form of the standard's own examples of archived pages (8.11) is
责任者. 题名: 其他题名信息[EB/OL]. (发布日期) [引用日期]. 获取路径. A field that no page states is left out, never made up.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archive.labels.label import Label, labels_under

_WORDS = labels_under("cite")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_TEX = re.compile(r"[\\{}%&$#_~^]")
_TEX_NAMES = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


@dataclass(frozen=True, slots=True)
class Citation:
    """A thing cited. `key`: for programs; `number`: of the document, "" if none is stated; `site`: that published it;
    `dated`: the day of publication as stated (ISO 8601), or ""; `accessed`: the day on which it was captured, in
    Beijing; `address`: where it can be read here; `remark`: what more a reader should know, such as the original
    address and the digest; `en`: the whole citation in English.
    """

    key: str
    author: str
    title: str
    number: str
    site: str
    dated: str
    accessed: str
    address: str
    remark: Label
    en: str

    @property
    def label(self) -> Label:
        """The citation in either language."""
        return Label(self.zh, self.en)

    @property
    def zh(self) -> str:
        """The citation after GB/T 7714—2025."""
        named = f"{self.title}: {self.number}" if self.number else self.title
        dated = f"({self.dated}) " if self.dated else ""
        return f"{self.author}. {named}[EB/OL]. {dated}[{self.accessed}]. {self.address}. {self.remark.zh}".strip()


def bibtex(citation: Citation) -> str:
    """Return an entry for BibTeX and biblatex."""
    fields = {
        "author": f"{{{_tex(citation.author)}}}",
        "title": f"{{{_tex(citation.title)}}}",
        "number": _tex(citation.number),
        "year": citation.dated[:4],
        "date": citation.dated,
        "url": re.sub(r"[\s{}\\]", "", citation.address),
        "urldate": citation.accessed,
        "organization": _tex(citation.site),
        "langid": "chinese",
        "note": _tex(citation.remark.zh),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{citation.key},\n{lines}}}\n"


def ris(citation: Citation) -> str:
    """Return an entry of the RIS format."""

    def day(date: str) -> str:
        return f"{date.replace('-', '/')}/" if date else ""

    tags = (
        ("TY", "ELEC"),
        ("AU", citation.author),
        ("TI", citation.title),
        ("T2", citation.site),
        ("M1", citation.number),
        ("PY", citation.dated[:4]),
        ("DA", day(citation.dated)),
        ("Y2", day(citation.accessed)),
        ("UR", citation.address),
        ("LA", "zh"),
        ("N1", citation.remark.zh),
    )
    lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in tags if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def csl_json(citation: Citation) -> str:
    """Return a list with one item, as CSL processors take it."""
    item: dict[str, object] = {
        "id": citation.key,
        "type": "webpage",
        "title": citation.title,
        "author": [{"literal": citation.author}],
        "container-title": citation.site,
        "accessed": {"date-parts": [_parts(citation.accessed)]},
        "URL": citation.address,
        "language": "zh-CN",
        "note": citation.remark.zh,
    }
    if citation.number:
        item["number"] = citation.number
    if citation.dated:
        item["issued"] = {"date-parts": [_parts(citation.dated)]}
    return json.dumps([item], ensure_ascii=False, indent=1) + "\n"


FORMATS: dict[str, tuple[Callable[[Citation], str], str]] = {
    "bib": (bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": (ris, "application/x-research-info-systems; charset=utf-8"),
    "json": (csl_json, "application/vnd.citationstyles.csl+json; charset=utf-8"),
}
"""Extension → what writes such a file, and its media type."""


def remark(original: str, captured_at: str, captured_at_utc: str, sha256: str) -> Label:
    """Say of what the cited is a copy: the original's address, when it was captured and the digest,
    as far as they are known.
    """
    parts_zh, parts_en = zip(*_stated(original, captured_at, captured_at_utc, sha256), strict=True)
    return Label("，".join(parts_zh) + ".", ", ".join(parts_en) + ".")


def _stated(original: str, captured_at: str, captured_at_utc: str, sha256: str) -> Iterator[tuple[str, str]]:
    label = _WORDS["copy"]
    yield label.zh, label.en
    stated = (("original", original, original), ("at", captured_at, captured_at_utc), ("sha256", sha256, sha256))
    for key, zh, en in stated:
        if zh:
            yield _WORDS[key].zh.format(value=zh), _WORDS[key].en.format(value=en)


def day_stated(text: str | None) -> str:
    """Return a day as ISO 8601 writes it; "" where `text` is none."""
    return text if text and _DATE.fullmatch(text) else ""


def _parts(date: str) -> list[int]:
    return [int(part) for part in date.split("-")]


def _tex(text: str) -> str:
    return _TEX.sub(lambda sign: _TEX_NAMES.get(sign[0], f"\\{sign[0]}"), " ".join(text.split()))
