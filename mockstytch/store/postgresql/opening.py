"""Open a PostgreSQL database, and create its tables if it is new."""

import logging
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import URL

from mockstytch.store.connection import Connection, SchemaFile, SchemaMismatch
from mockstytch.store.postgresql.connection import PostgresConnection, connect, reason

log = logging.getLogger("mockstytch")

_SCHEMA = Path(__file__).with_name("schema.sql")
_OLDEST_VERSION = 130000
_CREATION_LOCK = 0x6D6F636B73747974  # taken while the tables are created or checked: two servers may start at once
# SQLAlchemy has no terms for extensions. Only what ``texts.text_index`` indexes on SQLite is indexed.
_TEXT_INDEX = (
    b"CREATE EXTENSION IF NOT EXISTS pg_trgm",
    b"CREATE INDEX members_texts ON members USING gin (email_address gin_trgm_ops, mfa_phone_number gin_trgm_ops)",
)
# Requests wait while the server connects, so a database that doesn't answer is given up soon.
_TIMEOUTS = {
    "connect_timeout": 3,  # seconds, as the next two
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}


def open_postgresql(url: URL) -> Connection:
    """Open a database, and create its tables if it is new.

    Raises:
        SchemaMismatch: if the database has another schema, or can't be used.
    """
    shown = url.render_as_string(hide_password=True)
    open_driver = partial(connect, "", **_parameters(url))
    try:
        connection = PostgresConnection(open_driver)
    except psycopg.Error as e:
        raise _unusable(shown, e) from None
    try:
        _check_server(connection.driver, shown)
        _create_or_check_tables(connection.driver, shown)
    except psycopg.Error as e:
        connection.close()
        raise _unusable(shown, e) from None
    except SchemaMismatch:
        connection.close()
        raise
    return connection


def _parameters(url: URL) -> dict[str, Any]:
    """Return the parameters of the driver for a URL."""
    named = url.translate_connect_args(username="user", database="dbname")
    query = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    return {**_TIMEOUTS, **named, **query}


def _unusable(shown: str, error: psycopg.Error) -> SchemaMismatch:
    return SchemaMismatch(f"{shown} can't be used as a database: {reason(error)}. Check the URL and the server.")


def _check_server(driver: "psycopg.Connection[Any]", shown: str) -> None:
    """Raise an error if the server is too old, or can't store every text.

    Raises:
        SchemaMismatch: if the database can't be used.
    """
    if driver.info.server_version < _OLDEST_VERSION:
        raise SchemaMismatch(f"{shown} is PostgreSQL {driver.info.server_version // 10000}. Use version 13 or newer.")
    encoding = driver.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise SchemaMismatch(f"{shown} has the encoding {encoding}. Use a database with the encoding UTF8.")


def _add_text_index(driver: "psycopg.Connection[Any]") -> None:
    """Index the trigrams of members' e-mail addresses and phone numbers, for searches in large organizations.

    Without the extension, or without the right to create it, such searches read all members of the organization.
    """
    try:
        with driver.transaction():
            for statement in _TEXT_INDEX:
                driver.execute(statement)
    except (
        psycopg.errors.FeatureNotSupported,
        psycopg.errors.UndefinedFile,
        psycopg.errors.InsufficientPrivilege,
    ) as e:
        log.warning("fuzzy searches in large organizations will be slow: %s", reason(e))


def _create_or_check_tables(driver: "psycopg.Connection[Any]", shown: str) -> None:
    """Create the tables of a new database, or check the schema of an existing one.

    Raises:
        SchemaMismatch: if the tables are another program's, or of another version of mockstytch.
    """
    schema = SchemaFile(_SCHEMA)
    with driver.transaction():
        driver.execute("SELECT pg_advisory_xact_lock(%s)", [_CREATION_LOCK])
        tables = driver.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        existing = {name for (name,) in tables}
        if "mockstytch_schema" in existing:
            driver.execute("UPDATE mockstytch_schema SET starts = starts")  # fails if the role or database only reads
            if driver.execute("SELECT fingerprint FROM mockstytch_schema").fetchall() != [(schema.fingerprint,)]:
                raise SchemaMismatch(f"{shown} was written by another version of mockstytch. Choose another database.")
            return
        if existing:
            raise SchemaMismatch(f"{shown} has another program's tables. Choose another database.")
        for statement in schema.statements:
            driver.execute(statement.encode())
        _add_text_index(driver)
