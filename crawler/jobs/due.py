"""The portals that are due: of those that are named, or of all portal files of the operator's own."""

import sys
from collections.abc import Container, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from archive.database.connection import ArchiveError, open_for_reading
from archive.database.lock import held
from archive.database.portal_changes import removed, retired
from archive.model import clock
from crawler.jobs.schedule import CrawlHistory, Plan, plan, plans
from crawler.portals.portal_file import Portal, PortalFileError, find, own_files, readable

NONE = "no portal files of your own: put them into a folder, and its path into $DISCLOSURES_PORTALS"
"""The reason given where nothing is ever due."""


def planned(names: Sequence[str], db: Path, now: datetime) -> tuple[list[Plan], list[PortalFileError]]:
    """The plans of the portals `names`, or of all portal files of one's own, the most overdue first.

    And what is wrong with files that can't be used. A portal that is retired has no plan, and one that was removed only where
    it is named. Raises ArchiveError, and PortalFileError for a name that is no portal's.
    """
    portals, faults = readable(map(find, names) if names else own_files().values())
    errors = list(faults.values())
    if not db.is_file() or not db.stat().st_size:
        return [plan(portal, CrawlHistory(), now) for portal in portals], errors
    with closing(open_for_reading(db)) as connection:
        left_out = {*retired(connection), *(() if names else removed(connection))}
        return plans(connection, [portal for portal in portals if portal.id not in left_out], now), errors


def due_now(names: Sequence[str], db: Path, but: Container[str] = ()) -> tuple[list[str], list[PortalFileError]]:
    """The files of the portals to be crawled now, the most overdue first; one that is being crawled is left to that crawl.

    And what is wrong with files that can't be used. `but`: ids of portals to be left out.
    """
    now = clock.now()
    plans_of_all, faults = planned(names, db, now)
    upcoming = [each.portal for each in plans_of_all if each.at <= now and each.portal.id not in but]
    return [name for portal in upcoming if (name := _free(portal, names, db))], faults


def _free(portal: Portal, names: Sequence[str], db: Path) -> str | None:
    """Return the name by which `crawl` knows the portal; None while it is crawled."""
    try:
        with held(db, portal.id):
            pass
    except ArchiveError as error:
        print(f"note: {error}", file=sys.stderr)
        return None
    return next((name for name in names if Path(name).stem == portal.id), portal.id)
