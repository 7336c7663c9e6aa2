"""The forms of the console: what they ask for, and how their fields become JSON.

A form names a call in its field ``form/do``: an operation of the API (``members.update``), or a call of the control API
(``POST /clock/advance``). The console changes nothing in any other way. Fields whose names contain a slash,
such as ``was/name``, belong to the form itself; all others are the fields of the call. ``generate.people`` is a field
in an object, ``?on_reset`` a parameter of the query, and ``*`` is the whole body.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from mockstytch import errors, seed_file
from mockstytch.protocols import json_depth
from mockstytch.values import Frozen

_MAX_FIELDS = 500


class Form(Frozen):
    """A form that was sent.

    Attributes:
        id: the form's id on its page.
        call: what to do.
        typed: the fields as text, by their names with their types.
        was: the text that a field had before, for fields that are sent only if they were changed.
        then: the page to go to; "" is the same page.
        then_id: where the result has the last part of that page's path: ``organization.organization_id``.
        shows_result: whether the page shows what the call returned.
        undo: what the form does, such as ``reset``, if the project is saved before, so that it can be undone.
    """

    id: str
    call: str
    typed: dict[str, str]
    was: dict[str, str]
    then: str = ""
    then_id: str = ""
    shows_result: bool = False
    undo: str = ""

    def fields(self) -> dict[str, Any]:
        """Return the fields of the call, as JSON values. Fields that weren't changed are left out.

        Raises:
            bad_request: if a field doesn't contain its type.
        """
        fields: dict[str, Any] = {}
        for name, text in self.typed.items():
            if self.was.get(name) != text and (text or name in self.was):
                full, _, kind = name.partition(":")
                outer, _, key = full.rpartition(".")
                found = fields.setdefault(outer, {}) if outer else fields
                if not isinstance(found, dict):
                    raise errors.bad_request(because=f"{outer} is a field, and an object of fields")
                found[key] = _convert(full, kind, text)
        return fields

    def next_path(self, result: Any) -> str:
        """Return the path of the page to go to, without ``/_mock``; "" is the same page."""
        for key in filter(None, self.then_id.split(".")):
            result = result.get(key, "") if isinstance(result, Mapping) else ""
        return f"{self.then}{result}" if self.then_id else self.then


def read(content: bytes) -> Form:
    """Read a form.

    The names of fields end with their type: ``roles:list``, ``mfa_enrolled:bool``. Without one, it is text.

    Raises:
        bad_request: if the form has too many fields.
    """
    try:
        pairs = parse_qsl(content.decode("latin-1"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise errors.bad_request(because=f"the form has more than {_MAX_FIELDS} fields") from None
    sent: dict[str, list[str]] = {}
    for name, value in pairs:
        sent.setdefault(name, []).append(value.replace("\r\n", "\n"))
    own = {name.removeprefix("form/"): values[-1] for name, values in sent.items() if name.startswith("form/")}
    was = {name.removeprefix("was/"): values[-1] for name, values in sent.items() if name.startswith("was/")}
    typed = {name: "\n".join(values) for name, values in sent.items() if "/" not in name}
    typed = dict.fromkeys(was, "") | typed  # a box that isn't checked isn't sent
    return Form(
        id=own.get("id", ""),
        call=own.get("do", ""),
        typed=typed,
        was=was,
        then=own.get("then", ""),
        then_id=own.get("then_id", ""),
        shows_result="shows_result" in own,
        undo=own.get("undo", ""),
    )


def _convert(name: str, kind: str, text: str) -> Any:
    """Return the JSON value of a field.

    Raises:
        bad_request: if the text doesn't contain the type.
        invalid_seed: if it is a seed that isn't valid TOML, YAML or JSON.
    """
    try:
        return _TYPES[kind](text)
    except seed_file.SeedError as e:
        raise errors.invalid_seed(because=str(e)) from None
    except (ValueError, msgspec.DecodeError):
        raise errors.bad_request(because=f"{name} isn't valid {_TYPE_NAMES.get(kind, 'text')}") from None
    except KeyError:
        raise errors.bad_request(because=f"there is no type {kind[:20]}") from None


def _list(text: str) -> list[str]:
    return [item.strip() for item in text.replace(",", "\n").split("\n") if item.strip()]


def _json(text: str) -> Any:
    return msgspec.json.decode(json_depth.checked(text.encode() or b"null"))


def _range(text: str) -> Any:
    """Return a number, or both ends of ``100-300``."""
    least, _, most = text.partition("-")
    return {"min": float(least), "max": float(most)} if most else float(text)


_TYPES: dict[str, Callable[[str], Any]] = {
    "": str,
    "list": _list,
    "bool": lambda text: text in ("on", "true"),
    "int": int,
    "float": float,
    "json": _json,
    "range": _range,
    "seed": lambda text: seed_file.read_text(text),
    "time": lambda text: f"{datetime.fromisoformat(text):%Y-%m-%dT%H:%M:%S}Z",
}
_TYPE_NAMES = {"int": "whole number", "float": "number", "range": "number or range", "json": "JSON", "time": "time"}
