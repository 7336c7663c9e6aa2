"""The database. All that is special about SQLite is in this module.

In memory or in a file, there is one connection, used by one transaction at a time (see ``Mock.transaction``).
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateIndex, CreateTable

from mockstytch.store import records  # noqa: F401 · importing it declares the tables
from mockstytch.store.record import METADATA

_SCHEMA = Path(__file__).with_name("schema.sql")


class SchemaMismatch(Exception):
    """The database was made by another version of mockstytch, or is not one of ours."""


def open_database(where: str) -> Engine:
    """Open a database, and make its tables if it is new.

    Args:
        where: a file's path, an SQLAlchemy URL, or "" for one that lives in memory.

    Raises:
        SchemaMismatch: what is there has another schema.
    """
    url = where if "://" in where else f"sqlite:///{where}"
    options: dict[str, Any] = {}
    if url.startswith("sqlite"):
        options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False, "isolation_level": None}}
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
    try:
        with engine.connect() as connection:
            _prepare(connection, where)
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA journal_mode=WAL")  # only now: it is ours. In memory: no effect
    except DatabaseError as e:
        raise SchemaMismatch(f"{where} can't be used as a database: {e.orig}. Name another file.") from None
    return engine


def _configure(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA busy_timeout=5000")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


@contextmanager
def foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Around a transaction that deletes whatever refers to something together with it: for each row that goes, SQLite
    would look into every table that could refer to it."""
    driver: Any = connection.connection.driver_connection
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        if is_sqlite:
            driver.execute("PRAGMA foreign_keys=ON")


def _prepare(connection: Connection, where: str) -> None:
    """The fingerprint of the schema lies in a table of its own, so that a mismatch is one clear sentence."""
    there = inspect(connection).get_table_names() if where else []
    schema = _SCHEMA.read_text(encoding="utf-8")
    fingerprint = hashlib.sha256(schema.encode()).hexdigest()[:16]
    if "mockstytch_schema" in there:
        if connection.execute(text("SELECT fingerprint FROM mockstytch_schema")).scalar() != fingerprint:
            raise SchemaMismatch(
                f"{where} was written by another version of mockstytch. Delete the file, or name another one."
            )
        return
    if there:
        raise SchemaMismatch(f"{where} is another program's database. Name another file.")
    if connection.dialect.name == "sqlite":
        if not connection.in_transaction():
            connection.begin()
        driver: Any = connection.connection.driver_connection
        for statement in schema.split(";\n"):  # as the tables say it, compiled beforehand: that takes 20 ms
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
    """The tables and indexes in SQLite's SQL, which ``schema.sql`` keeps."""
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


def parent_is_missing(where: str) -> bool:
    """Whether a database file can't be made because its folder isn't there."""
    return bool(where) and "://" not in where and not Path(where).absolute().parent.is_dir()
