"""A client of the control API: inbox, clock, settings, identity providers, SCIM and webhooks of one project."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import httpx

from ._errors import ScenarioFailed
from ._http import http_client


@dataclass(frozen=True)
class Message:
    """An e-mail or text message in the project's inbox."""

    message_id: str
    kind: str
    to: str
    subject: str
    link: str
    token_type: str
    code: str


class ControlApi:
    """The control API of one server, for one project.

    Raises:
        ScenarioFailed: if the server can't be reached or returns an error. This applies to every method.
    """

    def __init__(self, url: str, project_id: str, secret: str) -> None:
        self._url = url
        self._http = http_client(base_url=f"{url}/_mock/api", auth=(project_id, secret))

    def create_project(self) -> str:
        """Create the project. Returns the public token."""
        return str(self._call("PATCH", "/project", json={})["public_token"])

    def update_project(self, **settings: Any) -> None:
        self._call("PATCH", "/project", json=settings)

    def reset(self) -> None:
        self._call("POST", "/reset")

    def close(self) -> None:
        self._http.close()

    def latest_message(self, to: str, kind: str, wait: int = 10) -> Message:
        """Return the newest message to an address or phone number. Waits for one, for at most ``wait`` seconds."""
        query = {"to": to, "kind": kind, "wait": wait}
        found = self._call("GET", "/messages/latest", params=query, timeout=wait + 10)
        return Message(**{field.name: found[field.name] for field in fields(Message)})

    def messages(self, to: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("GET", "/messages", params={"to": to})["messages"]
        return found

    def now(self) -> datetime:
        """Return the time of the project's clock."""
        return datetime.fromisoformat(self._call("GET", "/clock")["now"])

    def advance_clock(self, **by: float) -> str:
        """Move the project's clock by ``seconds``, ``minutes``, ``hours`` or ``days``. Returns the new time."""
        return str(self._call("POST", "/clock/advance", json=by)["now"])

    def next_identity(self, provider: str, email: str = "", **details: Any) -> None:
        """Choose the identity of the next login at an OAuth or identity provider. Its page is skipped."""
        self._call("POST", "/next-identity", json={"provider": provider, "email": email, **details})

    def create_identity_provider(self, organization_id: str, kind: str, **details: Any) -> dict[str, Any]:
        """Create an active SSO connection with the built-in identity provider."""
        body = {"organization_id": organization_id, "type": kind, **details}
        created: dict[str, Any] = self._call("POST", "/identity-providers", json=body)
        return created

    def rotate_keys(self, connection_id: str) -> None:
        """Rotate the signing key of the built-in identity provider."""
        self._call("POST", f"/identity-providers/{connection_id}/rotate-keys")

    def scim_push(self, connection_id: str, *operations: dict[str, Any]) -> list[dict[str, Any]]:
        """Push changes from the built-in directory. Returns the result of each operation."""
        body = {"connection_id": connection_id, "operations": list(operations)}
        results: list[dict[str, Any]] = self._call("POST", "/scim/push", json=body)["results"]
        return results

    def set_webhook(self, url: str) -> str:
        """Send the project's webhooks to one URL. Returns the signing secret."""
        endpoints = self._call("PUT", "/webhooks", json=[{"url": url}])
        return str(endpoints[0]["secret"])

    def remove_webhooks(self) -> None:
        self._call("PUT", "/webhooks", json=[])

    def wait_for_attempts(self, event_type: str, count: int) -> None:
        """Wait until the delivery of an event was attempted ``count`` times."""
        query = {"event_type": event_type, "tries": count, "wait": 10}
        if not self._call("GET", "/webhooks/deliveries", params=query, timeout=20)["deliveries"]:
            raise ScenarioFailed(f"{event_type}: expected {count} delivery attempts within 10 seconds")

    def _call(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._http.request(method, path, **options)
            body = response.json()
        except httpx.HTTPError as e:
            raise ScenarioFailed(f"no mockstytch server at {self._url}: {e}") from None
        except ValueError:
            raise ScenarioFailed(
                f"the server at {self._url} isn't mockstytch (status {response.status_code})"
            ) from None
        error = body if isinstance(body, dict) else {}
        if error.get("error_type") == "unauthorized_credentials":
            raise ScenarioFailed(f"{self._url} doesn't allow new projects: start it without --closed")
        if response.status_code != 200:
            raise ScenarioFailed(f"{method} {path}: {response.status_code} {error.get('error_message', body)}")
        return body
