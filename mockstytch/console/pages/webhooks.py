"""Webhooks: deliveries, and one event with the responses of each endpoint."""

from typing import Any

import msgspec
from starlette.responses import Response

from mockstytch import errors
from mockstytch.console import reference
from mockstytch.console.page import PageRequest
from mockstytch.console.trail import Trail, object_of_event
from mockstytch.domain import webhooks as rules
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.webhooks import Delivery, Event

_SOURCES, _OBJECTS, _ACTIONS = (
    ("direct", "dashboard", "scim"),
    ("member", "organization"),
    ("create", "update", "delete"),
)
_TEST_EVENTS = [f"{source}.{kind}.{action}" for source in _SOURCES for kind in _OBJECTS for action in _ACTIONS]
_ORGANIZATIONS = 20  # that a test event can be about by a choice


def webhooks(page: PageRequest) -> Response:
    status, column = page.query.get("status", ""), Delivery.table.c
    with page.transaction() as ctx:
        query = ctx.store.query(Delivery).order_by(column.position.desc()).limit(page.rows + 1)
        rows = ctx.store.rows(Delivery, query.where(column.status == status) if status else query)
        newest = ctx.store.query(Organization).order_by(Organization.table.c.position.desc())
        organizations = ctx.store.rows(Organization, newest.limit(_ORGANIZATIONS))
        deliveries = [(d, ctx.store.get(Event, event_id=d.event_id)) for d in rows[: page.rows]]
    return page.render(
        "webhooks.html",
        deliveries=deliveries,
        endpoints=page.project.settings.webhooks,
        status_filter=status,
        more=page.more(len(rows)),
        items=[(e, msgspec.json.encode(e).decode()) for e in page.project.settings.webhooks],
        new_secret=page.mock.ids.webhook_secret(),
        test_events=_TEST_EVENTS,
        organizations=organizations,
        now=ctx.now,
        **reference.setup(page.project, page.server_url),
    )


def webhook(page: PageRequest) -> Response:
    """Show one event: its payload, and each endpoint's responses."""
    with page.transaction() as ctx:
        event = ctx.store.find(Event, event_id=page.parameter("event_id"))
        deliveries = ctx.store.all(Delivery, event_id=event.event_id) if event else []
        if event is None or not deliveries:
            raise errors.delivery_not_found(because="Unknown delivery, or it has been deleted.")
    payload = msgspec.json.format(msgspec.json.encode(rules.payload(page.project.project_id, event)), indent=2)
    values: dict[str, Any] = {
        "message_id": rules.message_id(event.event_id),
        "payload": payload.decode(),
        "now": ctx.now,
    }
    about = object_of_event(event)
    links = [*Trail(page).of_event(event.event_id), *([about] if about else [])]
    return page.render("webhook.html", links=links, event=event, deliveries=deliveries, **values)
