"""The responses and the query parameters of the control API as types, for its schemas: messages, webhooks, logins.

A field of a response is always there, unless its default is ``UNSET``. A field of a query can be left out.
``harness_shapes`` has the other subjects.
"""

from typing import Literal

from mockstytch.about.types.objects import Fields, MemberSession, Time
from mockstytch.store.records.messages import MessageKind
from mockstytch.values import Frozen

# Messages


class MessageQuery(Frozen):
    """
    Attributes:
        to: the recipient's address or number.
        after: a message id; only newer messages are returned.
        limit: the most messages to return; the newest are returned.
        wait: seconds to wait until a message matches.
    """

    to: str = ""
    kind: MessageKind | Literal[""] = ""
    channel: Literal["email", "sms", ""] = ""
    after: str = ""
    limit: int = 100
    wait: float = 0


class LatestMessageQuery(Frozen):
    """
    Attributes:
        to: the recipient's address or number.
        after: a message id; only newer messages are returned.
        wait: seconds to wait until a message matches.
    """

    to: str = ""
    kind: MessageKind | Literal[""] = ""
    channel: Literal["email", "sms", ""] = ""
    after: str = ""
    wait: float = 0


class Message(Frozen):
    """A captured message. What doesn't apply is None.

    Attributes:
        link: the URL to click, on this server.
        redirect_url: the URL to which the link redirects, with the token.
        token, code: the secret alone.
        created_at, expires_at: times on the project's clock.
    """

    message_id: str
    channel: Literal["email", "sms"]
    kind: MessageKind
    to: str
    subject: str | None
    text: str
    html: str | None
    link: str | None
    token: str | None
    token_type: str | None
    redirect_url: str | None
    code: str | None
    organization_id: str | None
    member_id: str | None
    created_at: Time
    expires_at: Time


class Messages(Frozen):
    """Messages, newest last.

    Attributes:
        next_after: the cursor: pass it as ``after`` to get newer ones.
    """

    messages: list[Message]
    next_after: str | None


# Webhooks


class DeliveryQuery(Frozen):
    """
    Attributes:
        event_type: a pattern, with ``*`` as a wildcard.
        status: ``pending``, ``delivered`` or ``failed``.
        url: the endpoint's URL.
        tries: the smallest number of attempts.
        after: an event id; only newer deliveries are returned.
        limit: the most deliveries to return; the newest are returned.
        wait: seconds to wait until a delivery matches.
    """

    event_type: str = ""
    status: Literal["pending", "delivered", "failed", ""] = ""
    url: str = ""
    event_id: str = ""
    tries: int = 0
    after: str = ""
    limit: int = 100
    wait: float = 0


class DeliveryAttempt(Frozen):
    """One attempt to deliver an event.

    Attributes:
        at: the time on the project's clock.
        status_code: the status of the endpoint's response; 0 if there was none.
        problem: why the attempt failed; "" if it succeeded.
        answer: the beginning of the response's body.
    """

    at: Time
    status_code: int
    problem: str
    answer: str
    milliseconds: float


class WebhookDelivery(Frozen):
    """The delivery of one event to one endpoint.

    Attributes:
        message_id: the value of the ``svix-id`` header.
        next_attempt_at: the time of the next attempt, on the project's clock; None if there is none.
        payload: the JSON document that is sent.
        body, headers: the request's body and its headers, signed now. The headers are empty if the endpoint is no
            longer set.
    """

    event_id: str
    event_type: str
    url: str
    message_id: str
    status: Literal["pending", "delivered", "failed"]
    created_at: Time
    next_attempt_at: Time | None
    attempts: list[DeliveryAttempt]
    payload: Fields
    body: str
    headers: dict[str, str]


class Deliveries(Frozen):
    """Deliveries, newest last.

    Attributes:
        next_after: the cursor: pass it as ``after`` to get newer ones.
    """

    deliveries: list[WebhookDelivery]
    next_after: str | None


class Replay(Frozen):
    """The deliveries of the event."""

    deliveries: list[WebhookDelivery]


# Logins


class IdentityProvider(Frozen):
    """A connection with the built-in identity provider.

    Attributes:
        issuer: the OIDC issuer, or the SAML entity id.
        sso_url: the provider's login page.
        metadata_url: the SAML metadata, or the OIDC discovery document.
        start_url: the URL that a browser opens to log in.
    """

    connection_id: str
    type: Literal["saml", "oidc"]
    issuer: str
    sso_url: str
    metadata_url: str
    start_url: str


class RotatedIdentityProvider(IdentityProvider):
    """The connection, and the new signing key of its identity provider."""

    kid: str
    certificate: str


class Cookie(Frozen):
    """A cookie of the browser SDK.

    Attributes:
        expires: the session's end on the project's clock, in Unix seconds.
    """

    name: str
    value: str
    expires: int


class StartedSession(Frozen):
    """A session without a login.

    Attributes:
        cookies: what the browser SDK would set, and an app reads.
    """

    session_token: str
    session_jwt: str
    member_session: MemberSession
    cookies: list[Cookie]


class ImpersonationToken(Frozen):
    """A token that an admin can exchange for a session of the member.

    Attributes:
        redirect_url: the URL that the dashboard would open; None if the project has no login redirect URL.
    """

    impersonation_token: str
    expires_at: Time
    redirect_url: str | None


class ScimResult(Frozen):
    """The response to one SCIM operation.

    Attributes:
        status: the HTTP status. A refused operation doesn't stop the others.
        body: the SCIM resource or error; empty if there is none.
    """

    op: str
    method: str
    path: str
    status: int
    body: Fields


class ScimResults(Frozen):
    """The response to each operation, in their order."""

    results: list[ScimResult]
