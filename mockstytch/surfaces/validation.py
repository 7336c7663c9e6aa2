"""Validation of requests: msgspec does the work, and its errors become Stytch's.

If a request isn't valid, its fields are validated one by one: first to find a wrong JSON type, in the order of the body,
then to find a missing or wrong value, in order of declaration. Only the fixed beginning of msgspec's message is read, to
distinguish a wrong JSON type from a wrong value. No other module reads a msgspec error.
"""

import re
import reprlib
from collections.abc import Iterator
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeGuard, TypeVar, Union, get_args, get_origin

from msgspec import Struct, ValidationError, convert
from msgspec.structs import FieldInfo, fields

from mockstytch import errors
from mockstytch.errors import StytchError
from mockstytch.surfaces import json_position
from mockstytch.surfaces.fields import FieldError, Normalize

S = TypeVar("S", bound=Struct)
# Without "- at `$.place`": the value itself has the wrong type, and not one inside it.
_WRONG_TYPE = r"Expected `[^`]+`, got `[^`]+`$"
# The values of fields with one of these words in their name must not be logged.
_SECRET = "code|hash|jwt|password|salt|secret|token|verifier"


def parse(model: type[S], raw: dict[str, Any], strict: bool = True, body: bytes = b"") -> S:
    """Build a request from its fields.

    A wrong JSON type, at any depth, is refused before anything else: production decodes the whole body first.

    Args:
        strict: False to convert text to numbers and booleans: ``?limit=10.0&include_deleted=True``.
        body: the JSON text of the fields; b"" if they come from elsewhere.

    Raises:
        StytchError: if a field is missing or isn't valid: the error of the first one.
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
    given = _without_nulls(model, given)  # in nested objects too: one SDK sends them
    try:
        return convert(given, model, strict=strict)
    except ValidationError:
        wrong_type = _wrong_type(model, given, strict)
        error = _type_error(*wrong_type, body) if wrong_type else _first_error(model, given, strict)
        raise error from None


def _without_nulls(expected: Any, value: Any) -> Any:
    """Return a value without the nulls in its structs."""
    for alternative in _alternatives(expected):
        if isinstance(value, dict) and _is_struct(alternative):
            types = {field.name: field.type for field in fields(alternative)}
            given = {name: inner for name, inner in value.items() if inner is not None}
            return {name: _without_nulls(types.get(name), inner) for name, inner in given.items()}
        if isinstance(value, list) and get_origin(alternative) is list:
            return [_without_nulls(get_args(alternative)[0], inner) for inner in value]
    return value


def _wrong_type(expected: Any, value: Any, strict: bool) -> tuple[json_position.Path, str] | None:
    """Return the path to the first value with a wrong JSON type, and the reason, or None.

    Fields that have an error of their own for this are left out.
    """
    try:
        convert(value, expected, strict=strict)
    except ValidationError as e:
        if re.match(_WRONG_TYPE, str(e)):
            return (), str(e)
        for step, inner_type, inner_value in _members(expected, value):
            if found := _wrong_type(inner_type, inner_value, strict):
                return (step, *found[0]), found[1]
    return None


def _members(expected: Any, value: Any) -> Iterator[tuple[str | int, Any, Any]]:
    """Return the values in an object or a list in their order, each with its key or index and its expected type."""
    for alternative in _alternatives(expected):
        items = get_args(alternative)
        if isinstance(value, dict) and _is_struct(alternative):
            known = {f.name: f for f in fields(alternative) if not ((own := _field_error(f)) and own.or_type)}
            yield from ((name, known[name].type, inner) for name, inner in value.items() if name in known)
        elif isinstance(value, dict) and get_origin(alternative) is dict:
            yield from ((name, items[1], inner) for name, inner in value.items())
        elif isinstance(value, list) and get_origin(alternative) is list:
            yield from ((index, items[0], inner) for index, inner in enumerate(value))


def _alternatives(expected: Any) -> list[Any]:
    """Return the types of a union, or the type itself, without ``Annotated``."""
    if get_origin(expected) is Annotated:
        return _alternatives(get_args(expected)[0])
    if get_origin(expected) in (Union, UnionType):
        return [inner for part in get_args(expected) for inner in _alternatives(part)]
    return [expected]


def _is_struct(kind: Any) -> TypeGuard[type[Struct]]:
    return isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, Struct)


def _type_error(path: json_position.Path, reason: str, body: bytes) -> StytchError:
    """Return the error of a value with a wrong JSON type.

    Args:
        path: the keys and indexes that lead to the value.
    """
    because = f"{''.join(f'[{step}]' if isinstance(step, int) else f'.{step}' for step in path)[1:]}: {reason}"
    try:
        value = json_position.describe(body.decode(), path)
    except (LookupError, RecursionError):  # it comes from elsewhere, or other fields are nested deeply
        return errors.bad_request(because=because)
    return errors.invalid_argument(because=because, message=f"could not interpret value: {value}")


def _first_error(model: type[Struct], given: dict[str, Any], strict: bool) -> StytchError:
    """Return the error of the first invalid field, in order of declaration."""
    for field in fields(model):
        own_error = _field_error(field)
        kind = own_error.error if own_error else errors.bad_request
        if field.name not in given:
            if field.required:
                return kind(because=f"{field.name} is missing")
            continue
        try:
            convert(given[field.name], field.type, strict=strict)
        except ValidationError as e:
            nested = next(filter(_is_struct, _alternatives(field.type)), None)
            if nested and isinstance(given[field.name], dict):
                return _first_error(nested, given[field.name], strict)
            wrong_type = re.match(_WRONG_TYPE, str(e))
            because = str(e) if wrong_type else _value_refused(field.name, given[field.name])
            return kind(because=f"{field.name}: {because}")
    return errors.bad_request()


def _value_refused(name: str, value: Any) -> str:
    """Return the reason for the request log, with the value shortened, or left out if it may be a secret."""
    return "not accepted" if re.search(_SECRET, name) else f"{reprlib.repr(value)} isn't accepted"


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
