"""The sheet of a proof as a page in the reader's language: what is claimed, what shows it, what it does not prove."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from archive.export.citation_formats import Citation
from archive.labels import wording
from archive.labels.code_labels import CAPTURES, EVENTS
from archive.labels.label import LABELS, Label, label_of, labels_under
from archive.labels.language import TAGS, Language, reading
from archive.labels.tables import column_label
from archive.model.clock import BEIJING, moment
from archive.proof.differences import FieldDiff, diff
from archive.proof.event_proof import ABSENT, EventProof

Kept = Literal["whole", "masked", "digest"]
"""The part of a capture that is given: all, its headers and a masked copy, or its digest alone."""

SHOWS = labels_under("shows")
"""Label of each thing that a capture can show."""

_FOLDER = Path(__file__).parent
STYLE = _FOLDER / "sheet.css"
"""The style of a sheet, wherever it is shown."""


@dataclass(frozen=True, slots=True)
class ShownCapture:
    """A capture on a sheet. `outcome`: what it turned out to be; `certificate`: the sha256 of the server's; `copy`:
    where its copy is, None where none can be shown.
    """

    id: int
    url: str
    fetched_at: str
    status: int
    outcome: str
    sha256: str
    certificate: str | None
    kept: Kept
    copy: str | None

    @property
    def about(self) -> Label:
        """The part of it that is given, where that is not all."""
        if self.kept == "digest":
            return LABELS["proof.kept.digest"]
        return LABELS["proof.kept.masked"] if self.copy else LABELS["proof.kept.headers"]


@dataclass(frozen=True, slots=True)
class SealedDay:
    """A day of the chain, its hash, whether it is over and sealed,
    and the time of its time stamp (UTC), "" where it has none.
    """

    day: str
    hash: str
    is_sealed: bool
    stamped_at: str


@dataclass(frozen=True, slots=True)
class SiteLinks:
    """The addresses to which a sheet on a site leads, beside its captures: to its record, to the list pages without it
    one by one, to the record's page before and now side by side, and to the bundle; "": not there.
    """

    record: str = ""
    walks: str = ""
    comparison: str = ""
    bundle: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The contents of one sheet: the proof, its captures, the day that seals the event, and the head now (None: not
    at hand); the permanent address of the sheet, "" where it has none; where it leads on a site, and how to cite it
    there.
    """

    proof: EventProof
    captures: Mapping[int, ShownCapture]
    sealed: SealedDay | None
    head: SealedDay | None
    address: str
    links: SiteLinks = SiteLinks()
    citation: Citation | None = None

    @property
    def kind(self) -> Label:
        """The event in a word."""
        return label_of(EVENTS, self.proof.event["kind"])

    @property
    def facts(self) -> list[tuple[Label, str]]:
        """The record's statements of itself."""
        names = ("index_number", "document_number", "publisher", "url")
        return [(column_label("records", name), value) for name in names if (value := self.proof.record[name])]

    @property
    def changes(self) -> tuple[FieldDiff, ...]:
        """The differences, field by field."""
        return diff(self.proof.changed)

    @property
    def seals(self) -> list[tuple[Label, SealedDay]]:
        """The days that seal it, as far as they are at hand."""
        named = ((LABELS["proof.sealed_on"], self.sealed), (LABELS["proof.head"], self.head))
        return [(label, day) for label, day in named if day]

    @property
    def shown(self) -> Iterator[tuple[list[Label], ShownCapture]]:
        """The captures in order, each with what it shows, save the list pages without the record."""
        for number, whats in sorted(self.proof.shown.items(), key=lambda shown: self.captures[shown[0]].fetched_at):
            if named := [SHOWS[what] for what in whats if what != ABSENT]:
                yield named, self.captures[number]


def page(sheets: Sequence[Sheet], language: Language) -> str:
    """The sheets as a page of its own in a language, without scripts."""
    style = Markup(STYLE.read_text(encoding="utf-8"))  # noqa: S704 - our own
    with reading(language):
        fragments = [fragment(sheet) for sheet in sheets]
        return _ENVIRONMENT.get_template("page.html").render(sheets=fragments, style=style, language=TAGS[language])


def fragment(sheet: Sheet) -> Markup:
    """One sheet as a part of a page."""
    return Markup(_ENVIRONMENT.get_template("sheet.html").render(sheet=sheet, code=qr_code(sheet.address)))  # noqa: S704 - escaped


def qr_code(address: str) -> Markup:
    """A QR code of an address as SVG; nothing where there is none."""
    if not address:
        return Markup()
    return Markup(segno.make(address, micro=False).svg_inline(border=2, omitsize=True))  # noqa: S704 - drawn by us


def _beijing(at: str) -> str:
    return moment(at).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _outcome(code: str) -> str:
    return str(label_of(CAPTURES, code))


def _environment() -> Environment:
    environment = Environment(
        finalize=wording.in_words,
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        beijing=_beijing, outcome=_outcome, prose=wording.prose, quoted=wording.quoted, quoting=wording.quoting
    )
    environment.globals["labels"] = LABELS
    return environment


_ENVIRONMENT = _environment()
