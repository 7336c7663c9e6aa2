"""Where a value is in a JSON text, for the error message about a value of the wrong type."""

import re
from json import JSONDecoder

# ``_scan(text, start)`` returns a value and its end. Numbers stay text, because Python limits their digits.
_scan = JSONDecoder(parse_int=str, parse_float=str, strict=False).raw_decode
_blank = re.compile(r"[ \t\n\r]*")
_separator = re.compile(r"[ \t\n\r]*[:,]?[ \t\n\r]*")

Path = tuple[str | int, ...]


def describe(text: str, path: Path) -> str:
    """Return a value as it is written, and its position: ``"abc" at line 1:12``. Of an object or list, only the bracket.

    Lines and columns are counted from 1, columns in characters.

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
    """Return the start of a value in the object or list that begins at ``start``. Of equal keys, the last one counts."""
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
