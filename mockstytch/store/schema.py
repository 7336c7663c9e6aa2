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
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import TypeEngine

from mockstytch.store import record as declared
from mockstytch.store import records  # noqa: F401 · importing it declares the records
from mockstytch.store.record import Record

_SIMPLE: dict[Any, type[TypeEngine[Any]]] = {str: String, int: BigInteger, bool: Boolean, float: Float}
# Members in the database, in a project, and in an organization; and how many of them an index has that excludes most
_MEMBERS, _FEW = {"": 100_000_000, "project_id": 10_000_000, "organization_id": 1_000_000}, 1 / 1000
_DISTINCT = {"email_address", "external_id", "mfa_phone_number", "phone_key", "position"}


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


def compiled_schema() -> str:
    """Return the tables and indexes in SQLite's SQL. ``python -m tools.schema`` writes it to ``schema.sql``."""
    dialect = sqlite.dialect()
    statements = []
    for table in metadata().sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            statement = str(CreateIndex(index).compile(dialect=dialect)).strip()
            where = index.info.get("where")
            if where is not None:
                statement += f" WHERE {where.compile(dialect=dialect, compile_kwargs={'literal_binds': True})}"
            statements.append(statement)
    return ";\n".join([*statements, *_triggers(), *_statistics()]) + "\n"


def _triggers() -> list[str]:
    """Return the triggers that keep ``member_counts``."""
    cell = "project_id, organization_id, status, is_breakglass, has_password, has_totp"
    of_row = ", ".join(f"{{row}}.{name}" for name in cell.split(", ")[:4])
    of_row += ", {row}.member_password_id != '', {row}.totp_registration_id != ''"
    take = "UPDATE member_counts SET members = members - 1, changes = changes + 1"
    take += f" WHERE ({cell}) = ({of_row.format(row='OLD')});"
    add = f"INSERT INTO member_counts ({cell}, members, changes) VALUES ({of_row.format(row='NEW')}, 1, 1)"  # noqa: S608 · constants
    add += f" ON CONFLICT ({cell}) DO UPDATE SET members = members + 1, changes = changes + 1;"
    counted = "organization_id, status, is_breakglass, member_password_id, totp_registration_id, email_address,"
    counted += " mfa_phone_number"
    return [
        f"CREATE TRIGGER members_added AFTER INSERT ON members BEGIN {add} END",
        f"CREATE TRIGGER members_removed AFTER DELETE ON members BEGIN {take} END",
        f"CREATE TRIGGER members_moved AFTER UPDATE OF {counted} ON members BEGIN {take} {add} END",
    ]


def _statistics() -> list[str]:
    """Return the statistics by which SQLite chooses indexes: how many rows have the same first values.

    They are those of large organizations. Without them, SQLite takes all indexes to be equally good, and reads all
    members to find some by their e-mail addresses, because another index has them in the right order.
    """
    primary_key = [_MEMBERS[""], _MEMBERS["project_id"], 1]
    statements = ["ANALYZE sqlite_schema", _statistic("sqlite_autoindex_members_1", primary_key)]
    for index in sorted(table_of("members").indexes, key=lambda index: str(index.name)):
        share = _FEW if index.info.get("where") is not None and not index.unique else 1
        numbers = [int(_MEMBERS[""] * share)]
        for column in index.columns:
            distinct = numbers[-1] == 1 or column.name in _DISTINCT
            numbers.append(
                1 if distinct else min(numbers[-1], int(_MEMBERS.get(column.name, numbers[-1] / share) * share))
            )
        statements.append(_statistic(str(index.name), numbers))
    return [*statements, "ANALYZE sqlite_schema"]


def _statistic(index: str, numbers: list[int]) -> str:
    return f"INSERT INTO sqlite_stat1 VALUES ('members', '{index}', '{' '.join(map(str, numbers))}')"  # noqa: S608


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
        extras.append(Index(f"{own.name}_{name}", "project_id", name))
    table = Table(own.name, tables, *columns, *extras)
    for constraint in own.constraints:
        _add_index(table, constraint)
    if own.in_snapshots:
        values = [Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable) for c in columns]
        Table(own.copies_name, tables, *values, sqlite_with_rowid=False)


def _add_index(table: Table, constraint: declared.Unique) -> None:
    unique = not isinstance(constraint, declared.Index)
    where = table.c[constraint.excluding[0]] != constraint.excluding[1] if constraint.excluding else None
    kind = "unique" if unique else f"not_{constraint.excluding[0]}" if constraint.excluding else "index"
    name = "_".join([table.name, *constraint.columns, kind])
    is_global = isinstance(constraint, declared.GlobalIndex | declared.GlobalUnique)
    prefix = () if is_global else ("project_id",)
    columns = [table.c[name] for name in (*prefix, *constraint.columns)]
    # ``compiled_schema`` adds the condition: a keyword for it exists only in the terms of one database.
    Index(name, *columns, unique=unique, info={"where": where})


def _type(hint: Any) -> TypeEngine[Any]:
    if hint is datetime:
        return DateTime(timezone=True)
    return String() if get_origin(hint) is Literal else _SIMPLE.get(hint, Text)()
