"""Open the database. Everything specific to SQLite is in this module.

There is one connection, to memory or to a file, and one transaction at a time uses it (see ``Mock.transaction``). A
file belongs to one server: the connection holds SQLite's lock on it until it is closed, or the process ends.
"""

import hashlib
import logging
import re
import reprlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateIndex, CreateTable

from mockstytch.settings import SettingError
from mockstytch.store import records  # noqa: F401 · importing it declares the tables
from mockstytch.store.record import METADATA

log = logging.getLogger("mockstytch")

_MIN_FREE_PAGES = 1000  # 4 MB
_SCHEMA = Path(__file__).with_name("schema.sql")
_SCHEMA_TABLE = "CREATE TABLE mockstytch_schema (fingerprint VARCHAR NOT NULL, starts INTEGER NOT NULL)"


class SchemaMismatch(Exception):
    """The database was made by another version of mockstytch, or by another program."""


class DatabaseInUse(Exception):
    """Another server uses the database file."""


def open_database(location: str) -> Engine:
    """Open a database, and create its tables if it is new.

    Args:
        location: a file's path, an SQLAlchemy URL, or "" for a database in memory.

    Raises:
        DatabaseInUse: if another server uses the file.
        SchemaMismatch: if the database has another schema, or can't be opened.
        SettingError: if the URL isn't valid, or its driver isn't installed.
    """
    engine = _create_engine(location)
    try:
        with engine.connect() as connection:
            _create_or_check_tables(connection, location)
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA journal_mode=WAL")  # after the check that the file is ours; no effect in memory
    except DatabaseError as e:
        engine.dispose()
        if getattr(e.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            raise DatabaseInUse(
                f"{location} is in use by another server. Stop that server, or choose another file."
            ) from None
        reason = " ".join(str(e.orig).split())
        raise SchemaMismatch(f"{location} can't be used as a database: {reason}. Choose another file.") from None
    except SchemaMismatch:
        engine.dispose()
        raise
    return engine


def _create_engine(location: str) -> Engine:
    """Return an engine that isn't connected yet.

    Raises:
        SettingError: if the URL isn't valid, or its driver isn't installed.
    """
    try:
        url = make_url(location) if "://" in location else URL.create("sqlite", database=location)
        is_sqlite = url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {}
        if is_sqlite:
            options = {
                "poolclass": StaticPool,
                "connect_args": {"check_same_thread": False, "isolation_level": None, "timeout": 0},
            }
        engine = create_engine(url, **options)
    except ModuleNotFoundError as e:
        raise SettingError(
            "database", f"{reprlib.repr(location)} needs the package {e.name}, which isn't installed"
        ) from None
    except (ArgumentError, ValueError, TypeError):
        raise SettingError(
            "database", f"{reprlib.repr(location)} isn't a path or URL of a database. Example: mock.sqlite"
        ) from None
    if is_sqlite:
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")
    # Take the file's lock, and keep it. With two servers, requests of both would fail, and neither would see how the
    # other changed the clock and settings. The operating system releases the lock if the process dies.
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("COMMIT")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def roll_back_failed_commit(connection: Connection) -> None:
    """End a transaction whose commit failed, because the disk is full for example.

    SQLAlchemy regards the transaction as over and wouldn't send a ROLLBACK, so the next BEGIN would fail.
    """
    connection.connection.rollback()
    connection.rollback()


def shrink(connection: Connection) -> None:
    """Return the free pages of a SQLite file to the system, if they are most of it. There must be no transaction."""
    if connection.dialect.name != "sqlite":
        return
    driver: Any = connection.connection.driver_connection
    [free], [pages] = (driver.execute(f"PRAGMA {name}").fetchone() for name in ("freelist_count", "page_count"))
    if free < _MIN_FREE_PAGES or free < pages / 2:  # otherwise it would take longer than it is worth
        return
    try:
        driver.execute("VACUUM")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except driver.OperationalError as e:  # a full disk: the file stays as it is
        log.warning("can't shrink the database file: %s", e)


@contextmanager
def foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Disable foreign-key checks during a bulk delete, for speed.

    The transaction must delete the referring rows itself: SQLite would search every referring table for each row.
    """
    driver: Any = connection.connection.driver_connection
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        if is_sqlite:
            driver.execute("PRAGMA foreign_keys=ON")


def _create_or_check_tables(connection: Connection, location: str) -> None:
    """Create the tables of a new database, or check the schema of an existing one.

    The table ``mockstytch_schema`` holds the fingerprint of the schema, so that a mismatch is one clear error.
    """
    existing = inspect(connection).get_table_names() if location else []
    schema = _SCHEMA.read_text(encoding="utf-8")
    fingerprint = hashlib.sha256((schema + _SCHEMA_TABLE).encode()).hexdigest()[:16]
    if "mockstytch_schema" in existing:
        if connection.execute(text("SELECT fingerprint FROM mockstytch_schema")).scalar() != fingerprint:
            raise SchemaMismatch(
                f"{location} was written by another version of mockstytch. Delete the file, or choose another one."
            )
        return
    if existing:
        raise SchemaMismatch(f"{location} is another program's database. Choose another file.")
    if connection.dialect.name == "sqlite":
        if not connection.in_transaction():
            connection.begin()
        driver: Any = connection.connection.driver_connection
        for statement in schema.split(";\n"):  # compiled by ``tools.schema``: compiling at start-up would take 20 ms
            driver.execute(statement)
    else:
        for index in (index for table in METADATA.tables.values() for index in table.indexes):
            if (condition := index.info.get("where")) is not None:
                index.dialect_kwargs[f"{connection.dialect.name}_where"] = condition
        METADATA.create_all(connection, checkfirst=False)
    connection.execute(text(_SCHEMA_TABLE))
    connection.execute(text("INSERT INTO mockstytch_schema VALUES (:f, 0)"), {"f": fingerprint})
    connection.commit()


def count_start(connection: Connection) -> int:
    """Return how many servers used the database before, and count this one."""
    starts = connection.execute(text("SELECT starts FROM mockstytch_schema")).scalar_one()
    connection.execute(text("UPDATE mockstytch_schema SET starts = starts + 1"))
    connection.commit()
    return int(starts)


def compiled_schema() -> str:
    """Return the tables and indexes in SQLite's SQL. ``python -m tools.schema`` writes it to ``schema.sql``."""
    dialect = sqlite.dialect()
    statements = []
    for table in METADATA.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            statement = str(CreateIndex(index).compile(dialect=dialect)).strip()
            where = index.info.get("where")
            if where is not None:
                statement += f" WHERE {where.compile(dialect=dialect, compile_kwargs={'literal_binds': True})}"
            statements.append(statement)
    return ";\n".join(statements) + "\n"


def parent_is_missing(location: str) -> bool:
    """Return whether the folder of a database file doesn't exist."""
    return bool(location) and "://" not in location and not Path(location).absolute().parent.is_dir()


def violated_columns(error: IntegrityError, table: Table) -> set[str]:
    """Return the columns of the unique constraint that a statement violated; none for other kinds of constraint.

    SQLite lists the columns: ``UNIQUE constraint failed: members.project_id, members.external_id``. Other databases
    name the index in quotes.
    """
    message = str(error.orig)
    _, marker, listed = message.partition("UNIQUE constraint failed: ")
    if marker:
        return {column.strip().removeprefix(f"{table.name}.") for column in listed.split(",")}
    quoted = set(re.findall(r"[\"'`](\w+)[\"'`]", message))
    return {column.name for index in table.indexes if index.unique and index.name in quoted for column in index.columns}
