"""What the site offers to be cited: a record as it was captured, and the sheet that proves an event. Pure."""

from collections.abc import Callable

from archive.export.citation import Citation, day_stated, remark
from archive.labels.label import LABELS, SITE, Label
from archive.proof.event_proof import EventProof
from archive.web.http.request_context import Row
from archive.web.views.cells import LONGEST_CELL, LONGEST_VALUE, UNTITLED, beijing, cut, is_web_address, utc

Address = Callable[..., str]
"""Returns the absolute address of one of the site's pages, given its parts."""


def of_record(record: Row, portal: Row, capture: Row | None, address: Address) -> Citation:
    """The citation of a record, which leads to the copy of its capture, or to its page here where there is none.

    The day of citation is that of the capture: what is cited is the page as it stood then. Where no agency is stated, the portal
    stands in its place.
    """
    seen = capture["fetched_at"] if capture else record["last_seen"]
    original = record["url"] if is_web_address(record["url"]) else ""
    return Citation(
        key=f"disclosures-{record['id']}",
        author=cut(record["publisher"] or portal["name"], LONGEST_VALUE),
        title=cut(record["title"] or UNTITLED, LONGEST_VALUE),
        number=cut(record["document_number"] or "", LONGEST_CELL),
        site=portal["name"],
        dated=day_stated(record["published_on"]),
        accessed=beijing(seen)[:10],
        address=address("copy", capture["id"]) if capture else address("record", record["id"]),
        remark=remark(original, beijing(seen), f"{utc(seen)} UTC", capture["sha256"] if capture else ""),
    )


def of_sheet(proof: EventProof, address: str, day: str) -> Citation:
    """The citation of a sheet at its permanent address, read on `day`; its date is that of the observation."""
    return Citation(
        key=f"disclosures-proof-{proof.event['id']}",
        author=SITE.zh,
        title=f"{LABELS['proof.sheet'].zh}: {cut(proof.claim.zh, LONGEST_VALUE)}",
        number="",
        site=SITE.zh,
        dated=beijing(proof.event["at"])[:10],
        accessed=day,
        address=address,
        remark=Label("", ""),
    )
