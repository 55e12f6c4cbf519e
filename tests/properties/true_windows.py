"""The windows of events held against what truly was: the earlier state still stood at `not_before`, the new one at `at`."""

import json
from typing import TYPE_CHECKING, Any

from archive.model.noise import same

if TYPE_CHECKING:
    from tests.properties.documents import Document
    from tests.properties.model_portal import World

_EVENTS = """
    SELECT e.*, r.url, (SELECT c.url FROM captures c WHERE c.id = e.after_capture_id) AS shown_at
    FROM events e JOIN records r ON r.id = e.record_id WHERE e.id > ? AND r.portal = 'p' ORDER BY e.id
"""


def require_true_windows(world: "World", last: int) -> int:
    """Check each event after number `last`; the number of the last one."""
    for event in world.rows(_EVENTS, last):
        last = event["id"]
        _require_true(world, event, json.loads(event["detail"]))
    return last


def _require_true(world: "World", event: dict[str, Any], detail: dict[str, Any]) -> None:
    assert event["after_capture_id"] is not None
    since, kind, changed = event["not_before"], event["kind"], detail.get("changed", {})
    if since is None:
        assert event["before_capture_id"] is None
        is_known = kind in {"added", "returned"} or "body" in changed
        assert is_known or _was_doubted(world, event), "when the earlier state was seen last can be told"
        return
    assert since < event["at"]
    assert event["before_capture_id"] < event["after_capture_id"]
    number = world.addresses[detail.get("to") or event["url"]]
    old = world.at(since, number)
    if kind in {"added", "returned"}:
        slipped = (since, number) in world.slipped
        there = old is not None and old.address == event["url"] and event["shown_at"].partition("?")[0] in old.catalogs
        assert slipped or not there, "the list that shows it did not yet"
        return
    assert old
    if kind == "changed":
        _require_unchanged(world, event, changed, old)
    else:
        assert old.address == detail.get("from", event["url"])
        assert old.catalogs or old.stands, "it was still there"
        assert old.catalogs or kind != "unlisted"


def _was_doubted(world: "World", event: dict[str, Any]) -> bool:
    """Whether a crawl before an event was doubted: it dates nothing, and may have been the last to see the earlier state."""
    sql = "SELECT 1 FROM crawls WHERE portal = 'p' AND outcome = 'unsure' AND id < ?"
    return bool(list(world.rows(sql, event["crawl_id"])))


def _require_unchanged(world: "World", event: dict[str, Any], changed: dict[str, Any], old: "Document") -> None:
    """At the beginning of the window the page said what it said before; its capture of the end says what it says now."""
    if "title" in changed and not old.left_a_list:
        assert changed["title"][0] == old.printed_title
    if "attachments" in changed:
        assert len(changed["attachments"][0]) == old.files
    if "body" in changed:
        assert same(changed["body"][0], old.page(0, world.parser).body)
        pages = [world.sealed[event[f"{side}_capture_id"]][0].page(0, world.parser) for side in ("before", "after")]
        assert all(same(text, page.body) for text, page in zip(changed["body"], pages, strict=True))
