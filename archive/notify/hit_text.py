"""Text of records and events in messages, in one language.

A hit is a mapping with a record's `title`, `published_on`, `publisher`, `portal` (its name), `kind`, `index_number`,
`url` and `page` (on the site, or None), and perhaps `snippet`; of an event also `event`, `at`, `not_before` and
`proof`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archive.labels.code_labels import EVENTS, KINDS
from archive.labels.label import LABELS, label_of
from archive.labels.language import Language
from archive.labels.when import when
from archive.model.addresses import is_on_the_web
from archive.model.printable import with_codes

Hit = Mapping[str, Any]

MOST_IN_BRIEF = 5
"""Hits that a brief text shows: WeCom takes 2,048 bytes."""

LONGEST_TITLE, LONGEST_LINK = 60, 300
"""Characters of a title, and of an address to more, in a brief text."""


def text(hits: Sequence[Hit], count: int, language: Language) -> str:
    """Return the text of a message of `count` hits, of which these are shown."""
    blocks = ["\n".join(lines(hit, language)) + "\n" for hit in hits]
    return (
        "\n".join([*blocks, *_more(count - len(hits), language), "—", LABELS["message.not_official"].name(language)])
        + "\n"
    )


def brief(hits: Sequence[Hit], count: int, language: Language) -> str:
    """Return the text of `count` hits, of which these are the first, for a chat room: a line for each of a few."""
    shown = hits[:MOST_IN_BRIEF]
    return "\n".join([*(_brief_line(hit, language) for hit in shown), *_more(count - len(shown), language)])


def _brief_line(hit: Hit, language: Language) -> str:
    event = f"【{EVENTS[hit['event']].name(language)}】" if hit.get("event") else ""
    title = cut(one_line(hit["title"] or LABELS["word.untitled"].name(language)))
    return " ".join(filter(None, (f"{event}{title}", hit.get("proof") or hit["page"] or hit["url"])))


def _more(count: int, language: Language) -> list[str]:
    """Return the line that says how many hits are not shown; none where there are none."""
    return [LABELS["message.more"].format(count=count).name(language)] if count else []


def lines(hit: Hit, language: Language) -> Iterator[str]:
    """A hit as a reader of mail scans it."""
    undated, untitled = LABELS["word.undated"].name(language), LABELS["word.untitled"].name(language)
    yield one_line(f"{hit['published_on'] or undated}  {hit['title'] or untitled}")
    if event := hit.get("event"):
        yield f"    {EVENTS[event].name(language)}  {when(hit.get('not_before'), hit['at']).name(language)}"
        if proof := hit.get("proof"):
            yield f"    {LABELS['proof.sheet'].name(language)}  {proof}"
    kind = label_of(KINDS, hit["kind"]).name(language)
    yield "    " + one_line("  ".join(filter(None, (hit["publisher"], hit["portal"], kind, hit["index_number"]))))
    if hit.get("snippet") and hit["snippet"] != hit["title"]:
        yield f"    {one_line(hit['snippet'])}"
    yield from (f"    {address}" for address in (hit["page"], hit["url"]) if address and is_on_the_web(address))


def cut(words: str) -> str:
    """Return as much of a title as a brief text shows."""
    return words if len(words) <= LONGEST_TITLE else f"{words[:LONGEST_TITLE]}…"


def one_line(words: str) -> str:
    """Return words of a portal on one line, what nobody sees by its codes."""
    return str(with_codes(" ".join(words.split())))
