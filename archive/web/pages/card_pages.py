"""Transparency cards: /-/cards?year= sets the portals side by side, /-/cards/<portal>/<year> is one, to print."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from datasette.utils.asgi import NotFound, Response

from archive.analysis.report_templates import words_of
from archive.analysis.transparency_card import DAYS, ITEMS, Counts, count
from archive.export.rows import Rows
from archive.labels.code_labels import KINDS
from archive.labels.label import LABELS, label_of, labels_under
from archive.labels.tables import HEADINGS, TABLES
from archive.model.clock import today
from archive.questions.question_files import questions
from archive.web.formats.responses import json_response, whole_file
from archive.web.http.errors import NOTHING_HERE, not_understood
from archive.web.http.request_context import PAGE, RequestContext, pages, portal_in_path
from archive.web.views.portal_status import PortalStatus, portal_statuses

LEAST = 20
"""Records of which a share in per cent says something."""

MOST_FIGURES = 6
"""Figures of a report that a card shows; its question has them all."""

DEFINITIONS = tuple(label.format(days=DAYS) for label in labels_under("card").values())
"""Meanings of the words on a card, printed with it."""

FIGURES = labels_under("figure")
"""Figures of a card as a row of a file, in their order, and their headings."""

REPORT_STANDINGS = labels_under("report_standing")

_YEARS = """
WITH RECURSIVE years(year) AS (
    SELECT substr(max(published_on), 1, 4) FROM records WHERE {whose} AND published_on <= :today
    UNION ALL
    SELECT (SELECT substr(max(published_on), 1, 4) FROM records
            WHERE {whose} AND published_on < years.year) FROM years WHERE year IS NOT NULL
)
SELECT year FROM years WHERE year GLOB '[12][0-9][0-9][0-9]' AND year >= '1990'
"""
_BEFORE = "SELECT count(*) AS records FROM records WHERE portal = :portal AND published_on BETWEEN :first AND :last"
_FIGURES = """
SELECT c.kind, c.rule, c.label, c.left_value, c.right_value, c.hint FROM report_checks c
WHERE c.record_id = :record AND NOT c.holds ORDER BY c.hint, c.place, c.rule LIMIT :most
"""
_ON_SITE = "SELECT value FROM report_statistics WHERE record_id = :record AND indicator = '1.2.2'"


@dataclass(frozen=True, slots=True)
class Card:
    """One portal's year."""

    status: PortalStatus
    year: int
    counts: Counts

    @property
    def due(self) -> str:
        """The day by which a whole county's report on the year is due."""
        return f"{self.year + 1}-03-31"

    @property
    def report(self) -> str:
        """The standing of that report, one of REPORT_STANDINGS."""
        report = self.counts.whole
        if report:
            return "late" if report.published_on and report.published_on > self.due else "seen"
        if "annual_report" not in self.counts.catalogs:
            return "not_collected"
        return "missing" if self.due < str(today()) else "awaited"

    def figures(self) -> dict[str, Any]:
        """Return the figures by the names in FIGURES."""
        row = self.status.row
        stated = {"portal": row["id"], **{name: row[name] for name in ("name", "division_code", "checked_on")}}
        known = {**stated, "year": self.year, "report": self.report, **self.counts.figures()}
        return {name: known[name] for name in FIGURES}


async def comparison(context: RequestContext) -> Response:
    """All portals' year side by side, or that of those chosen by `portal=`; as a file, too."""
    years = await _years(context, "")
    year = _year(context.parameter("year")) if context.parameter("year") else _finished(years)
    counted = await context.db.execute_fn(lambda connection: count(connection, year))
    statuses = await portal_statuses(context, str(today()))
    chosen = _chosen(context, statuses)
    cards = [Card(each, year, counted.get(each.row["id"], Counts())) for each in chosen or statuses]
    if form := context.format:
        return _file(context, str(LABELS["word.cards"]), cards, form)
    page = pages(context, len(cards))
    return await context.render(
        "cards.html",
        figure=FIGURES,
        standings=REPORT_STANDINGS,
        year=year,
        years=[(each, context.with_parameters(year=each, page=None)) for each in years],
        statuses=statuses,
        chosen=[each.row["id"] for each in chosen],
        cards=[(each, _address(context, each)) for each in cards[page.offset : page.offset + PAGE]],
        under_way=sum(each.status.is_under_way for each in cards),
        pages=page,
        page_address=context.with_parameters(page=None, year=year),
        definitions=DEFINITIONS,
        share=share,
        least=LEAST,
    )


def _chosen(context: RequestContext, statuses: Iterable[PortalStatus]) -> list[PortalStatus]:
    """Return the requested portals, in the order of all; none where none are. Raises NotFound."""
    requested = {each for each in context.request.args.getlist("portal") if each}
    chosen = [each for each in statuses if each.row["id"] in requested]
    if len(chosen) < len(requested):
        raise NotFound(NOTHING_HERE)
    return chosen


def _address(context: RequestContext, card: Card) -> str:
    """Return the address of a card; of an empty one, which has no page, that of its portal."""
    return card.status.url if card.counts.is_empty else context.address("cards", card.status.row["id"], card.year)


def _file(context: RequestContext, title: str, cards: Iterable[Card], form: str) -> Response:
    """Return cards as a file: for people with headings and names, for machines with names and codes."""
    rows = [{**card.figures(), **context.stated_archive(card.status.row["id"])} for card in cards]
    labels = {**FIGURES, **{name: HEADINGS[name] for name in context.stated_archive(0)}}
    if form == "json":
        return json_response({"cards": rows})
    if form == "jsonl":
        return whole_file(Rows(title, tuple(labels), [list(row.values()) for row in rows]), form)
    headings = tuple(str(label) for label in labels.values())
    named = [list((row | {"report": str(REPORT_STANDINGS[row["report"]])}).values()) for row in rows]
    return whole_file(Rows(title, headings, named), form)


async def of_portal(context: RequestContext) -> Response:
    """A portal's card of the last finished year that it has anything of;
    its line of the comparison where it has nothing yet.
    """
    row = await portal_in_path(context)
    years = await _years(context, row["id"])
    card = (
        context.address("cards", row["id"], _finished(years)) if years else context.address("cards", portal=row["id"])
    )
    return Response.redirect(card)


async def page(context: RequestContext) -> Response:
    """One portal's card of one year; as a file, too. Raises NotFound where the archive has nothing of it."""
    row = await portal_in_path(context)
    year = _year(context.part("year"))
    counted = await context.db.execute_fn(lambda connection: count(connection, year, row["id"]))
    (status,) = await portal_statuses(context, str(today()), row["id"])
    card = Card(status, year, counted.get(row["id"], Counts()))
    if card.counts.is_empty:
        raise NotFound(NOTHING_HERE)
    title = f"{row['name']} {year}"
    if form := context.format:
        return _file(context, title, [card], form)
    return await context.render("card.html", **await _variables(context, card))


async def _variables(context: RequestContext, card: Card) -> dict[str, Any]:
    """Return what a card's page shows."""
    row, year, counts, whole = card.status.row, card.year, card.counts, card.counts.whole
    before = {"portal": row["id"], "first": f"{year - 1}-01-01", "last": f"{year - 1}-12-31"}
    figures = await context.db.execute(_FIGURES, {"record": whole.record_id, "most": MOST_FIGURES}) if whole else ()
    on_site = (await context.db.execute(_ON_SITE, {"record": whole.record_id})).first() if whole else None
    return {
        "card": card,
        "portal": row,
        "status": card.status,
        "year": year,
        "years": await _years(context, row["id"]),
        "counts": counts,
        "before": (await context.db.execute(_BEFORE, before)).first()["records"],
        "kinds": [(code, label_of(KINDS, code), counts.kinds[code]) for code in _by_size(counts.kinds)],
        "collected": [(label_of(KINDS, code), counts.catalogs[code]) for code in _by_size(counts.catalogs)],
        "not_collected": [label for code, label in KINDS.items() if code not in {*counts.catalogs, "other"}],
        "items": [(TABLES["records"].columns[name], counts.read - counts.lacking.get(name, 0)) for name in ITEMS],
        "figures": [(" + ".join(map(words_of, each["label"].split(" + "))), each) for each in figures],
        "on_site": on_site["value"] if on_site else None,
        "today": str(today()),
        "page_address": context.address("cards", row["id"], year),
        "questions": questions(),
        "definitions": DEFINITIONS,
        "standings": REPORT_STANDINGS,
        "share": share,
        "plain": plain,
    }


def share(part_of: int, whole: int) -> str:
    """A share in per cent, cut, so that what is not all is never 100; of less than `LEAST` as it is; `—` of nothing."""
    if whole < LEAST:
        return f"{part_of}/{whole}" if whole else "—"
    return f"{part_of * 100 // whole}%"


def plain(value: float) -> str:
    """A number of a report as one writes it."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,g}"


def _by_size(kinds: Mapping[str, int]) -> list[str]:
    return sorted(kinds, key=lambda code: (-kinds[code], code))


def _year(text: str) -> int:
    """A year as an address has it. Raises BadRequest."""
    if not re.fullmatch(r"(?:19|20)\d\d", text, re.ASCII):
        raise not_understood("year", text)
    return int(text)


async def _years(context: RequestContext, portal_id: str) -> list[int]:
    """The years of which there are records, the newest first."""
    sql = _YEARS.format(whose="portal = :portal" if portal_id else "true")
    rows = await context.db.execute(sql, {"portal": portal_id, "today": str(today())})
    return sorted({int(row["year"]) for row in rows}, reverse=True)


def _finished(years: list[int]) -> int:
    """The newest year that is over, or the newest; last year where there is none."""
    over = [year for year in years if year < today().year]
    return (over or years or [today().year - 1])[0]
