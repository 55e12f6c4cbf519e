"""The family of portal software by whose rules a list is read, settled on its first page."""

from archive.model.observations import Problem
from crawler.families.detection import FAMILIES, detect
from crawler.services.answer import Answer
from crawler.spiders.traversal import Walk


def settle_family(answer: Answer, walk: Walk, title: str, given: str | None, before: str | None) -> Problem | None:
    """Settle which software made a list; return a problem where a page looks like another one's.

    `given`: the family that the portal file names; `before`: the one of the list's last crawl; `title`: the catalogue's. What
    a redesign made must not be read by rules for what stood there before.
    """
    plain, settled = FAMILIES["plain"], bool(walk.reason)
    if family := FAMILIES.get(given or ""):
        walk.family, walk.reason = family, "the portal file says so"
        return None
    expected = walk.family if settled else FAMILIES.get(before or "", plain)
    marks = expected.marks(answer)
    if settled and (marks or expected is plain):
        return None
    detected = detect(answer)
    if not marks and detected.family not in (expected, plain) and expected is not plain:
        changed = f"{title} was {expected.name}, and now looks like {detected.family.name} ({detected.reason})"
        return Problem("layout_changed", answer.url, f"{changed}: not read, unless the portal file's family says so")
    if not settled:
        unmarked = f"no product's marks on its first page; it was {expected.name} before"
        kept = detected.family is plain and expected is not plain
        walk.family, walk.reason = (expected, unmarked) if kept else (detected.family, detected.reason)
    return None
