"""Open the database. Everything specific to SQLite is in this module.

There is one connection, to memory or to a file, and one transaction at a time uses it (see ``Mock.transaction``).
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateIndex, CreateTable

from mockstytch.store import records  # noqa: F401 · importing it declares the tables
from mockstytch.store.record import METADATA

_SCHEMA = Path(__file__).with_name("schema.sql")


class SchemaMismatch(Exception):
    """The database was made by another version of mockstytch, or by another program."""


def open_database(location: str) -> Engine:
    """Open a database, and create its tables if it is new.

    Args:
        location: a file's path, an SQLAlchemy URL, or "" for a database in memory.

    Raises:
        SchemaMismatch: if the database has another schema, or can't be opened.
    """
    url = location if "://" in location else f"sqlite:///{location}"
    options: dict[str, Any] = {}
    if url.startswith("sqlite"):
        options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False, "isolation_level": None}}
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
    try:
        with engine.connect() as connection:
            _create_or_check_tables(connection, location)
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA journal_mode=WAL")  # after the check that the file is ours; no effect in memory
    except DatabaseError as e:
        raise SchemaMismatch(f"{location} can't be used as a database: {e.orig}. Choose another file.") from None
    return engine


def _configure(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA busy_timeout=5000")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


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
    fingerprint = hashlib.sha256(schema.encode()).hexdigest()[:16]
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
    connection.execute(text("CREATE TABLE mockstytch_schema (fingerprint VARCHAR NOT NULL)"))
    connection.execute(text("INSERT INTO mockstytch_schema VALUES (:f)"), {"f": fingerprint})
    connection.commit()


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
