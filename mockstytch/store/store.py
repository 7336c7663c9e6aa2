"""The rows of one project.

Equality is asked for by keyword; anything more is an ordinary ``select()``: ``store.rows(Member,
store.query(Member).where(Member.table.c.name.contains("x")))``. A statement depends only on the record and on the
names in it, so it is built once; SQLAlchemy keeps its compiled form.
"""

from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Select,
    Update,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from mockstytch.errors import StytchError
from mockstytch.store.record import METADATA, R, Record


class Store:
    def __init__(self, connection: Connection, project_id: str) -> None:
        self._connection, self._project_id = connection, project_id

    def of(self, project_id: str) -> "Store":
        """The rows of another project, in the same transaction: for those who manage several."""
        return Store(self._connection, project_id)

    def find(self, record: type[R], *, excluding: tuple[str, str] | None = None, **where: Any) -> R | None:
        """The row with these values, if there is one.

        Args:
            excluding: a column, and the value of it that doesn't count, as an index has them that is to serve.
        """
        row = self._execute(_select(record, *_shape(where), excluding), where).first()
        return None if row is None else _record(record, row)

    def get(self, record: type[R], **where: Any) -> R:
        """The row that must be there, because another row refers to it.

        Raises:
            LookupError: it is not; a defect of this server, never of a request.
        """
        found = self.find(record, **where)
        if found is None:
            raise LookupError(f"no {record.__name__} with {where}")
        return found

    def all(self, record: type[R], **where: Any) -> list[R]:
        """The rows with these values, in the order of their keys."""
        found = [_record(record, row) for row in self._execute(_select(record, *_shape(where)), where)]
        return sorted(found, key=lambda row: tuple(_key(row).values()))  # ORDER BY would lure SQLite off the index

    def insert(self, row: R, **conflicts: StytchError) -> R:
        """Add a row.

        Args:
            conflicts: for each column that must be unique, the error to raise where it is not.
        """
        try:
            values = {"project_id": self._project_id, **msgspec.structs.asdict(row)}
            self._connection.execute(_insert(type(row)), values)
        except IntegrityError as e:
            raise _conflict(e, conflicts) from None
        return row

    def insert_or_ignore(self, row: R) -> R | None:
        """Add a row; None, and nothing is written, where another process was quicker with a unique value of it."""
        try:
            with self._connection.begin_nested():
                return self.insert(row)
        except IntegrityError:
            return None

    def update(self, row: R, conflicts: dict[str, StytchError] | None = None, **changes: Any) -> R:
        """The changed copy of a row; what differs is written."""
        changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
        if not changed:
            return row
        try:
            self._execute(_update(type(row), row.key, ()), _key(row), changed)
        except IntegrityError as e:
            raise _conflict(e, conflicts or {}) from None
        return msgspec.structs.replace(row, **changed)

    def update_if_unchanged(self, row: R, **changes: Any) -> R | None:
        """Update, unless one of these fields changed since ``row`` was read: then None, and nothing is written."""
        was = _key(row) | {name: getattr(row, name) for name in changes}
        result = self._execute(_update(type(row), *_shape(was)), was, changes)
        return msgspec.structs.replace(row, **changes) if result.rowcount else None

    def delete(self, row: Record) -> None:
        self._execute(_delete(type(row), row.key, ()), _key(row))

    def delete_all(self, record: type[Record], **where: Any) -> None:
        """Every row with these values; all of the project's without any."""
        self._execute(_delete(record, *_shape(where)), where)

    def clear(self, *keep: type[Record]) -> None:
        """Every row of the project, whatever it is, but those of the records to keep."""
        records = {record.table.name: record for record in Record.__subclasses__()}
        for table in reversed(METADATA.sorted_tables):
            if records[table.name] not in keep:
                self.delete_all(records[table.name])

    def delete_older(self, record: type[Record], keep: int) -> int:
        """Of a record with a ``position``, all but the latest ``keep`` rows go. Answers how many went."""
        column = record.table.c
        newest = select(column.position).where(column.project_id == self._project_id).order_by(column.position.desc())
        last = self._connection.execute(newest.offset(keep).limit(1)).scalar()
        if last is None:
            return 0
        old = delete(record.table).where(column.project_id == self._project_id, column.position <= last)
        return int(self._connection.execute(old).rowcount)

    def query(self, record: type[Record]) -> Select[Any]:
        """A select on this project's rows, to go on with ``.where()``, ``.order_by()``, ``.join()``."""
        return _all_columns(record).where(record.table.c.project_id == self._project_id)

    def rows(self, record: type[R], query: Select[Any]) -> list[R]:
        return [_record(record, row) for row in self._connection.execute(query)]

    def all_projects(self, record: type[R]) -> list[R]:
        """The rows of all projects."""
        return self.rows(record, _all_columns(record))

    def count(self, query: Select[Any]) -> int:
        return self._connection.execute(query.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one()

    def exists(self, query: Select[Any]) -> bool:
        return self._connection.execute(query.limit(1)).first() is not None

    def _execute(self, statement: Any, where: dict[str, Any], changes: dict[str, Any] | None = None) -> Any:
        old = {f"old_{name}": value for name, value in where.items()}
        return self._connection.execute(statement, {"old_project_id": self._project_id, **old, **(changes or {})})


def find_project_id(connection: Connection, record: type[Record], **where: str) -> str | None:
    """The id of the project with such a row, whichever it is; an index ``Everywhere`` serves that."""
    columns = record.table.c
    found = connection.execute(select(columns.project_id).where(*(columns[n] == v for n, v in where.items())).limit(1))
    project_id: str | None = found.scalar()
    return project_id


def find_project_ids(connection: Connection, record: type[Record], condition: ColumnElement[bool]) -> list[str]:
    """The ids of the projects with such rows."""
    return list(connection.execute(select(record.table.c.project_id).where(condition).distinct()).scalars())


def _conflict(e: IntegrityError, conflicts: dict[str, StytchError]) -> Exception:
    """The error of the unique column that the database names; what it names otherwise is a defect."""
    said = str(e.orig)
    return next((error for column, error in conflicts.items() if column in said), e)


def _record(record: type[R], row: Any) -> R:
    return record(**dict(zip(record.__struct_fields__, row, strict=True)))


def _key(row: Record) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.key}


def _shape(where: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All that a statement depends on: which columns, and which of them are asked for NULL."""
    return tuple(where), tuple(name for name, value in where.items() if value is None)


def _columns(record: type[Record]) -> list[ColumnElement[Any]]:
    return [record.table.c[name] for name in record.__struct_fields__]


def _where(record: type[Record], names: tuple[str, ...], nulls: tuple[str, ...]) -> list[ColumnElement[bool]]:
    column = record.table.c
    return [column[n].is_(None) if n in nulls else column[n] == bindparam(f"old_{n}") for n in ("project_id", *names)]


@cache
def _all_columns(record: type[Record]) -> Select[Any]:
    return select(*_columns(record))


@cache
def _select(
    record: type[Record],
    names: tuple[str, ...],
    nulls: tuple[str, ...],
    excluding: tuple[str, str] | None = None,
) -> Select[Any]:
    found = _all_columns(record).where(*_where(record, names, nulls))
    if excluding is not None:  # written out: an index with a condition serves only who states the same one
        found = found.where(record.table.c[excluding[0]] != literal_column(f"'{excluding[1]}'"))
    return found


@cache
def _insert(record: type[Record]) -> Any:
    return insert(record.table)


@cache
def _update(record: type[Record], names: tuple[str, ...], nulls: tuple[str, ...]) -> Update:
    return update(record.table).where(*_where(record, names, nulls))  # the SET part comes from the parameters' names


@cache
def _delete(record: type[Record], names: tuple[str, ...], nulls: tuple[str, ...]) -> Delete:
    return delete(record.table).where(*_where(record, names, nulls))
