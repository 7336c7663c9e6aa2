"""The statements on copies of rows, in SQLAlchemy's terms. Each takes the data keys of a project and of its copies.

SQL compares and writes the rows: reading them into Python takes twice as long, and tests restore often.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sql

from mockstytch.store import schema
from mockstytch.store.expressions import Shape
from mockstytch.store.record import RECORDS, records_by_reference

_FIRST = "projects.data_key"  # both parameters are texts, as this column


class _Where:
    """The conditions that a row is in the project, and a copy in its snapshot."""

    def __init__(self, values: Any, table: str) -> None:
        self.data_key, self.copies_key = values.of(_FIRST), values.of(_FIRST)
        self.row = schema.table_of(table)
        self.copy = schema.table_of(RECORDS[table].table.copies_name)
        self.record = RECORDS[table]

    @property
    def in_project(self) -> Any:
        return self.row.c.project_id == self.data_key

    @property
    def in_snapshot(self) -> Any:
        return self.copy.c.project_id == self.copies_key

    @property
    def same_key(self) -> Any:
        return sql.and_(*(self.row.c[name] == self.copy.c[name] for name in self.record.key))

    @property
    def same_values(self) -> Any:
        """Return the condition that a row and a copy are equal. NULL is equal to NULL."""
        others = [name for name in self.record.__struct_fields__ if name not in self.record.key]
        equal = (self.row.c[name].is_not_distinct_from(self.copy.c[name]) for name in others)
        return sql.and_(self.same_key, *equal)

    def has_copy(self, condition: Any) -> Any:
        return sql.exists().where(self.in_snapshot, condition).select_from(self.copy).correlate(self.row)

    def has_row(self, condition: Any) -> Any:
        return sql.exists().where(self.in_project, condition).select_from(self.row).correlate(self.copy)


def _used(values: Any) -> Any:
    """Select, for each record, whether the project has rows or copies."""
    data_key, copies_key = values.of(_FIRST), values.of(_FIRST)
    answers = []
    for record in records_by_reference():
        if record.table.in_snapshots:
            row, copy = schema.table_of(record.table.name), schema.table_of(record.table.copies_name)
            one: Any = sql.select(sql.literal_column("1"))
            has_row = one.select_from(row).where(row.c.project_id == data_key).exists()
            answers.append(has_row | one.select_from(copy).where(copy.c.project_id == copies_key).exists())
    return sql.select(*(answer.label(f"used_{number}") for number, answer in enumerate(answers)))


def _count_up_to(values: Any, *tables: str) -> Any:
    """Select how many rows the project has in these tables. In each, at most a number of rows is counted."""
    data_key, most = values.of(_FIRST), values.number()
    counts = []
    for number, name in enumerate(tables):
        table = schema.table_of(name)
        rows: Any = (
            sql.select(sql.literal_column("1").label("one")).where(table.c.project_id == data_key).select_from(table)
        )
        counted = sql.select(sql.func.count()).select_from(rows.limit(most).subquery(f"t{number}"))
        counts.append(counted.scalar_subquery())
    total: Any = counts[0]
    for count in counts[1:]:
        total = total + count
    return sql.select(total.label("total"))


def _save(values: Any, table: str) -> Any:
    where = _Where(values, table)
    fields = where.record.__struct_fields__
    rows = sql.select(where.copies_key, *(where.row.c[name] for name in fields)).where(where.in_project)
    return sql.insert(where.copy).from_select(["project_id", *fields], rows)


def _delete_surplus(values: Any, table: str) -> Any:
    where = _Where(values, table)
    return sql.delete(where.row).where(where.in_project, ~where.has_copy(where.same_values))


def _insert_missing(values: Any, table: str) -> Any:
    where = _Where(values, table)
    fields = where.record.__struct_fields__
    rows = sql.select(where.data_key, *(where.copy.c[name] for name in fields))
    rows = rows.where(where.in_snapshot, ~where.has_row(where.same_key))
    return sql.insert(where.row).from_select(["project_id", *fields], rows)


def _differing(values: Any, table: str) -> Any:
    where = _Where(values, table)
    changed = sql.select(*(where.row.c[name] for name in where.record.key))
    changed = changed.where(where.in_project, ~where.has_copy(where.same_values))
    gone = sql.select(*(where.copy.c[name] for name in where.record.key))
    gone = gone.where(where.in_snapshot, ~where.has_row(where.same_key))
    return sql.union(changed, gone)


def _copies(values: Any, table: str, names: tuple[str, ...]) -> Any:
    record, copy = RECORDS[table], schema.table_of(RECORDS[table].table.copies_name)
    query = sql.select(*(copy.c[name] for name in record.__struct_fields__))
    query = query.where(copy.c.project_id == values.of(_FIRST))
    return query.where(*(copy.c[name] == values.of(f"{table}.{name}") for name in names))


def _slice_end(values: Any, table: str, has_start: bool) -> Any:
    """Select the key of the last copy of a slice: the n-th one after a key."""
    record, copy = RECORDS[table], schema.table_of(RECORDS[table].table.copies_name)
    key = [copy.c[name] for name in record.key]
    query = sql.select(*key).where(copy.c.project_id == values.of(_FIRST))
    if has_start:
        query = query.where(_compared(values, table, key, ">"))
    return query.order_by(*key).limit(1).offset(values.number())


def _insert_slice(values: Any, table: str, has_start: bool, has_end: bool) -> Any:
    """Insert the copies between two keys into the project."""
    where = _Where(values, table)
    fields, key = where.record.__struct_fields__, [where.copy.c[name] for name in where.record.key]
    rows = sql.select(where.data_key, *(where.copy.c[name] for name in fields)).where(where.in_snapshot)
    if has_start:
        rows = rows.where(_compared(values, table, key, ">"))
    if has_end:
        rows = rows.where(_compared(values, table, key, "<="))
    return sql.insert(where.row).from_select(["project_id", *fields], rows)


def _compared(values: Any, table: str, key: list[Any], operator: str) -> Any:
    bound = [values.of(f"{table}.{column.name}") for column in key]
    if len(key) == 1:
        return key[0].op(operator)(bound[0])
    return sql.tuple_(*key).op(operator)(sql.tuple_(*bound))


def _tables_with_rows(values: Any, keys: int, tables: Shape) -> Any:
    """Select, for each table, whether it has rows with one of some data keys."""
    bound = [values.of(_FIRST) for _ in range(keys)]
    answers = []
    for name in tables:
        table = schema.table_of(name)
        own: Any = sql.select(sql.literal_column("1")).select_from(table).where(table.c.project_id.in_(bound))
        answers.append(own.exists())
    return sql.select(*(answer.label(f"a{number}") for number, answer in enumerate(answers)))


def _delete_slice(values: Any, table: str) -> Any:
    """Delete some rows with a data key.

    In SQLite they are rows that were inserted one after the other, because these are on the same pages of the file.
    Keys are random, so rows in the order of their keys are on four times as many pages, and each has to be written.
    """
    own = schema.table_of(table)
    key = list(own.primary_key.columns)
    if values.dialect_name == "sqlite" and table in RECORDS:  # tables of copies have no rowid; their keys are in order
        rowid: Any = sql.literal_column(f"{table}.rowid", sql.Integer())
        rows = sql.select(rowid).select_from(own).where(own.c.project_id == values.of(_FIRST))
        return sql.delete(own).where(rowid.in_(rows.order_by(*_by_age(own)).limit(values.number())))
    some = sql.select(*key).where(own.c.project_id == values.of(_FIRST)).limit(values.number())
    return sql.delete(own).where(sql.tuple_(*key).in_(some.with_for_update(skip_locked=True)))


def _by_age(table: Any) -> list[Any]:
    """Return the columns of the index that has the rows of a project nearly in the order of their creation, if any."""
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        columns = list(index.columns)
        names = [column.name for column in columns]
        if index.info.get("where") is None and names[0] == "project_id" and "position" in names:
            return columns[1 : names.index("position") + 1]
    return []


def _old_data(values: Any) -> Any:
    """Select data keys whose rows can be deleted, the oldest first."""
    table = schema.table_of("old_data")
    keys = sql.select(table.c.data_key).where(table.c.delete_at <= values.of("old_data.delete_at"))
    return keys.order_by(table.c.delete_at).limit(values.number())


def _forget(values: Any) -> Any:
    table = schema.table_of("old_data")
    return sql.delete(table).where(table.c.data_key == values.of(_FIRST))


KINDS: dict[str, Callable[..., Any]] = {
    "copies used": _used,
    "count up to": _count_up_to,
    "save copies": _save,
    "delete surplus": _delete_surplus,
    "insert missing": _insert_missing,
    "differing": _differing,
    "copies": _copies,
    "slice end": _slice_end,
    "insert slice": _insert_slice,
    "tables with rows": _tables_with_rows,
    "delete slice": _delete_slice,
    "old data": _old_data,
    "forget": _forget,
}
