"""The status of each portal: how much of it is archived, when it was last walked wholly, what needs attention."""

from dataclasses import dataclass

from archive.database.several import ordered
from archive.directory.coverage import LAST_WHOLE_WALK
from archive.labels.code_labels import HEALTH, OUTCOMES
from archive.labels.label import LABELS, Label
from archive.labels.when import beijing
from archive.model.clock import moment, now
from archive.model.divisions import divisions
from archive.web.http.request_context import RequestContext, Row

WHOLE_WITHIN = 14
"""Days without a whole walk that call for attention: twice what a crawl takes between full ones."""

_FINE, _WELL = "finished", "well"

# A crawl that is still going on has no outcome, and neither has one that was killed until the next begins.
_PORTALS = f"""
WITH last AS (SELECT portal, max(id) AS id FROM crawls GROUP BY portal)
SELECT p.*,
       (SELECT coalesce(sum(records), 0) FROM tally_portals WHERE portal = p.id) AS records,
       (SELECT max(published_on) FROM records WHERE portal = p.id AND published_on <= :today) AS newest,
       {LAST_WHOLE_WALK} AS walked_at,
       c.id AS crawl_id, c.started_at AS crawled_at, c.finished_at, c.outcome, c.health, c.health_reason, c.next_step,
       (SELECT count(*) FROM problems WHERE crawl_id = c.id) AS problems
FROM portals p LEFT JOIN last ON last.portal = p.id LEFT JOIN crawls c ON c.id = last.id
WHERE :portal IS NULL OR p.id = :portal ORDER BY p.division_code, p.id
"""  # noqa: S608 - constant


_FIELD_ALARMS = (
    "SELECT * FROM problems WHERE crawl_id = :crawl AND kind IN ('fields_missing', 'fields_drifted') ORDER BY id"
)
_BESIDE = ("capture_id", "before_capture_id")


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that needs attention, and where it is described in full (None: nowhere)."""

    label: Label
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PagesBeside:
    """An alarm's message, and the addresses of copies of a page that lacks a field and of one that was read well."""

    message: str
    now: str
    then: str


@dataclass(frozen=True, slots=True)
class PortalStatus:
    """A portal. `place`: the prefecture and province of its code, where they are known; `url`: of its page here.

    `retired`: until when it was watched, where it is no more; nothing then needs attention.
    """

    row: Row
    place: str
    url: str
    day_url: str | None
    concerns: tuple[Concern, ...]
    retired: Label | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether the portal's last crawl goes on, or broke off."""
        return self.row["crawl_id"] is not None and self.row["outcome"] is None


async def portal_statuses(
    context: RequestContext, today: str, portal_id: str | None = None
) -> tuple[PortalStatus, ...]:
    """All portals, or the one of this id, in the order of their division codes. `today`: in Beijing."""
    rows = (await context.db.execute(_PORTALS, {"today": today, "portal": portal_id})).rows
    return tuple(_portal_status(context, row) for row in ordered(rows, "division_code", "id"))


async def pages_beside(context: RequestContext, crawl_id: int | None) -> tuple[PagesBeside, ...]:
    """The pages that show what a crawl's alarms of fields miss; none where an earlier version wrote the archive."""
    rows = (await context.db.execute(_FIELD_ALARMS, {"crawl": crawl_id})).rows
    return tuple(
        PagesBeside(row["message"], *(context.address("copy", row[name]) for name in _BESIDE))
        for row in rows
        if all(name in row.keys() and row[name] for name in _BESIDE)  # noqa: SIM118 - not its values
    )


def _portal_status(context: RequestContext, row: Row) -> PortalStatus:
    division = divisions().get(row["division_code"])
    place = f"{division.province or ''}{division.prefecture or ''}" if division else ""
    retired = _retired(row)
    return PortalStatus(
        row=row,
        place=place,
        url=context.address("browse", row["id"]),
        day_url=context.address("day", row["newest"]) if row["newest"] else None,
        concerns=() if retired else tuple(_concerns(row, context.tables_of(row["id"]))),
        retired=retired,
    )


def _retired(row: Row) -> Label | None:
    """Return until when a portal was watched; None where it still is, or an earlier version wrote the archive."""
    if "retired_at" not in row.keys() or not row["retired_at"]:  # noqa: SIM118 - not its values
        return None
    return LABELS["portal.retired"].format(day=beijing(row["crawled_at"] or row["retired_at"])[:10])


def _concerns(row: Row, base: str) -> list[Concern]:
    """Return what needs attention, the gravest first. `base`: the address of the database's page."""
    if row["crawl_id"] is None:
        return [Concern(LABELS["concern.not_crawled"])]
    concerns = []
    crawl = f"{base}/crawls/{row['crawl_id']}"
    if row["health"] in HEALTH and row["health"] != _WELL:
        concerns.append(Concern(HEALTH[row["health"]], crawl))
    elif row["outcome"] not in (_FINE, None):
        outcome = OUTCOMES.get(row["outcome"], Label(row["outcome"], row["outcome"]))
        concerns.append(Concern(LABELS["concern.outcome"].format(zh=outcome.zh, en=outcome.en), crawl))
    if row["walked_at"] is None:
        concerns.append(Concern(LABELS["concern.never_whole"], crawl))
    elif (days := _days_since(row["walked_at"])) > WHOLE_WITHIN:
        concerns.append(Concern(LABELS["concern.overdue"].format(days=days), crawl))
    if row["problems"]:
        address = f"{base}/problems?crawl_id={row['crawl_id']}"
        concerns.append(Concern(LABELS["concern.problems"].format(count=row["problems"]), address))
    return concerns


def _days_since(text: str) -> int:
    """Count the days since a moment of the archive; 0 where it can't be read."""
    try:
        return (now() - moment(text)).days
    except ValueError:
        return 0


def walked(row: Row) -> str:
    """Return the day a portal was last walked wholly, in Beijing; empty where it never was."""
    return beijing(row["walked_at"])[:10] if row["walked_at"] else ""
