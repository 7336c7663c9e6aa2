"""msgspec's findings in Stytch's words. The only module that reads a msgspec error.

On failure the fields are tried one by one, in order of declaration: which one failed is known without parsing msgspec's
sentence. Only its fixed beginning is read, to tell a wrong JSON type from a wrong value.
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
_SECRET = "code|hash|jwt|password|salt|secret|token|verifier"  # in the names of fields that the log must not show


def parse(model: type[S], raw: dict[str, Any], strict: bool = True) -> S:
    """The request that ``raw`` is.

    Args:
        strict: False for what arrives as text: ``?limit=10.0&include_deleted=True``.

    Raises:
        StytchError: the error of the first field that is absent or can't be what it should be.
    """
    given = {name: value for name, value in raw.items() if value is not None}  # a null is as good as absent
    for name, clean in _cleaned(model):
        if isinstance(given.get(name), str) and (cleaned := clean(given[name])) is not None:
            given[name] = cleaned
        elif given.get(name) == "":
            del given[name]
    try:
        return convert(given, model, strict=strict)
    except ValidationError:
        pass
    without_nulls = _without_nulls(model, given)  # inside nested objects too, as one SDK sends them
    try:
        return convert(without_nulls, model, strict=strict)
    except ValidationError:
        raise _finding(model, without_nulls, strict) from None


def _finding(model: type[Struct], given: dict[str, Any], strict: bool) -> StytchError:
    for field in fields(model):
        said = _said_by(field)
        if field.name not in given:
            if field.required:
                return (said.error if said else errors.bad_request)(because=f"{field.name} is missing")
            continue
        try:
            convert(given[field.name], field.type, strict=strict)
        except ValidationError as e:
            nested = _nested(field)
            if nested and isinstance(given[field.name], dict):
                return _finding(nested, given[field.name], strict)
            wrong_type = re.match(_WRONG_TYPE, str(e))
            fits = said and (said.or_type or not wrong_type)
            because = str(e) if wrong_type else _not_accepted(field.name, given[field.name])
            return (said.error if said and fits else errors.bad_request)(because=f"{field.name}: {because}")
    return errors.bad_request()


def _not_accepted(name: str, value: Any) -> str:
    """For the request log: what was sent, shortened, unless it is a secret."""
    return "not accepted" if re.search(_SECRET, name) else f"{reprlib.repr(value)} is not accepted"


def _without_nulls(model: type[Struct], given: dict[str, Any]) -> dict[str, Any]:
    result = dict(given)
    for field in fields(model):
        nested, value = _nested(field), given.get(field.name)
        if nested and isinstance(value, dict):
            result[field.name] = _without_nulls(nested, {k: v for k, v in value.items() if v is not None})
    return result


def _nested(field: FieldInfo) -> type[Struct] | None:
    """The struct that a field's value is; not one inside a list."""
    for part in (field.type, *get_args(field.type)):
        if isinstance(part, type) and get_origin(part) is None and issubclass(part, Struct):
            return part
    return None


def _said_by(field: FieldInfo) -> FieldError | None:
    return next((part for part in _parts(field) if isinstance(part, FieldError)), None)


@cache
def _cleaned(model: type[Struct]) -> list[tuple[str, Any]]:
    """The fields to be cleaned, each with how. The empty choice is no choice: as if it weren't there."""
    return [(f.name, part.apply) for f in fields(model) for part in _parts(f) if isinstance(part, Normalize)] + [
        (f.name, lambda value: value or None)
        for f in fields(model)
        if any(isinstance(part, type) and issubclass(part, Enum) for part in _parts(f))
    ]


def _parts(field: FieldInfo) -> list[Any]:
    """The types and ``Annotated`` marks a field is made of, also inside ``X | None`` and ``list[X]``."""
    found: list[Any] = [field.type]
    for this in found:
        found += [part for part in (*get_args(this), *getattr(this, "__metadata__", ())) if part not in found]
    return found
