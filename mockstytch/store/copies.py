"""Copies of a project's rows under a name: the rows of a snapshot.

The tables come from the records, so a new record is part of every snapshot. SQL compares and writes the rows: reading
them into Python takes twice as long, and tests restore often.
"""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, exists, insert, literal_column, select, union

from mockstytch.store.record import METADATA, RECORDS, R, Record

Key = tuple[str, ...]  # the values of a record's primary key


@cache
def copied_records() -> list[type[Record]]:
    """Return the records that snapshots contain. Records that others refer to come first."""
    records = [RECORDS[table.name] for table in METADATA.sorted_tables if table.name in RECORDS]
    return [record for record in records if record.copies is not None]


class Copies:
    """The copies of one project's rows under one name."""

    def __init__(self, connection: Connection, project_id: str, name: str) -> None:
        self._connection = connection
        self._where = {"project_id": project_id, "snapshot": name}

    def save(self) -> int:
        """Copy all rows, and return their number. Copies under the same name must have been deleted."""
        return sum(self._run(_save(record, self._connection.dialect)) for record in self._used())

    def restore(self) -> None:
        """Make the project contain exactly these rows. Only rows that differ are deleted and inserted.

        Foreign keys must be off: see ``Database.bulk_delete``.
        """
        dialect, used = self._connection.dialect, self._used()
        for statement in (_delete_surplus, _insert_missing):  # all deletes first, so that rows can swap unique values
            for record in used:
                self._run(statement(record, dialect))

    def delete(self) -> None:
        """Delete the copies."""
        for record in self._used():
            self._run(_delete_copies(record, self._connection.dialect))

    def find(self, record: type[R], key: Key) -> R | None:
        """Return the copy of the row with a primary key, or None."""
        rows = self._rows(record, dict(zip(record.key, key, strict=True)))
        return rows[0] if rows else None

    def all(self, record: type[R]) -> list[R]:
        """Return the copies of all rows of a record."""
        return self._rows(record, {})

    def differing(self, record: type[Record]) -> list[Key]:
        """Return the keys of the rows that differ from their copies, or that only one of the two has, sorted."""
        statement = _differing(record, self._connection.dialect)
        found = self._connection.exec_driver_sql(statement.text, statement.parameters(self._where))
        return sorted(tuple(row) for row in found)

    def _rows(self, record: type[R], key: dict[str, str]) -> list[R]:
        copies = _copies(record)
        query = select(*(copies.c[name] for name in record.__struct_fields__))
        query = query.where(*(copies.c[name] == value for name, value in {**self._where, **key}.items()))
        names = record.__struct_fields__
        return [record(**dict(zip(names, row, strict=True))) for row in self._connection.execute(query)]

    def _used(self) -> list[type[Record]]:
        """Return the records of which the project has rows or copies. One query is faster than one for each record."""
        question = _question(self._connection.dialect)
        row = self._connection.exec_driver_sql(question.text, question.parameters(self._where)).one()
        return [record for record, is_used in zip(copied_records(), row, strict=True) if is_used]

    def _run(self, statement: "_Statement") -> int:
        """Run a statement, and return the number of rows that it wrote."""
        return self._connection.exec_driver_sql(statement.text, statement.parameters(self._where)).rowcount


class _Statement(NamedTuple):
    """A compiled statement, and the names of its parameters in their order; none if the driver takes them by name."""

    text: str
    order: tuple[str, ...]

    def parameters(self, values: dict[str, str]) -> Any:
        return tuple(values[name] for name in self.order) if self.order else values


def _compiled(clause: Any, dialect: Any) -> _Statement:
    compiled = clause.compile(dialect=dialect)
    return _Statement(str(compiled), tuple(compiled.positiontup or ()))


def _copies(record: type[Record]) -> Any:
    assert record.copies is not None, "snapshots don't contain these rows"
    return record.copies


def _in_project(record: type[Record]) -> Any:
    return record.table.c.project_id == bindparam("project_id")


def _in_snapshot(record: type[Record]) -> Any:
    copies = _copies(record)
    return and_(copies.c.project_id == bindparam("project_id"), copies.c.snapshot == bindparam("snapshot"))


def _same_key(record: type[Record]) -> Any:
    return and_(*(record.table.c[name] == _copies(record).c[name] for name in record.key))


def _same_values(record: type[Record]) -> Any:
    """Return the condition that a row and a copy are equal. NULL is equal to NULL."""
    others = [name for name in record.__struct_fields__ if name not in record.key]
    equal = (record.table.c[name].is_not_distinct_from(_copies(record).c[name]) for name in others)
    return and_(_same_key(record), *equal)


def _has_copy(record: type[Record], condition: Any) -> Any:
    return exists().where(_in_snapshot(record), condition).select_from(_copies(record)).correlate(record.table)


def _has_row(record: type[Record], condition: Any) -> Any:
    return exists().where(_in_project(record), condition).select_from(record.table).correlate(_copies(record))


@cache
def _question(dialect: Any) -> _Statement:
    used = [
        select(literal_column("1")).select_from(record.table).where(_in_project(record)).exists()
        | select(literal_column("1")).select_from(_copies(record)).where(_in_snapshot(record)).exists()
        for record in copied_records()
    ]
    return _compiled(select(*(condition.label(f"used_{number}") for number, condition in enumerate(used))), dialect)


@cache
def _save(record: type[Record], dialect: Any) -> _Statement:
    columns = [record.table.c[name] for name in record.__struct_fields__]
    rows = select(record.table.c.project_id, bindparam("snapshot"), *columns).where(_in_project(record))
    names = ["project_id", "snapshot", *record.__struct_fields__]
    return _compiled(insert(_copies(record)).from_select(names, rows), dialect)


@cache
def _delete_surplus(record: type[Record], dialect: Any) -> _Statement:
    unequal = ~_has_copy(record, _same_values(record))
    return _compiled(delete(record.table).where(_in_project(record), unequal), dialect)


@cache
def _insert_missing(record: type[Record], dialect: Any) -> _Statement:
    names = ["project_id", *record.__struct_fields__]
    missing = ~_has_row(record, _same_key(record))
    rows = select(*(_copies(record).c[name] for name in names)).where(_in_snapshot(record), missing)
    return _compiled(insert(record.table).from_select(names, rows), dialect)


@cache
def _delete_copies(record: type[Record], dialect: Any) -> _Statement:
    return _compiled(delete(_copies(record)).where(_in_snapshot(record)), dialect)


@cache
def _differing(record: type[Record], dialect: Any) -> _Statement:
    changed = select(*(record.table.c[name] for name in record.key))
    changed = changed.where(_in_project(record), ~_has_copy(record, _same_values(record)))
    gone = select(*(_copies(record).c[name] for name in record.key))
    gone = gone.where(_in_snapshot(record), ~_has_row(record, _same_key(record)))
    return _compiled(union(changed, gone), dialect)
