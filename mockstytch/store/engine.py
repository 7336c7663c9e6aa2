"""Open the database, and what only SQLite has. What only PostgreSQL has is in ``postgresql``.

There is one connection, and one transaction at a time uses it (see ``Mock.transaction``). A SQLite file belongs to one
server: the connection holds SQLite's lock on it until it is closed, or the process ends.
"""

import contextlib
import os
import reprlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mockstytch.errors import StytchError
from mockstytch.settings import SettingError
from mockstytch.store import records  # noqa: F401 · importing it declares the records
from mockstytch.store.connection import Connection, SchemaFile, SchemaMismatch, SqliteConnection
from mockstytch.store.record import Table
from mockstytch.store.texts import text_index, text_totals

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

Conflict = Callable[[], StytchError]
_MIN_FREE_PAGES = 1000  # 4 MB
_MIN_FREE_SHARE = 8  # of the file: one eighth
# A search for 1,000 e-mail addresses among a million members reads 1,000 pages of the index, 4 MB.
_CACHE_KILOBYTES = 16_000
_STATEMENTS = 1000  # that the driver keeps prepared
_SCHEMA = Path(__file__).with_name("schema.sql")
_SQLITE, _POSTGRESQL = ("sqlite", "sqlite+pysqlite"), ("postgresql+psycopg", "postgresql", "postgres")
_EXAMPLES = "Examples: mock.sqlite, postgresql+psycopg://user:password@localhost/mock"


class DatabaseInUse(Exception):
    """Another server uses the database file."""


def open_database(location: str) -> Connection:
    """Open a database, and create its tables if it is new.

    Args:
        location: a file's path, an SQLAlchemy URL, or "" for a database in memory.

    Raises:
        DatabaseInUse: if another server uses the file.
        SchemaMismatch: if the database has another schema, or can't be opened.
        SettingError: if the URL isn't valid, or of another database than SQLite and PostgreSQL.
    """
    if "://" not in location:
        return _open_sqlite(location, location)
    url = _url(location)
    if url.drivername in _SQLITE:
        return _open_sqlite(url.database or "", location)
    try:
        from mockstytch.store.postgresql.opening import open_postgresql
    except ModuleNotFoundError as e:
        raise SettingError(
            "database", "PostgreSQL needs more packages. Install them with: pip install 'mockstytch[postgres]'"
        ) from e
    return open_postgresql(url)


def _open_sqlite(path: str, location: str) -> Connection:
    """Open a SQLite database, and create its tables if it is new.

    Args:
        location: what messages call it.
    """
    driver = None
    try:
        driver = sqlite3.connect(
            path or ":memory:",
            timeout=0,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_STATEMENTS,
        )
        _configure(driver)
        _create_or_check_tables(driver, path)
        driver.execute("PRAGMA journal_mode=WAL")  # after the check that the file is ours; no effect in memory
    except sqlite3.DatabaseError as e:
        if driver is not None:
            driver.close()
        if (getattr(e, "sqlite_errorname", None) or "").startswith("SQLITE_BUSY"):
            raise DatabaseInUse(
                f"{location} is in use by another server. Stop that server, or choose another file."
            ) from None
        reason = " ".join(str(e).split())
        raise SchemaMismatch(f"{location} can't be used as a database: {reason}. Choose another file.") from None
    except SchemaMismatch:
        assert driver is not None
        driver.close()
        raise
    return SqliteConnection(driver, f"{Path(path).absolute()}-wal" if path else "")


def _url(location: str) -> "URL":
    """Parse the URL of a database.

    Raises:
        SettingError: if it isn't valid, or of another database than SQLite and PostgreSQL.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(location)
    except (ArgumentError, ValueError, TypeError):
        raise SettingError("database", f"this isn't a path or URL of a database. {_EXAMPLES}") from None
    if url.drivername not in (*_SQLITE, *_POSTGRESQL):
        raise SettingError("database", f"{reprlib.repr(url.drivername)} isn't supported. {_EXAMPLES}")
    return url


def _configure(driver: sqlite3.Connection) -> None:
    if driver.execute("PRAGMA page_count").fetchone() == (0,):  # later it would write to a file of another version
        driver.execute("PRAGMA auto_vacuum=INCREMENTAL")  # see ``release_pages``
    driver.execute("PRAGMA foreign_keys=ON")
    driver.execute("PRAGMA synchronous=NORMAL")
    driver.execute(f"PRAGMA cache_size=-{_CACHE_KILOBYTES}")
    driver.execute("PRAGMA secure_delete=OFF")  # some builds of SQLite overwrite what is deleted, which takes longer
    # Take the file's lock, and keep it. With two servers, requests of both would fail, and neither would see how the
    # other changed the clock and settings. The operating system releases the lock if the process dies.
    driver.execute("PRAGMA locking_mode=EXCLUSIVE")
    driver.execute("BEGIN EXCLUSIVE")
    driver.execute("COMMIT")


def sync_log(connection: Connection) -> None:
    """Have the system write the write-ahead log of a SQLite file to the disk. Other transactions can run meanwhile.

    ``checkpoint`` does this as well, but then requests wait for the disk. Closing the log is safe: unlike the database
    file, it has no locks, which a process would lose with the first descriptor that it closes.
    """
    if connection.log_path:
        with contextlib.suppress(OSError):  # the log is missing before the first transaction
            log = os.open(connection.log_path, os.O_RDWR)
            try:
                os.fsync(log)
            finally:
                os.close(log)


def checkpoint(connection: Connection) -> None:
    """Write what was committed from the write-ahead log of a SQLite file to the file. There must be no transaction.

    SQLite does this by itself in the commit after which the log has 1,000 pages. That takes 20 ms, and more after a
    large transaction. Work that writes many pages calls this between its transactions, so that there are few each time.
    """
    if not connection.is_shared:
        connection.driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()


def release_pages(connection: Connection, pages: int) -> bool:
    """Return some free pages of a SQLite file to the system, if many are free. There must be no transaction.

    PostgreSQL does this by itself.

    Returns:
        whether there are more to return.
    """
    if connection.is_shared:
        return False
    driver = connection.driver
    names = ("freelist_count", "page_count", "auto_vacuum")
    [free], [all_pages], [can_shrink] = (driver.execute(f"PRAGMA {name}").fetchone() for name in names)
    if can_shrink and free >= max(_MIN_FREE_PAGES, all_pages / _MIN_FREE_SHARE):  # otherwise new rows can have them
        driver.executescript(f"PRAGMA incremental_vacuum({pages})")  # ``execute`` would release one page
        return True
    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return False


@contextmanager
def foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Disable foreign-key checks during a transaction that deletes many rows, for speed.

    It must delete the referring rows itself: SQLite would search every referring table for each row. PostgreSQL goes on
    checking, so rows that others refer to must be inserted first.
    """
    if connection.is_shared:
        yield
        return
    connection.driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.driver.execute("PRAGMA foreign_keys=ON")


def _create_or_check_tables(driver: sqlite3.Connection, location: str) -> None:
    """Create the tables of a new database, or check the schema of an existing one.

    Raises:
        SchemaMismatch: if the tables are another program's, or of another version of mockstytch.
    """
    schema = SchemaFile(_SCHEMA, (*text_index.TABLES, *text_totals.TABLES))
    existing = {name for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "mockstytch_schema" in existing:
        if driver.execute("SELECT fingerprint FROM mockstytch_schema").fetchone() != (schema.fingerprint,):
            raise SchemaMismatch(
                f"{location} was written by another version of mockstytch. Delete the file, or choose another one."
            )
        return
    if existing:
        raise SchemaMismatch(f"{location} is another program's database. Choose another file.")
    driver.executescript(";".join(["BEGIN", *schema.statements, "COMMIT"]))  # ``execute`` would keep each one prepared


def count_start(connection: Connection) -> int:
    """Return how many servers used the database before, and count this one."""
    connection.begin()
    [[starts]] = connection.driver.execute("UPDATE mockstytch_schema SET starts = starts + 1 RETURNING starts")
    connection.commit()
    return int(starts) - 1


def parent_is_missing(location: str) -> bool:
    """Return whether the folder of a database file doesn't exist."""
    return bool(location) and "://" not in location and not Path(location).absolute().parent.is_dir()


def violated_columns(error: Exception, table: Table) -> set[str]:
    """Return the columns of the unique constraint that a statement violated; none for other kinds of constraint.

    SQLite lists the columns: ``UNIQUE constraint failed: members.project_id, members.external_id``. PostgreSQL names
    the constraint.
    """
    if (details := getattr(error, "diag", None)) is not None:
        return table.unique_columns(details.constraint_name or "")
    _, marker, listed = str(error).partition("UNIQUE constraint failed: ")
    return {column.strip().removeprefix(f"{table.name}.") for column in listed.split(",")} if marker else set()


def conflict_error(error: Exception, table: Table, conflicts: Mapping[str, Conflict]) -> Exception:
    """Return the error for the unique constraint that a statement violated. Any other violation is a defect: ``error``.

    Args:
        conflicts: see ``Store.insert``.
    """
    columns = violated_columns(error, table)
    return next((make() for column, make in conflicts.items() if column in columns), error)
