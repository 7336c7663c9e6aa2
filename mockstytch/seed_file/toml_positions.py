"""Where each value of a TOML file is. ``tomllib`` returns no positions; this reads a file that it accepted."""

import re

from mockstytch.seed_file.places import Place, Position

_SPACE = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")  # between statements, and in arrays
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\r\n]*")
_STRINGS = [
    re.compile(r'"""(?:\\.|[^\\])*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\])*"'),
    re.compile(r"'[^']*'"),
]


def find(text: str) -> dict[Place, Position]:
    """Return where each value is. For a key, it is the place of the key; for a table, of its header."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._found: dict[Place, Position] = {}
        self._counts: dict[Place, int] = {}  # tables in each array of tables

    def scan(self) -> dict[Place, Position]:
        table: Place = ()
        self._skip(_GAP)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._statement(table)
            self._skip(_GAP)
        return self._found

    def _header(self) -> Place:
        """Read ``[table]`` or ``[[array of tables]]``, and return the place of the table."""
        start = self._at
        is_array = self._text.startswith("[[", start)
        self._at += 2 if is_array else 1
        keys = self._keys()
        self._at += 2 if is_array else 1
        place: Place = ()
        for key in keys[:-1]:
            place = self._inside((*place, key))
            self._mark(place, start)
        place = (*place, keys[-1])
        if is_array:
            number = self._counts[place] = self._counts.get(place, 0) + 1
            self._mark(place, start)
            place = (*place, number - 1)
        else:
            place = self._inside(place)
        self._mark(place, start)
        return place

    def _inside(self, place: Place) -> Place:
        """Return the place, or the last table if it is an array of tables."""
        return (*place, self._counts[place] - 1) if place in self._counts else place

    def _statement(self, table: Place) -> None:
        """Read ``key = value``."""
        start = self._at
        for key in self._keys():
            table = (*table, key)
            self._mark(table, start)
        self._at += 1  # =
        self._skip(_SPACE)
        self._value(table)

    def _keys(self) -> list[str]:
        """Read a key, which may have several parts: ``settings.rbac_policy``."""
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            quoted = self._text[self._at] in "\"'"
            key = self._string() if quoted else self._take(_BARE_KEY)
            keys.append(key[1:-1] if quoted else key)
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return keys
            self._at += 1

    def _value(self, place: Place) -> None:
        match self._text[self._at]:
            case '"' | "'":
                self._string()
            case "[":
                self._list(place)
            case "{":
                self._inline_table(place)
            case _:
                self._take(_SCALAR)

    def _list(self, place: Place) -> None:
        self._at += 1
        number = 0
        self._skip(_GAP)
        while self._text[self._at] != "]":
            self._mark((*place, number), self._at)
            self._value((*place, number))
            number += 1
            self._separator()
        self._at += 1

    def _inline_table(self, place: Place) -> None:
        self._at += 1
        self._skip(_GAP)
        while self._text[self._at] != "}":
            self._statement(place)
            self._separator()
        self._at += 1

    def _separator(self) -> None:
        self._skip(_GAP)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(_GAP)

    def _string(self) -> str:
        for pattern in _STRINGS:
            if match := pattern.match(self._text, self._at):
                self._at = match.end()
                return match[0]
        raise ValueError("this isn't a string")

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise ValueError("unexpected character")
        self._at = match.end()
        return match[0]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._take(pattern)

    def _mark(self, place: Place, start: int) -> None:
        line_start = self._text.rfind("\n", 0, start) + 1
        self._found.setdefault(place, (self._text.count("\n", 0, start) + 1, start - line_start + 1))
