"""Webhooks: endpoints, deliveries, replay."""

from typing import Any

import msgspec

from mockstytch import wire
from mockstytch.clock import Clock
from mockstytch.control.inbox import Waiter
from mockstytch.control.request_parsing import body, choice, number, wait
from mockstytch.control.surface import route
from mockstytch.domain import webhooks
from mockstytch.runtime import Context, Mock
from mockstytch.store.expressions import escaped
from mockstytch.store.records.projects import Project, ProjectSettings, WebhookEndpoint
from mockstytch.store.records.webhooks import Delivery, Event
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route

_STATUSES = ("pending", "delivered", "failed")


def routes(mock: Mock, waiter: Waiter) -> list[Route]:
    async def get_endpoints(request: HttpRequest) -> Any:
        return request.project.settings.webhooks

    async def set_endpoints(request: HttpRequest) -> Any:
        endpoints = body(request, list[WebhookEndpoint])
        with mock.transaction(request.project) as ctx:
            settings = msgspec.structs.replace(ctx.project.settings, webhooks=endpoints)
            return update_settings(ctx, settings).settings.webhooks

    async def list_deliveries(request: HttpRequest) -> Any:
        query = dict(request.query_params)
        choice(request, "status", _STATUSES)
        limit, tries = number(request, "limit", 100, 1, 10_000), number(request, "tries", 0, 0, 1000)
        deliveries = await waiter.wait(
            request, wait(request), lambda: find_deliveries(mock, request.project, query, tries, limit)
        )
        last = deliveries[-1]["event_id"] if deliveries else query.get("after")
        return {"deliveries": deliveries, "next_after": last}

    async def replay(request: HttpRequest) -> Any:
        with mock.transaction(request.project) as ctx:
            deliveries = [serialize(ctx, d) for d in webhooks.replay(ctx, request.path_params["event_id"])]
        mock.notify(request.project)
        return {"deliveries": deliveries}

    return [
        route("GET", "/webhooks", get_endpoints),
        route("PUT", "/webhooks", set_endpoints),
        route("GET", "/webhooks/deliveries", list_deliveries),
        route("POST", "/webhooks/deliveries/{event_id}/replay", replay),
    ]


def update_settings(ctx: Context, settings: ProjectSettings, **others: Any) -> Project:
    """Change the project's settings, and cancel pending deliveries to endpoints that are removed.

    Args:
        others: columns of the project.

    Raises:
        bad_request: if an endpoint isn't valid.
    """
    endpoints = webhooks.validated_endpoints(ctx.ids, settings.webhooks, ctx.project.settings.webhooks)
    ctx.update_project(settings=msgspec.structs.replace(settings, webhooks=endpoints), **others)
    webhooks.cancel_deliveries(ctx, endpoints)
    return ctx.project


def find_deliveries(
    mock: Mock, project: Project, filters: dict[str, str], tries: int, limit: int
) -> list[dict[str, Any]]:
    """Return the deliveries that match now, oldest first.

    Args:
        filters: ``event_type`` (may contain ``*``), ``status``, ``url``, ``event_id``, and ``after``: an event id; only
            newer deliveries are returned.
        tries: the minimum number of attempts.
    """
    column = Delivery.table.c
    with mock.transaction(project) as ctx:
        query = ctx.store.query(Delivery).where(column.tries >= tries)
        for name in ("status", "url", "event_id"):
            if value := filters.get(name):
                query = query.where(column[name] == value)
        if event_type := filters.get("event_type"):
            pattern = escaped(event_type).replace("*", "%")
            query = query.where(column.event_type.like(pattern))
        if after := filters.get("after"):
            positions = [d.position for d in ctx.store.all(Delivery, event_id=after)]
            query = query.where(column.position > max(positions, default=-1))
        newest_first = ctx.store.rows(Delivery, query.order_by(column.position.desc()).limit(limit))
        return [serialize(ctx, delivery) for delivery in newest_first[::-1]]


def serialize(ctx: Context, delivery: Delivery) -> dict[str, Any]:
    """Return a delivery with its attempts, and the request: its payload, body and headers, signed now."""
    event = ctx.store.get(Event, event_id=delivery.event_id)
    due = delivery.next_attempt_at
    payload = webhooks.payload(ctx.project.project_id, event)
    body = msgspec.json.encode(payload).decode()
    message = webhooks.message_id(delivery.event_id)
    # Receivers refuse old signatures, so a recorded one could not be sent to an app later.
    headers = [
        webhooks.sign(endpoint.secret, message, Clock().now(), body)
        for endpoint in ctx.project.settings.webhooks
        if endpoint.url == delivery.url
    ]
    return {
        "event_id": delivery.event_id,
        "event_type": delivery.event_type,
        "url": delivery.url,
        "message_id": message,
        "status": delivery.status,
        "created_at": wire.time(event.created_at),
        "next_attempt_at": wire.time(due) if due else None,
        "attempts": [{**msgspec.structs.asdict(a), "at": wire.time(a.at)} for a in delivery.attempts],
        "payload": payload,
        "body": body,
        "headers": headers[0] | {"content-type": "application/json"} if headers else {},
    }
