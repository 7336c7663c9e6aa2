"""Rules for webhooks: which endpoints are valid, what a delivery contains, and when it is retried.

Sending is the task of ``webhook_delivery``.
"""

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from mockstytch import errors
from mockstytch.ids import Ids
from mockstytch.runtime import Context
from mockstytch.store.queries import RowQuery
from mockstytch.store.records.projects import WebhookEndpoint
from mockstytch.store.records.webhooks import Attempt, Delivery, Event, deliveries

# Seconds between attempts: Svix's published schedule, which Stytch refers to. The first attempt is immediate.
RETRIES = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
MAX_ENDPOINTS = 50
# How long one process may take to send a delivery and record the result. Longer than the timeout of an attempt.
LEASE = timedelta(minutes=1)
_MAX_CHOICE = 1000  # deliveries

_EVENT_TYPE = re.compile(r"\*|(\*|direct|dashboard|scim)\.(\*|[a-z_]+)\.(\*|create|update|delete)")


def validated_endpoints(
    ids: Ids, endpoints: list[WebhookEndpoint], current: list[WebhookEndpoint]
) -> list[WebhookEndpoint]:
    """Return the endpoints, each with a secret: the given one, the one that its URL has now, or a new one.

    Args:
        endpoints: the endpoints that replace the current ones.
        current: the endpoints of the project now.

    Raises:
        bad_request: if there are more than 50 webhook endpoints, if two have the same URL, or if a URL, secret or
            event type isn't valid.
    """
    if len(endpoints) > MAX_ENDPOINTS:
        raise errors.bad_request(because=f"more than {MAX_ENDPOINTS} webhook endpoints")
    if len({endpoint.url for endpoint in endpoints}) < len(endpoints):
        raise errors.bad_request(because="two webhook endpoints have the same url")
    current_secrets = {endpoint.url: endpoint.secret for endpoint in current}
    validated = []
    for endpoint in endpoints:
        _require_valid(endpoint)
        secret = endpoint.secret or current_secrets.get(endpoint.url) or ids.webhook_secret()
        validated.append(msgspec.structs.replace(endpoint, secret=secret))
    return validated


def _require_valid(endpoint: WebhookEndpoint) -> None:
    if not _is_url(endpoint.url):
        raise errors.bad_request(because=f"{endpoint.url!r} isn't a valid webhook URL: use http or https")
    if endpoint.secret and not _is_secret(endpoint.secret):
        raise errors.bad_request(because="a webhook secret must be whsec_ followed by base64")
    for event_type in endpoint.event_types:
        if not _EVENT_TYPE.fullmatch(event_type):
            raise errors.bad_request(
                because=f"{event_type!r} isn't a valid event type; a valid one is direct.member.create"
            )


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _is_secret(secret: str) -> bool:
    try:
        return secret.startswith("whsec_") and bool(b64decode(secret.removeprefix("whsec_"), validate=True))
    except ValueError:  # not base64, or not ASCII
        return False


def payload(project_id: str, event: Event) -> dict[str, Any]:
    """Return the payload of an event. A deletion contains no object."""
    fields = {
        "project_id": project_id,
        "event_id": event.event_id,
        "action": event.action.upper(),
        "object_type": event.object_type,
        "source": event.source.upper(),
        "id": event.id,
        "timestamp": f"{event.created_at:%Y-%m-%dT%H:%M:%S.%f}Z",  # microseconds, unlike times in API responses
        "vertical": "B2B",
    }
    return fields if event.entity is None else fields | {event.object_type: event.entity}


def message_id(event_id: str) -> str:
    """Return the Svix message id of an event. It is the same for each attempt, so receivers can detect repetitions."""
    return "msg_" + event_id[-36:].replace("-", "")


def attempt_result(delivery: Delivery, leased: Delivery, attempt: Attempt, *, is_last: bool = False) -> dict[str, Any]:
    """Return the columns of a delivery that change after an attempt.

    Args:
        delivery: the delivery now. If it was replayed during the attempt, it stays pending.
        leased: the delivery at the beginning of the attempt.
        is_last: whether a failure isn't followed by another attempt, although the schedule has one.
    """
    counted = {"attempts": [*delivery.attempts, attempt], "tries": delivery.tries + 1}
    if delivery.leased_until not in (None, leased.leased_until):
        return counted
    if not attempt.problem:
        return {**counted, "status": "delivered", "failures": 0, "next_attempt_at": None}
    is_last = is_last or delivery.failures >= len(RETRIES)
    return {
        **counted,
        "status": "failed" if is_last else "pending",
        "failures": delivery.failures + 1,
        "next_attempt_at": None if is_last else attempt.at + timedelta(seconds=RETRIES[delivery.failures]),
    }


def cancel_deliveries(ctx: Context, endpoints: list[WebhookEndpoint]) -> None:
    """Cancel the pending deliveries to all endpoints except these."""
    urls = [endpoint.url for endpoint in endpoints]
    column = Delivery.table.c
    query = ctx.store.query(Delivery).where(column.next_attempt_at.is_not(None), column.url.not_in(urls))
    for delivery in ctx.store.rows(Delivery, query):
        ctx.store.update(delivery, status="failed", next_attempt_at=None)


def release_leases(ctx: Context) -> None:
    """Release the leases of deliveries that a process was sending when it ended."""
    query = ctx.store.query(Delivery).where(Delivery.table.c.leased_until.is_not(None))
    for delivery in ctx.store.rows(Delivery, query):
        ctx.store.update(delivery, leased_until=None)


def lease_next(
    ctx: Context, url: str, real_now: datetime, choose: Callable[[list[Delivery]], Delivery] | None = None
) -> Delivery | None:
    """Lease the oldest delivery to an endpoint that is due. Return None if one is being sent to it, by any process.

    Args:
        real_now: the time by the machine's clock, which leases use.
        choose: returns the delivery to lease, from a list of the due ones, oldest first.
    """
    column = Delivery.table.c
    is_due = (column.url == url) & (column.next_attempt_at <= ctx.now)
    query = ctx.store.query(Delivery).where(is_due).order_by(column.position)
    due = ctx.store.rows(Delivery, query.limit(_MAX_CHOICE if choose else 1))
    if not due or ctx.store.exists(_being_sent(ctx, url, real_now)):
        return None
    return ctx.store.update_if_unchanged(choose(due) if choose else due[0], leased_until=real_now + LEASE)


def seconds_until_next(ctx: Context, url: str, real_now: datetime) -> float | None:
    """Return the seconds until the next delivery to an endpoint is due; None if none is pending."""
    column = Delivery.table.c
    query = ctx.store.query(Delivery).where(column.url == url, column.next_attempt_at.is_not(None))
    for delivery in ctx.store.rows(Delivery, query.order_by(column.next_attempt_at).limit(1)):
        assert delivery.next_attempt_at is not None
        seconds = (delivery.next_attempt_at - ctx.now).total_seconds()
        for sent in ctx.store.rows(Delivery, _being_sent(ctx, url, real_now).limit(1)):
            assert sent.leased_until is not None
            seconds = max(seconds, (sent.leased_until - real_now).total_seconds())
        return seconds
    return None


def _being_sent(ctx: Context, url: str, real_now: datetime) -> RowQuery:
    """Return the query for the deliveries to an endpoint that a process is sending."""
    column = Delivery.table.c
    pending = column.next_attempt_at.is_not(None)  # SQLite finds these with an index
    return ctx.store.query(Delivery).where(column.url == url, pending, column.leased_until > real_now)


def replay(ctx: Context, event_id: str) -> list[Delivery]:
    """Send an event again, now, to each endpoint that is currently subscribed to it.

    Raises:
        delivery_not_found: if the event doesn't exist or no endpoint is subscribed to it.
    """
    event = ctx.store.find(Event, event_id=event_id)
    new = deliveries(event, ctx.project.settings.webhooks) if event else []
    if not new:
        because = "no event with this id" if event is None else "no endpoint is subscribed to it"
        raise errors.delivery_not_found(because=because)
    return [_schedule_now(ctx, delivery) for delivery in new]


def _schedule_now(ctx: Context, new: Delivery) -> Delivery:
    existing = ctx.store.find(Delivery, event_id=new.event_id, url=new.url)
    if existing is None:
        return ctx.store.insert(msgspec.structs.replace(new, next_attempt_at=ctx.now))
    changes: dict[str, Any] = {"status": "pending", "failures": 0, "next_attempt_at": ctx.now}
    if existing.leased_until:  # a changed lease shows the worker that the result of its attempt isn't the last word
        changes["leased_until"] = existing.leased_until + timedelta(microseconds=1)
    return ctx.store.update(existing, **changes)


def sign(secret: str, message: str, at: datetime, body: str) -> dict[str, str]:
    """Return the signature headers, with the names of Svix and with the names of Standard Webhooks.

    Args:
        message: the message id.
        at: the time of the signature, by the machine's clock.
    """
    from standardwebhooks import Webhook  # imported late: projects without endpoints don't need it

    values = {
        "id": message,
        "timestamp": str(int(at.timestamp())),
        "signature": Webhook(secret).sign(message, at, body),
    }
    return {f"{prefix}-{name}": value for prefix in ("svix", "webhook") for name, value in values.items()}
