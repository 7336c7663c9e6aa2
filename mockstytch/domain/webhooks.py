"""Webhooks: who may be told, what a delivery says, when it is tried again."""

import re
from base64 import b64decode
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from mockstytch import errors
from mockstytch.ids import Ids
from mockstytch.runtime import Context
from mockstytch.store.records.projects import WebhookEndpoint
from mockstytch.store.records.webhooks import Attempt, Delivery, Event, deliveries

# Seconds from one try to the next: Svix's published schedule, which Stytch refers to. The first one comes at once.
RETRIES = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
MOST_ENDPOINTS = 50

_EVENT_TYPE = re.compile(r"\*|(\*|direct|dashboard|scim)\.(\*|[a-z_]+)\.(\*|create|update|delete)")


def validated_endpoints(
    ids: Ids, endpoints: list[WebhookEndpoint], former: list[WebhookEndpoint]
) -> list[WebhookEndpoint]:
    """The endpoints, each with a secret: the one given, the one it had before, or a new one.

    A bad request: a URL that is none or occurs twice, a secret that is no ``whsec_…``, an event type that can't exist,
    more than fifty endpoints.
    """
    if len(endpoints) > MOST_ENDPOINTS:
        raise errors.bad_request(because=f"more than {MOST_ENDPOINTS} webhook endpoints")
    if len({endpoint.url for endpoint in endpoints}) < len(endpoints):
        raise errors.bad_request(because="two webhook endpoints have the same url")
    known = {endpoint.url: endpoint.secret for endpoint in former}
    found = []
    for endpoint in endpoints:
        _check(endpoint)
        secret = endpoint.secret or known.get(endpoint.url) or ids.webhook_secret()
        found.append(msgspec.structs.replace(endpoint, secret=secret))
    return found


def _check(endpoint: WebhookEndpoint) -> None:
    try:
        parts = urlsplit(endpoint.url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise errors.bad_request(because=f"{endpoint.url!r} is no URL that a webhook can be sent to")
    if endpoint.secret and not _is_secret(endpoint.secret):
        raise errors.bad_request(because="a webhook secret is whsec_ and base64")
    for event_type in endpoint.event_types:
        if not _EVENT_TYPE.fullmatch(event_type):
            raise errors.bad_request(because=f"no event has the type {event_type!r}; one is direct.member.create")


def _is_secret(secret: str) -> bool:
    try:
        return secret.startswith("whsec_") and bool(b64decode(secret.removeprefix("whsec_"), validate=True))
    except ValueError:  # no base64, or not even ASCII
        return False


def payload(project_id: str, event: Event) -> dict[str, Any]:
    """What an endpoint is told. A deletion has no entity."""
    said = {
        "project_id": project_id,
        "event_id": event.event_id,
        "action": event.action.upper(),
        "object_type": event.object_type,
        "source": event.source.upper(),
        "id": event.id,
        "timestamp": f"{event.created_at:%Y-%m-%dT%H:%M:%S.%f}Z",  # as recorded, unlike the API's own times
        "vertical": "B2B",
    }
    return said if event.entity is None else said | {event.object_type: event.entity}


def message_id(event_id: str) -> str:
    """What Svix calls an event: the same at each try, for receivers to tell a repetition by."""
    return "msg_" + event_id[-36:].replace("-", "")


def attempt_result(delivery: Delivery, attempt: Attempt) -> dict[str, Any]:
    """What a try changes about a delivery."""
    tried = {"attempts": [*delivery.attempts, attempt], "tries": delivery.tries + 1}
    if not attempt.problem:
        return {**tried, "status": "delivered", "failures": 0, "next_attempt_at": None}
    over = delivery.failures >= len(RETRIES)
    return {
        **tried,
        "status": "failed" if over else "pending",
        "failures": delivery.failures + 1,
        "next_attempt_at": None if over else attempt.at + timedelta(seconds=RETRIES[delivery.failures]),
    }


def cancel_deliveries(ctx: Context, endpoints: list[WebhookEndpoint]) -> None:
    """Give up what is on its way to endpoints that are no longer there."""
    kept = [endpoint.url for endpoint in endpoints]
    column = Delivery.table.c
    query = ctx.store.query(Delivery).where(column.next_attempt_at.is_not(None), column.url.not_in(kept))
    for delivery in ctx.store.rows(Delivery, query):
        ctx.store.update(delivery, status="failed", next_attempt_at=None)


def release_leases(ctx: Context) -> None:
    """Let go of what a process had begun to send when it ended."""
    query = ctx.store.query(Delivery).where(Delivery.table.c.leased_until.is_not(None))
    for delivery in ctx.store.rows(Delivery, query):
        ctx.store.update(delivery, leased_until=None)


def replay(ctx: Context, event_id: str) -> list[Delivery]:
    """Send an event once more, now, to each endpoint of today that wants it.

    Raises:
        delivery_not_found: there is no such event, or nobody wants it.
    """
    event = ctx.store.find(Event, event_id=event_id)
    wanted = deliveries(event, ctx.project.settings.webhooks) if event else []
    if not wanted:
        raise errors.delivery_not_found(because="no event with this id" if event is None else "no endpoint wants it")
    return [_due(ctx, delivery) for delivery in wanted]


def _due(ctx: Context, wanted: Delivery) -> Delivery:
    former = ctx.store.find(Delivery, event_id=wanted.event_id, url=wanted.url)
    if former is None:
        return ctx.store.insert(msgspec.structs.replace(wanted, next_attempt_at=ctx.now))
    return ctx.store.update(former, status="pending", failures=0, next_attempt_at=ctx.now)


def sign(secret: str, message: str, at: datetime, body: str) -> dict[str, str]:
    """The headers by which a receiver knows the sender: Svix's own, and the same by the names of Standard Webhooks."""
    from standardwebhooks import Webhook  # who has no endpoint doesn't pay for it

    values = {
        "id": message,
        "timestamp": str(int(at.timestamp())),
        "signature": Webhook(secret).sign(message, at, body),
    }
    return {f"{prefix}-{name}": value for prefix in ("svix", "webhook") for name, value in values.items()}
