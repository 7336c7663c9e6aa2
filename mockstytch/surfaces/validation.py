"""Validation of requests: msgspec does the work, and its errors become Stytch's.

If a request isn't valid, its fields are validated one by one, in order of declaration, to find the first invalid field.
Only the fixed beginning of msgspec's message is read, to distinguish a wrong JSON type from a wrong value. No other
module reads a msgspec error.
"""

import re
import reprlib
from enum import Enum
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

from msgspec import Struct, ValidationError, convert
from msgspec.structs import FieldInfo, fields

from mockstytch import errors
from mockstytch.errors import StytchError
from mockstytch.surfaces.fields import FieldError, Normalize

S = TypeVar("S", bound=Struct)
_WRONG_TYPE = r"Expected `[^`]+`, got `"
# The values of fields with one of these words in their name must not be logged.
_SECRET = "code|hash|jwt|password|salt|secret|token|verifier"


def parse(model: type[S], raw: dict[str, Any], strict: bool = True) -> S:
    """Build a request from its fields.

    Args:
        strict: False to convert text to numbers and booleans: ``?limit=10.0&include_deleted=True``.

    Raises:
        StytchError: the error of the first field that is missing or isn't valid.
    """
    given = {name: value for name, value in raw.items() if value is not None}  # null is treated as absent
    for name, normalize in _normalizers(model):
        if isinstance(given.get(name), str) and (normalized := normalize(given[name])) is not None:
            given[name] = normalized
        elif given.get(name) == "":
            del given[name]
    try:
        return convert(given, model, strict=strict)
    except ValidationError:
        pass
    without_nulls = _without_nulls(model, given)  # in nested objects too: one SDK sends them
    try:
        return convert(without_nulls, model, strict=strict)
    except ValidationError:
        raise _first_error(model, without_nulls, strict) from None


def _first_error(model: type[Struct], given: dict[str, Any], strict: bool) -> StytchError:
    """Return the error of the first invalid field."""
    for field in fields(model):
        own_error = _field_error(field)
        if field.name not in given:
            if field.required:
                return (own_error.error if own_error else errors.bad_request)(because=f"{field.name} is missing")
            continue
        try:
            convert(given[field.name], field.type, strict=strict)
        except ValidationError as e:
            nested = _nested(field)
            if nested and isinstance(given[field.name], dict):
                return _first_error(nested, given[field.name], strict)
            wrong_type = re.match(_WRONG_TYPE, str(e))
            kind = own_error.error if own_error and (own_error.or_type or not wrong_type) else errors.bad_request
            because = str(e) if wrong_type else _value_refused(field.name, given[field.name])
            return kind(because=f"{field.name}: {because}")
    return errors.bad_request()


def _value_refused(name: str, value: Any) -> str:
    """Return the reason for the request log, with the value shortened, or left out if it may be a secret."""
    return "not accepted" if re.search(_SECRET, name) else f"{reprlib.repr(value)} isn't accepted"


def _without_nulls(model: type[Struct], given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields without nulls in nested objects."""
    result = dict(given)
    for field in fields(model):
        nested, value = _nested(field), given.get(field.name)
        if nested and isinstance(value, dict):
            result[field.name] = _without_nulls(nested, {k: v for k, v in value.items() if v is not None})
    return result


def _nested(field: FieldInfo) -> type[Struct] | None:
    """Return the struct type of a field, or None. Structs in a list don't count."""
    for part in (field.type, *get_args(field.type)):
        if isinstance(part, type) and get_origin(part) is None and issubclass(part, Struct):
            return part
    return None


def _field_error(field: FieldInfo) -> FieldError | None:
    return next((part for part in _parts(field) if isinstance(part, FieldError)), None)


@cache
def _normalizers(model: type[Struct]) -> list[tuple[str, Any]]:
    """Return the fields to normalize, each with its function. An empty text for an enumeration is treated as absent."""
    return [(f.name, part.apply) for f in fields(model) for part in _parts(f) if isinstance(part, Normalize)] + [
        (f.name, lambda value: value or None)
        for f in fields(model)
        if any(isinstance(part, type) and issubclass(part, Enum) for part in _parts(f))
    ]


def _parts(field: FieldInfo) -> list[Any]:
    """Return the types and ``Annotated`` metadata of a field, including those inside ``X | None`` and ``list[X]``."""
    parts: list[Any] = [field.type]
    for part in parts:  # grows during the loop
        parts += [inner for inner in (*get_args(part), *getattr(part, "__metadata__", ())) if inner not in parts]
    return parts
