"""Declare a record: one frozen class is the row in Python and, with ``@table``, the table in SQL.

    @table("members", Unique("organization_id", "external_id"))
    class Member(Record):
        member_id: PrimaryKey
        organization_id: Annotated[str, ForeignKey(Organization)]
        name: str = ""
        trusted_metadata: dict[str, Any] = {}

Every table also gets a ``project_id``. It is the first column of every key, unique constraint, index and foreign key,
so rows of two projects can't collide or refer to each other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKeyConstraint,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy import Index as SqlIndex
from sqlalchemy.types import TypeDecorator, TypeEngine

from mockstytch.values import Frozen

METADATA = MetaData()
RECORDS: dict[str, type["Record"]] = {}  # by the name of the table


class Record(Frozen):
    """Base class of rows. A row is a value: ``row = ctx.store.update(row, …)`` returns the changed copy.

    Attributes:
        copies: the table that holds the copies of the rows in snapshots; None if no snapshot contains them.
        key: the fields of the primary key.
        references: the fields that hold the key of another record, and that record.
    """

    table: ClassVar[Table]
    copies: ClassVar[Table | None]
    key: ClassVar[tuple[str, ...]]
    references: ClassVar[dict[str, "type[Record]"]]


R = TypeVar("R", bound=Record)


class Unique:
    """A unique constraint within a project. NULL is never a duplicate.

    Args:
        excluding: a column and a value: rows with that value are exempt from the constraint.
    """

    def __init__(self, *columns: str, excluding: tuple[str, str] | None = None) -> None:
        self.columns, self.excluding = columns, excluding


class Index(Unique):
    """An index on columns that queries compare."""


class GlobalIndex(Index):
    """An index across projects, for requests that name an object without its project."""


@dataclass(frozen=True)
class ForeignKey:
    """Marks a column that holds the key of another record. Deleting that record deletes this row."""

    record: type[Record]


_KEY = "key"
PrimaryKey = Annotated[str, _KEY]


def table(name: str, *constraints: Unique, in_snapshots: bool = True) -> Callable[[type[R]], type[R]]:
    """Declare the SQL table of a record, and the table of its copies in snapshots.

    Args:
        in_snapshots: whether snapshots and exports contain the rows. Otherwise they outlive a reset, too.
    """

    def declare(record: type[R]) -> type[R]:
        columns = [Column("project_id", String, primary_key=True)]
        record.references = {}
        extras: list[Any] = []
        for field in msgspec.structs.fields(record):
            hint, *marks = get_args(field.type) if get_origin(field.type) is Annotated else [field.type]
            if field.name != "project_id":
                columns.append(
                    Column(field.name, _sql_type(hint), primary_key=_KEY in marks, nullable=_is_optional(hint))
                )
            for mark in marks:
                if isinstance(mark, ForeignKey):
                    record.references[field.name] = mark.record
                    referenced = mark.record.table.c
                    target = [referenced.project_id, *(referenced[k] for k in mark.record.key)]
                    extras.append(ForeignKeyConstraint(["project_id", field.name], target, ondelete="CASCADE"))
                    extras.append(SqlIndex(f"{name}_{field.name}", "project_id", field.name))
        record.table = Table(name, METADATA, *columns, *extras)
        record.key = tuple(c.name for c in record.table.primary_key if c.name != "project_id")
        record.copies = _copies_of(record) if in_snapshots else None
        RECORDS[name] = record
        for constraint in constraints:
            _add_index(record.table, constraint)
        return record

    return declare


def _copies_of(record: type[Record]) -> Table:
    """Return the table for copies of a record's rows: the same columns, and the name of the snapshot."""
    key = [Column(name, String, primary_key=True) for name in ("project_id", "snapshot")]
    columns = [record.table.c[name] for name in record.__struct_fields__]
    copied = [Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable) for c in columns]
    return Table(f"{record.table.name}_copies", METADATA, *key, *copied, sqlite_with_rowid=False)


def _add_index(table: Table, constraint: Unique) -> None:
    unique = not isinstance(constraint, Index)
    where = table.c[constraint.excluding[0]] != constraint.excluding[1] if constraint.excluding else None
    name = "_".join([table.name, *constraint.columns, "unique" if unique else "index"])
    prefix = () if isinstance(constraint, GlobalIndex) else ("project_id",)
    columns = [table.c[name] for name in (*prefix, *constraint.columns)]
    # ``postgresql_where=`` would import that dialect here. ``engine`` adds the condition for the dialect in use.
    SqlIndex(name, *columns, unique=unique, info={"where": where})


def _is_optional(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint)


def _sql_type(hint: Any) -> TypeEngine[Any]:
    plain = next(a for a in get_args(hint) if a is not NoneType) if _is_optional(hint) else hint
    if get_origin(plain) is Literal:
        return String()
    simple: dict[Any, TypeEngine[Any]] = {
        str: String(),
        int: BigInteger(),
        bool: Boolean(),
        float: Float(),
        datetime: UtcDateTime(),
    }
    return simple.get(plain) or Json(plain)


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC. SQLite stores no time zone: it is added when a row is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Json(TypeDecorator[Any]):
    """A value as JSON text: any type that msgspec can encode and decode, such as ``list[SomeStruct]``."""

    impl = Text
    cache_ok = True  # False would compile every statement on every execution: 300 µs instead of 30

    def __init__(self, hint: Any) -> None:
        super().__init__()
        self.hint = hint  # SQLAlchemy's cache key consists of the attributes that are named like the arguments
        self._decode = msgspec.json.Decoder(hint).decode

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        return None if value is None else self._decode(value)
