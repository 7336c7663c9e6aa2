"""The database. All that is special about SQLite is in this module.

In memory or in a file, there is one connection, used by one transaction at a time (see ``Mock.transaction``).
"""

import hashlib
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from mockstytch.store import tables  # noqa: F401  declares the tables
from mockstytch.store.record import METADATA


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


def _prepare(connection: Connection, where: str) -> None:
    """The fingerprint of the schema lies in a table of its own, so that a mismatch is one clear sentence."""
    wanted = _fingerprint()
    there = inspect(connection).get_table_names()
    if "mockstytch_schema" in there:
        if connection.execute(text("SELECT fingerprint FROM mockstytch_schema")).scalar() != wanted:
            raise SchemaMismatch(
                f"{where} was written by another version of mockstytch. Delete the file, or name another one."
            )
        return
    if there:
        raise SchemaMismatch(f"{where} is another program's database. Name another file.")
    for index in (index for table in METADATA.tables.values() for index in table.indexes):
        if (where_clause := index.info.get("where")) is not None:
            index.dialect_kwargs[f"{connection.dialect.name}_where"] = where_clause
    METADATA.create_all(connection, checkfirst=False)
    connection.execute(text("CREATE TABLE mockstytch_schema (fingerprint VARCHAR NOT NULL)"))
    connection.execute(text("INSERT INTO mockstytch_schema VALUES (:f)"), {"f": wanted})
    connection.commit()


def _fingerprint() -> str:
    schema = "".join(
        f"{t.name}({','.join(f'{c.name} {c.type!r} {c.nullable}' for c in t.columns)})"
        f"{sorted(f'{i.name} {i.unique}' for i in t.indexes)}"
        for t in METADATA.sorted_tables
    )
    return hashlib.sha256(schema.encode()).hexdigest()[:16]


def parent_is_missing(where: str) -> bool:
    """Whether a database file can't be made because its folder isn't there."""
    return bool(where) and "://" not in where and not Path(where).absolute().parent.is_dir()
