"""Find the first value with a wrong JSON type in a request, and its position in the JSON text."""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from json import JSONDecoder
from types import UnionType
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin

from msgspec import Struct, ValidationError, convert
from msgspec.structs import FieldInfo, fields

# ``_scan(text, start)`` returns a value and its end. Numbers stay text, because Python limits their digits.
_scan = JSONDecoder(parse_int=str, parse_float=str, strict=False).raw_decode
_blank = re.compile(r"[ \t\n\r]*")
_separator = re.compile(r"[ \t\n\r]*[:,]?[ \t\n\r]*")

# Without "- at `$.place`": the value itself has the wrong type, and not one inside it.
_WRONG_TYPE = re.compile(r"Expected `[^`]+`, got `[^`]+`$")

Path = tuple[str | int, ...]


def find(
    expected: Any, value: Any, strict: bool = True, is_left_out: Callable[[FieldInfo], bool] = lambda _: False
) -> tuple[Path, str] | None:
    """Return the path to the first value with a wrong JSON type, and what is wrong with it, or None.

    Args:
        expected: the type of ``value``.
        strict: False if text is converted to numbers and booleans.
        is_left_out: whether the types in a struct's field don't matter.
    """
    try:
        convert(value, expected, strict=strict)
    except ValidationError as e:
        if is_wrong_type(e):
            return (), str(e)
        for step, field, inner_type, inner_value in _members(expected, value):
            if field is not None and is_left_out(field):
                continue
            if found := find(inner_type, inner_value, strict, is_left_out):
                return (step, *found[0]), found[1]
    return None


def unknown(expected: Any, value: Any) -> Path | None:
    """Return the path to the first field that the structs in a type don't have, or None."""
    return next((path for path, _ in all_unknown(expected, value)), None)


def all_unknown(expected: Any, value: Any) -> Iterator[tuple[Path, list[str]]]:
    """Return the path to each field that the structs in a type don't have, and the names of the fields that it has."""
    for alternative in alternatives(expected):
        if isinstance(value, dict) and is_struct(alternative):
            names = [field.name for field in fields(alternative)]
            yield from (((key,), names) for key in value if key not in names)
    for step, _, inner_type, inner_value in _members(expected, value):
        yield from (((step, *path), names) for path, names in all_unknown(inner_type, inner_value))


def invalid_choices(expected: Any, value: Any) -> Iterator[tuple[Path, str, list[str]]]:
    """Return the path to each text that isn't a value of its enumeration, the text, and the enumeration's values."""
    choices = [str(choice) for alternative in alternatives(expected) for choice in _choices(alternative)]
    if choices and isinstance(value, str) and value and not _converts(value, expected):
        yield (), value, choices
    for step, _, inner_type, inner_value in _members(expected, value):
        yield from (((step, *path), text, names) for path, text, names in invalid_choices(inner_type, inner_value))


def _choices(alternative: Any) -> Iterable[Any]:
    if isinstance(alternative, type) and issubclass(alternative, Enum):
        return [choice.value for choice in alternative]
    return get_args(alternative) if get_origin(alternative) is Literal else ()


def _converts(value: Any, expected: Any) -> bool:
    try:
        convert(value, expected)
    except ValidationError:
        return False
    return True


def is_wrong_type(error: ValidationError) -> bool:
    """Whether a value has a wrong JSON type itself. False if only a value inside it has one."""
    return _WRONG_TYPE.match(str(error)) is not None


def _members(expected: Any, value: Any) -> Iterator[tuple[str | int, FieldInfo | None, Any, Any]]:
    """Return the values in an object or a list: key or index, the struct's field, expected type, value."""
    for alternative in alternatives(expected):
        items = get_args(alternative)
        if isinstance(value, dict) and is_struct(alternative):
            known = {field.name: field for field in fields(alternative)}
            yield from ((key, known[key], known[key].type, inner) for key, inner in value.items() if key in known)
        elif isinstance(value, dict) and get_origin(alternative) is dict:
            yield from ((key, None, items[1], inner) for key, inner in value.items())
        elif isinstance(value, list) and get_origin(alternative) is list:
            yield from ((index, None, items[0], inner) for index, inner in enumerate(value))


def without_nulls(expected: Any, value: Any) -> Any:
    """Return a value without the nulls in its structs."""
    for alternative in alternatives(expected):
        if isinstance(value, dict) and is_struct(alternative):
            types = {field.name: field.type for field in fields(alternative)}
            given = {name: inner for name, inner in value.items() if inner is not None}
            return {name: without_nulls(types.get(name), inner) for name, inner in given.items()}
        if isinstance(value, list) and get_origin(alternative) is list:
            return [without_nulls(get_args(alternative)[0], inner) for inner in value]
    return value


def alternatives(expected: Any) -> list[Any]:
    """Return the types of a union, or the type itself, without ``Annotated``."""
    if get_origin(expected) is Annotated:
        return alternatives(get_args(expected)[0])
    if get_origin(expected) in (Union, UnionType):
        return [inner for part in get_args(expected) for inner in alternatives(part)]
    return [expected]


def is_struct(kind: Any) -> TypeGuard[type[Struct]]:
    """Whether a type is a struct's class."""
    return isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, Struct)


def written(path: Path) -> str:
    """Return a path as text: ``query.operands[1]``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]


def describe(text: str, path: Path) -> str:
    """Return a value as it is written, and its position: ``"abc" at line 1:12``.

    An object or a list is returned as its first bracket. Lines and columns count from 1, and columns in characters.

    Args:
        text: a valid JSON text.
        path: the keys and indexes that lead to the value.

    Raises:
        KeyError: if the text has no such value.
    """
    start = _end(_blank, text, 0)
    for step in path:
        start = _member(text, start, step)
    end = start + 1 if text[start] in "{[" else _scan(text, start)[1]
    line = text.count("\n", 0, start) + 1
    column = start - text.rfind("\n", 0, start)
    return f"{text[start:end]} at line {line}:{column}"


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Return the end of a pattern that begins at ``start``. It matches everywhere."""
    match = pattern.match(text, start)
    assert match is not None
    return match.end()


def _member(text: str, start: int, step: str | int) -> int:
    """Return the start of a value in the object or list that begins at ``start``. The last of equal keys counts."""
    found, position, key = -1, _end(_blank, text, start + 1), -1
    while text[position] not in "}]":
        if isinstance(step, str):
            name, end = _scan(text, position)
            position = _end(_separator, text, end)
            found = position if name == step else found
        else:
            key += 1
            if key == step:
                return position
        position = _end(_separator, text, _scan(text, position)[1])
    if found < 0:
        raise KeyError(step)
    return found
