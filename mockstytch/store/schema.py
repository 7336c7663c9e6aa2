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
    and_,
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
# Organizations in the database, and in a project.
_ORGANIZATIONS = (1_000_000, 100_000)
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


def tables_in(dialect_name: str) -> list[Table]:
    """Return the tables that a kind of database has. A table comes after the tables that it refers to."""
    return [table for table in metadata().sorted_tables if dialect_name != "sqlite" or not table.info["shared"]]


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
    dialect = PGDialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types for it
    dialect.type_compiler_instance = _TypesInTables(dialect)
    return dialect


def compiled_schema(dialect_name: str) -> str:
    """Return the tables and indexes in the SQL of a database. ``python -m tools.schema`` writes it to a file."""
    dialect = _dialect_for_tables(dialect_name)
    statements = []
    for table in tables_in(dialect_name):
        statements.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            statement = str(CreateIndex(index).compile(dialect=dialect)).strip()
            where = index.info.get("where")
            if where is not None:
                statement += f" WHERE {where.compile(dialect=dialect, compile_kwargs={'literal_binds': True})}"
            statements.append(statement)
    more = [*_sqlite_triggers(), *_statistics()] if dialect_name == "sqlite" else _postgresql_triggers()
    return ";\n".join([*statements, *more]) + "\n"


_COUNTED = (
    "organization_id, status, is_breakglass, member_password_id, totp_registration_id, email_address, mfa_phone_number"
)


_CELL = "project_id, organization_id, status, is_breakglass, has_password, has_totp"


def _cell_of(row: str) -> str:
    """Return the columns of ``member_counts`` that a row of members is counted by."""
    columns = ", ".join(f"{row}.{name}" for name in _CELL.split(", ")[:4])
    return f"{columns}, {row}.member_password_id != '', {row}.totp_registration_id != ''"


def _counting() -> tuple[str, str]:
    """Return the statements that count a row of members out of ``member_counts``, and one in."""
    take = "UPDATE member_counts SET members = members - 1, changes = changes + 1"
    take += f" WHERE ({_CELL}) = ({_cell_of('OLD')});"
    add = f"INSERT INTO member_counts ({_CELL}, members, changes)"
    add += f" VALUES ({_cell_of('NEW')}, 1, 1) ON CONFLICT ({_CELL})"
    add += " DO UPDATE SET members = member_counts.members + 1, changes = member_counts.changes + 1;"
    return take, add


def _sqlite_triggers() -> list[str]:
    take, add = _counting()
    return [
        f"CREATE TRIGGER members_added AFTER INSERT ON members BEGIN {add} END",
        f"CREATE TRIGGER members_removed AFTER DELETE ON members BEGIN {take} END",
        f"CREATE TRIGGER members_changed AFTER UPDATE OF {_COUNTED} ON members BEGIN {take} {add} END",
    ]


def _postgresql_triggers() -> list[str]:
    """Return the triggers that count members.

    PostgreSQL keeps every version of a counter until the end of the transaction, so a statement that restores or
    deletes 100,000 members would walk through all versions before for each of them. The rows of such a statement are
    counted together. No statement updates many members, and a trigger for each row can tell which columns it is for.
    """
    by_cell = "GROUP BY 1, 2, 3, 4, 5, 6"
    rows_in = f"SELECT {_cell_of('n')}, count(*), count(*) FROM added AS n {by_cell}"  # noqa: S608 · the names are constants
    add_all = f"INSERT INTO member_counts AS c ({_CELL}, members, changes) {rows_in} ON CONFLICT ({_CELL})"
    add_all += " DO UPDATE SET members = c.members + EXCLUDED.members, changes = c.changes + EXCLUDED.changes;"
    rows_out = f"SELECT {_cell_of('o')}, count(*) FROM removed AS o {by_cell}"  # noqa: S608 · the names are constants
    cells = (", ".join(f"{alias}.{name}" for name in _CELL.split(", ")) for alias in ("c", "g"))
    take_all = "UPDATE member_counts AS c SET members = c.members - g.rows, changes = c.changes + g.rows"
    take_all += f" FROM ({rows_out}) AS g ({_CELL}, rows) WHERE ({next(cells)}) = ({next(cells)});"
    statements = []
    for name, body, when in (
        ("added", add_all, "INSERT ON members REFERENCING NEW TABLE AS added FOR EACH STATEMENT"),
        ("removed", take_all, "DELETE ON members REFERENCING OLD TABLE AS removed FOR EACH STATEMENT"),
        ("changed", " ".join(_counting()), f"UPDATE OF {_COUNTED} ON members FOR EACH ROW"),
    ):
        function = f"count_{name}_members()"
        body = f"BEGIN {body} RETURN NULL; END"
        statements += [
            f"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
            f"CREATE TRIGGER members_{name} AFTER {when} EXECUTE FUNCTION {function}",
        ]
    return statements


def _statistics() -> list[str]:
    """Return the statistics by which SQLite chooses indexes: how many rows have the same first values.

    They describe large organizations, and projects with many. Without them, SQLite takes all indexes to be equally
    good, and reads all members to find some by their e-mail addresses, because another index has them in the right
    order. It would read all organizations to find some of them by a member, too.
    """
    primary_key = [_MEMBERS[""], _MEMBERS["project_id"], 1]
    names = ["sqlite_autoindex_organizations_1", *sorted(str(i.name) for i in table_of("organizations").indexes)]
    statements = ["ANALYZE sqlite_schema", _statistic("members", "sqlite_autoindex_members_1", primary_key)]
    statements += [_statistic("organizations", name, [*_ORGANIZATIONS, 1]) for name in names]
    for index in sorted(table_of("members").indexes, key=lambda index: str(index.name)):
        share = _FEW if index.info.get("where") is not None and not index.unique else 1
        numbers = [int(_MEMBERS[""] * share)]
        for column in index.columns:
            distinct = numbers[-1] == 1 or column.name in _DISTINCT
            numbers.append(
                1 if distinct else min(numbers[-1], int(_MEMBERS.get(column.name, numbers[-1] / share) * share))
            )
        statements.append(_statistic("members", str(index.name), numbers))
    return [*statements, "ANALYZE sqlite_schema"]


def _statistic(table: str, index: str, numbers: list[int]) -> str:
    shares = " ".join(map(str, numbers))
    return f"INSERT INTO sqlite_stat1 VALUES ('{table}', '{index}', '{shares}')"  # noqa: S608 · constants


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
    prefixes = ["UNLOGGED"] if own.shared == "unlogged" else []
    table = Table(own.name, tables, *columns, *extras, info={"shared": own.shared}, prefixes=prefixes)
    for constraint in own.constraints:
        _add_index(table, constraint)
    if own.in_snapshots:
        values = [Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable) for c in columns]
        Table(own.copies_name, tables, *values, sqlite_with_rowid=False, info={"shared": ""})


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
    is_global = isinstance(constraint, declared.GlobalIndex | declared.GlobalUnique)
    prefix = () if is_global else ("project_id",)
    columns = [table.c[name] for name in (*prefix, *constraint.columns)]
    conditions = [table.c[constraint.excluding[0]] != constraint.excluding[1]] if constraint.excluding else []
    if unique:  # NULL is never a duplicate, and writing it to the index of each new row takes time
        conditions += [column.is_not(None) for column in columns if column.nullable]
    # ``compiled_schema`` adds the condition: a keyword for it exists only in the terms of one database.
    where = and_(*conditions) if conditions else None
    Index(constraint.name_in(table.name), *columns, unique=unique, info={"where": where})


def _type(hint: Any) -> TypeEngine[Any]:
    if hint is datetime:
        return DateTime(timezone=True)
    return String() if get_origin(hint) is Literal else _SIMPLE.get(hint, Text)()
