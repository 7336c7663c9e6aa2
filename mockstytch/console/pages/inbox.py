"""The inbox: the list of messages, and beside it the selected one."""

from typing import Any

from starlette.responses import Response

from mockstytch import errors
from mockstytch.console import reference, render
from mockstytch.console.page import PageRequest
from mockstytch.runtime import Context
from mockstytch.store import queries
from mockstytch.store.queries import RowQuery
from mockstytch.store.records.messages import Message, OneTimeToken


def inbox(page: PageRequest) -> Response:
    return _messages(page)


def message(page: PageRequest) -> Response:
    return _messages(page, page.parameter("message_id"))


def _messages(page: PageRequest, message_id: str = "") -> Response:
    """Show the list, and beside it the selected message."""
    with page.transaction() as ctx:
        selected = _message(ctx, message_id) if message_id else None
        token = ctx.store.find(OneTimeToken, token=selected.token) if selected and selected.token else None
        column = Message.table.c
        newest_first = ctx.store.query(Message).order_by(column.position.desc())
        rows = ctx.store.rows(Message, _filtered(page, newest_first).limit(page.rows + 1))
        values: dict[str, Any] = {
            "message": selected,
            "token": token,
            "messages": rows[: page.rows],
            "more": page.more(len(rows)),
            "newest": next(iter(ctx.store.rows(Message, newest_first.limit(1))), None),
            "count": ctx.store.count(ctx.store.query(Message)),
            "kinds": sorted(m.kind for m in ctx.store.newest_of_each(Message, "kind")),
            "now": ctx.now,
        }
    setup = reference.setup(page.project, page.server_url)
    return page.render("inbox.html", to=page.query.get("to", ""), kind=page.query.get("kind", ""), **values, **setup)


def mail(page: PageRequest) -> Response:
    with page.transaction() as ctx:
        return render.mail(_message(ctx, page.parameter("message_id")))


def _message(ctx: Context, message_id: str) -> Message:
    message = ctx.store.find(Message, message_id=message_id)
    if message is None:
        raise errors.message_not_found(because="Unknown message, or it has been deleted.")
    return message


def _filtered(page: PageRequest, query: RowQuery) -> RowQuery:
    column = Message.table.c
    if to := page.query.get("to", "").strip().lower():
        query = query.where(queries.contains(column.to, to))
    if kind := page.query.get("kind", ""):
        query = query.where(column.kind == kind)
    return query
