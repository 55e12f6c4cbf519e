"""Transparency cards: /-/cards?year= sets the portals side by side, /-/cards/<portal>/<year> is one, a page to print."""

import re
from collections.abc import Mapping

from datasette.utils.asgi import BadRequest, NotFound, Response

from archive.analysis.report_templates import words_of
from archive.analysis.transparency_card import DAYS, ITEMS, CardReport, count
from archive.labels.code_labels import KINDS
from archive.labels.label import label_of, labels_under
from archive.labels.tables import TABLES
from archive.model.clock import today
from archive.questions.question_files import questions
from archive.web.http.errors import MALFORMED, NOTHING_HERE
from archive.web.http.request_context import RequestContext, part, portal
from archive.web.views.portal_status import portal_statuses

MOST_PORTALS = 1000
LEAST = 20
"""Records of which a share in per cent says something."""

MOST_FIGURES = 6
"""Figures of a report that a card shows; its question has them all."""

DEFINITIONS = tuple(label.format(days=DAYS) for label in labels_under("card").values())
"""Meanings of the words on a card, printed with it."""

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


async def comparison(context: RequestContext) -> Response:
    """All portals' year side by side."""
    years = await _years(context, "")
    year = _year(context.parameter("year")) if context.parameter("year") else _finished(years)
    counted = await context.db.execute_fn(lambda connection: count(connection, year))
    rows = [each for each in await portal_statuses(context, str(today())) if each.row["id"] in counted]
    return await context.render(
        "cards.html",
        year=year,
        years=years,
        portals=[
            (each.row, counted[each.row["id"]], context.address("cards", each.row["id"], year))
            for each in rows[:MOST_PORTALS]
        ],
        more=len(rows) > MOST_PORTALS,
        definitions=DEFINITIONS,
        share=share,
        due=_due,
    )


async def of_portal(context: RequestContext) -> Response:
    """A portal's card of the last finished year that it has anything of."""
    row = await portal(context, part(context.request, "portal"))
    return Response.redirect(context.address("cards", row["id"], _finished(await _years(context, row["id"]))))


async def page(context: RequestContext) -> Response:
    """One portal's card of one year."""
    row = await portal(context, part(context.request, "portal"))
    year = _year(part(context.request, "year"))
    counted = await context.db.execute_fn(lambda connection: count(connection, year, row["id"]))
    before = (
        await context.db.execute(
            _BEFORE, {"portal": row["id"], "first": f"{year - 1}-01-01", "last": f"{year - 1}-12-31"}
        )
    ).first()
    counts = counted.get(row["id"])
    if counts is None:
        raise NotFound(NOTHING_HERE)
    (status,) = await portal_statuses(context, str(today()), row["id"])
    whole = counts.whole
    figures = await context.db.execute(_FIGURES, {"record": whole.record_id, "most": MOST_FIGURES}) if whole else ()
    on_site = (await context.db.execute(_ON_SITE, {"record": whole.record_id})).first() if whole else None
    return await context.render(
        "card.html",
        portal=row,
        status=status,
        year=year,
        years=await _years(context, row["id"]),
        counts=counts,
        before=before["records"],
        kinds=[(code, label_of(KINDS, code), counts.kinds[code]) for code in _by_size(counts.kinds)],
        items=[(TABLES["records"].columns[name], counts.read - counts.lacking.get(name, 0)) for name in ITEMS],
        figures=[(" + ".join(map(words_of, row["label"].split(" + "))), row) for row in figures],
        on_site=on_site["value"] if on_site else None,
        due=_due(year, whole),
        today=str(today()),
        questions=questions(),
        definitions=DEFINITIONS,
        share=share,
        plain=plain,
    )


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


def _due(year: int, report: CardReport | None) -> tuple[str, str]:
    """By when a whole county's report on `year` is due, and how it stands: `seen`, `late`, `missing`, or `awaited`."""
    day = f"{year + 1}-03-31"
    if report is None:
        return day, "missing" if day < str(today()) else "awaited"
    return day, "late" if report.published_on and report.published_on > day else "seen"


def _year(text: str) -> int:
    """A year as an address has it. Raises BadRequest."""
    if not re.fullmatch(r"(?:19|20)\d\d", text, re.ASCII):
        raise BadRequest(MALFORMED)
    return int(text)


async def _years(context: RequestContext, portal_id: str) -> list[int]:
    """The years of which there are records, the newest first."""
    sql = _YEARS.format(whose="portal = :portal" if portal_id else "true")
    rows = await context.db.execute(sql, {"portal": portal_id, "today": str(today())})
    return [int(row["year"]) for row in rows]


def _finished(years: list[int]) -> int:
    """The newest year that is over, or the newest; last year where there is none."""
    over = [year for year in years if year < today().year]
    return (over or years or [today().year - 1])[0]
