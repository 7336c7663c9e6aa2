"""Reading a seed file: TOML, YAML or JSON, and where in the file a value is.

What a seed contains is checked by ``mockstytch.seed``. A value is named by its place: ``organizations[0].members[1]``.
Positions are only looked up after a mistake, so that reading stays fast.
"""

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from mockstytch.seed_file import syntax_errors
from mockstytch.seed_file.places import PastedSeed, Place, Position, SeedError, SeedSource, mentioned_field

__all__ = ["MOST_PEOPLE", "PastedSeed", "SeedError", "locate", "position_of", "read", "read_text", "with_people"]

MOST_PEOPLE = 10_000  # that one seed generates

_FORMATS = {".json": "JSON", ".yaml": "YAML", ".yml": "YAML"}


def read(path: SeedSource) -> dict[str, Any]:
    """Return the content of a file. Its ending chooses the format; TOML is the default. Times are text, as in JSON.

    Raises:
        SeedError: if the file can't be read, isn't valid, or isn't a table.
    """
    try:
        content = _parse(_text(path), _format(path))
    except OSError as e:
        raise SeedError(f"{path} can't be read: {e.strerror}") from None
    except SeedError as e:
        raise locate(e, path) from None
    except (ValueError, RecursionError) as e:
        raise syntax_errors.located(e, path, _format(path)) from None
    if not isinstance(content, dict):
        raise locate(SeedError("the file must be a table"), path)
    plain: dict[str, Any] = msgspec.to_builtins(content)
    return plain


def read_text(text: str) -> dict[str, Any]:
    """Return the content of a text, which is TOML, YAML or JSON.

    Raises:
        SeedError: if it isn't valid, or isn't a table.
    """
    return read(PastedSeed(text))


def with_people(path: Path | None, people: int | None) -> dict[str, Any]:
    """Return the content of a file, if there is one, with the section ``generate`` for so many people.

    Raises:
        SeedError: if the file isn't valid, or has that section itself.
    """
    content = read(path) if path else {}
    if people is None:
        return content
    if path and "generate" in content:
        raise locate(SeedError("use the section generate or --people (MOCKSTYTCH_PEOPLE), not both", "generate"), path)
    return {**content, "generate": {"people": people}}


def locate(error: SeedError, path: SeedSource) -> SeedError:
    """Set the file of an error, and look up the position there. Return the error.

    A mistake that has no place in the file, because something is missing, is at its beginning.
    """
    error.file = path
    error.position = error.position or position_of(path, error.place, error.field or _mentioned(error, path)) or (1, 1)
    return error


def _mentioned(error: SeedError, path: SeedSource) -> str:
    """Return the field that a message mentions: an error of the API doesn't name it otherwise."""
    try:
        entry = _parse(_text(path), _format(path))
        for step in _steps(error.place):
            entry = entry[step]
    except (OSError, ValueError, RecursionError, LookupError, TypeError, SeedError):
        return ""
    return mentioned_field(entry, error.problem) if isinstance(entry, dict) else ""


def position_of(path: SeedSource, place: str, field: str = "") -> Position | None:
    """Return where in a file an entry is, or one of its fields; None if the place isn't in the file.

    Args:
        place: for example ``organizations[0].members[1]``.
        field: a name, or a place inside the entry, such as ``sessions[0].factors``.
    """
    try:
        positions = _positions(_text(path), _format(path))
    except (OSError, ValueError, RecursionError, SeedError):
        return None
    steps = _steps(place)
    if (*steps, field) in positions:  # the name may have a dot
        return positions[*steps, field]
    wanted = (*steps, *_steps(field))
    while wanted and wanted not in positions:
        wanted = wanted[:-1]
    return positions.get(wanted)


def _steps(place: str) -> Place:
    """Return the keys and indexes of a place."""
    return tuple(int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", place))


def _text(path: SeedSource) -> str:
    return path.read_text(encoding="utf-8-sig")


def _format(path: SeedSource) -> str:
    return _FORMATS.get(path.suffix.lower(), "TOML")


def _parse(text: str, file_format: str) -> Any:
    if file_format == "JSON":
        return json.loads(text, object_pairs_hook=_table, parse_constant=_not_json)
    if file_format == "YAML":
        from mockstytch.seed_file import yaml_file

        return yaml_file.parse(text)
    import tomllib  # not needed by a start without a seed

    return tomllib.loads(text)


def _positions(text: str, file_format: str) -> dict[Place, Position]:
    if file_format == "TOML":
        from mockstytch.seed_file import toml_positions

        return toml_positions.find(text)
    from mockstytch.seed_file import yaml_file

    # JSON is YAML, except that YAML doesn't indent with tabs. A string of JSON contains no tab.
    return yaml_file.positions(text.replace("\t", " ") if file_format == "JSON" else text)


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        ValueError: if a name is repeated. TOML doesn't allow this, either.
    """
    table: dict[str, Any] = {}
    for name, value in pairs:
        if name in table:
            raise ValueError(f"{name!r} is repeated in one object")
        table[name] = value
    return table


def _not_json(name: str) -> Any:
    """Refuse ``NaN`` and ``Infinity``, which Python reads."""
    raise ValueError(f"{name} isn't a value of JSON")
