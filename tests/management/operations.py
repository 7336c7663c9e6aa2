"""All operations of the official management client, found by calling its methods."""

import importlib
import inspect
import json
import re
import typing
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from operator import attrgetter
from types import UnionType
from typing import Any, Union, get_args, get_origin
from urllib.parse import parse_qsl, unquote, urlsplit

import pydantic
import stytch_management
from stytch_management.errors import StytchError

from tests.contract.operations import Operation, Recording

BASE = "https://127.0.0.1:1"  # no request is sent


@cache
def operations() -> dict[str, Operation]:
    """Return the operations by name, such as ``redirect_urls.get_all``."""
    session = Recording()
    client = stytch_management.Client("key", "secret", BASE, session=session)
    found = (_operation(name, method, session) for name, method in methods(client))
    return {operation.name: operation for operation in found}


def methods(client: Any) -> Iterator[tuple[str, Any]]:
    for name, resource in sorted(vars(client).items()):
        if not name.startswith("_"):
            for method, function in inspect.getmembers(resource, inspect.ismethod):
                if not method.startswith("_"):
                    yield f"{name}.{method}", function


def hints(method: Any) -> dict[str, Any]:
    """Return the types of a method's parameters and result. The client's modules don't import all types they use."""
    module = importlib.import_module(method.__module__)
    models = importlib.import_module(method.__module__.replace("stytch_management.", "stytch_management.models.", 1))
    names = {**vars(typing), **vars(models), **{n: v for n, v in vars(module).items() if n not in vars(models)}}
    return typing.get_type_hints(method, globalns=names)


def _operation(name: str, method: Any, session: Recording) -> Operation:
    found = hints(method)
    model = found.pop("return")
    session.sent = None
    with suppress(StytchError):  # the recorded 500
        method(**{field: dummy(field, hint) for field, hint in found.items()})
    assert session.sent is not None, name
    parts = urlsplit(unquote(session.sent.url))
    body = json.loads(session.sent.body or "{}")
    sent = {*body, *dict(parse_qsl(parts.query, keep_blank_values=True)), *re.findall(r"{(\w+)}", parts.path)}
    return Operation(name, session.sent.method, parts.path, {field: found[field] for field in sent}, model)


def call(client: Any, name: str) -> Any:
    method = attrgetter(name)(client)
    return method(**{f: dummy(f, hint) for f, hint in hints(method).items() if f != "return"})


def dummy(field: str, hint: Any) -> Any:
    """Return a value of the right type. Text is the name of its field, so that a path shows its parameters."""
    inner = plain(hint)
    origin = get_origin(inner) or inner
    if origin in (list, dict, bool, int):
        return origin()
    return {} if isinstance(origin, type) and issubclass(origin, pydantic.BaseModel) else f"{{{field}}}"


def plain(hint: Any) -> Any:
    """Return ``X`` of ``Optional[X]``, and of ``Union[X, str]`` or ``Union[X, Dict]`` if X is a class of the client."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    parts = [part for part in get_args(hint) if part is not type(None)]
    return next((p for p in parts if isinstance(p, type) and p.__module__.startswith("stytch_management")), parts[0])
