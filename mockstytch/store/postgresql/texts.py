"""Texts with NUL characters, which PostgreSQL refuses and SQLite stores.

NUL is written as U+0001 U+0001, and U+0001 as U+0001 U+0002. So nothing is lost, and the order of texts stays the same.
A search for a part of a text works as before, except that one for U+0002 alone also finds U+0001.
"""

import re
from collections.abc import Sequence
from typing import Any

_PAIR = re.compile("\1[\1\2]")


def to_database(values: Sequence[Any]) -> Sequence[Any]:
    """Return values that PostgreSQL accepts."""
    for value in values:
        if type(value) is str and ("\0" in value or "\1" in value):
            return [_written(value) if type(value) is str else value for value in values]
    return values


def from_database(values: Sequence[Any]) -> tuple[Any, ...]:
    """Return the values of a row as they were before ``to_database``."""
    for value in values:
        if type(value) is str and "\1" in value:
            return tuple(_read(value) if type(value) is str else value for value in values)
    return tuple(values)


def _written(text: str) -> str:
    return text.replace("\1", "\1\2").replace("\0", "\1\1")


def _read(text: str) -> str:
    return _PAIR.sub(lambda pair: "\0" if pair[0] == "\1\1" else "\1", text)
