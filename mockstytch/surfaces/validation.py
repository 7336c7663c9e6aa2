"""Validation of requests: msgspec does the work, and its errors become Stytch's.

If a request isn't valid, ``json_types`` looks for a wrong JSON type, in the order of the body. Then the fields are
validated one by one, in order of declaration, to find a missing or wrong value. No other modules read msgspec's errors.
"""

import re
import reprlib
from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Any, TypeVar, get_args

from msgspec import Struct, ValidationError, convert
from msgspec.structs import FieldInfo, fields

from mockstytch import errors
from mockstytch.empty_values import without_absent
from mockstytch.errors import Kind, StytchError
from mockstytch.protocols import json_types

S = TypeVar("S", bound=Struct)
WITHOUT_EFFECT = {"telemetry_id"}  # a field of the fraud product in many requests
# The values of fields with one of these words in their name must not be logged.
_SECRET = "code|hash|jwt|password|salt|secret|token|verifier"


class FieldError(Struct, frozen=True):
    """The error of a field that is absent, empty or malformed.

    Attributes:
        or_type: whether a wrong JSON type has this error too, instead of ``invalid_argument``.
    """

    error: Kind
    or_type: bool = False


class Normalize(Struct, frozen=True):
    """A function that is applied to a string before validation. It returns None if ``""`` is the same as not sent."""

    apply: Callable[[str], str | None]


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
        if isinstance(given.get(name), str):
            given[name] = normalize(given[name])
            if given[name] is None:
                del given[name]
    given = without_absent(model, given)
    try:
        return convert(given, model, strict=strict)
    except ValidationError:
        pass
    given = json_types.without_nulls(model, given)  # in nested objects too: one SDK sends them
    try:
        return convert(given, model, strict=strict)
    except ValidationError:
        wrong_type = json_types.find(model, given, strict, _has_type_error)
        error = _type_error(*wrong_type, body) if wrong_type else _first_error(model, given, strict)
        raise error from None


def refuse_unknown(model: type[Struct], body: dict[str, Any]) -> None:
    """Refuse a body with a field that the request doesn't have, at any depth.

    Raises:
        invalid_argument: if the project's setting ``unknown_fields`` is ``refused``, and the request has such a field.
    """
    path = json_types.unknown(model, {name: value for name, value in body.items() if name not in WITHOUT_EFFECT})
    if path:
        name = json_types.written(path)
        raise errors.invalid_argument(because=f"unknown field {name}", message=f'unknown field "{name}"')


def _type_error(path: json_types.Path, reason: str, body: bytes) -> StytchError:
    """Return the error of a value with a wrong JSON type.

    Args:
        path: the keys and indexes that lead to the value.
    """
    because = f"{json_types.written(path)}: {reason}"
    try:
        value = json_types.describe(body.decode(), path)
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
            nested = next(filter(json_types.is_struct, json_types.alternatives(field.type)), None)
            if nested and isinstance(given[field.name], dict):
                return _first_error(nested, given[field.name], strict)
            because = str(e) if json_types.is_wrong_type(e) else _value_refused(field.name, given[field.name])
            return kind(because=f"{field.name}: {because}")
    return errors.bad_request()


def _value_refused(name: str, value: Any) -> str:
    """Return the reason for the request log, with the value shortened, or left out if it may be a secret."""
    return "not accepted" if re.search(_SECRET, name) else f"{reprlib.repr(value)} isn't accepted"


def _has_type_error(field: FieldInfo) -> bool:
    """Whether a field has its own error for a wrong JSON type."""
    own_error = _field_error(field)
    return own_error is not None and own_error.or_type


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
