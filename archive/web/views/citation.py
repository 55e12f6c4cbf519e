"""Citations that the site offers: a record as it was captured, and the sheet that proves an event. Pure."""

from collections.abc import Callable

from archive.export.citation_formats import Citation, day_stated, remark
from archive.labels.label import LABELS, SITE, Label
from archive.labels.when import beijing, utc
from archive.model.addresses import is_web_address
from archive.proof.event_proof import EventProof
from archive.web.http.request_context import Row
from archive.web.views.cells import LONGEST_CELL, LONGEST_VALUE, cut

AbsoluteAddress = Callable[..., str]
"""Returns the absolute address of one of the site's pages, given its parts."""


def of_record(record: Row, portal: Row, capture: Row | None, address: AbsoluteAddress) -> Citation:
    """The citation of a record, which leads to the copy of its capture, or to its page here where there is none.

    The day of citation is that of the capture: what is cited is the page as it stood then. Where no agency is stated,
    the portal stands in its place.
    """
    seen = capture["fetched_at"] if capture else record["last_seen"]
    original = record["url"] if is_web_address(record["url"]) else ""
    author = cut(record["publisher"] or portal["name"], LONGEST_VALUE)
    title, number = (
        cut(record["title"] or "无标题", LONGEST_VALUE),
        cut(record["document_number"] or "", LONGEST_CELL),
    )
    dated, accessed = day_stated(record["published_on"]), beijing(seen)[:10]
    here = address("copy", capture["id"]) if capture else address("record", record["id"])
    remarked = remark(original, beijing(seen), f"{utc(seen)} UTC", capture["sha256"] if capture else "")
    en = (
        f"{author}. “{title}”{number and f' ({number})'} [in Chinese]. {portal['name']}{dated and f', dated {dated} as stated'}. "
        f"Seen {accessed}. {here}. {remarked.en}"
    )
    return Citation(
        f"disclosures-{record['id']}", author, title, number, portal["name"], dated, accessed, here, remarked, en
    )


def of_sheet(proof: EventProof, address: str, day: str) -> Citation:
    """The citation of a sheet at its permanent address, read on `day`; its date is that of the observation."""
    label, claim, observed = LABELS["proof.sheet"], proof.claim, beijing(proof.event["at"])[:10]
    en = f"{SITE.en}. “{label.en}: {cut(claim.en, LONGEST_VALUE).rstrip('.')}”. {observed}. Seen {day}. {address}."
    title = f"{label.zh}: {cut(claim.zh, LONGEST_VALUE).rstrip('。')}"
    key = f"disclosures-proof-{proof.event['id']}"
    return Citation(key, SITE.zh, title, "", "", observed, day, address, Label("", ""), en)
