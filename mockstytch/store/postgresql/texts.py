"""Texts with NUL characters, which PostgreSQL refuses and SQLite stores.

NUL is written as two characters, of which the first is U+0001. U+0001 itself is written in this way, too. The order of
texts stays the same, and a text occurs in another one exactly if it does so when both are written in this way.
"""

from collections.abc import Sequence
from typing import Any


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
    return text.replace("\1", "\1b").replace("\0", "\1a")


def _read(text: str) -> str:
    return text.replace("\1a", "\0").replace("\1b", "\1")
