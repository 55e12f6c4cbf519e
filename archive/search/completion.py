"""Ways to go on from what a person has typed so far: agencies, known words, numbers and titles that the archive has."""

from collections.abc import Iterable, Iterator
from itertools import islice
from operator import itemgetter

from archive.database.several import Readable, numbers
from archive.model.printable import UNSEEN
from archive.search import engine
from archive.search.agency_names import bare_names, without_place
from archive.search.engine import Search
from archive.search.query import parse
from archive.search.spelling import words_alike
from archive.search.synonyms import folded, thesaurus

MOST = 10
_LONGEST_TYPED, _LONGEST_TITLE = 100, 60
_OF_A_SOURCE = 4
"""Agencies and known words that are offered, each."""

_LOOKED_AT = 20
"""Hits whose numbers and titles are offered."""

_AGENCIES = "SELECT name FROM publisher_names WHERE name LIKE ? ESCAPE '\\' GROUP BY name ORDER BY count(*) DESC, name LIMIT 200"
_HEADS = """
SELECT wanted.key, r.title, r.document_number, r.index_number FROM json_each(?) wanted JOIN records r ON r.id = wanted.value
"""


def completions(connection: Readable, typed: str) -> list[str]:
    """Return at most MOST texts that go on from `typed`, without characters that nobody sees;
    its last word is the one that is completed.
    """
    *before, last = typed[:_LONGEST_TYPED].split() or [""]
    if not folded(last):
        return []
    texts = (*islice(_agencies(connection, last), _OF_A_SOURCE), *islice(_words(connection, last), _OF_A_SOURCE))
    seen = (UNSEEN.sub("", each) for each in (*texts, *_heads(connection, before, last)))
    offered = (" ".join((*before, each)) for each in seen)
    return list(islice((each for each in dict.fromkeys(offered) if each != typed.strip()), MOST))


def _agencies(connection: Readable, last: str) -> Iterator[str]:
    """Yield names of agencies that have the word, or that its letters spell."""
    like = "".join(f"\\{character}" if character in "%_\\" else character for character in last)
    names: Iterable[str] = (without_place(row[0]) for row in connection.execute(_AGENCIES, (f"%{like}%",)))
    if last.isascii() and last.isalpha():
        names = words_alike(folded(last), bare_names(connection))
    yield from dict.fromkeys(names)


def _words(connection: Readable, last: str) -> Iterator[str]:
    """Yield known words that begin so, or that the letters spell, and are found."""
    start, known = folded(last), thesaurus().words
    words = words_alike(start, known) if start.isascii() else (word for word in known if word.startswith(start))
    yield from (word for word in words if engine.count_up_to(connection, Search(parse(word)), 1))


def _heads(connection: Readable, before: list[str], last: str) -> Iterator[str]:
    """Yield numbers and titles of the first hits that have the word; a title stands for the words before it too."""
    ids = engine.first(connection, engine.search(" ".join((*before, last))), _LOOKED_AT)
    rows = sorted(connection.execute(_HEADS, (numbers(ids),)), key=itemgetter(0))
    word = folded(last)
    yield from (number for row in rows for number in row[2:] if number and word in folded(number))
    yield from (row[1] for row in rows if row[1] and len(row[1]) <= _LONGEST_TITLE and word in folded(row[1]))
