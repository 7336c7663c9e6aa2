"""The inbox: the list of messages, and beside it the selected one."""

from typing import Any

from starlette.responses import Response

from mockstytch import errors
from mockstytch.console import reference, render
from mockstytch.console.page import PageRequest
from mockstytch.console.pages import message_search
from mockstytch.console.trail import Trail
from mockstytch.errors import StytchError
from mockstytch.runtime import Context
from mockstytch.store.queries import RowQuery
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import Message, OneTimeToken
from mockstytch.store.records.organizations import Organization

_CHANNELS = ("email", "sms")  # which can be chosen like a kind


def inbox(page: PageRequest) -> Response:
    return _messages(page)


def message(page: PageRequest) -> Response:
    return _messages(page, page.parameter("message_id"))


def _messages(page: PageRequest, message_id: str = "") -> Response:
    """Show the list, and beside it the selected message."""
    q, kind = page.search("q"), page.search("kind")
    with page.transaction() as ctx:
        selected = _message(ctx, message_id) if message_id else None
        newest_first = ctx.store.query(Message).order_by(Message.table.c.position.desc())
        rows = ctx.store.rows(Message, _filtered(page, newest_first, q, kind).limit(page.rows + 1))
        values: dict[str, Any] = {
            "message": selected,
            "messages": rows[: page.rows],
            "more": page.more(len(rows)),
            "newest": next(iter(ctx.store.rows(Message, newest_first.limit(1))), None),
            "count": ctx.store.count(ctx.store.query(Message)),
            "kinds": sorted(m.kind for m in ctx.store.newest_of_each(Message, "kind")),
            "now": ctx.now,
            **_related(page, ctx, selected),
        }
    setup = reference.setup(page.project, page.server_url)
    return page.render("inbox.html", q=q, kind=kind, search_names=message_search.NAMES, **values, **setup)


def _related(page: PageRequest, ctx: Context, message: Message | None) -> dict[str, Any]:
    """Return the token of a message, its member and its organization, and what led to it and from it."""
    if message is None:
        return {}
    member = ctx.store.find(Member, member_id=message.member_id) if message.member_id else None
    organization_id = message.organization_id or (member.organization_id if member else None)
    return {
        "token": _token(ctx, message),
        "links": Trail(page).of_message(ctx, message),
        "member": member,
        "organization": ctx.store.find(Organization, organization_id=organization_id) if organization_id else None,
    }


def _token(ctx: Context, message: Message) -> OneTimeToken | None:
    """Return the token in the link of a message, or the token of its code, which is found by the recipient."""
    if message.token:
        return ctx.store.find(OneTimeToken, token=message.token)
    if not message.code:
        return None
    recipient = {"member_id": message.member_id} if message.channel == "sms" else {"email_address": message.to}
    codes = [t for t in ctx.store.all(OneTimeToken, **recipient) if t.code == message.code]
    return max((t for t in codes if t.created_at <= message.created_at), key=lambda t: t.created_at, default=None)


def mail(page: PageRequest) -> Response:
    """Show the HTML of an e-mail, for a frame."""
    with page.transaction() as ctx:
        return render.mail(_message(ctx, page.parameter("message_id")))


def source(page: PageRequest) -> Response:
    """Show the source of an e-mail; with ``?download=1``, return a file.

    Raises:
        message_not_found: if the message doesn't exist, or isn't an e-mail.
    """
    with page.transaction() as ctx:
        found = _message(ctx, page.parameter("message_id"))
    if found.channel != "email":
        raise errors.message_not_found(because="A text message has no source.")
    return render.source(found, download=bool(page.query.get("download")))


def _message(ctx: Context, message_id: str) -> Message:
    message = ctx.store.find(Message, message_id=message_id)
    if message is None:
        raise errors.message_not_found(because="Unknown message, or it has been deleted.")
    return message


def _filtered(page: PageRequest, query: RowQuery, q: str, kind: str) -> RowQuery:
    if kind:
        column = Message.table.c.channel if kind in _CHANNELS else Message.table.c.kind
        query = query.where(column == kind)
    try:
        return query.where(*message_search.conditions(q))
    except StytchError as e:
        page.error = page.error or e
        return query
