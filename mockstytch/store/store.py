"""Read and write the rows of one project.

Keywords compare for equality: ``store.find(Member, member_id=…)``. Other conditions are written with columns:
``store.rows(Member, store.query(Member).where(queries.contains(Member.table.c.name, "x")))``.

A statement depends only on the record, the names of the columns and the operators: its shape. See ``plans``.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from mockstytch.store.connection import Connection
from mockstytch.store.copying.copies import Copies
from mockstytch.store.engine import Conflict, conflict_error, violated_columns
from mockstytch.store.expressions import Shape
from mockstytch.store.plans import decoder, read_values
from mockstytch.store.queries import Column, Condition, RowQuery
from mockstytch.store.record import RECORDS, R, Record, key_values
from mockstytch.store.records.snapshots import OldData
from mockstytch.store.texts.member_texts import MemberTexts

_MOST_TOTALS = 1_000  # that are remembered
T = TypeVar("T")
INSERTED_AT_ONCE = 32  # rows of one statement


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
    """The rows of one project, in one transaction.

    Args:
        data_key: what the rows that snapshots contain are stored under; "" if it isn't known yet.
    """

    def __init__(self, connection: Connection, project_id: str, data_key: str = "") -> None:
        self._connection, self._project_id, self._data_key = connection, project_id, data_key

    @property
    def data_key(self) -> str:
        """The project's data key. Without a project, it is the id."""
        if not self._data_key:
            project = self._connection.run(("data key",), (self._project_id,)).fetchone()
            self._data_key = project[0] if project else self._project_id
        return self._data_key

    def _owner(self, record: type[Record]) -> str:
        """Return what the rows of a record are stored under."""
        return (self._data_key or self.data_key) if record.table.by_data_key else self._project_id

    def for_project(self, project_id: str, data_key: str = "", *, lock: bool = False) -> "Store":
        """Return the rows of another project, in the same transaction. The management API uses this.

        Args:
            data_key: its data key, if it is known.
            lock: whether transactions of that project wait for the end of this one. Needed to change its rows.
        """
        if lock:
            self._connection.lock(project_id)
        return Store(self._connection, project_id, data_key)

    def find(self, record: type[R], *, excluding: tuple[str, str] | None = None, **where: Any) -> R | None:
        """Return the row with these values, or None.

        Args:
            excluding: a column and a value: rows with that value are left out. If it is the ``excluding`` of a
                unique constraint, SQLite can use that index.
        """
        remembered = self._connection.remembered.of(record.table.name)
        if remembered is None:
            return self._read(record, where, excluding)
        owner, lookup = self._data_key or self.data_key, (tuple(where), excluding)  # as of each remembered table
        values = (owner, *where.values())
        found: R | None = remembered.find(lookup, values)
        if found is None and not remembered.is_absent(lookup, values):
            found = self._read(record, where, excluding)
            remembered.read(owner, lookup, values, found)
            if found is None and remembered.may_be_empty(owner):
                remembered.note(owner, has_rows=self._read(record, {}, None) is not None)
        return found

    def _read(self, record: type[R], where: dict[str, Any], excluding: tuple[str, str] | None) -> R | None:
        row = self._run("find", record, where, excluding).fetchone()
        return None if row is None else decoder(record).decode(row)

    def find_with_references(self, record: type[R], **where: Any) -> R | None:
        """Return the row with these values, or None. The rows that it refers to will be needed, too.

        On a shared database, one statement reads them all, and ``get`` finds them without another round trip.
        """
        remembered = self._connection.remembered
        if not self._connection.is_shared or remembered.of(record.table.name) is None:
            return self.find(record, **where)
        row = self._run("find with references", record, where).fetchone()
        if row is None:
            return None
        found: list[Any] = []
        records: list[type[Record]] = [record, *record.references.values()]
        for each in records:
            size = len(each.__struct_fields__)
            found.append(decoder(each).decode(row[:size]))
            row = row[size:]
            if (rows := remembered.of(each.table.name)) is not None:
                rows.insert(self._owner(each), found[-1])
        first: R = found[0]
        return first

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
        return self.read_all(record, **where)()

    def read_all(self, record: type[R], **where: Any) -> Callable[[], list[R]]:
        """Read the rows with these values, and return the function that decodes them: it needs no transaction."""
        found = self._run("find", record, where, None).fetchall()
        # With ORDER BY, SQLite would walk the primary key instead of using the index for the condition.
        return lambda: sorted(self._decoded(record, found), key=attrgetter(*record.key))

    def insert(self, row: R, **conflicts: Conflict) -> R:
        """Insert a row.

        Args:
            conflicts: the function that makes the error to raise if a unique constraint with this column is violated.
        """
        try:
            self._connection.run(("insert", row.table.name), self._values(row))
        except self._connection.ConstraintError as e:
            raise conflict_error(e, row.table, conflicts) from None
        return self._inserted(row)

    def insert_with_commit(self, row: R) -> R:
        """Insert a row at the commit, or before the next statement. No other row may have its unique values."""
        self._connection.run_with_commit(("insert", row.table.name), self._values(row))
        return self._inserted(row)

    def _inserted(self, row: R) -> R:
        if (remembered := self._connection.remembered.of(row.table.name)) is not None:
            remembered.insert(self._owner(type(row)), row)
        return row

    def insert_or_ignore(self, row: R) -> R | None:
        """Insert a row. Return None, and write nothing, if another process inserted the same unique value first."""
        try:
            with self._connection.savepoint():
                return self.insert(row)
        except self._connection.ConstraintError:
            return None

    def insert_all(self, rows: Sequence[Record]) -> None:
        """Insert rows of one record.

        Raises:
            NotUnique: if a row has the same key or unique value as another one.
        """
        for start in range(0, len(rows), INSERTED_AT_ONCE):
            some = rows[start : start + INSERTED_AT_ONCE]
            # On PostgreSQL, a statement for 32 rows takes half as long as 32 statements; on SQLite, nearly as long.
            is_worth_it = self._connection.is_shared and len(some) == INSERTED_AT_ONCE
            if is_worth_it and self._insert_at_once(some):
                continue
            for index, row in enumerate(some, start):
                try:
                    self.insert(row)
                except self._connection.ConstraintError as e:
                    raise NotUnique(index, violated_columns(e, row.table)) from None

    def update(self, row: R, conflicts: Mapping[str, Conflict] | None = None, **changes: Any) -> R:
        """Write the columns that differ, and return the changed copy of a row.

        Args:
            conflicts: the function that makes the error to raise if a unique constraint with this column is violated.
        """
        if not (changed := _differing(row, changes)):
            return row
        try:
            return self._update(row, key_values(row), changed) or msgspec.structs.replace(row, **changed)
        except self._connection.ConstraintError as e:
            raise conflict_error(e, row.table, conflicts or {}) from None

    def update_with_commit(self, row: R, **changes: Any) -> R:
        """Update a row at the commit, or before the next statement. The new values can't violate a constraint."""
        changed = _differing(row, changes)
        return self._update_with_commit(row, key_values(row), changed) if changed else row

    def update_if_unchanged(self, row: R, **changes: Any) -> R | None:
        """Update a row, unless one of these columns changed since it was read: then return None and write nothing.

        The columns have no constraint.
        """
        where = key_values(row) | {name: getattr(row, name) for name in changes}
        remembered = self._connection.remembered.of(row.table.name)
        # Only this process writes to a SQLite database, so a row that is remembered is the one in the database.
        if not self._connection.is_shared and remembered and remembered.has(self._owner(type(row)), row):
            return self._update_with_commit(row, where, changes)
        return self._update(row, where, changes)

    def while_writing(self, work: Callable[[], T]) -> T:
        """Do work that doesn't use the database. Rows that are written with the commit may be written meanwhile."""
        return self._connection.while_writing(work)

    def delete(self, row: Record) -> None:
        """Delete a row, and the rows that refer to it."""
        self._run("delete", type(row), key_values(row))

    def delete_all(self, record: type[Record], **where: Any) -> None:
        """Delete every row with these values; without values, every row of the project."""
        self._run("delete", record, where)

    def delete_where(self, record: type[Record], condition: Condition) -> None:
        """Delete every row with a condition, and the rows that refer to it."""
        shape = ("delete where", record.table.name, condition.shape)
        self._connection.run(shape, (self._owner(record), *condition.values))

    def move_to(self, data_key: str) -> None:
        """Use another data key from now on. The rows of the present one are deleted later."""
        self.discard(self.data_key)
        self._data_key = data_key

    def discard(self, data_key: str, delete_at: int = 0) -> OldData:
        """Have the rows and copies of a data key deleted in the background, after the commit.

        Args:
            delete_at: the earliest time, in nanoseconds.
        """
        self._connection.has_old_data = True
        return self.insert(OldData(data_key=data_key, delete_at=delete_at))

    def clear(self, *keep: type[Record]) -> None:
        """Delete every row of the project that snapshots don't contain, except rows of the records to keep."""
        for record in RECORDS.values():
            is_there = self._connection.is_shared or not record.table.shared
            if is_there and not record.table.by_data_key and record not in (*keep, OldData):
                self.delete_all(record)

    def copies(self, copies_key: str) -> Copies:
        """Return the copies of the project's rows under a data key: the rows of a snapshot."""
        return Copies(self._connection, self.data_key, copies_key)

    def delete_older(self, record: type[Record], keep: int) -> int:
        """Delete all but the latest ``keep`` rows of a record, by ``position``. Return the number of deleted rows."""
        owner = self._owner(record)
        last = self._connection.run(("older", record.table.name), (owner, keep)).fetchone()
        if last is None:
            return 0
        return self.delete_up_to(record, last[0])

    def delete_up_to(self, record: type[Record], position: int) -> int:
        """Delete the rows of a record up to a ``position``. Return the number of deleted rows."""
        return self._connection.run(("delete up to", record.table.name), (self._owner(record), position)).rowcount

    def delete_all_but_newest(self, record: type[Record], keep: int, order_by: str, condition: Condition) -> None:
        """Delete the rows with a condition, except the ``keep`` ones with the highest value of a column.

        Args:
            record: one whose key is a single column.
        """
        shape = ("delete all but newest", record.table.name, order_by, condition.shape)
        self._connection.run(shape, (self._owner(record), *condition.values, keep))

    def query(self, record: type[Record]) -> RowQuery:
        """Return a query for this project's rows, to narrow with ``.where()``, ``.order_by()``, ``.limit()``."""
        return RowQuery(record.table.name, (record.table.c.project_id == self._owner(record),))

    def rows(self, record: type[R], query: RowQuery) -> list[R]:
        """Run a query."""
        return self._decoded(record, self._connection.run(query.shape, query.values))

    def remembered_total(self, query: RowQuery, version: int) -> int:
        """Return the number of rows that a query finds. It is remembered for as long as the version is the same."""
        totals, key = self._connection.totals, (query.counting().shape, query.values)
        found = totals.get(key)
        if found is None or found[0] != version:
            if len(totals) >= _MOST_TOTALS:
                totals.clear()
            found = totals[key] = (version, self.count(query))
        return found[1]

    @property
    def member_texts(self) -> MemberTexts:
        """Searches for a part of the project's members' e-mail addresses and phone numbers."""
        return MemberTexts(self._connection, self.data_key)

    def values_of_all_projects(self, record: type[Record], *names: str) -> list[tuple[Any, ...]]:
        """Return some columns of the rows of all projects. Much faster than whole rows that contain JSON."""
        rows = self._connection.run(("values in all projects", record.table.name, names))
        return [read_values(record, names, row) for row in rows]

    def newest_of_each(self, record: type[R], column_name: str) -> list[R]:
        """Return, for each value of a column, the row with the highest ``position``."""
        shape = ("newest of each", record.table.name, column_name)
        return self._decoded(record, self._connection.run(shape, (self._owner(record),)))

    def count(self, query: RowQuery) -> int:
        """Return the number of rows that a query finds."""
        counting = query.counting()
        return int(self._connection.run(counting.shape, counting.values).fetchone()[0])

    def sum(self, query: RowQuery, column: Column) -> int:
        """Return the sum of a column in the rows that a query finds."""
        summing = query.summing(column)
        return int(self._connection.run(summing.shape, summing.values).fetchone()[0])

    def exists(self, query: RowQuery) -> bool:
        """Return whether a query finds a row."""
        first = query.limit(1)
        return self._connection.run(first.shape, first.values).fetchone() is not None

    def has_more_than(self, query: RowQuery, count: int) -> bool:
        """Return whether a query finds more rows than a number. It stops reading after one more."""
        return self.exists(query.offset(count))

    def _values(self, row: Record) -> tuple[Any, ...]:
        """Return the values of all columns of a row."""
        values = msgspec.structs.astuple(row)
        return values if "project_id" in row.__struct_fields__ else (self._owner(type(row)), *values)

    def _insert_at_once(self, rows: Sequence[Record]) -> bool:
        """Insert rows with one statement. Return False, and write nothing, if one of them isn't unique."""
        values = [value for row in rows for value in self._values(row)]
        try:
            with self._connection.savepoint():
                self._connection.run(("insert", rows[0].table.name, len(rows)), values)
        except self._connection.ConstraintError:
            return False
        self._connection.remembered.forget((rows[0].table.name,))
        return True

    def _run(self, kind: str, record: type[Record], where: dict[str, Any], *more: Any) -> Any:
        """Run a statement for the rows with these values."""
        nulls, values = _nulls_and_values(where)
        shape = (kind, record.table.name, tuple(where), nulls, *more)
        return self._connection.run(shape, (self._owner(record), *values))

    def _update(self, row: R, where: dict[str, Any], changes: dict[str, Any]) -> R | None:
        """Write columns of a row, and return its changed copy; None if no row has the values of ``where``.

        Args:
            where: its key, and more columns that must have these values.
        """
        if not self._connection.run(*self._updating(row, where, changes)).rowcount:
            return None
        return self._updated(row, changes)

    def _update_with_commit(self, row: R, where: dict[str, Any], changes: dict[str, Any]) -> R:
        """Do the same with the commit. The row must exist."""
        self._connection.run_with_commit(*self._updating(row, where, changes))
        return self._updated(row, changes)

    def _updating(self, row: Record, where: dict[str, Any], changes: dict[str, Any]) -> tuple[Shape, Sequence[Any]]:
        """Return the statement that updates a row, and its values."""
        nulls, values = _nulls_and_values(where)
        shape = ("update", row.table.name, tuple(changes), tuple(where), nulls)
        return shape, (*changes.values(), self._owner(type(row)), *values)

    def _updated(self, row: R, changes: dict[str, Any]) -> R:
        changed = msgspec.structs.replace(row, **changes)
        if (remembered := self._connection.remembered.of(row.table.name)) is not None:
            remembered.change(self._owner(type(row)), row, changed, changes)
        return changed

    def _decoded(self, record: type[R], rows: Any) -> list[R]:
        return [*map(decoder(record).decode, rows)]


def _nulls_and_values(where: dict[str, Any]) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Return the names of the columns that must be NULL, and the values that the others must have."""
    values = tuple(where.values())
    if None not in values:
        return (), values  # most statements
    return tuple(n for n, value in where.items() if value is None), tuple(v for v in values if v is not None)


def _differing(row: Record, changes: dict[str, Any]) -> dict[str, Any]:
    """Return the changes whose values aren't the row's already."""
    return {name: value for name, value in changes.items() if getattr(row, name) != value}
