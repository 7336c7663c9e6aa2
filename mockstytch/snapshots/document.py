"""The document of an export: everything that a project holds, without its credentials and its request log."""

import asyncio
from collections.abc import Callable, Iterator, Set
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from mockstytch import keys
from mockstytch.control.clock import is_in_range
from mockstytch.control.settings import require_valid
from mockstytch.errors import StytchError
from mockstytch.nearest import nearest
from mockstytch.protocols import password_hashes
from mockstytch.runtime import Mock
from mockstytch.snapshots import formats, objects, rewriting
from mockstytch.snapshots.formats import Document, DocumentError
from mockstytch.store.copying.copies import copied_records
from mockstytch.store.record import Record
from mockstytch.store.records.credentials import Password
from mockstytch.store.records.projects import Project, SigningKey
from mockstytch.store.records.snapshots import ProjectState
from mockstytch.store.records.sso import BuiltinProviderKey
from mockstytch.store.store import INSERTED_AT_ONCE, NotUnique, Store
from mockstytch.values import Frozen

T = TypeVar("T", bound=msgspec.Struct)

_SECTIONS = ("format", "project_id", "project", "tables")
_LARGEST = 2**63  # integer that the database stores, plus one
_PART = 500  # rows
_PLAIN = (str, bool, type(None))  # the types of most values

Rows = dict[type[Record], list[Record]]


class Contents(Frozen):
    """What a document describes."""

    project: ProjectState
    rows: Rows


async def export(mock: Mock, project: Project) -> Document:
    """Return everything that the project holds. Tables, rows and keys are always in the same order.

    Other requests wait while the rows are read, but not while they are decoded and encoded.
    """

    def read() -> tuple[ProjectState, dict[str, Callable[[], list[Any]]]]:
        with mock.transaction(project, read_only=True) as ctx:
            tables = {record.table.name: ctx.store.read_all(record) for record in copied_records()}
            return ProjectState.of(ctx.project), tables

    def encode() -> dict[str, msgspec.Raw]:
        return {name: _encoded(sorted(rows, key=_order)) for name, decode in tables.items() if (rows := decode())}

    state, tables = await mock.run_aside(read)
    return {
        "format": formats.name(),
        "project_id": project.project_id,
        "project": state,
        "tables": await asyncio.to_thread(encode),
    }


def _order(row: Record) -> int:
    """Return what rows are sorted by, after their keys: their order of creation, if it is known."""
    return getattr(row, "position", 0)


def _encoded(rows: list[Record]) -> msgspec.Raw:
    """Encode rows as a JSON array. Between the parts, other threads can run."""
    parts = (msgspec.json.encode(rows[start : start + _PART])[1:-1] for start in range(0, len(rows), _PART))
    return msgspec.Raw(b"[" + b",".join(parts) + b"]")


def read(project: Project, taken: Set[str], document: Document) -> Contents:
    """Check a document, and return what it describes, with the ids of a project. This needs no transaction.

    Args:
        taken: see ``rewriting.for_project``.

    Raises:
        DocumentError: if the document isn't valid.
    """
    document = formats.upgrade(document)
    _require_known("", document, _SECTIONS)
    document = rewriting.for_project(project, taken, document)
    contents = Contents(project=_project(document.get("project", {})), rows=_rows(document.get("tables", {})))
    _require_references(contents.rows)
    _require_keys(contents)
    return contents


def write(base_url: str, contents: Contents, store: Store) -> Iterator[None]:
    """Write the rows into an empty project, and read them once as the API does. Yields after some rows.

    Raises:
        DocumentError: if two rows have the same key or unique value, or a row can't be read.
    """
    for record, rows in contents.rows.items():
        for start in range(0, len(rows), INSERTED_AT_ONCE):
            try:
                store.insert_all(rows[start : start + INSERTED_AT_ONCE])
            except NotUnique as e:
                same = " and ".join(e.columns)
                raise DocumentError(f"{_place(record, start + e.index)}: another row has the same {same}") from None
            yield
    present = objects.Present(store, base_url)
    for record, rows in contents.rows.items():
        for number, row in enumerate(rows):
            try:
                objects.describe(present, row)
                yield
            except (LookupError, TypeError, ValueError, AttributeError) as e:
                raise DocumentError(f"{_place(record, number)}: a value isn't valid: {type(e).__name__} {e}") from None


def _project(section: Any) -> ProjectState:
    """Return the project's settings and clock.

    Raises:
        DocumentError: if a value isn't valid.
    """
    if not isinstance(section, dict):
        raise DocumentError("project must be an object")
    _require_known("project", section, ProjectState.__struct_fields__)
    state = _convert(section, ProjectState, "project")
    _require_times(state, "project")
    if not is_in_range(state.clock):
        raise DocumentError("project.clock: the time must be between the years 1900 and 8999")
    try:
        require_valid(state.settings)
    except StytchError as e:
        raise DocumentError(f"project.settings: {e.because or e.message}") from None
    if state.clock.frozen_at:
        frozen = msgspec.structs.replace(state.clock, frozen_at=state.clock.frozen_at.astimezone(UTC))
        return msgspec.structs.replace(state, clock=frozen)
    return state


def _rows(section: Any) -> Rows:
    """Return the rows of all tables.

    Raises:
        DocumentError: if there is an unknown table or column, or a value isn't valid.
    """
    if not isinstance(section, dict):
        raise DocumentError("tables must be an object")
    records = {record.table.name: record for record in copied_records()}
    _require_known("tables", section, tuple(records))
    found: Rows = {}
    for table_name, record in records.items():
        lines = section.get(table_name, [])
        if not isinstance(lines, list):
            raise DocumentError(f"tables.{table_name} must be a list")
        found[record] = [_row(record, line, _place(record, number)) for number, line in enumerate(lines)]
    return found


def _row(record: type[Record], line: Any, place: str) -> Record:
    if not isinstance(line, dict):
        raise DocumentError(f"{place} must be an object")
    _require_known(place, line, record.__struct_fields__)
    row = _convert(line, record, place)
    moved = {}
    for name, value in zip(record.__struct_fields__, msgspec.structs.astuple(row), strict=True):
        if type(value) in _PLAIN:
            continue
        if type(value) is int and not -_LARGEST <= value < _LARGEST:
            raise DocumentError(f"{place}: {name} is too large")
        _require_times(value, place)
        if isinstance(value, datetime):
            moved[name] = value.astimezone(UTC)
    return msgspec.structs.replace(row, **moved)


def _convert(value: Any, model: type[T], place: str) -> T:
    try:
        return msgspec.convert(value, model)
    except msgspec.ValidationError as e:
        text, _, path = str(e).partition(" - at `$")
        raise DocumentError(f"{place}{path.rstrip('`')}: {text}") from None


def _require_known(place: str, section: Document, names: tuple[str, ...]) -> None:
    if unknown := sorted(section.keys() - set(names)):
        beginning = f"{place}: " if place else ""
        raise DocumentError(f"{beginning}unknown name {unknown[0]}. Did you mean {nearest(unknown[0], names)}?")


def _require_times(value: Any, place: str) -> None:
    """Check every time in a value: it has a time zone, and leaves room for times that are derived from it."""
    match value:
        case datetime() if value.tzinfo is None or not 1900 <= value.year < 9000:
            raise DocumentError(f"{place}: {value.isoformat()} isn't a time with a time zone in the years 1900 to 8999")
        case list():
            for item in value:
                _require_times(item, place)
        case dict():
            for item in value.values():
                _require_times(item, place)
        case msgspec.Struct():
            for name in value.__struct_fields__:
                _require_times(getattr(value, name), place)


def _require_references(rows: Rows) -> None:
    """Check that every row that a row refers to exists."""
    keys_of = {record: {tuple(getattr(row, name) for name in record.key) for row in rows[record]} for record in rows}
    for record, lines in rows.items():
        for column, referenced in record.references.items():
            for number, row in enumerate(lines):
                value = getattr(row, column)
                if value is not None and (value,) not in keys_of[referenced]:
                    table_name = referenced.table.name
                    raise DocumentError(f"{_place(record, number)}: {column} {value!r} isn't in tables.{table_name}")


def _require_keys(contents: Contents) -> None:
    """Check what the server couldn't work with, although it is text: signing keys and password hashes."""
    for record in (SigningKey, BuiltinProviderKey):
        for number, row in enumerate(contents.rows[record]):
            if isinstance(row, SigningKey | BuiltinProviderKey) and not keys.is_pair(row.kid, row.private_key, row.jwk):
                raise DocumentError(f"{_place(record, number)}: private_key and jwk must be an RSA key")
    if contents.project.counters.get("keys_rotated") and not contents.rows[SigningKey]:
        raise DocumentError("project.counters: keys_rotated needs a key in tables.signing_keys")
    for number, row in enumerate(contents.rows[Password]):
        if isinstance(row, Password) and not password_hashes.is_hash(row.hash):
            raise DocumentError(f"{_place(Password, number)}: hash isn't the hash of a password")


def _place(record: type[Record], number: int) -> str:
    return f"tables.{record.table.name}[{number}]"
