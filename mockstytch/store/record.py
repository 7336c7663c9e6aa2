"""How an entity is declared: one frozen class is the row in Python and, through ``@table``, the table in SQL.

    @table("members", Unique("organization_id", "external_id"))
    class Member(Record):
        member_id: Key
        organization_id: Annotated[str, References(Organization)]
        name: str = ""
        trusted_metadata: dict[str, Any] = {}

Every table also gets a ``project_id``, first in its key, its uniques, its indexes and its foreign keys: rows of two
projects can neither collide nor refer to each other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, dataclass_transform, get_args, get_origin

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

METADATA = MetaData()


class FrozenMeta(msgspec.StructMeta):
    """Spares each class its ``frozen=True, kw_only=True``."""

    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> "FrozenMeta":
        return super().__new__(mcls, name, bases, namespace, **{**options, "frozen": True, "kw_only": True})


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Frozen(msgspec.Struct, metaclass=FrozenMeta, frozen=True, kw_only=True):
    """Base of every value that is built by keyword and never changed."""


class Record(Frozen):
    """Base of every row: a value. ``row = ctx.store.update(row, …)`` answers the changed copy."""

    table: ClassVar[Table]
    key: ClassVar[tuple[str, ...]]


R = TypeVar("R", bound=Record)


class Unique:
    """No two rows of a project have the same values in these columns; NULLs don't count, nor rows ``unless`` says."""

    def __init__(self, *columns: str, unless: tuple[str, str] | None = None) -> None:
        self.columns, self.unless = columns, unless


class Indexed(Unique):
    """These columns are searched by."""


class Everywhere(Indexed):
    """These columns are searched by without knowing the project: what somebody outside calls by its id alone."""


@dataclass(frozen=True)
class References:
    """This column holds the key of that record; the row goes when that one goes."""

    record: type[Record]


_KEY = "key"
Key = Annotated[str, _KEY]


def table(name: str, *constraints: Unique) -> Callable[[type[R]], type[R]]:
    """Declare the SQL table of a record."""

    def declare(record: type[R]) -> type[R]:
        columns = [Column("project_id", String, primary_key=True)]
        extras: list[Any] = []
        for field in msgspec.structs.fields(record):
            hint, *marks = get_args(field.type) if get_origin(field.type) is Annotated else [field.type]
            if field.name != "project_id":
                columns.append(Column(field.name, _sql_type(hint), primary_key=_KEY in marks, nullable=_optional(hint)))
            for mark in marks:
                if isinstance(mark, References):
                    there = mark.record.table
                    target = [there.c.project_id, *(there.c[k] for k in mark.record.key)]
                    extras.append(ForeignKeyConstraint(["project_id", field.name], target, ondelete="CASCADE"))
                    extras.append(Index(f"{name}_{field.name}", "project_id", field.name))
        record.table = Table(name, METADATA, *columns, *extras)
        record.key = tuple(c.name for c in record.table.primary_key if c.name != "project_id")
        for c in constraints:
            _index(record.table, c)
        return record

    return declare


def _index(table: Table, c: Unique) -> None:
    unique = not isinstance(c, Indexed)
    where = table.c[c.unless[0]] != c.unless[1] if c.unless else None
    names = "_".join([table.name, *c.columns, "unique" if unique else "index"])
    prefix = () if isinstance(c, Everywhere) else ("project_id",)
    columns = [table.c[name] for name in (*prefix, *c.columns)]
    # not as ``postgresql_where=``, which would import that whole dialect: the engine asks for the one it is
    Index(names, *columns, unique=unique, info={"where": where})


def _optional(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint)


def _sql_type(hint: Any) -> TypeEngine[Any]:
    plain = next(a for a in get_args(hint) if a is not NoneType) if _optional(hint) else hint
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
    """SQLite forgets the time zone; here it is always UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Json(TypeDecorator[Any]):
    """Anything that msgspec can write and read back as the annotated type, also ``list[SomeStruct]``."""

    impl = Text
    cache_ok = True  # False would silently compile every statement on every execution: 300 µs instead of 30

    def __init__(self, hint: Any) -> None:
        super().__init__()
        self.hint = hint  # SQLAlchemy's cache key is made of the attributes named like the arguments
        self._decode = msgspec.json.Decoder(hint).decode

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        return None if value is None else self._decode(value)
