"""``MockStytch``: start a server, or connect to one, and control it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Unpack

import msgspec

from mockstytch.client.clock import ProjectClock
from mockstytch.client.faults import Faults
from mockstytch.client.fraud import Fraud
from mockstytch.client.inbox import Inbox
from mockstytch.client.models import (
    IdentityDetails,
    IdentityProvider,
    ScimOperation,
    ScimResult,
    StartedSession,
)
from mockstytch.client.projects import Projects
from mockstytch.client.request_log.requests import Requests
from mockstytch.client.seeding import Seed, in_file, read_seed, start_server
from mockstytch.client.snapshots import Snapshots
from mockstytch.client.transport import ControlApi, MockError
from mockstytch.client.webhooks import Webhooks
from mockstytch.settings import DEFAULT_PROJECT_ID, DEFAULT_SECRET, Settings, options_from_environment

if TYPE_CHECKING:
    import stytch

    from mockstytch.client.models import FactorName, HasMemberId, Provider, ServerOptions
    from mockstytch.client.project_settings import ProjectDetails, ProjectSettings
    from mockstytch.server import Server

__all__ = ["MockError", "MockStytch"]


class MockStytch:
    """A running server, and one of its projects.

        with MockStytch() as mock:
            client = mock.client()

    Args:
        url: the server to connect to. None starts one in this process, in a thread.
        project_id, secret: the project to use. None is the project in ``MOCKSTYTCH_PROJECT_ID`` and
            ``MOCKSTYTCH_SECRET``, or the default project.
        seed: what the project contains at the start and after each ``reset``: a TOML, YAML or JSON file, or its
            content. For a server that is started, None is the file in ``MOCKSTYTCH_SEED``, with as many generated
            people as ``MOCKSTYTCH_PEOPLE`` says; for one that is running, it is nothing.
        options: options of the server that is started; see ``mockstytch.Settings``. An option that is left out has the
            value of its environment variable, as for ``mockstytch serve``. The port is free by default.

    Attributes:
        url: the server's base URL.
        tls_url: its https URL, if this handle started it with the option ``tls_port``; otherwise "".
        ca_file: the certificate of the CA that clients must trust at ``tls_url``; otherwise None.

    Raises:
        MockError: if the seed isn't valid.
        OSError: if the port is in use, or the certificate for https can't be written.
        SettingError: if an option or its environment variable isn't valid.
        TypeError: if there are options for a server that is already running.
    """

    def __init__(
        self,
        url: str | None = None,
        project_id: str | None = None,
        secret: str | None = None,
        *,
        seed: Seed | None = None,
        **options: Unpack[ServerOptions],
    ) -> None:
        self._server: Server | None = None
        self.tls_url, self.ca_file = "", None
        self.project_id = project_id or os.environ.get("MOCKSTYTCH_PROJECT_ID") or DEFAULT_PROJECT_ID
        self.secret = secret or os.environ.get("MOCKSTYTCH_SECRET") or DEFAULT_SECRET
        if url is None:
            settings = Settings(**{"port": 0, **options_from_environment(os.environ), **options})
            self._server, self.tls_url, self.ca_file = start_server(settings, seed, self.project_id, self.secret)
            url = self._server.url
        elif options:
            raise TypeError(f"{', '.join(options)}: can't be set on a server that is already running")
        self.url = url.strip().rstrip("/")
        self._api = ControlApi(self.url, self.project_id, self.secret)
        self.inbox, self.clock = Inbox(self._api), ProjectClock(self._api)
        self.webhooks, self.fraud = Webhooks(self._api), Fraud(self._api)
        self.faults, self.projects = Faults(self._api), Projects(self._api)
        self.snapshots, self.requests = Snapshots(self._api), Requests(self._api, self.project_id)
        if seed is not None and self._server is None:
            self.seed(seed, on_reset=True)

    @property
    def public_token(self) -> str:
        """The project's public token, for URLs that a browser opens."""
        return self.project_id.replace("project-", "public-token-", 1)

    @property
    def domain(self) -> str:
        """The project's domain: the base URL of its OAuth server, and the issuer of tokens that clients get there."""
        return f"{self.url}/v1/public/{self.project_id}"

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables for an app under test: the project's credentials and the server's URL."""
        return {
            "STYTCH_PROJECT_ID": self.project_id,
            "STYTCH_SECRET": self.secret,
            "STYTCH_PUBLIC_TOKEN": self.public_token,
            "STYTCH_ENV": self.url,
            "STYTCH_DOMAIN": self.domain,
        }

    def project(
        self,
        project_id: str | None = None,
        secret: str = DEFAULT_SECRET,
        *,
        seed: Seed | None = None,
        label: str = "",
        run_id: str = "",
    ) -> MockStytch:
        """Return a handle of another project on the same server.

        Args:
            project_id: the project. None is a new project with a random id, which is created on first use.
            seed: what the project contains at the start and after each ``reset``.
            label: what uses the project, for the console's list: the fixture gives the test's node id.
            run_id: the test run, to delete all projects of a run.

        Raises:
            MockError: if the seed isn't valid.
        """
        from mockstytch.ids import Ids

        other = MockStytch(self.url, project_id or f"project-test-{Ids().uuid()}", secret, seed=seed)
        if label or run_id:
            other._api.call("PATCH", "/project", body={"label": label[:1000], "run_id": run_id})
        else:
            other._api.creates_project = project_id is None
        return other

    def client(self) -> stytch.B2BClient:
        """Return the official client, configured for this project.

        Raises:
            ModuleNotFoundError: if the package ``stytch`` isn't installed.
        """
        try:
            import requests
            import stytch
        except ModuleNotFoundError as e:
            message = "The official SDK isn't installed. Install it with: pip install stytch"
            raise ModuleNotFoundError(message, name=e.name) from None

        return stytch.B2BClient(
            self.project_id,
            self.secret,
            environment=self.url + "/",
            fraud_environment=self.url + "/",
            suppress_warnings=True,
            sync_session=requests.Session(),  # without it, the client opens a connection for each call
        )

    def seed(self, seed: Seed, on_reset: bool = False) -> None:
        """Create settings, organizations, members and more. What already exists is left unchanged.

        Args:
            seed: a TOML, YAML or JSON file, or its content.
            on_reset: whether to create it after each ``reset``, too.

        Raises:
            MockError: if the seed isn't valid. The message has the place, and the project is left unchanged.
        """
        content = read_seed(seed)
        try:
            self._api.call("POST", "/seed", {"on_reset": "true" if on_reset else ""}, content, timeout=60)
        except MockError as e:
            raise (e if isinstance(seed, Mapping) else in_file(e, seed, content)) from None

    def reset(self, all: bool = False, to: Literal["seed", "empty"] = "seed") -> None:
        """Return the project to its start: delete data, settings, clock and request log, then apply its seed again.

        Args:
            all: reset all projects of the server.
            to: ``empty`` leaves the project empty.
        """
        self._api.call("POST", "/reset", {"all": "true" if all else "", "to": to}, timeout=60)

    def export(self) -> dict[str, Any]:
        """Return everything that the project holds, as one JSON document. It contains the project's secrets."""
        document: dict[str, Any] = self._api.call("GET", "/export", timeout=60)
        return document

    def import_(self, document: Mapping[str, Any]) -> None:
        """Replace everything that the project holds by an exported document, of this project or of another one.

        Raises:
            MockError: if the document isn't valid. The message has the place, and the project is left unchanged.
        """
        self._api.call("POST", "/import", body=document, timeout=60)

    def configure(self, **settings: Unpack[ProjectSettings]) -> ProjectDetails:
        """Change settings of the project, and return all of them. The control API lists their names.

        Raises:
            MockError: if a setting doesn't exist or a value isn't valid.
        """
        project: ProjectDetails = self._api.call("PATCH", "/project", body=settings)
        return project

    def next_identity(self, provider: Provider, email: str = "", **details: Unpack[IdentityDetails]) -> None:
        """Set the next identity at an OAuth provider or the built-in identity provider, and skip its login page.

        Args:
            provider: ``google``, ``microsoft``, ``github``, ``slack`` or ``hubspot``; ``saml`` or ``oidc``.
            details: ``name``, ``subject``, ``email_verified``; ``tenant_ids`` (OAuth providers); ``groups``,
                ``attributes``, ``connection_id`` (``saml`` and ``oidc``). ``error`` instead of an e-mail address makes
                the provider refuse the login.

        Raises:
            MockError: if a value isn't valid.
        """
        self._api.call("POST", "/next-identity", body={"provider": provider, "email": email, **details})

    def identity_provider(
        self,
        organization_id: str,
        type: Literal["saml", "oidc"] = "saml",
        display_name: str = "",
        connection_id: str = "",
    ) -> IdentityProvider:
        """Create an active SSO connection with the built-in identity provider.

        Args:
            type: ``saml`` or ``oidc``.
            connection_id: complete this connection instead of creating one.

        Raises:
            MockError: if the organization or the connection doesn't exist.
        """
        body = {
            "organization_id": organization_id,
            "type": type,
            "display_name": display_name,
            "connection_id": connection_id,
        }
        return msgspec.convert(self._api.call("POST", "/identity-providers", body=body), IdentityProvider)

    def rotate_identity_provider_keys(self, connection_id: str) -> str:
        """Replace the signing key of a built-in identity provider, and return the new certificate.

        Raises:
            MockError: if the connection doesn't use the built-in provider.
        """
        return str(self._api.call("POST", f"/identity-providers/{connection_id}/rotate-keys")["certificate"])

    def log_in(
        self,
        member: str | HasMemberId,
        organization_id: str = "",
        *,
        session_duration_minutes: int | None = None,
        factors: Sequence[FactorName] = ("magic_link",),
    ) -> StartedSession:
        """Start a session of a member without a login, and return it with the cookies that the browser SDK would set.

        Args:
            member: the member, its id or its e-mail address.
            organization_id: required with an id or an address.
            session_duration_minutes: the session's lifetime; None means 60.
            factors: the session's factors, such as ``magic_link``, ``google_oauth`` or ``totp``.

        Raises:
            MockError: if the organization or the member doesn't exist, the lifetime isn't valid, or the member lacks
                what a factor needs.
            TypeError: if the organization is missing.
        """
        body: dict[str, Any] = {"session_duration_minutes": session_duration_minutes, "factors": list(factors)}
        if isinstance(member, str):
            body["email_address" if "@" in member else "member_id"] = member
        else:
            body["member_id"] = member.member_id
            organization_id = organization_id or member.organization_id
        if not organization_id:
            raise TypeError("organization_id is required with an id or an e-mail address")
        body["organization_id"] = organization_id
        return msgspec.convert(self._api.call("POST", "/sessions", body=body), StartedSession)

    def impersonation_token(
        self,
        organization_id: str,
        member_id: str,
        impersonator_email_address: str = "support@example.com",
        reason: str | None = None,
    ) -> str:
        """Create an impersonation token for an active member, as the dashboard does. It expires after five minutes.

        Args:
            reason: why the member is impersonated.

        Raises:
            MockError: if the organization or the member doesn't exist, or the member isn't active.
        """
        body = {
            "organization_id": organization_id,
            "member_id": member_id,
            "impersonator_email_address": impersonator_email_address,
            "reason": reason,
        }
        return str(self._api.call("POST", "/impersonation-tokens", body=body)["impersonation_token"])

    def scim_push(self, connection_id: str, operations: Sequence[ScimOperation]) -> list[ScimResult]:
        """Send changes from an organization's directory over its SCIM connection.

        Args:
            operations: for example ``[{"op": "create_user", "email": "ada@acme.example"}]``; see the control API.

        Returns:
            The response to each operation. A refused operation doesn't raise: check its ``status``.

        Raises:
            MockError: if the connection doesn't exist or an operation isn't valid.
        """
        body = {"connection_id": connection_id, "operations": list(operations)}
        page = self._api.call("POST", "/scim/push", body=body, timeout=60)
        return msgspec.convert(page["results"], list[ScimResult])

    def call(
        self, method: str, path: str, query: dict[str, Any] | None = None, body: Any = None, timeout: float = 10
    ) -> dict[str, Any]:
        """Call the control API directly, and return the JSON of the response.

        Args:
            path: without ``/_mock/api``.
            timeout: seconds.

        Raises:
            MockError: if the server refuses the request or can't be reached.
        """
        result: dict[str, Any] = self._api.call(method, path, query, body, timeout)
        return result

    def close(self) -> None:
        """Stop the server, if this handle started it."""
        if self._server is not None:
            self._server.stop()

    def __enter__(self) -> MockStytch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
