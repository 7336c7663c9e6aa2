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


class Record(Frozen):
    """Base of every row: a value. ``row = ctx.store.update(row, …)`` answers the changed copy."""

    table: ClassVar[Table]
    key: ClassVar[tuple[str, ...]]


R = TypeVar("R", bound=Record)


class Unique:
    """A unique constraint within a project. NULLs don't count; rows with the value in ``excluding`` don't either."""

    def __init__(self, *columns: str, excluding: tuple[str, str] | None = None) -> None:
        self.columns, self.excluding = columns, excluding


class Index(Unique):
    """These columns are searched by."""


class GlobalIndex(Index):
    """These columns are searched by without knowing the project: what somebody outside calls by its id alone."""


@dataclass(frozen=True)
class ForeignKey:
    """This column holds the key of that record; the row goes when that one goes."""

    record: type[Record]


_KEY = "key"
PrimaryKey = Annotated[str, _KEY]


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
                if isinstance(mark, ForeignKey):
                    there = mark.record.table
                    target = [there.c.project_id, *(there.c[k] for k in mark.record.key)]
                    extras.append(ForeignKeyConstraint(["project_id", field.name], target, ondelete="CASCADE"))
                    extras.append(SqlIndex(f"{name}_{field.name}", "project_id", field.name))
        record.table = Table(name, METADATA, *columns, *extras)
        record.key = tuple(c.name for c in record.table.primary_key if c.name != "project_id")
        for c in constraints:
            _index(record.table, c)
        return record

    return declare


def _index(table: Table, c: Unique) -> None:
    unique = not isinstance(c, Index)
    where = table.c[c.excluding[0]] != c.excluding[1] if c.excluding else None
    names = "_".join([table.name, *c.columns, "unique" if unique else "index"])
    prefix = () if isinstance(c, GlobalIndex) else ("project_id",)
    columns = [table.c[name] for name in (*prefix, *c.columns)]
    # not as ``postgresql_where=``, which would import that whole dialect: the engine asks for the one it is
    SqlIndex(names, *columns, unique=unique, info={"where": where})


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
