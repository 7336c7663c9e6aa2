"""The statements on copies of rows, in SQLAlchemy's terms. Each takes the id of a project and the name of a snapshot.

SQL compares and writes the rows: reading them into Python takes twice as long, and tests restore often.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sql

from mockstytch.store import schema
from mockstytch.store.record import RECORDS, records_by_reference

_FIRST = "projects.project_id"  # both parameters are texts, as this column


class _Where:
    """The conditions that a row is in the project, and a copy in its snapshot."""

    def __init__(self, values: Any, table: str) -> None:
        self.project_id, self.snapshot = values.of(_FIRST), values.of(_FIRST)
        self.row = schema.table_of(table)
        self.copy = schema.table_of(RECORDS[table].table.copies_name)
        self.record = RECORDS[table]

    @property
    def in_project(self) -> Any:
        return self.row.c.project_id == self.project_id

    @property
    def in_snapshot(self) -> Any:
        return sql.and_(self.copy.c.project_id == self.project_id, self.copy.c.snapshot == self.snapshot)

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
    project_id, snapshot = values.of(_FIRST), values.of(_FIRST)
    answers = []
    for record in records_by_reference():
        if record.table.in_snapshots:
            row, copy = schema.table_of(record.table.name), schema.table_of(record.table.copies_name)
            one: Any = sql.select(sql.literal_column("1"))
            has_row = one.select_from(row).where(row.c.project_id == project_id).exists()
            in_snapshot = sql.and_(copy.c.project_id == project_id, copy.c.snapshot == snapshot)
            answers.append(has_row | one.select_from(copy).where(in_snapshot).exists())
    return sql.select(*(answer.label(f"used_{number}") for number, answer in enumerate(answers)))


def _save(values: Any, table: str) -> Any:
    where = _Where(values, table)
    fields = where.record.__struct_fields__
    rows = sql.select(where.row.c.project_id, where.snapshot, *(where.row.c[name] for name in fields))
    names = ["project_id", "snapshot", *fields]
    return sql.insert(where.copy).from_select(names, rows.where(where.in_project))


def _delete_surplus(values: Any, table: str) -> Any:
    where = _Where(values, table)
    return sql.delete(where.row).where(where.in_project, ~where.has_copy(where.same_values))


def _insert_missing(values: Any, table: str) -> Any:
    where = _Where(values, table)
    names = ["project_id", *where.record.__struct_fields__]
    rows = sql.select(*(where.copy.c[name] for name in names))
    return sql.insert(where.row).from_select(names, rows.where(where.in_snapshot, ~where.has_row(where.same_key)))


def _delete_copies(values: Any, table: str) -> Any:
    where = _Where(values, table)
    return sql.delete(where.copy).where(where.in_snapshot)


def _differing(values: Any, table: str) -> Any:
    where = _Where(values, table)
    changed = sql.select(*(where.row.c[name] for name in where.record.key))
    changed = changed.where(where.in_project, ~where.has_copy(where.same_values))
    gone = sql.select(*(where.copy.c[name] for name in where.record.key))
    gone = gone.where(where.in_snapshot, ~where.has_row(where.same_key))
    return sql.union(changed, gone)


def _copies(values: Any, table: str, names: tuple[str, ...]) -> Any:
    where = _Where(values, table)
    query = sql.select(*(where.copy.c[name] for name in where.record.__struct_fields__)).where(where.in_snapshot)
    return query.where(*(where.copy.c[name] == values.of(f"{table}.{name}") for name in names))


KINDS: dict[str, Callable[..., Any]] = {
    "copies used": _used,
    "save copies": _save,
    "delete surplus": _delete_surplus,
    "insert missing": _insert_missing,
    "delete copies": _delete_copies,
    "differing": _differing,
    "copies": _copies,
}
