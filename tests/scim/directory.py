"""A directory that speaks SCIM by hand: what it sends is written out, what comes back is looked at."""

from typing import Any

import httpx

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class Directory:
    def __init__(self, connection: Any, token: str = "") -> None:
        self.connection = connection
        headers = {"Authorization": f"Bearer {token or connection.bearer_token}"}
        self.http = httpx.Client(base_url=connection.base_url, headers=headers, trust_env=False)

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.http.request(method, path, json=body, **options)

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> dict[str, Any]:
        """The resource in an answer that is a success."""
        answer = self.send(method, path, body, **options)
        assert answer.status_code in (200, 201, 204), answer.text
        return answer.json() if answer.content else {}

    def user(self, email: str = "ada@acme.test", **attributes: Any) -> dict[str, Any]:
        """Create a user, as Okta does it."""
        wanted = {
            "schemas": [USER],
            "userName": email,
            "name": {"givenName": "Ada", "familyName": "Lovelace"},
            "emails": [{"primary": True, "value": email, "type": "work"}],
            "externalId": f"external-{email}",
            "groups": [],
            "active": True,
        }
        return self.call("POST", "/Users", {**wanted, **attributes})

    def group(self, name: str = "Engines", *members: dict[str, Any]) -> dict[str, Any]:
        wanted = {"schemas": [GROUP], "displayName": name, "members": [{"value": user["id"]} for user in members]}
        return self.call("POST", "/Groups", wanted)

    def patch(self, path: str, *operations: dict[str, Any]) -> dict[str, Any]:
        return self.call("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    def refused(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, str]:
        """Status and ``scimType`` of an error, which must be one in SCIM's shape."""
        answer = self.send(method, path, body, **options)
        return refusal(answer)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert answer.headers["content-type"] == "application/scim+json"
    assert body["schemas"] == [ERROR], body
    assert body["status"] == str(answer.status_code)
    assert 400 <= answer.status_code < 500 or answer.status_code == 501, body
    assert body["detail"]
    return answer.status_code, body.get("scimType", "")
