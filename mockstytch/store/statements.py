"""Compile the statement of each shape with SQLAlchemy. See ``plans``, which needs this once for each shape.

A shape is a tuple: the kind of the statement, and what it depends on. ``KINDS`` has a function for each kind, which
takes the values in the order in which the store passes them.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import sqlalchemy as sql
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import Dialect

from mockstytch.store import schema
from mockstytch.store.copying import copy_statements
from mockstytch.store.expressions import Shape
from mockstytch.store.record import RECORDS
from mockstytch.store.texts import text_statements


class Compiled:
    """A statement in the SQL of a database.

    Attributes:
        text: the SQL.
        order: for each parameter, the place of its value among the values that the store passes.
        columns: for each of those values, the column that it is compared with or written to: "members.name"; "" for
            a number or a pattern.
        constants: more values, which are the same each time: SQLite needs an OFFSET with each LIMIT.
    """

    def __init__(self, statement: Any, values: "Values", dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        places = {f"p{number}": number for number in range(len(values.columns))}  # a dict: there may be thousands
        self.constants = [value for name, value in compiled.params.items() if name not in places]
        for name in compiled.params:
            places.setdefault(name, len(places))
        self.text, self.columns = str(compiled), values.columns
        self.order = [places[name] for name in compiled.positiontup or ()]


class Values:
    """The parameters of a statement, in the order in which the store passes their values.

    Attributes:
        columns: see ``Compiled``.
        dialect_name: the database that the statement is for.
    """

    def __init__(self, dialect_name: str) -> None:
        self.columns: list[str] = []
        self.dialect_name = dialect_name

    def of(self, reference: str) -> sql.BindParameter[Any]:
        """Return the next parameter, for a value of a column."""
        self.columns.append(reference)
        return sql.bindparam(f"p{len(self.columns) - 1}", type_=_column(reference).type)

    def number(self) -> sql.BindParameter[Any]:
        """Return the next parameter, for a number."""
        return self._plain(sql.BigInteger())

    def text(self) -> sql.BindParameter[Any]:
        """Return the next parameter, for a text that isn't a column's value, such as a pattern."""
        return self._plain(sql.Text())

    def _plain(self, type_: Any) -> sql.BindParameter[Any]:
        self.columns.append("")
        return sql.bindparam(f"p{len(self.columns) - 1}", type_=type_)


def compile_shape(shape: Shape, dialect_name: str) -> Compiled:
    """Return the statement of a shape in the SQL of a database."""
    kind, *parts = shape
    values, dialect = Values(dialect_name), _dialect(dialect_name)
    return Compiled(KINDS[kind](values, *parts), values, dialect)


@cache
def _dialect(name: str) -> Dialect:
    if name == "sqlite":
        return sqlite.dialect()
    dialect = PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]  # SQLAlchemy has no types for it
    dialect._backslash_escapes = False  # as on every connection to PostgreSQL today; SQLAlchemy would ask the server
    return dialect


def _column(reference: str) -> Any:
    table, _, name = reference.partition(".")
    return schema.table_of(table).c[name]


def _fields(table: str) -> list[Any]:
    return [schema.table_of(table).c[name] for name in RECORDS[table].__struct_fields__]


def _condition(values: Values, shape: Shape) -> Any:
    operator, *parts = shape
    if operator in ("and", "or"):
        listed = [_condition(values, part) for part in parts]
        return sql.and_(*listed) if operator == "and" else sql.or_(*listed)
    if operator == "not":
        return sql.not_(_condition(values, parts[0]))
    if operator in ("true", "false"):
        return sql.true() if operator == "true" else sql.false()
    if operator == "text candidate":
        return text_statements.candidate(values)
    if operator == "newest text candidate":
        return text_statements.newest_candidate(values, parts[1])
    reference, column = parts[0], _column(parts[0])
    if operator == "is null":
        return column.is_(None)
    if operator == "in":
        return column.in_([values.of(reference) for _ in range(parts[1])])
    if operator == "in query":
        return column.in_(_subquery(values, parts[1]))
    if operator in ("like", "ilike"):
        if values.dialect_name == "postgresql":
            operator = "ilike"  # SQLite's LIKE ignores the case of ASCII letters, as ILIKE does with collation "C"
        return getattr(sql.type_coerce(column, sql.Text), operator)(values.text(), escape="\\")
    if operator == "excluding":
        return column != sql.literal_column(f"'{parts[1]}'")
    other = _column(parts[1]) if len(parts) > 1 else values.of(reference)
    return {
        "=": column.__eq__,
        "!=": column.__ne__,
        "<": column.__lt__,
        "<=": column.__le__,
        ">": column.__gt__,
        ">=": column.__ge__,
    }[operator](other)


def _subquery(values: Values, shape: Shape) -> Any:
    if shape[0] == "union":
        return sql.union_all(*(_subquery(values, part) for part in shape[1:]))
    return _select(values, *shape[1:])


def _select_late(values: Values, table: str, column: str, conditions: Shape, orders: Shape, *slice_: bool) -> Any:
    if values.dialect_name == "postgresql":  # it keeps only as many rows as the limit while it sorts
        return _select(values, table, column, conditions, orders, *slice_)
    rowid: Any = sql.literal_column(f"{table}.rowid", sql.Integer())
    rowids = _sliced(values, sql.select(rowid).select_from(schema.table_of(table)), conditions, orders, *slice_)
    found = sql.select(*_fields(table)).where(rowid.in_(rowids.correlate(None)))
    return _ordered(found, orders)


def _select(values: Values, table: str, column: str, conditions: Shape, orders: Shape, *slice_: bool) -> Any:
    if column == "count":
        query: Any = sql.select(sql.func.count()).select_from(schema.table_of(table))
    elif column.startswith("sum "):
        summed = schema.table_of(table).c[column.removeprefix("sum ")]
        query = sql.select(sql.func.coalesce(sql.func.sum(summed), 0))
    else:
        query = sql.select(*([_column(f"{table}.{column}")] if column else _fields(table)))
    return _sliced(values, query, conditions, orders, *slice_)


def _sliced(values: Values, query: Any, conditions: Shape, orders: Shape, has_limit: bool, has_offset: bool) -> Any:
    query = _ordered(query.where(*(_condition(values, shape) for shape in conditions)), orders)
    query = query.limit(values.number()) if has_limit else query
    return query.offset(values.number()) if has_offset else query


def _ordered(query: Any, orders: Shape) -> Any:
    return query.order_by(*(getattr(_column(reference), direction)() for reference, direction in orders))


def _equal(values: Values, table: str, names: Shape, nulls: Shape) -> list[Any]:
    """Return the conditions that the project and these columns have some values, or are NULL."""
    columns = schema.table_of(table).c
    return [
        columns[name].is_(None) if name in nulls else columns[name] == values.of(f"{table}.{name}")
        for name in ("project_id", *names)
    ]


def _find(values: Values, table: str, names: Shape, nulls: Shape, excluding: Shape | None) -> Any:
    found = sql.select(*_fields(table)).where(*_equal(values, table, names, nulls))
    if excluding is not None:  # a literal, as in the index: SQLite uses a partial index only for the same condition
        found = found.where(_column(f"{table}.{excluding[0]}") != sql.literal_column(f"'{excluding[1]}'"))
    return found


def _find_with_references(values: Values, table: str, names: Shape, nulls: Shape) -> Any:
    """Select a row and the rows that it refers to. None of the references may be NULL."""
    own, found = schema.table_of(table).c, _find(values, table, names, nulls, None)
    for name, record in RECORDS[table].references.items():
        [key], other = record.key, schema.table_of(record.table.name).c
        found = found.add_columns(*_fields(record.table.name))
        found = found.where(other.project_id == own.project_id, other[key] == own[name])
    return found


def _insert(values: Values, table: str, rows: int = 1) -> Any:
    names = [column.name for column in RECORDS[table].table.c]
    listed = [{name: values.of(f"{table}.{name}") for name in names} for _ in range(rows)]
    return sql.insert(schema.table_of(table)).values(listed if rows > 1 else listed[0])


def _update(values: Values, table: str, changed: Shape, names: Shape, nulls: Shape) -> Any:
    changes = {name: values.of(f"{table}.{name}") for name in changed}
    return sql.update(schema.table_of(table)).where(*_equal(values, table, names, nulls)).values(changes)


def _delete(values: Values, table: str, names: Shape, nulls: Shape) -> Any:
    return sql.delete(schema.table_of(table)).where(*_equal(values, table, names, nulls))


def _delete_where(values: Values, table: str, condition: Shape) -> Any:
    return sql.delete(schema.table_of(table)).where(*_equal(values, table, (), ()), _condition(values, condition))


def _delete_up_to(values: Values, table: str) -> Any:
    own = _equal(values, table, (), ())
    return sql.delete(schema.table_of(table)).where(
        *own, _column(f"{table}.position") <= values.of(f"{table}.position")
    )


def _older(values: Values, table: str) -> Any:
    """Select the position of the newest row but n."""
    position = _column(f"{table}.position")
    newest = sql.select(position).where(*_equal(values, table, (), ())).order_by(position.desc())
    return newest.offset(values.number()).limit(1)


def _delete_all_but_newest(values: Values, table: str, order_by: str, condition: Shape) -> Any:
    [name] = RECORDS[table].key
    key, own = _column(f"{table}.{name}"), _equal(values, table, (), ())
    newest_first = sql.select(key).where(*own, _condition(values, condition))
    newest_first = newest_first.order_by(_column(f"{table}.{order_by}").desc(), key).offset(values.number())
    return sql.delete(schema.table_of(table)).where(*own, key.in_(newest_first))


def _newest_of_each(values: Values, table: str, name: str) -> Any:
    position = _column(f"{table}.position")
    own = _equal(values, table, (), ())
    newest = sql.select(sql.func.max(position)).where(*own).group_by(_column(f"{table}.{name}"))
    return sql.select(*_fields(table)).where(*own, position.in_(newest))


def _of_all_projects(_values: Values, table: str, names: Shape) -> Any:
    """Select columns of the rows of all projects. Rows with an old data key belong to none."""
    columns = [_owner(table) if name == "project_id" else _column(f"{table}.{name}") for name in names]
    return sql.select(*columns).where(*_is_present(table))


def _project_of(values: Values, table: str, names: Shape) -> Any:
    conditions = [_column(f"{table}.{name}") == values.of(f"{table}.{name}") for name in names]
    return sql.select(_owner(table)).where(*conditions, *_is_present(table)).limit(1)


def _projects_with(values: Values, table: str, condition: Shape) -> Any:
    return sql.select(_owner(table)).where(_condition(values, condition), *_is_present(table)).distinct()


def _data_key(values: Values) -> Any:
    return sql.select(_column("projects.data_key")).where(
        _column("projects.project_id") == values.of("projects.project_id")
    )


def _owner(table: str) -> Any:
    """Return the column with the id of the project that has a row."""
    return _column("projects.project_id" if RECORDS[table].table.by_data_key else f"{table}.project_id")


def _is_present(table: str) -> list[Any]:
    """Return the condition that a project has the row's data key."""
    if not RECORDS[table].table.by_data_key:
        return []
    return [_column("projects.data_key") == _column(f"{table}.project_id")]


KINDS: dict[str, Callable[..., Any]] = {
    "select": _select,
    "select late": _select_late,
    "find": _find,
    "find with references": _find_with_references,
    "insert": _insert,
    "update": _update,
    "delete": _delete,
    "delete where": _delete_where,
    "delete up to": _delete_up_to,
    "older": _older,
    "delete all but newest": _delete_all_but_newest,
    "newest of each": _newest_of_each,
    "values in all projects": _of_all_projects,
    "project of": _project_of,
    "data key": _data_key,
    "projects with": _projects_with,
    **copy_statements.KINDS,
    **text_statements.KINDS,
}
