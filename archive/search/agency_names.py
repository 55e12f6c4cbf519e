"""Other names of an agency that an archive's own publishers bear: short forms, fuller ones, and what became of it.

A short form is made of characters of the full name in their order, the first and the last among them: 教体局 of
教育体育局. Names are compared without the county's, unless the word has one too.
"""

import re
from collections.abc import Iterator
from operator import itemgetter

from archive.database.several import Readable, numbers

AGENCY = re.compile(
    r"[一-龥]{2,14}?(?:委员会|办公室|管委会|中心|局|委(?![员托派培任])|办(?![法理学案事公])|[队所站院](?![一-龥]))"
)
"""The name of an agency, or of an agency in its county."""

_PLACE = re.compile(r"^(?:[一-龥]{2,8}?[县区市旗州盟]|[县区旗]|市(?![场政容民监]))(?=[一-龥]{3})")
_MOST_NAMES = 2000

_ALL = "SELECT DISTINCT name FROM publisher_names ORDER BY name LIMIT 20000"
_ALIKE = "SELECT id, name FROM publisher_names WHERE name LIKE ? ORDER BY id LIMIT ?"
_ENDS = "SELECT 1 FROM publisher_names WHERE name LIKE ? LIMIT 1"
_OF_THE_SAME = """
SELECT DISTINCT other.name
FROM publisher_names n JOIN agencies a ON a.id = n.agency_id
JOIN agencies b ON b.id = a.id OR b.id = a.successor_id OR b.successor_id = a.id
JOIN publisher_names other ON other.agency_id = b.id
WHERE n.id IN (SELECT value FROM json_each(?)) ORDER BY other.id LIMIT ?
"""


def without_place(name: str) -> str:
    """Return an agency's name without the counties, cities and districts that it begins with."""
    while (bare := _PLACE.sub("", name)) != name:
        name = bare
    return name


def bare_names(connection: Readable) -> list[str]:
    """Return the names of all agencies that have published, each without its place and once."""
    return list(dict.fromkeys(without_place(name) for (name,) in connection.execute(_ALL)))


def others(connection: Readable, word: str) -> Iterator[str]:
    """Yield what may stand in place of a folded word that is, or begins with, the name of an agency."""
    match = AGENCY.match(word)
    if match is None:
        return
    typed, rest = match[0], word[match.end() :]
    place = typed.removesuffix(without_place(typed))
    alike = connection.execute(_ALIKE, (f"%{typed[len(place)]}%{typed[-1]}", _MOST_NAMES))
    names = {number: name if place else without_place(name) for number, name in sorted(alike, key=itemgetter(0))}
    same = [number for number, name in names.items() if name == typed]
    known = connection.execute(_OF_THE_SAME, (numbers(same), _MOST_NAMES)) if same else ()
    of_the_same = [row[0] if place else without_place(row[0]) for row in known]
    shortened = [name for name in names.values() if is_short_form(typed, name) or is_short_form(name, typed)]
    yield from (name + rest for name in dict.fromkeys([*of_the_same, *shortened]) if name != typed)


def is_publisher(connection: Readable, word: str) -> bool:
    """Return whether a folded word is the name of an agency that has published, with or without its place."""
    published = connection.execute(_ENDS, (f"%{word}",)) if AGENCY.fullmatch(word) else ()
    return any(True for _ in published)


def is_short_form(short: str, name: str) -> bool:
    """Whether `short` is made of three or more characters of `name` in their order, with the first and the last."""
    if not (3 <= len(short) < len(name) and short[0] == name[0] and short[-1] == name[-1]):
        return False
    left = iter(name)
    return all(character in left for character in short)
