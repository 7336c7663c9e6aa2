"""The inbox: read, wait, empty."""

from typing import Any

from mockstytch import errors, wire
from mockstytch.control.request_parsing import number, wait
from mockstytch.control.surface import route
from mockstytch.control.waiter import InboxWaiter
from mockstytch.runtime import Mock
from mockstytch.store.records.messages import Message
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen


class MessageFilter(Frozen):
    """Which messages to return; "" doesn't filter.

    Attributes:
        after: id of the message up to which the caller has seen the inbox.
        limit: the newest that many.
    """

    to: str = ""
    kind: str = ""
    channel: str = ""
    after: str = ""
    limit: int = 100


def routes(mock: Mock, waiter: InboxWaiter) -> list[Route]:
    async def matching(request: HttpRequest, limit: int | None = None) -> list[Message]:
        query = request.query_params
        wanted = MessageFilter(
            to=query.get("to", "").strip().lower(),  # addresses are stored in lower case
            kind=query.get("kind", ""),
            channel=query.get("channel", ""),
            after=query.get("after", ""),
            limit=limit or number(request, "limit", 100, 1, 10_000),
        )
        return await waiter.wait(request, wait(request), lambda: find(mock, request.project, wanted))

    async def list_messages(request: HttpRequest) -> Any:
        found = await matching(request)
        last = found[-1].message_id if found else request.query_params.get("after")
        return {"messages": [wire.message(m) for m in found], "next_after": last}

    async def get_latest(request: HttpRequest) -> Any:
        found = await matching(request, limit=1)
        if not found:
            raise errors.message_not_found()
        return wire.message(found[-1])

    async def delete_all(request: HttpRequest) -> Any:
        with mock.transaction(request.project) as ctx:
            ctx.store.delete_all(Message)
        return {}

    return [
        route("GET", "/messages", list_messages),
        route("GET", "/messages/latest", get_latest),
        route("DELETE", "/messages", delete_all),
    ]


def find(mock: Mock, project: Project, wanted: MessageFilter) -> list[Message]:
    """Return the messages that match now, oldest first."""
    columns = Message.table.c
    with mock.transaction(project) as ctx:
        query = ctx.store.query(Message)
        for name in ("to", "kind", "channel"):
            if value := getattr(wanted, name):
                query = query.where(columns[name] == value)
        if wanted.after:
            seen = ctx.store.find(Message, message_id=wanted.after)
            query = query.where(columns.position > (seen.position if seen else -1))
        newest_first = ctx.store.rows(Message, query.order_by(columns.position.desc()).limit(wanted.limit))
        return newest_first[::-1]
