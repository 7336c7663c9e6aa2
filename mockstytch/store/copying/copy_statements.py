"""The statements on copies of rows, in SQLAlchemy's terms. Each takes the data keys of a project and of its copies.

The shape of a statement that writes has the table to write to, the *target*: a table of copies, or the one that it has
copies of. The first value is the data key of the target's rows, the second the one of the other table's, the *source*.

SQL compares and writes the rows: reading them into Python takes twice as long, and tests restore often.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import sqlalchemy as sql

from mockstytch.store import schema
from mockstytch.store.expressions import Shape
from mockstytch.store.record import RECORDS, Record, records_by_reference

_FIRST = "projects.data_key"  # both parameters are texts, as this column


class _Pair:
    """A target and its source, and the conditions on their rows."""

    def __init__(self, values: Any, target: str) -> None:
        self.target_key, self.source_key = values.of(_FIRST), values.of(_FIRST)
        self.record = _records_by_table()[target]
        self.target, self.source = schema.table_of(target), schema.table_of(_other(target))

    @property
    def in_target(self) -> Any:
        return self.target.c.project_id == self.target_key

    @property
    def in_source(self) -> Any:
        return self.source.c.project_id == self.source_key

    @property
    def same_key(self) -> Any:
        return sql.and_(*(self.target.c[name] == self.source.c[name] for name in self.record.key))

    @property
    def equal(self) -> Any:
        """Return the condition that two rows are equal. NULL is equal to NULL."""
        others = [name for name in self.record.__struct_fields__ if name not in self.record.key]
        equal = (self.target.c[name].is_not_distinct_from(self.source.c[name]) for name in others)
        return sql.and_(self.same_key, *equal)

    @property
    def columns(self) -> list[str]:
        return ["project_id", *self.record.__struct_fields__]

    @property
    def new_rows(self) -> Any:
        """Return the source's rows as the target would have them."""
        values = (self.source.c[name] for name in self.record.__struct_fields__)
        return sql.select(self.target_key, *values).where(self.in_source)

    def target_has(self, condition: Any) -> Any:
        return sql.exists().where(self.in_target, condition).select_from(self.target).correlate(self.source)

    def source_has(self, condition: Any) -> Any:
        return sql.exists().where(self.in_source, condition).select_from(self.source).correlate(self.target)


@cache
def _records_by_table() -> dict[str, type[Record]]:
    """Return the records by the names of their two tables."""
    both = ((name, record) for record in RECORDS.values() for name in (record.table.name, record.table.copies_name))
    return dict(both)


def _other(table: str) -> str:
    """Return the table of copies of a table, or the table that it has copies of."""
    own = _records_by_table()[table].table
    return own.name if table == own.copies_name else own.copies_name


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


def _delete_surplus(values: Any, target: str) -> Any:
    """Delete the target's rows that the source doesn't have, or not with the same values."""
    pair = _Pair(values, target)
    return sql.delete(pair.target).where(pair.in_target, ~pair.source_has(pair.equal))


def _insert_missing(values: Any, target: str) -> Any:
    """Insert the source's rows that the target doesn't have."""
    pair = _Pair(values, target)
    return sql.insert(pair.target).from_select(pair.columns, pair.new_rows.where(~pair.target_has(pair.same_key)))


def _differing(values: Any, table: str) -> Any:
    pair = _Pair(values, table)
    changed = sql.select(*(pair.target.c[name] for name in pair.record.key))
    changed = changed.where(pair.in_target, ~pair.source_has(pair.equal))
    gone = sql.select(*(pair.source.c[name] for name in pair.record.key))
    gone = gone.where(pair.in_source, ~pair.target_has(pair.same_key))
    return sql.union(changed, gone)


def _copies(values: Any, table: str, names: tuple[str, ...]) -> Any:
    record, copy = RECORDS[table], schema.table_of(RECORDS[table].table.copies_name)
    query = sql.select(*(copy.c[name] for name in record.__struct_fields__))
    query = query.where(copy.c.project_id == values.of(_FIRST))
    return query.where(*(copy.c[name] == values.of(f"{table}.{name}") for name in names))


def _last_key(values: Any, target: str) -> Any:
    """Select the last key in the target."""
    table = schema.table_of(target)
    key = [table.c[name] for name in _records_by_table()[target].key]
    query = sql.select(*key).where(table.c.project_id == values.of(_FIRST))
    return query.order_by(*(column.desc() for column in key)).limit(1)


def _insert_slice(values: Any, target: str, has_rows: bool) -> Any:
    """Insert the source's next rows into the target, in the order of their keys.

    Args:
        has_rows: whether the target has rows: then its last key follows the two data keys. The last value is the
            maximum of rows.
    """
    pair = _Pair(values, target)
    key, rows = [pair.source.c[name] for name in pair.record.key], pair.new_rows
    if has_rows:
        bound = [values.of(f"{pair.record.table.name}.{column.name}") for column in key]
        rows = rows.where(sql.tuple_(*key) > sql.tuple_(*bound) if len(key) > 1 else key[0] > bound[0])
    return sql.insert(pair.target).from_select(pair.columns, rows.order_by(*key).limit(values.number()))


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
    "delete surplus": _delete_surplus,
    "insert missing": _insert_missing,
    "differing": _differing,
    "copies": _copies,
    "last key": _last_key,
    "insert slice": _insert_slice,
    "tables with rows": _tables_with_rows,
    "delete slice": _delete_slice,
    "old data": _old_data,
    "forget": _forget,
}
