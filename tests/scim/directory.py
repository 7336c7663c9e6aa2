"""A directory that sends SCIM requests written by hand, and returns the JSON of the responses."""

from typing import Any

import httpx

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class Directory:
    """A client of a connection's SCIM endpoints. Close ``http`` at the end.

    Args:
        token: the bearer token, if it isn't the connection's.
    """

    def __init__(self, connection: Any, token: str = "") -> None:
        self.connection = connection
        headers = {"Authorization": f"Bearer {token or connection.bearer_token}"}
        self.http = httpx.Client(base_url=connection.base_url, headers=headers, trust_env=False)

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.http.request(method, path, json=body, **options)

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> dict[str, Any]:
        """Return the resource of a response, which must be a success."""
        response = self.send(method, path, body, **options)
        assert response.status_code in (200, 201, 204), response.text
        return response.json() if response.content else {}

    def create_user(self, email: str = "ada@acme.test", **attributes: Any) -> dict[str, Any]:
        """Create a user as Okta does."""
        resource = {
            "schemas": [USER],
            "userName": email,
            "name": {"givenName": "Ada", "familyName": "Lovelace"},
            "emails": [{"primary": True, "value": email, "type": "work"}],
            "externalId": f"external-{email}",
            "groups": [],
            "active": True,
        }
        return self.call("POST", "/Users", {**resource, **attributes})

    def create_group(self, name: str = "Engines", *users: dict[str, Any]) -> dict[str, Any]:
        """Create a group of these users."""
        resource = {"schemas": [GROUP], "displayName": name, "members": [{"value": user["id"]} for user in users]}
        return self.call("POST", "/Groups", resource)

    def patch(self, path: str, *operations: dict[str, Any]) -> dict[str, Any]:
        return self.call("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    def set_active(self, user: dict[str, Any], active: bool) -> dict[str, Any]:
        """Deactivate or reactivate a user."""
        return self.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": active})

    def refused(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, str]:
        """Return status and ``scimType`` of a response, which must be a SCIM error."""
        return refusal(self.send(method, path, body, **options))


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Return status and ``scimType`` of a response, which must be a SCIM error."""
    body = response.json()
    assert response.headers["content-type"] == "application/scim+json"
    assert body["schemas"] == [ERROR], body
    assert body["status"] == str(response.status_code)
    assert 400 <= response.status_code < 500 or response.status_code == 501, body
    assert body["detail"]
    return response.status_code, body.get("scimType", "")
