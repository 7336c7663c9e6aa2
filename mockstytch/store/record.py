"""Declare a record: one frozen class is the row in Python and, with ``@table``, the table in SQL.

    @table("members", Unique("organization_id", "external_id"))
    class Member(Record):
        member_id: PrimaryKey
        organization_id: Annotated[str, ForeignKey(Organization)]
        name: str = ""
        trusted_metadata: dict[str, Any] = {}

Every table also gets a ``project_id``. It is the first column of every key, unique constraint, index and foreign key,
so rows of two projects can't collide or refer to each other. In the tables that snapshots contain, its value is the
project's *data key*: a reset gives the project another data key, and the rows of the old one are deleted later.
"""

import threading
import zlib
from collections.abc import Callable
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from mockstytch.clock import position
from mockstytch.store.expressions import Column, Columns
from mockstytch.values import Frozen

RECORDS: dict[str, type["Record"]] = {}  # by the name of the table
_unread: dict[
    type["Record"], Callable[[], None]
] = {}  # what sets the attributes of a record that follow from its fields
_lock = threading.RLock()


class _FromFields:
    """An attribute of a record that follows from its fields. The first use of one reads the fields, and sets all.

    Reading the types of the fields of all records takes 6 ms, and a server that starts needs few of them.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, _row: Any, record: type["Record"]) -> Any:
        with _lock:
            if record in _unread:
                _unread.pop(record)()
        try:
            return vars(record)[self._name]
        except KeyError:
            raise AttributeError(f"{record.__name__} has no table") from None


def _from_fields(name: str) -> Any:
    return _FromFields(name)


class Record(Frozen):
    """Base class of rows. A row is a value: ``row = ctx.store.update(row, …)`` returns the changed copy.

    Attributes:
        key: the fields of the primary key.
        references: the fields that hold the key of another record, and that record.
    """

    table: ClassVar["Table"] = _from_fields("table")
    key: ClassVar[tuple[str, ...]] = _from_fields("key")
    references: ClassVar[dict[str, "type[Record]"]] = _from_fields("references")


R = TypeVar("R", bound=Record)


def key_values(row: Record) -> dict[str, Any]:
    """Return the values of a row's primary key, by column."""
    return {name: getattr(row, name) for name in row.key}


class Unique:
    """A unique constraint within a project. NULL is never a duplicate.

    Args:
        excluding: a column and a value: rows with that value are exempt from the constraint, and not in the index.
    """

    def __init__(self, *columns: str, excluding: tuple[str, str | bool] | None = None) -> None:
        self.columns, self.excluding = columns, excluding

    def name_in(self, table: str) -> str:
        """Return the name of the constraint's index. PostgreSQL allows 63 characters."""
        rare = isinstance(self, Index) and self.excluding
        kind = f"not_{rare[0]}" if rare else "index" if isinstance(self, Index) else "unique"
        name = "_".join([table, *self.columns, kind])
        return name if len(name) <= _MAX_NAME else f"{name[: _MAX_NAME - 9]}_{zlib.crc32(name.encode()):08x}"


class Index(Unique):
    """An index on columns that queries compare."""


class GlobalIndex(Index):
    """An index across projects, for requests that name an object without its project."""


class GlobalUnique(Unique):
    """A unique constraint across projects."""


class ForeignKey(msgspec.Struct, frozen=True):
    """Marks a column that holds the key of another record. Deleting that record deletes this row."""

    record: type[Record]


Shared = Literal["", "logged", "unlogged"]
KEY, COPIES_SUFFIX, _MAX_NAME = "key", "_copies", 63
PrimaryKey = Annotated[str, KEY]


class Table(msgspec.Struct, frozen=True, eq=False, dict=True):
    """The table of a record. ``schema`` declares it to SQLAlchemy, only when that is needed: the import takes long.

    Attributes:
        c: the columns.
        in_snapshots: whether a second table has copies of its rows.
        shared: "" for a table of every database. Otherwise only databases that several processes can use have it:
            ``logged``, or ``unlogged`` if its rows needn't survive a crash of the database.
        by_data_key: whether rows are stored under the project's data key: they are part of what a reset deletes.
    """

    name: str
    record: type[Record]
    c: Columns
    constraints: tuple[Unique, ...]
    in_snapshots: bool
    shared: Shared
    by_data_key: bool

    @cached_property
    def selected(self) -> tuple[Column, ...]:
        """The columns, in the order of the record's fields."""
        return tuple(self.c[name] for name in self.record.__struct_fields__)

    @property
    def copies_name(self) -> str:
        """Return the name of the table that has the copies."""
        return self.name + COPIES_SUFFIX

    @property
    def unique_constraints(self) -> list[Unique]:
        return [constraint for constraint in self.constraints if not isinstance(constraint, Index)]

    def unique_columns(self, constraint_name: str) -> set[str]:
        """Return the columns of the unique constraint or primary key with this name; none for another constraint."""
        if constraint_name == f"{self.name}_pkey":  # PostgreSQL's name for it
            return {"project_id", *self.record.key}
        unique = (c for c in self.unique_constraints if c.name_in(self.name) == constraint_name)
        return next(({"project_id", *constraint.columns} for constraint in unique), set())


def table(
    name: str,
    *constraints: Unique,
    in_snapshots: bool = True,
    derived: bool = False,
    shared: Shared = "",
) -> Callable[[type[R]], type[R]]:
    """Declare the table of a record.

    Args:
        in_snapshots: whether snapshots and exports contain the rows, and a reset deletes them. Such rows are stored
            under the project's data key, others under its id.
        derived: whether the database itself writes the rows, from another table's. Snapshots don't contain them.
        shared: see ``Table``.
    """

    def declare(record: type[R]) -> type[R]:
        def read_fields() -> None:
            references, key = dict[str, type[Record]](), list[str]()
            columns = [Column(name, "project_id", str)]
            for struct_field in msgspec.structs.fields(record):
                hint, *marks = get_args(struct_field.type) if _is(struct_field.type, Annotated) else [struct_field.type]
                if struct_field.name != "project_id":
                    columns.append(Column(name, struct_field.name, _required(hint), _is_optional(hint)))
                    if KEY in marks:
                        key.append(struct_field.name)
                for mark in marks:
                    if isinstance(mark, ForeignKey):
                        references[struct_field.name] = mark.record
            has_copies, by_data_key = in_snapshots and not derived, in_snapshots or derived
            record.references, record.key = references, tuple(key)
            record.table = Table(name, record, Columns(columns), constraints, has_copies, shared, by_data_key)

        RECORDS[name], _unread[record] = record, read_fields
        return record

    return declare


def new_data_key() -> str:
    """Return a data key that no project had before."""
    return f"{position():x}"


def records_by_reference() -> list[type[Record]]:
    """Return all records. A record comes after the records that it refers to."""
    left, found = sorted(RECORDS.values(), key=lambda record: record.table.name), list[type[Record]]()
    while left:
        free = [record for record in left if not set(record.references.values()) & {*left} - {record}]
        found += free
        left = [record for record in left if record not in free]
    return found


def _is(hint: Any, *origins: Any) -> bool:
    return get_origin(hint) in origins


def _is_optional(hint: Any) -> bool:
    return _is(hint, Union, UnionType) and NoneType in get_args(hint)


def _required(hint: Any) -> Any:
    return next(a for a in get_args(hint) if a is not NoneType) if _is_optional(hint) else hint
