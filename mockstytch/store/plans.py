"""Plans: the compiled statement of each shape, and how values get into it and out of it.

SQLAlchemy compiles a statement once, and then its text runs on the driver's connection. That takes a seventh of the
time of SQLAlchemy's own ``Connection.execute``.

``plans.json`` has the statements for SQLite that requests need, so that a server doesn't import SQLAlchemy at all: the
import takes longer than the rest of the start. ``python -m tools.plans`` writes the file. A shape that isn't in it is
compiled when it is first used.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_origin

import msgspec

from mockstytch.store import remembered
from mockstytch.store.expressions import Column, Shape
from mockstytch.store.record import RECORDS, R, Record

FILE = Path(__file__).with_name("plans.json")
_MAX_PLANS = 5_000
_MAX_PARAMETERS = 2_000  # a plan with more parameters isn't kept


class StoredPlan(NamedTuple):
    """A plan in ``plans.json``: see ``statements.Compiled`` for the fields."""

    text: str
    order: list[int]
    columns: list[str]
    constants: list[Any]


class Plan:
    """A compiled statement.

    Attributes:
        text: the SQL.
        only_reads: whether it writes nothing.
        outdates: the remembered tables whose rows it may change: see ``remembered.outdated_by``.

    Args:
        kind: the first part of the statement's shape.
    """

    __slots__ = ("_constants", "_converters", "_order", "only_reads", "outdates", "text")

    def __init__(self, kind: str, stored: StoredPlan) -> None:
        self.text, self.outdates = stored.text, remembered.outdated_by(kind, stored.text)
        self.only_reads = stored.text.startswith("SELECT")
        converters = [_to_database(reference) for reference in stored.columns]
        self._constants = stored.constants
        self._order = None if stored.order == list(range(len(stored.columns))) else stored.order
        self._converters = tuple((at, convert) for at, convert in enumerate(converters) if convert is not None)

    def parameters(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return the parameters of the statement for some values."""
        if self._converters:
            values = list(values)
            for at, convert in self._converters:
                if (value := values[at]) is not None:
                    values[at] = convert(value)
        if self._order is None:
            return values
        values = [*values, *self._constants]
        return [values[at] for at in self._order]


class Plans:
    """The plans for one kind of database."""

    def __init__(self, dialect_name: str) -> None:
        self._dialect_name = dialect_name
        self._plans: dict[Shape, Plan] = {}
        self._stored = _stored_plans() if dialect_name == "sqlite" else {}

    def get(self, shape: Shape, values: int) -> Plan:
        """Return the plan of a shape with a number of values."""
        plan = self._plans.get(shape)
        if plan is None:
            stored = self._stored.get(key_of(shape))
            plan = Plan(shape[0], _decode_plan(stored) if stored else compiled(shape, self._dialect_name))
            if values <= _MAX_PARAMETERS:
                if len(self._plans) >= _MAX_PLANS:
                    self._plans.clear()
                self._plans[shape] = plan
        return plan

    def used_shapes(self) -> set[Shape]:
        """Return the shapes of the plans that were used."""
        return set(self._plans)


@cache
def plans_for(dialect_name: str) -> Plans:
    """Return the plans for a kind of database, which all its connections share."""
    return Plans(dialect_name)


def key_of(shape: Shape) -> str:
    """Return the key of a shape in ``plans.json``."""
    return msgspec.json.encode(shape).decode()


def compiled(shape: Shape, dialect_name: str) -> StoredPlan:
    """Compile the statement of a shape with SQLAlchemy."""
    from mockstytch.store import statements  # imports SQLAlchemy

    found = statements.compile_shape(shape, dialect_name)
    return StoredPlan(found.text, found.order, found.columns, found.constants)


_decode_plan = msgspec.json.Decoder(StoredPlan).decode


def _stored_plans() -> dict[str, msgspec.Raw]:
    """Return the contents of the file. Each plan is decoded when it is first used."""
    return msgspec.json.decode(FILE.read_bytes(), type=dict[str, msgspec.Raw]) if FILE.exists() else {}


class Decoder:
    """Makes records from rows that have the columns of a record's fields."""

    __slots__ = ("_converters", "_names", "_record")

    def __init__(self, record: type[Record]) -> None:
        self._record, self._names = record, record.__struct_fields__
        converters = [_from_database(column) for column in record.table.selected]
        self._converters = tuple((at, convert) for at, convert in enumerate(converters) if convert is not None)

    def decode(self, row: Sequence[Any]) -> Any:
        """Return the record of a row."""
        values = list(row)
        for at, convert in self._converters:
            if (value := values[at]) is not None:
                values[at] = convert(value)
        return self._record(**dict(zip(self._names, values, strict=True)))


@cache
def decoder(record: type[R]) -> Decoder:
    """Return the decoder of a record."""
    return Decoder(record)


def read_values(record: type[Record], names: tuple[str, ...], row: Sequence[Any]) -> tuple[Any, ...]:
    """Return the values of these columns, from a row that has them in this order."""
    converters = [_from_database(record.table.c[name]) for name in names]
    pairs = zip(converters, row, strict=True)
    return tuple(value if convert is None or value is None else convert(value) for convert, value in pairs)


@cache
def _column(reference: str) -> Column:
    table, _, name = reference.partition(".")
    return RECORDS[table].table.c[name]


def _to_database(reference: str) -> Callable[[Any], Any] | None:
    """Return the function that converts a value for a column; None if the driver takes it as it is."""
    if not reference:
        return None
    hint = _column(reference).hint
    if hint is datetime:
        return _time_text
    return _json_text if _is_json(hint) else None


def _from_database(column: Column) -> Callable[[Any], Any] | None:
    """Return the function that converts what the driver returns for a column; None if it is the value."""
    if column.hint is datetime:
        return _time
    if column.hint is bool:
        return bool
    return msgspec.json.Decoder(column.hint).decode if _is_json(column.hint) else None


def _is_json(hint: Any) -> bool:
    return hint not in (str, int, bool, float, datetime) and get_origin(hint) is not Literal


_encode = msgspec.json.Encoder().encode  # a third faster than ``msgspec.json.encode``


def _json_text(value: Any) -> str:
    return _encode(value).decode()


def _time_text(value: datetime) -> str:
    """Return a time as text that sorts like the time. SQLite has no type for times."""
    text: str = msgspec.to_builtins(value)  # takes a fifth as long as ``isoformat``
    return f"{text[:10]} {text[11:26]}" if value.microsecond else f"{text[:10]} {text[11:19]}.000000"


def _time(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")
