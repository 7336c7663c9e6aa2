"""Calls every method of the Python SDK that a prepared call names. ``STORY_STYLE`` is ``sync`` or ``async``."""

import asyncio
import inspect
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stytch
from stytch.shared.method_options import Authorization

URL = os.environ["STYTCH_ENV"].rstrip("/") + "/"
CALLS = json.loads(Path(os.environ["STYTCH_CALLS"]).read_text())


@pytest.mark.parametrize("call", CALLS, ids=[call["operation"] for call in CALLS])
def test_every_method(call: dict[str, Any]) -> None:
    client = stytch.B2BClient(
        call["project_id"], call["secret"], environment=URL, fraud_environment=URL, suppress_warnings=True
    )
    *path, name = call["operation"].split(".")
    resource: Any = client
    for part in path:
        resource = getattr(resource, part)
    options: dict[str, Any] = {}
    if call["session_token"] or call["session_jwt"]:
        options["method_options"] = Authorization(call["session_token"] or None, call["session_jwt"] or None)
    method = getattr(resource, name)
    fields = {field: v for field, v in call["fields"].items() if field in inspect.signature(method).parameters}
    if os.environ["STORY_STYLE"] == "async":
        response = asyncio.run(getattr(resource, f"{name}_async")(**fields, **options))
    else:
        response = method(**fields, **options)
    assert getattr(response, "status_code", 200) == 200  # the helper for introspection returns claims


def test_methods_are_listed() -> None:
    Path(os.environ["STYTCH_METHODS"]).write_text("\n".join(methods(stytch.B2BClient("project-test-x", "secret"))))


def methods(resource: Any, prefix: str = "") -> Iterator[str]:
    """Find the methods that send requests: only these have a twin with the suffix ``_async``."""
    for name, value in vars(resource).items():
        if type(value).__module__.startswith(("stytch.b2b.api", "stytch.consumer.api")):
            yield from methods(value, f"{prefix}{name}.")
    yield from (prefix + name for name, _ in inspect.getmembers(resource) if hasattr(resource, f"{name}_async"))
