"""The control API, as far as stories need it: inbox, clock, settings and OAuth visitors of one project."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import httpx

from ._story import StoryFailed


@dataclass(frozen=True)
class Mail:
    message_id: str
    kind: str
    to: str
    subject: str
    link: str
    token_type: str
    code: str


class Control:
    """One project of one server.

    Raises:
        StoryFailed: the server can't be reached, or refuses; from every method.
    """

    def __init__(self, url: str, project_id: str, secret: str) -> None:
        self._url = url
        # never by way of a proxy: the server is on this machine, or where the user said
        self._http = httpx.Client(base_url=f"{url}/_mock/api", auth=(project_id, secret), trust_env=False)

    def mail(self, to: str, kind: str, wait: int = 10) -> Mail:
        """The newest mail to an address, waiting for one at most so many seconds."""
        found = self._call("GET", "/messages/latest", params={"to": to, "kind": kind, "wait": wait}, timeout=wait + 10)
        return Mail(**{field.name: found[field.name] for field in fields(Mail)})

    def mails(self, to: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("GET", "/messages", params={"to": to})["messages"]
        return found

    def advance(self, **by: float) -> str:
        """Move the project's clock by ``seconds``, ``minutes``, ``hours``, ``days``; answers the time that it shows."""
        return str(self._call("POST", "/clock/advance", json=by)["now"])

    def now(self) -> datetime:
        """What the project's clock shows."""
        return datetime.fromisoformat(self._call("GET", "/clock")["now"])

    def configure(self, **settings: Any) -> None:
        """Change settings of the project."""
        self._call("PATCH", "/project", json=settings)

    def next_identity(self, provider: str, email: str = "", **details: Any) -> None:
        """Say who comes next at an OAuth or identity provider, so that its page is never seen."""
        self._call("POST", "/next-identity", json={"provider": provider, "email": email, **details})

    def identity_provider(self, organization_id: str, kind: str, **details: Any) -> dict[str, Any]:
        """A connection of an organization with the built-in identity provider, ready to use."""
        wanted = {"organization_id": organization_id, "type": kind, **details}
        made: dict[str, Any] = self._call("POST", "/identity-providers", json=wanted)
        return made

    def rotate_keys(self, connection_id: str) -> None:
        """The identity provider signs with a new key from now on."""
        self._call("POST", f"/identity-providers/{connection_id}/rotate-keys")

    def scim(self, connection_id: str, *operations: dict[str, Any]) -> list[dict[str, Any]]:
        """The directory tells of its people; answers what each call got."""
        wanted = {"connection_id": connection_id, "operations": list(operations)}
        answered: list[dict[str, Any]] = self._call("POST", "/scim/push", json=wanted)["results"]
        return answered

    def webhook(self, url: str) -> str:
        """Send the project's webhooks to a URL; answers the secret that signs them."""
        endpoints = self._call("PUT", "/webhooks", json=[{"url": url}])
        return str(endpoints[0]["secret"])

    def tried(self, event_type: str, times: int) -> None:
        """Wait until an event was tried to be delivered so often."""
        query = {"event_type": event_type, "tries": times, "wait": 10}
        if not self._call("GET", "/webhooks/deliveries", params=query, timeout=20)["deliveries"]:
            raise StoryFailed(f"{event_type} was not tried {times} times")

    def no_webhooks(self) -> None:
        self._call("PUT", "/webhooks", json=[])

    def begin(self) -> str:
        """Make sure that the server is there, and takes the project for one of its own; answers its public token."""
        return str(self._call("GET", "/project")["public_token"])

    def reset(self) -> None:
        self._call("POST", "/reset")

    def close(self) -> None:
        self._http.close()

    def _call(self, method: str, path: str, **options: Any) -> Any:
        try:
            answer = self._http.request(method, path, **options)
            body = answer.json()
        except httpx.HTTPError as e:
            raise StoryFailed(f"no mockstytch answers at {self._url}: {e}") from None
        except ValueError:
            raise StoryFailed(f"what answers at {self._url} is not mockstytch ({answer.status_code})") from None
        refusal = body if isinstance(body, dict) else {}
        if refusal.get("error_type") == "unauthorized_credentials":
            raise StoryFailed(f"{self._url} lets no new projects in: start it without --closed")
        if answer.status_code != 200:
            raise StoryFailed(f"{method} {path}: {answer.status_code} {refusal.get('error_message', body)}")
        return body
