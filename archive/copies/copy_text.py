"""The text of a redacted copy, line by line, as it stands on the page."""

from archive.copies.page_lines import page_lines
from archive.copies.redacted_copies import RedactedCopy
from archive.copies.sanitiser import NotShown

NO_TEXT = "no_text"


def copy_text(copy: RedactedCopy) -> str:
    """Return the text of a copy, a line for each block and row, without empty ones.
    Raises NotShown where it is a picture.
    """
    if copy.page is not None:
        pieces = page_lines(copy.page.html)
    elif copy.media_type.startswith("text/"):
        pieces = copy.body.decode()
    else:
        raise NotShown(NO_TEXT)
    lines = (" ".join(line.split()) for line in pieces.split("\n"))
    return "\n".join(line for line in lines if line)
