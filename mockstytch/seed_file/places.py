"""A mistake in a seed, and how its place is written."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

Place = tuple[str | int, ...]  # keys and indexes
Position = tuple[int, int]  # line and column, from 1
SeedSource: TypeAlias = "Path | PastedSeed"


class PastedSeed:
    """The text of a seed that is in no file. It is read as a file would be, in the format that it looks like."""

    def __init__(self, text: str) -> None:
        self._text = text

    @property
    def suffix(self) -> str:
        """The ending that a file with this text would have."""
        first = next((line for line in self._text.splitlines() if line.strip() and line.strip()[0] != "#"), "")
        if first.lstrip().startswith("{"):
            return ".json"
        return ".toml" if re.match(r"\s*(\[|[\w.\"'-]+\s*=)", first) else ".yaml"

    def read_text(self, encoding: str) -> str:
        """Return the text. It has no encoding any more."""
        return self._text.removeprefix("\ufeff") if encoding == "utf-8-sig" else self._text

    def __str__(self) -> str:
        return "line"


class SeedError(Exception):
    """A mistake in a seed.

    Attributes:
        problem: what is wrong.
        place: the entry with the mistake, such as ``organizations[0].members[1]``; "" for the whole seed.
        field: the field of the entry, if it is known.
        file: the seed's file, if it has one.
        position: where in the file it is, if it is known.
    """

    def __init__(self, problem: str, place: str = "", field: str = "") -> None:
        self.problem, self.place, self.field = problem, place, field
        self.file: SeedSource | None = None
        self.position: Position | None = None
        super().__init__(problem)

    def __str__(self) -> str:
        line = "".join(f":{number}" for number in self.position or ())
        file = f"{self.file}{line}: " if self.file else ""
        return f"{file}{self.place}: {self.problem}" if self.place else f"{file}{self.problem}"


def mentioned_field(entry: Mapping[str, Any], problem: str) -> str:
    """Return the field of an entry that the message of a refused request is about; "" if it can't be seen.

    Args:
        problem: the error's message, with the reason in parentheses at its end.
    """
    if match := re.search(r" - at `\$\.([^`]+)`", problem):
        return match[1]
    message, _, reason = problem.partition(" (")
    mentioned = re.findall(r"\w+", reason)
    by_name = (word for word in mentioned if word in entry)
    by_value = (name for name, value in entry.items() if any(text in mentioned for text in _texts(value)))
    in_message = (word for word in re.findall(r"\w+", message) if word in entry)
    return next(chain(by_name, by_value, in_message), "")


def _texts(value: Any) -> Iterator[str]:
    """Return a value, or what a list contains, if it is text."""
    yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))
