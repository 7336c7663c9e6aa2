"""Read and write the rows of one project.

Keywords compare for equality: ``store.find(Member, member_id=…)``. Other conditions are written with columns:
``store.rows(Member, store.query(Member).where(Member.table.c.name.contains("x")))``; see ``queries`` for the rest.

A statement depends only on the record and on the names of the columns, and is built once. SQLAlchemy caches its
compiled form.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    TextClause,
    Update,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from mockstytch.errors import StytchError
from mockstytch.store.copies import Copies, copied_records
from mockstytch.store.engine import violated_columns
from mockstytch.store.queries import Condition, RowQuery
from mockstytch.store.record import METADATA, R, Record


class NotUnique(Exception):
    """A row has the same key or unique value as another one.

    Attributes:
        index: the place of the row in the list of rows to insert.
        columns: the columns that must be unique.
    """

    def __init__(self, index: int, columns: set[str]) -> None:
        super().__init__(f"row {index}: {columns}")
        self.index, self.columns = index, sorted(columns - {"project_id"})


class Store:
    """The rows of one project, in one transaction."""

    def __init__(self, connection: Connection, project_id: str) -> None:
        self._connection, self._project_id = connection, project_id

    def for_project(self, project_id: str) -> "Store":
        """Return the rows of another project, in the same transaction. The management API uses this."""
        return Store(self._connection, project_id)

    def find(self, record: type[R], *, excluding: tuple[str, str] | None = None, **where: Any) -> R | None:
        """Return the row with these values, or None.

        Args:
            excluding: a column and a value: rows with that value are left out. If it is the ``excluding`` of a
                unique constraint, SQLite can use that index.
        """
        row = self._execute(_select(record, *_shape(where), excluding), where).first()
        return None if row is None else _record(record, row)

    def get(self, record: type[R], **where: Any) -> R:
        """Return the row with these values, which must exist because another row refers to it.

        Raises:
            LookupError: if the row doesn't exist. This is a defect of the server.
        """
        found = self.find(record, **where)
        if found is None:
            raise LookupError(f"no {record.__name__} with {where}")
        return found

    def all(self, record: type[R], **where: Any) -> list[R]:
        """Return the rows with these values, in the order of their keys."""
        found = [_record(record, row) for row in self._execute(_select(record, *_shape(where)), where)]
        # With ORDER BY, SQLite would walk the primary key instead of using the index for the condition.
        return sorted(found, key=lambda row: tuple(_key(row).values()))

    def insert(self, row: R, **conflicts: StytchError) -> R:
        """Insert a row.

        Args:
            conflicts: the error to raise if a unique constraint with this column is violated.
        """
        try:
            values = {"project_id": self._project_id, **msgspec.structs.asdict(row)}
            self._connection.execute(_insert(type(row)), values)
        except IntegrityError as e:
            raise _conflict_error(e, type(row), conflicts) from None
        return row

    def insert_or_ignore(self, row: R) -> R | None:
        """Insert a row. Return None, and write nothing, if another process inserted the same unique value first."""
        try:
            with self._connection.begin_nested():
                return self.insert(row)
        except IntegrityError:
            return None

    def insert_all(self, rows: Sequence[Record]) -> None:
        """Insert rows of one record.

        Raises:
            NotUnique: if a row has the same key or unique value as another one.
        """
        for index, row in enumerate(rows):
            try:
                self.insert(row)
            except IntegrityError as e:
                raise NotUnique(index, violated_columns(e, row.table)) from None

    def update(self, row: R, conflicts: dict[str, StytchError] | None = None, **changes: Any) -> R:
        """Write the columns that differ, and return the changed copy of a row.

        Args:
            conflicts: the error to raise if a unique constraint with this column is violated.
        """
        changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
        if not changed:
            return row
        try:
            self._execute(_update(type(row), row.key, ()), _key(row), changed)
        except IntegrityError as e:
            raise _conflict_error(e, type(row), conflicts or {}) from None
        return msgspec.structs.replace(row, **changed)

    def update_if_unchanged(self, row: R, **changes: Any) -> R | None:
        """Update a row, unless one of these columns changed since it was read: then return None and write nothing."""
        was = _key(row) | {name: getattr(row, name) for name in changes}
        result = self._execute(_update(type(row), *_shape(was)), was, changes)
        return msgspec.structs.replace(row, **changes) if result.rowcount else None

    def delete(self, row: Record) -> None:
        """Delete a row, and the rows that refer to it."""
        self._execute(_delete(type(row), row.key, ()), _key(row))

    def delete_all(self, record: type[Record], **where: Any) -> None:
        """Delete every row with these values; without values, every row of the project."""
        self._execute(_delete(record, *_shape(where)), where)

    def clear(self, *keep: type[Record]) -> None:
        """Delete every row of the project, snapshots included, except rows of the records to keep."""
        kept = {record.table.name for record in keep}
        self._clear(tuple(table.name for table in METADATA.sorted_tables if table.name not in kept))

    def clear_data(self) -> None:
        """Delete every row of the project that a snapshot contains. Credentials and snapshots stay."""
        self._clear(tuple(record.table.name for record in copied_records()))

    def _clear(self, names: tuple[str, ...]) -> None:
        """Delete the project's rows in some tables.

        Tests reset often, so one query finds the tables that have such rows. If a table has no others, all of it is
        deleted: SQLite then drops its pages, and doesn't delete the rows from each index one by one.
        """
        question, tables = _tables_with_rows(names)
        found = self._connection.execute(question, {"id": self._project_id}).one()
        for (own, whole), has_own, has_before, has_after in zip(
            tables, found[::3], found[1::3], found[2::3], strict=True
        ):
            if has_own and (has_before or has_after):
                self._connection.execute(own, {"id": self._project_id})
            elif has_own:
                self._connection.execute(whole)

    def copies(self, name: str) -> Copies:
        """Return the copies of the project's rows under a name: the rows of a snapshot."""
        return Copies(self._connection, self._project_id, name)

    def delete_older(self, record: type[Record], keep: int) -> int:
        """Delete all but the latest ``keep`` rows of a record, by ``position``. Return the number of deleted rows."""
        column = record.table.c
        newest = select(column.position).where(column.project_id == self._project_id).order_by(column.position.desc())
        last = self._connection.execute(newest.offset(keep).limit(1)).scalar()
        if last is None:
            return 0
        old = delete(record.table).where(column.project_id == self._project_id, column.position <= last)
        return int(self._connection.execute(old).rowcount)

    def delete_all_but_newest(self, record: type[Record], keep: int, order_by: str, condition: Condition) -> None:
        """Delete the rows with a condition, except the ``keep`` ones with the highest value of a column.

        Args:
            record: one whose key is a single column.
        """
        column = record.table.c
        [key] = (column[name] for name in record.key)
        newest_first = select(key).where(column.project_id == self._project_id, condition)
        newest_first = newest_first.order_by(column[order_by].desc(), key).offset(keep)
        self._connection.execute(
            delete(record.table).where(column.project_id == self._project_id, key.in_(newest_first))
        )

    def query(self, record: type[Record]) -> RowQuery:
        """Return a query for this project's rows, to narrow with ``.where()``, ``.order_by()``, ``.limit()``."""
        return _all_columns(record).where(record.table.c.project_id == self._project_id)

    def rows(self, record: type[R], query: RowQuery) -> list[R]:
        """Run a query."""
        return [_record(record, row) for row in self._connection.execute(query)]

    def values_of_all_projects(self, record: type[Record], *names: str) -> list[tuple[Any, ...]]:
        """Return some columns of the rows of all projects. Much faster than whole rows that contain JSON."""
        return [tuple(row) for row in self._connection.execute(select(*(record.table.c[name] for name in names)))]

    def newest_of_each(self, record: type[R], column_name: str) -> list[R]:
        """Return, for each value of a column, the row with the highest ``position``."""
        column = record.table.c
        newest = select(func.max(column.position)).where(column.project_id == self._project_id)
        newest = newest.group_by(column[column_name])
        return self.rows(record, self.query(record).where(column.position.in_(newest)))

    def count(self, query: RowQuery) -> int:
        """Return the number of rows that a query finds."""
        return self._connection.execute(query.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one()

    def exists(self, query: RowQuery) -> bool:
        """Return whether a query finds a row."""
        return self._connection.execute(query.limit(1)).first() is not None

    def _execute(self, statement: Any, where: dict[str, Any], changes: dict[str, Any] | None = None) -> Any:
        old = {f"old_{name}": value for name, value in where.items()}
        return self._connection.execute(statement, {"old_project_id": self._project_id, **old, **(changes or {})})


def find_project_id(connection: Connection, record: type[Record], **where: str) -> str | None:
    """Return the id of the project that has a row with these values, or None. Needs a ``GlobalIndex`` to be fast."""
    columns = record.table.c
    query = select(columns.project_id).where(*(columns[n] == v for n, v in where.items())).limit(1)
    project_id: str | None = connection.execute(query).scalar()
    return project_id


def find_project_ids(connection: Connection, record: type[Record], condition: Condition) -> list[str]:
    """Return the ids of the projects that have such rows."""
    return list(connection.execute(select(record.table.c.project_id).where(condition).distinct()).scalars())


def _conflict_error(e: IntegrityError, record: type[Record], conflicts: dict[str, StytchError]) -> Exception:
    """Return the error for the unique constraint that a statement violated. Any other violation is a defect: ``e``."""
    columns = violated_columns(e, record.table)
    return next((error for column, error in conflicts.items() if column in columns), e)


def _record(record: type[R], row: Any) -> R:
    return record(**dict(zip(record.__struct_fields__, row, strict=True)))


def _key(row: Record) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.key}


def _shape(where: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a statement depends on: its columns, and which of them are compared with NULL."""
    return tuple(where), tuple(name for name, value in where.items() if value is None)


def _columns(record: type[Record]) -> list[ColumnElement[Any]]:
    return [record.table.c[name] for name in record.__struct_fields__]


def _conditions(record: type[Record], names: tuple[str, ...], nulls: tuple[str, ...]) -> list[Condition]:
    column = record.table.c
    return [column[n].is_(None) if n in nulls else column[n] == bindparam(f"old_{n}") for n in ("project_id", *names)]


@cache
def _all_columns(record: type[Record]) -> RowQuery:
    return select(*_columns(record))


@cache
def _select(
    record: type[Record],
    names: tuple[str, ...],
    nulls: tuple[str, ...],
    excluding: tuple[str, str] | None = None,
) -> RowQuery:
    found = _all_columns(record).where(*_conditions(record, names, nulls))
    if excluding is not None:  # a literal, as in the index: SQLite uses a partial index only for the same condition
        found = found.where(record.table.c[excluding[0]] != literal_column(f"'{excluding[1]}'"))
    return found


@cache
def _insert(record: type[Record]) -> Any:
    return insert(record.table)


@cache
def _update(record: type[Record], names: tuple[str, ...], nulls: tuple[str, ...]) -> Update:
    return update(record.table).where(
        *_conditions(record, names, nulls)
    )  # the SET part comes from the parameters' names


@cache
def _delete(record: type[Record], names: tuple[str, ...], nulls: tuple[str, ...]) -> Delete:
    return delete(record.table).where(*_conditions(record, names, nulls))


@cache
def _tables_with_rows(names: tuple[str, ...]) -> tuple[TextClause, list[tuple[TextClause, TextClause]]]:
    """Return a query that says of each table whether the project ``:id``, one before it and one after it have rows.

    Also return the statements that delete the project's rows, and all rows, of each table. A table comes before the
    tables that it refers to.

    Args:
        names: tables; each comes after the tables that it refers to.
    """
    # The names come from the records of this package, and nothing in these texts from a request.
    order = names[::-1]
    exist = [f"EXISTS (SELECT 1 FROM {name} WHERE project_id {sign} :id)" for name in order for sign in "=<>"]  # noqa: S608
    deletes = [(text(f"DELETE FROM {name} WHERE project_id = :id"), text(f"DELETE FROM {name}")) for name in order]  # noqa: S608
    return text(f"SELECT {', '.join(exist)}"), deletes
