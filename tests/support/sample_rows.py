"""A row of every record, made from the types of its fields: a new record has one without any change here."""

from datetime import UTC, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from mockstytch import keys
from mockstytch.protocols import password_hashes
from mockstytch.store.copying.copies import copied_records
from mockstytch.store.record import Record
from mockstytch.store.records.credentials import Password
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import SigningKey
from mockstytch.store.records.sso import BuiltinProviderKey

TIME = datetime(2026, 1, 2, 3, 4, 5, 678, UTC)


def sample_rows() -> dict[type[Record], Record]:
    """Return a row of each record that a snapshot contains. Rows refer to each other."""
    rows: dict[type[Record], Record] = {}
    for record in copied_records():
        hints = get_type_hints(record, include_extras=True)
        values = {name: _value(hints[name], f"{record.table.name}-{name}") for name in record.__struct_fields__}
        for name, referenced in record.references.items():
            [key] = referenced.key
            values[name] = getattr(rows[referenced], key)
        rows[record] = record(**(values | _special(record)))
    return rows


def _special(record: type[Record]) -> dict[str, Any]:
    """Return values that the server can work with, where a type doesn't say enough."""
    if record in (SigningKey, BuiltinProviderKey):
        return _key_pair(record.__name__)
    if record is Password:
        return {"hash": password_hashes.make("correct horse", "c2FsdA==")}
    if record is Organization:
        assignment = {"domain": "acme.test", "role_id": "stytch_admin"}
        return {"rbac_email_implicit_role_assignments": [assignment]}
    return {}


@cache
def _key_pair(kid: str) -> dict[str, Any]:
    pem, jwk = keys.new_key(kid)
    return {"kid": kid, "private_key": pem, "jwk": jwk}


def _value(hint: Any, text: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _value(arguments[0], text)
    if origin in (Union, UnionType):
        return _value(next(a for a in arguments if a is not NoneType), text)
    if origin is Literal:
        return arguments[-1]
    if origin is list:
        return [_value(arguments[0], text)]
    if origin is dict:
        return {text: _value(arguments[1], text)}
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        hints = get_type_hints(hint)
        return hint(**{name: _value(hints[name], f"{text}-{name}") for name in hint.__struct_fields__})
    return {str: text, int: 7, bool: True, float: 1.5, datetime: TIME, Any: text}[hint]
