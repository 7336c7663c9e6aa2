"""The values that ``MockStytch`` returns, and the keyword arguments that it accepts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, TypedDict

import msgspec

Verdict = Literal["ALLOW", "CHALLENGE", "BLOCK"]
FactorName = Literal[
    "magic_link",
    "email_otp",
    "password",
    "google_oauth",
    "microsoft_oauth",
    "github_oauth",
    "slack_oauth",
    "hubspot_oauth",
    "sso",
    "sms_otp",
    "totp",
    "recovery_code",
]
Provider = Literal["google", "microsoft", "github", "slack", "hubspot", "saml", "oidc"]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A captured message. An attribute that doesn't apply is None.

    Attributes:
        channel: ``email`` or ``sms``.
        kind: for example ``magic_link.login``.
        link: the URL to click, on this server.
        redirect_url: the URL to which the link redirects, with the token.
        token, code: the secret alone.
        created_at, expires_at: times on the project's clock.
    """

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


class LoggedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the request log. Secrets in it are "…".

    Attributes:
        at: the time on the project's clock.
        operation: the name in the official SDK, such as ``organizations.members.create``; "" if it isn't an operation.
        surface: the public interface that handled it, such as ``backend`` or ``scim``.
        error_type: the error's type; "" for a success.
        because: the reason of a refusal, and remarks.
        hint: what was probably meant; "" if nothing was mistaken.
        milliseconds: how long the server took.
        request: an operation's fields, from path, query and body; otherwise the body, or the query without a body.
        response: the body.
        curl: a command for the shell that sends the request again.
    """

    request_id: str
    at: datetime
    operation: str
    method: str
    path: str
    status_code: int
    surface: str
    error_type: str
    because: str
    hint: str
    milliseconds: float
    request: Any
    response: Any
    curl: str


class RequestFilters(TypedDict, total=False):
    """Which requests of the log to return. Text can have several values, separated by commas; ``*`` is a wildcard."""

    operation: str
    method: str
    path: str
    status: int | str
    error_type: str
    surface: str
    after: str
    wait: float


class HasMemberId(Protocol):
    """A member, as the official client returns it."""

    @property
    def organization_id(self) -> str: ...

    @property
    def member_id(self) -> str: ...


class Cookie(TypedDict):
    """A cookie of the browser SDK. Playwright's ``context.add_cookies`` accepts it with the app's URL as ``url``.

    ``expires`` is the session's end on the project's clock, in Unix seconds.
    """

    name: str
    value: str
    expires: int


class StartedSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session without a login.

    Attributes:
        member_session: the session, as the API returns it.
        cookies: what the browser SDK would set, and an app reads.
    """

    session_token: str
    session_jwt: str
    member_session: dict[str, Any]
    cookies: list[Cookie]


class IdentityProvider(msgspec.Struct, frozen=True, kw_only=True):
    """A connection with the built-in identity provider.

    Attributes:
        issuer: the OIDC issuer, or the SAML entity id.
        sso_url: the provider's login page. Opened directly, it starts an IdP-initiated SAML login.
        metadata_url: the SAML metadata, or the OIDC discovery document.
        start_url: the URL that a browser opens to log in.
    """

    connection_id: str
    type: str
    issuer: str
    sso_url: str
    metadata_url: str
    start_url: str


class WebhookEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint that receives webhooks.

    Attributes:
        secret: the secret with which the receiver verifies signatures.
        event_types: the event types that it receives, with ``*`` as a wildcard; all, if empty.
    """

    url: str
    secret: str
    event_types: list[str] = []


class WebhookAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to deliver a webhook.

    Attributes:
        status_code: the HTTP status of the response; 0 if there was none.
        problem: why the attempt failed; "" if it succeeded.
        answer: the beginning of the response's body.
    """

    at: datetime
    status_code: int
    problem: str
    answer: str
    milliseconds: float


class WebhookDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """The delivery of one event to one endpoint.

    Attributes:
        message_id: the value of the ``svix-id`` header.
        status: ``pending``, ``delivered`` or ``failed``.
        next_attempt_at: the time of the next attempt, on the project's clock; None if there is none.
        payload: the JSON document that is sent.
        body, headers: the request's body and its headers, signed at the time of this call. Pass them to an app's test
            client. The headers are empty if the endpoint is no longer set.
    """

    event_id: str
    event_type: str
    url: str
    message_id: str
    status: str
    created_at: datetime
    next_attempt_at: datetime | None
    attempts: list[WebhookAttempt]
    payload: dict[str, Any]
    body: str
    headers: dict[str, str]


class ScimResult(msgspec.Struct, frozen=True, kw_only=True):
    """The response to one SCIM operation of ``scim_push``.

    Attributes:
        op: the operation, such as ``create_user``.
        path: the path of its request, such as ``/Users``.
        status: the HTTP status. A refused operation doesn't raise: check this.
        body: the SCIM resource or error; empty if there is none.
    """

    op: str
    method: str
    path: str
    status: int
    body: dict[str, Any]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A saved state of the project.

    Attributes:
        created_at: the time on the project's clock.
        rows: the number of saved rows.
    """

    name: str
    created_at: datetime
    rows: int


class DiffObject(msgspec.Struct, frozen=True, kw_only=True):
    """An object that was created or deleted since a snapshot.

    Attributes:
        object_type: for example ``member``.
        object: its fields, as the API returns them.
    """

    object_type: str
    id: str
    object: dict[str, Any]


class DiffChange(msgspec.Struct, frozen=True, kw_only=True):
    """An object that was changed since a snapshot.

    Attributes:
        object_type: for example ``member``; ``project`` for settings and clock.
        fields: the fields that differ, each ``{"was": …, "is": …}``.
    """

    object_type: str
    id: str
    fields: dict[str, dict[str, Any]]


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """The differences between a snapshot and the project."""

    created: list[DiffObject]
    changed: list[DiffChange]
    deleted: list[DiffObject]


# Keyword arguments


class ServerOptions(TypedDict, total=False):
    """Options of a server that ``MockStytch()`` starts. They are fields of ``mockstytch.Settings``."""

    host: str
    port: int
    tls_port: int | None
    database: str | os.PathLike[str]
    closed: bool
    public_url: str
    allowed_hosts: Sequence[str]
    smtp: str
    random_seed: int | None
    keep_ended: int


class IdentityDetails(TypedDict, total=False):
    """Optional attributes of the identity that logs in next.

    ``tenant_ids`` is for OAuth providers; ``groups``, ``attributes`` and ``connection_id`` are for ``saml`` and
    ``oidc``.
    """

    name: str
    subject: str
    email_verified: bool
    tenant_ids: list[str]
    groups: list[str]
    attributes: dict[str, Any]
    connection_id: str
    error: str


class ScimOperation(TypedDict, total=False):
    """One change in a customer's directory. ``op`` is required.

    ``user``, ``users`` and ``group`` refer to SCIM ids, user names or group names. ``attributes`` are further SCIM
    attributes of the user.
    """

    op: Literal[
        "create_user",
        "update_user",
        "deactivate_user",
        "delete_user",
        "create_group",
        "add_to_group",
        "remove_from_group",
        "delete_group",
    ]
    email: str
    user_name: str
    name: str
    given_name: str
    family_name: str
    external_id: str
    active: bool
    attributes: dict[str, Any]
    user: str
    users: list[str]
    group: str


class WebhookEndpointSettings(TypedDict, total=False):
    """A webhook endpoint to set. ``url`` is required; a secret is generated if there is none."""

    url: str
    secret: str
    event_types: list[str]


class DeviceDetails(TypedDict, total=False):
    """Optional attributes of a device. They appear in the fingerprint lookup."""

    telemetry_id: str
    detected_device_type: str
    is_authentic_device: bool
    visitor_id: str
    browser_id: str
    visitor_fingerprint: str
    browser_fingerprint: str
    hardware_fingerprint: str
    network_fingerprint: str
    ip_address: str
    asn: str
    asn_name: str
    asn_network: str
    city: str
    region: str
    country: str
    is_proxy: bool
    is_vpn: bool
    user_agent: str
    raw_signals: dict[str, Any]
    expires_in_minutes: int


class EmailDetails(TypedDict, total=False):
    """Optional attributes of an e-mail address's risk."""

    risk_score: int
    has_known_bounces: bool
    has_mx_or_a_record: bool
    is_disposable_domain: bool
    is_suspected_role_address: bool
