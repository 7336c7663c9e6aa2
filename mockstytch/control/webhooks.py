"""Webhooks: endpoints, deliveries, replay, events to test an endpoint."""

import re
from typing import Any, cast

import msgspec

from mockstytch import errors, wire
from mockstytch.clock import Clock
from mockstytch.control.inbox import Waiter
from mockstytch.control.request_parsing import body, choice, number, wait
from mockstytch.control.surface import route
from mockstytch.domain import webhooks
from mockstytch.domain.shared import lookup
from mockstytch.runtime import Context, Mock, Source
from mockstytch.store.expressions import escaped
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Project, ProjectSettings, WebhookEndpoint
from mockstytch.store.records.webhooks import Delivery, Event
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen

_STATUSES = ("pending", "delivered", "failed")
_NEWEST_ORGANIZATIONS = 20  # that are searched for a member
_TEST_EVENT = re.compile(r"(direct|dashboard|scim)\.(organization|member)\.(create|update|delete)")


class TestEventBody(Frozen, forbid_unknown_fields=True):
    """An event to send for a test: nothing is changed.

    Attributes:
        event_type: such as ``direct.member.create``: an event of an organization or a member.
        organization_id: the organization; "" takes the newest one.
        member_id: a member of that organization; "" takes the newest one.
    """

    __test__ = False  # not a test of pytest

    event_type: str
    organization_id: str = ""
    member_id: str = ""


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

    async def send_test_event(request: HttpRequest) -> Any:
        """Send an event about an organization or a member as it is now, to each endpoint that subscribes to it."""
        options = body(request, TestEventBody)
        with mock.transaction(request.project, request.server_url) as ctx:
            event = _emit_test_event(ctx, options)
            deliveries = [serialize(ctx, d) for d in ctx.store.all(Delivery, event_id=event.event_id)]
            if not deliveries:
                raise errors.delivery_not_found(because=f"no endpoint is subscribed to {event.event_type}")
        return {"deliveries": deliveries}

    return [
        route("GET", "/webhooks", get_endpoints),
        route("PUT", "/webhooks", set_endpoints),
        route("GET", "/webhooks/deliveries", list_deliveries),
        route("POST", "/webhooks/deliveries/{event_id}/replay", replay),
        route("POST", "/webhooks/test-event", send_test_event),
    ]


def _emit_test_event(ctx: Context, options: TestEventBody) -> Event:
    """Emit an event of a test.

    Raises:
        bad_request: if the event type isn't one of an organization or a member.
    """
    if not _TEST_EVENT.fullmatch(options.event_type):
        because = f"event_type: {options.event_type[:100]!r} isn't an event of an organization or a member"
        raise errors.bad_request(because=because)
    source, object_type, action = options.event_type.split(".")
    ctx.source = cast(Source, source)
    if object_type == "member":
        member, organization = _member_of_test(ctx, options)
        object_id, entity = member.member_id, wire.member(member, organization)
    else:
        organization = _organizations_of_test(ctx, options)[0]
        object_id, entity = organization.organization_id, wire.organization(organization)
    ctx.emit(object_type, action, object_id, None if action == "delete" else entity)
    return ctx.events[-1]


def _organizations_of_test(ctx: Context, options: TestEventBody) -> list[Organization]:
    """Return the given organization, or the newest ones.

    Raises:
        organization_not_found: if the organization doesn't exist, or the project has none.
    """
    if options.organization_id:
        return [lookup.organization(ctx, options.organization_id)]
    query = ctx.store.query(Organization).order_by(Organization.table.c.position.desc())
    found = ctx.store.rows(Organization, query.limit(_NEWEST_ORGANIZATIONS))
    if not found:
        raise errors.organization_not_found(because="the project has no organization")
    return found


def _member_of_test(ctx: Context, options: TestEventBody) -> tuple[Member, Organization]:
    """Return the given member, or the newest one of the organizations.

    Raises:
        member_not_found: if the member doesn't exist, or the organizations have none.
    """
    columns = Member.table.c
    if options.member_id and not options.organization_id:
        given = ctx.store.find(Member, member_id=options.member_id)
        if given is None:
            raise errors.member_not_found(because=f"no member {options.member_id[:100]}")
        options = msgspec.structs.replace(options, organization_id=given.organization_id)
    for organization in _organizations_of_test(ctx, options):
        query = ctx.store.query(Member).where(columns.organization_id == organization.organization_id)
        if options.member_id:
            return lookup.member(ctx, organization, options.member_id), organization
        for member in ctx.store.rows(Member, query.order_by(columns.position.desc()).limit(1)):
            return member, organization
    raise errors.member_not_found(because="the organization has no member")


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
