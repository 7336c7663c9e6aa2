"""Compare a response with the official SDK's model."""

import enum
import re
from collections.abc import Iterator
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import pydantic

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def differences(expected: Any, value: Any, at: str) -> Iterator[str]:
    """Find the differences, both ways: ``<model>.<key> is missing`` (or null, left out, unknown, not a <type>).

    Args:
        expected: a type from the SDK's models.
        value: the response, as plain JSON.
        at: the name of ``value`` in the differences.
    """
    origin, inner = get_origin(expected), get_args(expected)
    if value is None:
        if expected is not Any and NoneType not in inner:
            yield f"{at} is null"
    elif origin in (Union, UnionType):
        found = [list(differences(part, value, at)) for part in inner if part is not NoneType]
        yield from min(found, key=len)
    elif origin is list and isinstance(value, list):
        for item in value:
            yield from differences(inner[0], item, at)
    elif origin is dict and isinstance(value, dict):
        for item in value.values():
            yield from differences(inner[1], item, at)
    elif isinstance(expected, type) and issubclass(expected, pydantic.BaseModel) and isinstance(value, dict):
        yield from _object(expected, value)
    elif not _fits(expected, value):
        yield f"{at} is not a {getattr(expected, '__name__', expected)}"


def _object(model: type[pydantic.BaseModel], value: dict[str, Any]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        at = f"{model.__name__}.{name}"
        if name in value:
            yield from differences(field.annotation, value[name], at)
        else:
            yield f"{at} is {'missing' if field.is_required() else 'left out'}"
    yield from (f"{model.__name__}.{name} is unknown" for name in value.keys() - model.model_fields.keys())


def _fits(expected: Any, value: Any) -> bool:
    if expected is Any:
        return True
    if expected is datetime:
        return isinstance(value, str) and bool(_MOMENT.fullmatch(value))
    if isinstance(expected, type) and issubclass(expected, enum.Enum):
        return value in [choice.value for choice in expected]
    return type(value) is expected


def sorted_keys(value: Any) -> bool:
    """Return whether the keys of every object are in alphabetical order."""
    if isinstance(value, dict):
        return list(value) == sorted(value) and all(map(sorted_keys, value.values()))
    return all(map(sorted_keys, value)) if isinstance(value, list) else True
