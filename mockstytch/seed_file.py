"""Reading a seed file. What it contains is checked by ``mockstytch.seed``."""

import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec


class SeedError(Exception):
    """A mistake in a seed. The message names the place."""


def read(path: Path) -> dict[str, Any]:
    """Return the content of a TOML or JSON file. Times are written as text, as in JSON.

    Raises:
        SeedError: if the file can't be read, isn't valid, or isn't a table.
    """
    file_format = "JSON" if path.suffix == ".json" else "TOML"
    try:
        text = path.read_text(encoding="utf-8-sig")
        content: Any = json.loads(text, object_pairs_hook=_table) if file_format == "JSON" else tomllib.loads(text)
    except OSError as e:
        raise SeedError(f"{path} can't be read: {e.strerror}") from None
    except (ValueError, RecursionError) as e:
        raise SeedError(f"{path} isn't valid {file_format}: {e}") from None
    if not isinstance(content, dict):
        raise SeedError(f"{path} must be a table")
    plain: dict[str, Any] = msgspec.to_builtins(content)
    return plain


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
