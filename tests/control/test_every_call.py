"""Every call of the control API: other web pages and unknown hosts are refused, and bad input is never a 500."""

import httpx
import pytest

from mockstytch.app import create_app
from mockstytch.control.surface import WITHOUT_WAITING

ROUTES = sorted(
    {
        (r.method, r.path.replace("{", "").replace("}", ""))
        for r in create_app().table.routes
        if r.surface.name == "control" and r.surface is not WITHOUT_WAITING
    }
)
BODIES = [
    b"{",
    b"\xff",
    b"null",
    b"[]",
    b'"x"',
    b"1e999",
    b'{"name": 1, "now": 1, "email": [], "organization_id": {}, "operations": 1, "format": 1, "organizations": 1}',
    b'{"organization_id": "\\ud800", "project_id": "\\u0000"}',
    b'{"a":' * 300 + b"1" + b"}" * 300,
]
QUERIES = [
    "limit=x",
    "wait=nan",
    "all=%00",
    "object_type=x",
    "project_id=x",
    "a=%ff&=&&x",
    "after=%F0%9F",
    "to=x&kind=x",
]


@pytest.fixture
def requests_conform():
    """Replace the fixture that requires documented requests."""


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=str)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_request_of_another_web_page_is_refused(http, method, path, headers):
    response = http.request(method, path, headers=headers)
    assert (response.status_code, response.json()["error_type"]) == (403, "cross_site_request")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_unknown_host_is_refused(http, method, path):
    response = http.request(method, path, headers={"Host": "evil.example"})
    assert (response.status_code, response.json()["error_type"]) == (403, "host_not_allowed")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_bad_input_is_never_a_500(http, method, path):
    for body in BODIES:
        require_json(http.request(method, path, content=body))
    for query in QUERIES:
        require_json(http.request(method, f"{path}?{query}"))


def require_json(response: httpx.Response) -> None:
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert {"error_type", "error_message", "request_id", "status_code", "error_url"} <= response.json().keys()
