"""Calls every method of the Python SDK that a prepared call names. ``STORY_STYLE`` is ``sync`` or ``async``."""

import asyncio
import json
import os
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
    if os.environ["STORY_STYLE"] == "async":
        response = asyncio.run(getattr(resource, f"{name}_async")(**call["fields"], **options))
    else:
        response = getattr(resource, name)(**call["fields"], **options)
    assert response.status_code == 200
