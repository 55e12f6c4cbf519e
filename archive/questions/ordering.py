"""The order of a question's rows, so that what several archives answer can be put into one:
rows bring along what they are ordered by.
"""

import re

from archive.database.several import DESCENDING

_OUTER = re.compile(r"(?P<select>.*)(?P<rest>\nFROM .*)\nORDER BY (?P<terms>[^;]+?)\s*", re.DOTALL)
"""A question's statement; FROM and ORDER BY of its outer SELECT begin a line."""

_COMMA = re.compile(r",\s*(?![^()]*\))")
_OWN_COLUMN = re.compile(r"[a-z_]+")


def with_order(sql: str) -> tuple[str, tuple[str, ...], int]:
    """Return a question's statement with more columns, the terms by which its rows are ordered,
    and how many columns were added.

    A term is a column's name, with ` DESC` behind it where the highest comes first.
    Without an order there are no terms.
    """
    outer = _OUTER.fullmatch(sql)
    if outer is None:
        return sql, (), 0
    terms: list[str] = []
    added: list[str] = []
    for term in _COMMA.split(outer["terms"]):
        value, down = term.removesuffix(DESCENDING), DESCENDING if term.endswith(DESCENDING) else ""
        if not _OWN_COLUMN.fullmatch(value):
            value, expression = f"order_{len(added) + 1}", value
            added.append(f"{expression} AS {value}")
        terms.append(value + down)
    select = ", ".join((outer["select"], *added))
    return f"{select}{outer['rest']}\nORDER BY {outer['terms']}", tuple(terms), len(added)
