"""What the official SDKs do if a request fails: whether they send it again, and what the app gets.

None of them repeats a request by itself. An app that retries after a lost response must expect that the operation was
carried out.
"""

import asyncio
import json
import os
import subprocess
from pathlib import Path

import aiohttp
import pydantic
import pytest
import requests
from stytch.core.response_base import StytchError

from tests.support.node_packages import installed

NODE = Path(__file__).parent.parent / "sdk" / "node"


@pytest.fixture
def sent(mock):
    """Return how many requests of an operation the server got."""

    def count(path: str = "/v1/b2b/organizations") -> int:
        return len([entry for entry in mock.requests() if (entry.method, entry.path) == ("POST", path)])

    return count


def create(client):
    return client.organizations.create("Acme", organization_slug="acme")


def test_python_raises_a_500_and_the_next_call_succeeds(mock, client, sent):
    mock.faults.add("organizations.create", error_type="internal_server_error", times=1)
    with pytest.raises(StytchError, match="internal_server_error"):
        create(client)
    assert sent() == 1
    assert create(client).status_code == 200


@pytest.mark.parametrize(("connection", "committed"), [("refuse", 0), ("reset_before", 0), ("reset_after", 1)])
def test_python_does_not_retry_a_lost_response(mock, client, sent, refused, connection, committed):
    mock.faults.add("organizations.create", connection=connection, times=1)
    with pytest.raises(requests.ConnectionError):
        create(client)
    assert sent() == 1
    assert client.organizations.search().results_metadata.total == committed
    if committed:
        assert refused(create, client) == "organization_slug_already_used"
    else:
        assert create(client).status_code == 200


def test_python_reports_a_truncated_response(mock, client):
    mock.faults.add("organizations.create", connection="truncate", times=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        create(client)
    assert client.organizations.get("acme").status_code == 200


def test_python_waits_for_a_delayed_response(mock, client):
    mock.faults.add("organizations.create", delay_ms=200, times=1)
    assert create(client).status_code == 200


@pytest.mark.parametrize(
    ("rule", "error", "committed"),
    [
        ({"error_type": "internal_server_error"}, StytchError, 0),
        ({"connection": "reset_before"}, aiohttp.ClientError, 0),
        ({"connection": "reset_after"}, aiohttp.ClientError, 1),
        ({"connection": "truncate"}, pydantic.ValidationError, 1),  # it parses the half that arrived
    ],
)
def test_asynchronous_python_client_does_not_retry(mock, sent, rule, error, committed):
    async def run() -> int:
        client = mock.client()
        with pytest.raises(error):
            await client.organizations.create_async("Acme", organization_slug="acme")
        found = await client.organizations.search_async()
        return found.results_metadata.total

    mock.faults.add("organizations.create", times=1, **rule)
    assert asyncio.run(run()) == committed
    assert sent() == 1


@pytest.mark.slow
def test_node_does_not_retry(node_cache, mock, sent):
    project = installed(NODE, node_cache)
    script = """
import * as stytch from "stytch";
const client = new stytch.B2BClient({
  project_id: process.env.STYTCH_PROJECT_ID, secret: process.env.STYTCH_SECRET, env: process.env.STYTCH_ENV + "/",
});
const control = (method, path, body) => fetch(process.env.STYTCH_ENV + "/_mock/api" + path, {
  method, body: JSON.stringify(body),
  headers: { authorization: "Basic " + btoa(process.env.STYTCH_PROJECT_ID + ":" + process.env.STYTCH_SECRET) },
});
const outcome = async (slug, rule) => {
  await control("POST", "/faults", { operation: "organizations.create", times: 1, ...rule });
  const create = () => client.organizations.create({ organization_name: "Acme", organization_slug: slug })
    .then((answer) => answer.status_code, (error) => error.error_type ?? error.name);
  return [await create(), await create()];
};
console.log(JSON.stringify({
  error: await outcome("error", { error_type: "internal_server_error" }),
  before: await outcome("before", { connection: "reset_before" }),
  after: await outcome("after", { connection: "reset_after" }),
}));
"""
    (project / "retries.js").write_text(script, encoding="utf-8")
    node = subprocess.run(
        ["node", "retries.js"],
        cwd=project,
        env={**os.environ, **mock.environment, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert node.returncode == 0, node.stderr
    assert json.loads(node.stdout) == {
        "error": ["internal_server_error", 200],
        "before": ["Error", 200],
        "after": ["Error", "organization_slug_already_used"],  # it was committed
    }
    assert sent() == 6
