"""Unicode's normal form of text from portals, in a time that grows with the text."""

import re
import unicodedata
from itertools import pairwise
from typing import Literal

_CROWD = re.compile(r"[^\w\s]{30}")
"""Characters of which none is a letter: so many marks above and below one letter are in no script, as UAX #15 has it."""


def normal_form(text: str, form: Literal["NFC", "NFKC"] = "NFKC") -> str:
    """Return `text` in a normal form; marks that crowd on one letter are put in order 30 by 30, all at once would take the square of their number."""
    cuts = [crowd.end() for crowd in _CROWD.finditer(text)]
    if not cuts:
        return unicodedata.normalize(form, text)
    parts = pairwise([0, *cuts, len(text)])
    return "".join(unicodedata.normalize(form, text[start:end]) for start, end in parts)
