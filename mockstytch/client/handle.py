"""``MockStytch``: a server seen from a test. It talks to the control API, so it works on a remote server too."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from mockstytch.client.webhooks import Fraud, MockError, Webhooks
from mockstytch.settings import DEFAULT_PROJECT_ID, DEFAULT_SECRET, Settings

if TYPE_CHECKING:
    import stytch

    from mockstytch.server import Server

__all__ = ["Message", "MockError", "MockStytch"]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A captured message. What does not apply is None."""

    message_id: str
    channel: str
    kind: str
    to: str
    subject: str | None = None
    text: str
    html: str | None = None
    link: str | None = None
    token: str | None = None
    token_type: str | None = None
    redirect_url: str | None = None
    code: str | None = None
    organization_id: str | None = None
    member_id: str | None = None
    created_at: datetime
    expires_at: datetime


class IdentityProvider(msgspec.Struct, frozen=True, kw_only=True):
    """A connection with the built-in identity provider.

    Attributes:
        issuer: the OpenID issuer, or the SAML entity id.
        sso_url: the provider's own page; opened without a request, SAML logins begin there.
        start_url: what a browser opens to log in.
    """

    connection_id: str
    type: str
    issuer: str
    sso_url: str
    metadata_url: str
    start_url: str


class MockStytch:
    """A running mockstytch: in this process, or anywhere else.

        with MockStytch() as mock:
            client = mock.client()

    Args:
        url: a server that already runs; None starts one in this process, on a free port, in a thread.
        project_id, secret: the project to see; the default one where None.
        settings: further ``Settings`` of a server that is started here.

    Raises:
        MockError: the server can't be reached.
    """

    def __init__(
        self, url: str | None = None, project_id: str | None = None, secret: str | None = None, **settings: Any
    ) -> None:
        self._server: Server | None = None
        self.project_id, self.secret = project_id or DEFAULT_PROJECT_ID, secret or DEFAULT_SECRET
        if url is None:
            from mockstytch.server import Server

            self._server = Server(Settings(**{"port": 0, **settings})).start()
            url = self._server.url
        elif settings:
            raise TypeError("a server that already runs has its settings")
        self.url = url.rstrip("/")
        self._parts()

    def _parts(self) -> None:
        self.inbox, self.clock, self.webhooks, self.fraud = (
            Inbox(self),
            ClockHandle(self),
            Webhooks(self),
            Fraud(self),
        )

    @property
    def public_token(self) -> str:
        """What links of the browser name the project by."""
        return self.project_id.replace("project-", "public-token-", 1)

    @property
    def environment(self) -> dict[str, str]:
        """What an app under test needs to find this project."""
        return {
            "STYTCH_PROJECT_ID": self.project_id,
            "STYTCH_SECRET": self.secret,
            "STYTCH_PUBLIC_TOKEN": self.public_token,
            "STYTCH_ENV": self.url + "/",
        }

    def project(self, project_id: str | None = None, secret: str = DEFAULT_SECRET) -> MockStytch:
        """The same server, seen through another project: the one named, or a new one."""
        from mockstytch.ids import Ids

        other = MockStytch.__new__(MockStytch)
        other._server = None
        other.url, other.secret = self.url, secret
        other.project_id = project_id or f"project-test-{Ids().uuid()}"
        other._parts()
        return other

    def client(self) -> stytch.B2BClient:
        """The official client, pointed at this project.

        Raises:
            ModuleNotFoundError: the package ``stytch`` is not installed.
        """
        import requests
        import stytch

        return stytch.B2BClient(
            self.project_id,
            self.secret,
            environment=self.url + "/",
            fraud_environment=self.url + "/",
            suppress_warnings=True,
            sync_session=requests.Session(),  # the SDK would open a connection for each call
        )

    def reset(self, all: bool = False) -> None:
        """Empty the project, its clock and settings included; or all projects."""
        self.call("POST", "/reset", {"all": "true"} if all else {})

    def configure(self, **settings: Any) -> dict[str, Any]:
        """Change the project's settings; answers them all. See the control API's reference for their names."""
        return self.call("PATCH", "/project", body=settings)

    def next_identity(self, provider: str, email: str = "", **details: Any) -> None:
        """Say who comes next at an OAuth or identity provider, so that its page is never seen.

        Args:
            provider: ``google``, ``microsoft``, ``github``, ``slack`` or ``hubspot``; ``saml`` or ``oidc``.
            details: ``name``, ``subject``, ``email_verified``, and ``tenant_ids`` (OAuth) or ``groups``,
                ``attributes``, ``connection_id`` (identity providers); or ``error`` for a refusal.
        """
        self.call("POST", "/next-identity", body={"provider": provider, "email": email, **details})

    def identity_provider(
        self, organization_id: str, type: str = "saml", display_name: str = "", connection_id: str = ""
    ) -> IdentityProvider:
        """Make an SSO connection with the built-in identity provider, active at once.

        Args:
            type: ``saml`` or ``oidc``.
            connection_id: complete this connection instead of making one.

        Raises:
            MockError: there is no such organization, or no such connection of it.
        """
        body = {"type": type, "display_name": display_name, "connection_id": connection_id}
        made = self.call("POST", "/identity-providers", body={"organization_id": organization_id, **body})
        return msgspec.convert(made, IdentityProvider)

    def rotate_identity_provider_keys(self, connection_id: str) -> str:
        """Let a built-in identity provider sign with a new key; answers its certificate."""
        return str(self.call("POST", f"/identity-providers/{connection_id}/rotate-keys")["certificate"])

    def impersonation_token(
        self,
        organization_id: str,
        member_id: str,
        impersonator_email_address: str = "support@example.com",
        reason: str | None = None,
    ) -> str:
        """A token for ``impersonation.authenticate``, as the dashboard makes one for an active member. It lives five
        minutes.

        Args:
            reason: what the member is impersonated for.
        """
        body = {
            "organization_id": organization_id,
            "member_id": member_id,
            "impersonator_email_address": impersonator_email_address,
            "reason": reason,
        }
        return str(self.call("POST", "/impersonation-tokens", body=body)["impersonation_token"])

    def scim_push(self, connection_id: str, operations: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Let an organization's directory tell of something, over the SCIM connection.

        Args:
            operations: ``[{"op": "create_user", "email": "ada@acme.test"}]``; see the control API's reference.

        Returns:
            What each call got: ``op``, ``method``, ``path``, ``status`` and ``body``. A refusal is no exception.
        """
        body = {"connection_id": connection_id, "operations": operations}
        found: list[dict[str, Any]] = self.call("POST", "/scim/push", body=body, timeout=60)["results"]
        return found

    def requests(self, limit: int = 100) -> list[dict[str, Any]]:
        """The latest requests, newest last; a refused one says ``because``."""
        found: list[dict[str, Any]] = self.call("GET", "/requests", {"limit": limit})["requests"]
        return found

    def call(
        self, method: str, path: str, query: dict[str, Any] | None = None, body: Any = None, timeout: float = 10
    ) -> dict[str, Any]:
        """A call of the control API on behalf of this project.

        Raises:
            MockError: it was refused, or the server can't be reached.
        """
        pairs = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        target = f"{self.url}/_mock/api{path}?{urllib.parse.urlencode(pairs)}"
        credentials = base64.b64encode(f"{self.project_id}:{self.secret}".encode()).decode()
        request = urllib.request.Request(target, method=method, headers={"Authorization": f"Basic {credentials}"})  # noqa: S310 · the user's own server
        if body is not None:
            request.data = json.dumps(body).encode()
        try:
            with _opener.open(request, timeout=timeout) as answer:
                result: dict[str, Any] = json.load(answer)
                return result
        except urllib.error.HTTPError as e:
            with e:
                raise _refused(e.read(), e.code) from None
        except (urllib.error.URLError, OSError) as e:
            raise MockError(f"No mockstytch answers at {self.url}: {getattr(e, 'reason', e)}") from None

    def close(self) -> None:
        """Stop the server, if this handle started it."""
        if self._server is not None:
            self._server.stop()

    def __enter__(self) -> MockStytch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


# never by way of a proxy: the server is on this machine, or where the user said
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _refused(raw: bytes, status: int) -> MockError:
    try:
        body = json.loads(raw)
        return MockError(body["error_message"], body["error_type"])
    except (ValueError, KeyError, TypeError):
        return MockError(f"The server answered {status}, and not as mockstytch does.")


class Inbox:
    """What was sent to people."""

    def __init__(self, mock: MockStytch) -> None:
        self._mock = mock

    def latest(self, to: str = "", kind: str = "", wait: float = 0) -> Message:
        """The newest message that matches.

        Args:
            wait: how many seconds to wait for one, at most 60.

        Raises:
            MockError: none came; its ``error_type`` is ``message_not_found``.
        """
        query = {"to": to, "kind": kind, "wait": wait}
        return _received(self._mock.call("GET", "/messages/latest", query, timeout=wait + 10))

    def all(self, to: str = "", kind: str = "", after: str = "", limit: int = 100, wait: float = 0) -> list[Message]:
        """The messages that match, newest last; ``after`` is the id of the last one that was seen."""
        query = {"to": to, "kind": kind, "after": after, "limit": limit, "wait": wait}
        return [_received(m) for m in self._mock.call("GET", "/messages", query, timeout=wait + 10)["messages"]]

    def clear(self) -> None:
        """Empty the inbox; tokens and codes stay good."""
        self._mock.call("DELETE", "/messages")


def _received(message: dict[str, Any]) -> Message:
    return msgspec.convert(message, Message)


class ClockHandle:
    """The project's time."""

    def __init__(self, mock: MockStytch) -> None:
        self._mock = mock

    def now(self) -> datetime:
        """What time it is."""
        return _moment(self._mock.call("GET", "/clock"))

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> datetime:
        """Move time; answers what time it is then."""
        by = {"seconds": seconds, "minutes": minutes, "hours": hours, "days": days}
        return _moment(self._mock.call("POST", "/clock/advance", body=by))

    def set(self, now: datetime) -> datetime:
        """Let it be this time."""
        return _moment(self._mock.call("PUT", "/clock", body={"now": now.astimezone(UTC).isoformat()}))

    def freeze(self) -> datetime:
        """Let time stand still until ``unfreeze``; ``advance`` moves it all the same."""
        return _moment(self._mock.call("PUT", "/clock", body={"frozen": True}))

    def unfreeze(self) -> datetime:
        """Let time go on."""
        return _moment(self._mock.call("PUT", "/clock", body={"frozen": False}))


def _moment(clock: dict[str, Any]) -> datetime:
    return msgspec.convert(clock["now"], datetime)
