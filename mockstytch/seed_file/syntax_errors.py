"""The position of a mistake that makes a file unreadable."""

import json
import re

from mockstytch.seed_file.places import Position, SeedError, SeedSource

_DEEP = re.compile(r"(?:[\[{][^\[\]{}]*){100}")


def located(error: Exception, path: SeedSource, file_format: str) -> SeedError:
    """Return what the parser of a format raised, as a ``SeedError`` with its position.

    Args:
        error: a ``ValueError`` or ``RecursionError``.
    """
    problem, position = _explain(error, path, file_format)
    found = SeedError(f"this isn't valid {file_format}: {problem}")
    found.file, found.position = path, position
    return found


def _explain(error: Exception, path: SeedSource, file_format: str) -> tuple[str, Position]:
    """Return what is wrong, and where."""
    if isinstance(error, UnicodeDecodeError):
        return f"it isn't UTF-8 ({error.reason})", _position(error.object[: error.start].decode("utf-8", "replace"))
    text = path.read_text(encoding="utf-8-sig")
    if isinstance(error, RecursionError):
        deep = _DEEP.search(text)
        return "it is nested too deeply", _position(text[: deep.end()] if deep else "")
    if isinstance(error, json.JSONDecodeError):
        return error.msg, (error.lineno, error.colno)
    problem = str(error)
    if file_format == "JSON":
        return _explain_value(problem, text)
    if match := re.search(r" \(at line (\d+), column (\d+)\)$", problem):
        return problem[: match.start()], (int(match[1]), int(match[2]))
    return problem.removesuffix(" (at end of document)"), _position(text)


def _explain_value(problem: str, text: str) -> tuple[str, Position]:
    """Return what is wrong with JSON that was refused for a name that is repeated, or for ``NaN``, and where."""
    from mockstytch.seed_file import yaml_file

    try:
        yaml_file.positions(text.replace("\t", " "))
    except SeedError as e:
        return e.problem, e.position or (1, 1)
    return problem, _position(text[: text.find(problem.partition(" ")[0])])


def _position(before: str) -> Position:
    """Return the position after a text."""
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
