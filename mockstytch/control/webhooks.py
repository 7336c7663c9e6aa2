"""Webhooks in the control API: the endpoints, what was delivered to them, and once more."""

from typing import Any

import msgspec
from starlette.requests import Request

from mockstytch import errors, wire
from mockstytch.control.inbox import InboxWaiter
from mockstytch.control.request_parsing import Row, body, number, wait
from mockstytch.domain import webhooks
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.projects import Project, ProjectSettings, WebhookEndpoint
from mockstytch.store.records.webhooks import Delivery, Event
from mockstytch.surfaces import origin

_STATUSES = ("", "pending", "delivered", "failed")


class Webhooks:
    def __init__(self, mock: Mock, arrivals: InboxWaiter) -> None:
        self._mock, self._arrivals = mock, arrivals

    def routes(self) -> list[Row]:
        return [
            ("GET", "/webhooks", self.endpoints),
            ("PUT", "/webhooks", self.set_endpoints),
            ("GET", "/webhooks/deliveries", self.deliveries),
            ("POST", "/webhooks/deliveries/{event_id}/replay", self.replay),
        ]

    async def endpoints(self, request: Request) -> Any:
        return origin.project(self._mock, request).settings.webhooks

    async def set_endpoints(self, request: Request) -> Any:
        wanted = await body(request, list[WebhookEndpoint])
        project = origin.project(self._mock, request)
        settings = msgspec.structs.replace(project.settings, webhooks=wanted)
        return change(self._mock, project, settings).settings.webhooks

    async def deliveries(self, request: Request) -> Any:
        project = origin.project(self._mock, request)
        if (query := request.query_params).get("status", "") not in _STATUSES:
            raise errors.bad_request(because="a delivery's status is pending, delivered or failed")
        limit, tries = number(request, "limit", 100, 1, 10_000), number(request, "tries", 0, 0, 1000)
        found = await self._arrivals.wait(
            project, lambda: read(self._mock, project, dict(query), tries, limit), wait(request), request
        )
        return {"deliveries": found, "next_after": found[-1]["event_id"] if found else query.get("after")}

    async def replay(self, request: Request) -> Any:
        project = origin.project(self._mock, request)
        with self._mock.transaction(project) as ctx:
            found = [shown(ctx, d) for d in webhooks.replay(ctx, request.path_params["event_id"])]
        self._mock.notify(project)
        return {"deliveries": found}


def change(mock: Mock, project: Project, settings: ProjectSettings, **others: Any) -> Project:
    """Write a project's settings. What is on its way to an endpoint that goes is given up.

    Raises:
        bad_request: an endpoint is none.
    """
    endpoints = webhooks.validated_endpoints(mock.ids, settings.webhooks, project.settings.webhooks)
    changed = mock.projects.update(project, settings=msgspec.structs.replace(settings, webhooks=endpoints), **others)
    with mock.transaction(changed) as ctx:
        webhooks.cancel_deliveries(ctx, endpoints)
    return changed


def read(mock: Mock, project: Project, wanted: dict[str, str], tries: int, limit: int) -> list[dict[str, Any]]:
    """The deliveries that match now, oldest first.

    Args:
        wanted: ``event_type`` (with ``*``), ``status``, ``url``, ``event_id``; ``after``: the event that was seen last.
        tries: how often they were tried at least.
    """
    column = Delivery.table.c
    with mock.transaction(project) as ctx:
        query = ctx.store.query(Delivery).where(column.tries >= tries)
        for name in ("status", "url", "event_id"):
            if value := wanted.get(name):
                query = query.where(column[name] == value)
        if event_type := wanted.get("event_type"):
            pattern = event_type.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "%")
            query = query.where(column.event_type.like(pattern, escape="\\"))
        if after := wanted.get("after"):
            seen = [d.position for d in ctx.store.all(Delivery, event_id=after)]
            query = query.where(column.position > max(seen, default=-1))
        newest_first = ctx.store.rows(Delivery, query.order_by(column.position.desc()).limit(limit))
        return [shown(ctx, delivery) for delivery in newest_first[::-1]]


def shown(ctx: Context, delivery: Delivery) -> dict[str, Any]:
    event = ctx.store.get(Event, event_id=delivery.event_id)
    due = delivery.next_attempt_at
    return {
        "event_id": delivery.event_id,
        "event_type": delivery.event_type,
        "url": delivery.url,
        "message_id": webhooks.message_id(delivery.event_id),
        "status": delivery.status,
        "created_at": wire.time(event.created_at),
        "next_attempt_at": wire.time(due) if due else None,
        "attempts": [{**msgspec.structs.asdict(a), "at": wire.time(a.at)} for a in delivery.attempts],
        "payload": webhooks.payload(ctx.project.project_id, event),
    }
