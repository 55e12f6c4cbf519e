"""Options and errors that all commands share: the archive's place, one plain line for each error."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from math import isfinite
from pathlib import Path
from time import monotonic
from typing import Any

import click

from archive.database.connection import ArchiveError
from archive.evidence.evidence_reader import UNREADABLE
from archive.evidence.http_exchange import EvidenceError, one_line
from archive.model.clock import ClockError
from archive.search.synonyms import SynonymsError
from crawler.portals.portal_file import PortalFileError

DEFAULT_DB = "data/disclosures.db"

_DATABASE = b"SQLite format 3\0"
"""The first bytes of every database of SQLite."""

ATTENTION = 1
WRONG_USE = 2

METADATA = "DISCLOSURES_METADATA"
"""The variable of the environment that names the operator's metadata, with which the site is served."""


class CommandError(click.ClickException):
    """An error the user can mend: one plain line, exit status 2."""

    exit_code = WRONG_USE

    def show(self, file: Any = None) -> None:  # noqa: ANN401 - click's signature
        """The message on standard error."""
        click.echo(f"disclosures: {self.format_message()}", err=True)


def plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the errors a user can cause into one line and exit status 2.

    A full disk and the like, also where the output goes, is among them; a reader who has enough (`| head`) is no error to tell of.
    """

    @wraps(command)
    def wrapper(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        try:
            try:
                return command(*args, **kwargs)
            finally:
                sys.stdout.flush()  # else it is Python that tells, as it ends, what went wrong
        except (ArchiveError, ClockError, EvidenceError, PortalFileError, SynonymsError) as error:
            raise CommandError(str(error)) from error
        except UNREADABLE as error:
            raise CommandError(_unreadable(error, kwargs.get("db"))) from error
        except BrokenPipeError:
            raise  # click ends the command without a word
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            raise CommandError(f"{where}{error.strerror or one_line(error)}") from error

    return wrapper


def _unreadable(error: Exception, db: Path | None) -> str:
    """Say why an archive can't be read."""
    from archive.maintenance.upgrade import is_behind  # noqa: PLC0415

    with suppress(ArchiveError, *UNREADABLE):
        if db and is_behind(db):
            return (
                f"{db} was written by an earlier version: `disclosures redact`, or the next crawl, brings it up to date"
            )
    return f"the archive can't be read ({one_line(error)}): `disclosures doctor` says what to do"


PROGRESS_EVERY = 20.0
"""Seconds between two lines of progress where they do not go to a terminal."""


@contextmanager
def shown_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield what tells on standard error how far long work is: a line that changes in place on a terminal, else one now and then."""
    terminal, shown_at = sys.stderr.isatty(), monotonic()
    every = 0.5 if terminal else PROGRESS_EVERY

    def tell(what: str, done: int, total: int) -> None:
        nonlocal shown_at
        if done < total and monotonic() - shown_at < every:
            return
        shown_at = monotonic()
        line = f"{done:,} of {total:,} {what}"
        click.echo(f"\r\x1b[2K{line}" if terminal else line, err=True, nl=not terminal or done == total)

    yield tell


class FiniteRange(click.FloatRange):
    """A range of numbers of which there is an end: click takes `nan` for one in any range, and `inf` for one without a limit."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's signature
        """Return the number."""
        number = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value!r} is no finite number", param, ctx)
        return number


class OutputFile(click.Path):
    """The path of a file to write, which takes the place of one that is there: not of an archive, nor of originals."""

    def __init__(self, *, dir_okay: bool = True) -> None:
        super().__init__(path_type=Path, dir_okay=dir_okay)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's signature
        """Return the path."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if path.is_file():
            with suppress(OSError), path.open("rb") as there:  # nobody may read it
                if there.read(len(_DATABASE)) == _DATABASE:
                    self.fail(f"{path} is a database, and would be written over: name another file", param, ctx)
        return path


ROWS = click.IntRange(1, 1_000_000_000)
"""Number of rows that may be requested."""


db_option = click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=lambda: Path(os.environ.get("DISCLOSURES_DB", DEFAULT_DB)),
    help=f"The archive. Default: $DISCLOSURES_DB, else {DEFAULT_DB}.",
)


def metadata_option(about: str, *, required: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option that names the metadata with which the site is served; `about`: the sentence of help that says what a command reads in it."""
    return click.option(
        "--metadata",
        envvar=METADATA,
        required=required,
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help=f"{about} Default: ${METADATA}.",
    )
