"""The tables in SQLAlchemy's terms, made from the records.

Importing SQLAlchemy takes longer than anything else at the start, so this module is imported only where a statement has
to be compiled: see ``plans``.
"""

from datetime import datetime
from functools import cache
from typing import Any, Literal, get_origin

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.base import PGDialect, PGTypeCompiler
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import TypeEngine

from mockstytch.store import record as declared
from mockstytch.store import records  # noqa: F401 · importing it declares the records
from mockstytch.store.record import Record

_SIMPLE: dict[Any, type[TypeEngine[Any]]] = {str: String, int: BigInteger, bool: Boolean, float: Float}


@cache
def metadata() -> MetaData:
    """Return the tables of all records, and those for copies of their rows."""
    tables = MetaData()
    for record in declared.records_by_reference():
        _declare(tables, record)
    return tables


def table_of(name: str) -> Table:
    """Return the table with this name."""
    return metadata().tables[name]


class _TypesInTables(PGTypeCompiler):
    """Texts have the collation "C" in tables, so that PostgreSQL compares and orders them as SQLite does."""

    def visit_VARCHAR(self, type_: Any, **kw: Any) -> str:
        return 'VARCHAR COLLATE "C"'

    def visit_TEXT(self, type_: Any, **kw: Any) -> str:
        return 'TEXT COLLATE "C"'


def _dialect_for_tables(name: str) -> Dialect:
    if name == "sqlite":
        return sqlite.dialect()
    dialect = PGDialect()  # type: ignore[no-untyped-call]
    dialect.type_compiler_instance = _TypesInTables(dialect)
    return dialect


def compiled_schema(dialect_name: str) -> str:
    """Return the tables and indexes in the SQL of a database. ``python -m tools.schema`` writes it to a file."""
    dialect = _dialect_for_tables(dialect_name)
    statements = []
    for table in metadata().sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            statement = str(CreateIndex(index).compile(dialect=dialect)).strip()
            where = index.info.get("where")
            if where is not None:
                statement += f" WHERE {where.compile(dialect=dialect, compile_kwargs={'literal_binds': True})}"
            statements.append(statement)
    return ";\n".join(statements) + "\n"


def _declare(tables: MetaData, record: type[Record]) -> None:
    own = record.table
    columns = [
        Column(c.name, _type(c.hint), primary_key=c.name in ("project_id", *record.key), nullable=c.nullable)
        for c in own.c
    ]
    extras: list[Any] = []
    for name, referenced in record.references.items():
        target = [f"{referenced.table.name}.{key}" for key in ("project_id", *referenced.key)]
        extras.append(ForeignKeyConstraint(["project_id", name], target, ondelete="CASCADE"))
        if not _is_indexed(record, name):
            extras.append(Index(f"{own.name}_{name}", "project_id", name))
    table = Table(own.name, tables, *columns, *extras)
    for constraint in own.constraints:
        _add_index(table, constraint)
    if own.in_snapshots:
        values = [Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable) for c in columns]
        Table(own.copies_name, tables, *values, sqlite_with_rowid=False)


def _is_indexed(record: type[Record], name: str) -> bool:
    """Return whether another index of all rows of a project begins with a column."""
    usable = [
        constraint.columns[0]
        for constraint in record.table.constraints
        if not constraint.excluding and not isinstance(constraint, declared.GlobalIndex | declared.GlobalUnique)
    ]
    return name in (record.key[0], *usable)


def _add_index(table: Table, constraint: declared.Unique) -> None:
    unique = not isinstance(constraint, declared.Index)
    where = table.c[constraint.excluding[0]] != constraint.excluding[1] if constraint.excluding else None
    is_global = isinstance(constraint, declared.GlobalIndex | declared.GlobalUnique)
    prefix = () if is_global else ("project_id",)
    columns = [table.c[name] for name in (*prefix, *constraint.columns)]
    # ``compiled_schema`` adds the condition: a keyword for it exists only in the terms of one database.
    Index(constraint.name_in(table.name), *columns, unique=unique, info={"where": where})


def _type(hint: Any) -> TypeEngine[Any]:
    if hint is datetime:
        return DateTime(timezone=True)
    return String() if get_origin(hint) is Literal else _SIMPLE.get(hint, Text)()
