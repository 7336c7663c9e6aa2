"""One request to each kind of surface, for tests of what faults do to it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import httpx

from mockstytch import MockStytch

Rule = dict[str, Any]


class SurfaceCall(NamedTuple):
    """A request that succeeds, and the fields of a rule that name it.

    Attributes:
        target: returns the fields: an operation, or a path.
        send: sends the request.
        errors: the shape of the surface's errors: ``api``, ``oauth`` or ``scim``.
    """

    name: str
    target: Rule
    send: Callable[[MockStytch, httpx.Client], httpx.Response]
    errors: str = "api"

    def __str__(self) -> str:
        return self.name


def _backend(mock: MockStytch, http: httpx.Client) -> httpx.Response:
    return http.post("/v1/b2b/organizations/search", json={})


def _browser(mock: MockStytch, http: httpx.Client) -> httpx.Response:
    auth = (mock.public_token, mock.public_token)
    body = {"email_address": "ada@acme.test"}
    return http.post(
        "/sdk/v1/b2b/magic_links/email/discovery/send",
        json=body,
        auth=auth,
        headers={"Origin": "http://localhost:3000"},
    )


def _jwks(mock: MockStytch, http: httpx.Client) -> httpx.Response:
    return http.get(f"/v1/b2b/sessions/jwks/{mock.project_id}")


def _domain_jwks(mock: MockStytch, http: httpx.Client) -> httpx.Response:
    return http.get(f"/v1/public/{mock.project_id}/.well-known/jwks.json")


def _fraud(mock: MockStytch, http: httpx.Client) -> httpx.Response:
    return http.post("/v1/rules/list", json={})


def _token(mock: MockStytch, http: httpx.Client) -> httpx.Response:
    client = http.post("/v1/m2m/clients", json={"scopes": []}).json()["m2m_client"]
    credentials = {"client_id": client["client_id"], "client_secret": client["client_secret"]}
    return http.post(
        f"/v1/public/{mock.project_id}/oauth2/token",
        data={"grant_type": "client_credentials", **credentials},
        auth=None,
    )


def _link(mock: MockStytch, http: httpx.Client) -> httpx.Response:
    http.post("/v1/b2b/magic_links/email/discovery/send", json={"email_address": "ada@acme.test"})
    return http.get(mock.inbox.latest().link or "")


def _oauth_start(mock: MockStytch, http: httpx.Client) -> httpx.Response:
    return http.get("/v1/b2b/public/oauth/google/discovery/start", params={"public_token": mock.public_token})


def _scim(mock: MockStytch, http: httpx.Client) -> httpx.Response:
    count = http.post("/v1/b2b/organizations/search", json={}).json()["results_metadata"]["total"]
    body = {"organization_name": "Acme", "organization_slug": f"acme-{count}"}
    organization = http.post("/v1/b2b/organizations", json=body).json()["organization"]
    path = f"/v1/b2b/scim/{organization['organization_id']}/connection"
    created = http.post(path, json={"display_name": "Okta", "identity_provider": "okta"}).json()["connection"]
    headers = {"Authorization": f"Bearer {created['bearer_token']}"}
    return http.get(f"/v1/b2b/scim/{created['connection_id']}/Users", headers=headers, auth=None)


CALLS = (
    SurfaceCall("backend", {"operation": "organizations.search"}, _backend),
    SurfaceCall("browser", {"operation": "magic_links.email.discovery.send"}, _browser),
    SurfaceCall("jwks", {"operation": "sessions.get_jwks"}, _jwks),
    SurfaceCall("jwks of the domain", {"path": "/.well-known/jwks.json", "method": "GET"}, _domain_jwks, "oauth"),
    SurfaceCall("fraud", {"operation": "fraud.rules.list"}, _fraud),
    SurfaceCall("oauth server", {"operation": "m2m.token"}, _token, "oauth"),
    SurfaceCall("link in an e-mail", {"path": "/v1/magic_links/redirect"}, _link),
    SurfaceCall("page of oauth", {"path": "/v1/b2b/public/oauth/*/discovery/start"}, _oauth_start),
    SurfaceCall("scim", {"path": "/v1/b2b/scim/*/Users", "method": "GET"}, _scim, "scim"),
)
