"""The call of the official SDK that sends a logged request."""

import re
from typing import Any

import msgspec

_NAME = re.compile(r"_([a-z])")


def python(operation: str, fields: Any) -> str:
    """Return the call in Python.

    Args:
        operation: the operation's name in the SDK.
        fields: the fields of the request.
    """
    arguments = fields if isinstance(fields, dict) else {}
    lines = [f"    {name}={value!r},\n" for name, value in arguments.items()]
    return f"client.{operation}(\n{''.join(lines)})" if lines else f"client.{operation}()"


def node(operation: str, fields: Any) -> str:
    """Return the call in JavaScript."""
    name = ".".join(_NAME.sub(lambda match: match[1].upper(), part) for part in operation.split("."))
    if not isinstance(fields, dict) or not fields:
        return f"await client.{name}({{}})"
    return f"await client.{name}({msgspec.json.format(msgspec.json.encode(fields), indent=2).decode()})"
