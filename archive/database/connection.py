"""Opening an archive: for writing (made and migrated where needed) or for reading only."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from glob import escape
from pathlib import Path
from secrets import token_hex

from sqlite_utils import Database

from archive.database.migrations import EARLIER, migrations, statements


class ArchiveError(Exception):
    """The archive can't be opened; the message is one line that says what to do."""


_NOTES = Path(__file__).with_name("unsealed.sql").read_text(encoding="utf-8")


class WritingConnection(sqlite3.Connection):
    """A connection to write. `at_close`: called before it is closed, and what that returns afterwards."""

    at_close: Callable[[sqlite3.Connection], Callable[[], None]] | None = None

    def close(self) -> None:
        """Close it; a transaction under way is rolled back."""
        at_close, self.at_close = self.at_close, None
        afterwards = at_close(self) if at_close else None
        super().close()
        if afterwards:
            afterwards()


def open_for_writing(path: Path) -> WritingConnection:
    """Open the archive at `path`, made if missing, its schema migrated.

    The connection commits only on an explicit statement (`BEGIN` … `COMMIT`), and may be used from any one thread at a
    time. In `unsealed` it notes which events and versions it writes. Raises ArchiveError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            make_whole(path, 0o644, lambda new: _opened(new).close())
        connection = _opened(path)
    except (OSError, sqlite3.Error, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error  # not the name of the file that was to become it
        raise ArchiveError(f"cannot write the archive {path}: {reason}{_remedy(error)}") from error
    return connection


def make_whole(path: Path, mode: int, make: Callable[[Path], None]) -> None:
    """Have a database made, beside its place first: whoever finds it there finds it whole. Another process may be faster.

    `mode`: who may read it, as in `os.chmod`; `make` is called with an empty file.
    """
    new = path.with_name(f".{path.name}.{token_hex(4)}.new")
    try:
        new.touch(mode=mode)
        make(new)
        with suppress(FileExistsError):
            os.link(new, path)
    finally:
        for left in path.parent.glob(f"{escape(new.name)}*"):
            left.unlink()


def _opened(path: Path) -> WritingConnection:
    connection = sqlite3.connect(
        path, timeout=60, isolation_level=None, check_same_thread=False, factory=WritingConnection
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    if later := later_than_this(connection):
        connection.close()
        raise ArchiveError(
            f"{path} was written by a later version of this program ({', '.join(later)}): update it first"
        )
    _note_what_is_written(connection)
    migrations.apply(Database(connection))
    _note_what_is_written(connection)
    return connection


def _note_what_is_written(connection: sqlite3.Connection) -> None:
    """Have events and versions noted as they are written, in the same transaction; by this connection alone.

    Whoever writes with another program leaves no note, and by that a forged one shows.
    """
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'unsealed'").fetchone():
        for statement in statements(_NOTES):
            connection.execute(statement)


def keep_statements_undone_in_memory(connection: sqlite3.Connection) -> None:
    """Keep what a statement changes, should it fail half-way, in memory and not in a temporary file:
    for a connection to write whose statements each change little.
    """
    connection.execute("PRAGMA temp_store = MEMORY")
    _note_what_is_written(connection)  # the triggers, being temporary, are forgotten with it


_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _to_be_read(path: Path) -> tuple[sqlite3.Connection, int]:
    """A database to be read, and how many of the tables it has by which an archive is known. Raises sqlite3.Error, UnicodeDecodeError."""
    address = f"{path.resolve().as_uri()}?mode=ro"
    known_by = "SELECT count(*) FROM sqlite_master WHERE name = 'records_fts'"
    try:
        connection = sqlite3.connect(address, uri=True)
        return connection, connection.execute(known_by).fetchone()[0]
    except sqlite3.OperationalError:
        if has_log(path) or not os.statvfs(path).f_flag & os.ST_RDONLY:
            raise
        connection = sqlite3.connect(
            f"{address}&immutable=1", uri=True
        )  # SQLite can't make its log; nobody can write, either
        return connection, connection.execute(known_by).fetchone()[0]


def has_log(path: Path) -> bool:
    """Whether beside a database there is a log (-wal) that holds anything, without which it must not be read."""
    log = Path(f"{path}-wal")
    return log.exists() and log.stat().st_size > 0


def _remedy(error: Exception) -> str:
    """Advice on a damaged file, as the end of a sentence; empty for another error."""
    damaged = getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED or isinstance(error, UnicodeDecodeError)
    step = "; it is damaged, or no archive: move it away and put a backup back with `disclosures restore`"
    return step if damaged else ""


def later_than_this(connection: sqlite3.Connection) -> list[str]:
    """The changes of the schema that this version does not know: a later one made them."""
    ours = {migration.name for migration in migrations.pending(Database(memory=True))}
    return sorted({migration.name for migration in migrations.applied(Database(connection))} - ours - EARLIER)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """BEGIN IMMEDIATE … COMMIT, or ROLLBACK on any exception, one of COMMIT too; the exception goes on.

    Where SQLite has rolled back by itself, as on a full disk, what it said then is what is raised.
    """
    connection.execute("BEGIN IMMEDIATE")
    with ExitStack() as undone:
        undone.callback(_roll_back, connection)
        yield connection
        connection.execute("COMMIT")
        undone.pop_all()


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


OPERATORS_ALONE = frozenset({("withheld", "reason"), ("deferred", "content")})
"""The columns that nobody but the operator reads; SQLite gives NULL in their place: why something is withheld, and
texts of which nobody has judged yet whether they list persons.
"""


def hide_operators_columns(connection: sqlite3.Connection) -> None:
    """Let whoever reads find NULL in the columns that are the operator's alone."""
    connection.set_authorizer(
        lambda action, table, column, *_: (
            sqlite3.SQLITE_IGNORE
            if action == sqlite3.SQLITE_READ and (table, column) in OPERATORS_ALONE
            else sqlite3.SQLITE_OK
        )
    )


def open_for_reading(path: Path) -> sqlite3.Connection:
    """The archive at `path`, read-only. Raises ArchiveError where there is none or the file is something else."""
    if not path.is_file():
        raise ArchiveError(f"there is no archive at {path}: make one with `disclosures crawl PORTAL --db {path}`")
    try:
        connection, tables = _to_be_read(path)
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter where SQLite's message quotes damage
        raise ArchiveError(f"cannot read the archive {path}: {error}{_remedy(error)}") from error
    if not tables:
        raise ArchiveError(f"{path} is not a disclosures archive")
    hide_operators_columns(connection)
    return connection
