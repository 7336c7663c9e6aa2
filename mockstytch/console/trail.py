"""What led to what: from a message, an event or a session to the request behind it, and from there to the others.

Everything is read from the request log, which doesn't have requests to the control API. Links are missing if the log
was emptied or has dropped the bodies.
"""

from typing import Any, NamedTuple

import msgspec

from mockstytch.console.page import PageRequest
from mockstytch.runtime import Context, RequestLogEntry
from mockstytch.store.records.messages import Message
from mockstytch.store.records.sessions import MemberSession
from mockstytch.store.records.webhooks import Delivery, Event

_MAX_STEPS = 3  # from a session back to the mail: a discovery has intermediate sessions in between
_MIN_SECRET = 6  # characters
_MAX_SECRETS = 10  # fields of a request that are searched for among the messages


class Link(NamedTuple):
    """A link to another page of the console: the kind of page, its text, and the path."""

    kind: str
    text: str
    path: str


class Trail:
    """The requests of the page's project, and the links from and to them."""

    def __init__(self, page: PageRequest) -> None:
        self._entries = page.mock.request_log.entries(page.project.project_id)

    def of_message(self, ctx: Context, message: Message) -> list[Link]:
        """Return the request that sent a message, and what its token or code was used for."""
        sent = [e for e in self._entries if message.message_id in e.exchange.message_ids]
        links = [_request("Sent by", entry) for entry in sent]
        for entry in self._with_secret_of(message):
            links += [_request("Used by", entry), *self.of_request(ctx, entry)]
        return list(dict.fromkeys(links))

    def of_event(self, event_id: str) -> list[Link]:
        """Return the request that emitted an event."""
        return [_request("Caused by", entry) for entry in self._entries if event_id in entry.exchange.event_ids]

    def of_session(self, ctx: Context, session_id: str) -> list[Link]:
        """Return the request that began a session, the mail before it, and the webhooks that it caused."""
        entry = self._first_with(session_id)
        if entry is None:
            return []
        mails = [link for before in self._steps_to(entry) for link in self.mail_before(ctx, before)]
        return [_request("Begun by", entry), *mails[:1], *self.of_request(ctx, entry, sessions=False)]

    def of_request(self, ctx: Context, entry: RequestLogEntry, *, sessions: bool = True) -> list[Link]:
        """Return what a request caused: messages, webhooks, and the session that it began."""
        links = []
        for message_id in entry.exchange.message_ids:
            if message := ctx.store.find(Message, message_id=message_id):
                links.append(_message(message))
        for event_id in entry.exchange.event_ids:
            if deliveries := ctx.store.all(Delivery, event_id=event_id):
                links.append(Link("Webhook", deliveries[0].event_type, f"/webhooks/{event_id}"))
        session_id = _session_id(entry) if sessions else ""
        if session_id and self._first_with(session_id) is entry:
            session = ctx.store.find(MemberSession, member_session_id=session_id)
            if session:
                path = f"/organizations/{session.organization_id}/members/{session.member_id}#{session_id}"
                links.append(Link("Session", session_id, path))
        return links

    def mail_before(self, ctx: Context, entry: RequestLogEntry) -> list[Link]:
        """Return the message whose token or code a request used."""
        body = _body(entry.exchange.request)
        secrets = [value for value in body.values() if isinstance(value, str) and len(value) >= _MIN_SECRET]
        column = Message.table.c
        for name in ("token", "code"):
            for secret in secrets[:_MAX_SECRETS]:
                query = ctx.store.query(Message).where(column[name] == secret)
                found = ctx.store.rows(Message, query.order_by(column.position.desc()).limit(1))
                if found and _has_secret_of(entry, found[0]):
                    return [_message(found[0], "Mail before")]
        return []

    def _steps_to(self, entry: RequestLogEntry) -> list[RequestLogEntry]:
        """Return a request and those before it that returned its intermediate session token."""
        steps = [entry]
        for _ in range(_MAX_STEPS):
            token = _body(steps[-1].exchange.request).get("intermediate_session_token")
            before = self._first_with(token) if isinstance(token, str) and token else None
            if before is None or before in steps:
                break
            steps.append(before)
        return steps

    def _first_with(self, text: str) -> RequestLogEntry | None:
        """Return the first request whose response has a text."""
        wanted = text.encode()
        return next((e for e in self._entries if e.method == "POST" and wanted in e.exchange.response), None)

    def _with_secret_of(self, message: Message) -> list[RequestLogEntry]:
        return [e for e in self._entries if e.status_code == 200 and _has_secret_of(e, message)]


def object_of_event(event: Event) -> Link | None:
    """Return the page of the organization or member that an event is about; None if it has no page."""
    entity = event.entity or {}
    if event.object_type == "organization":
        return Link("Organization", event.id, f"/organizations/{event.id}")
    if event.object_type == "member" and "organization_id" in entity:
        return Link("Member", event.id, f"/organizations/{entity['organization_id']}/members/{event.id}")
    return None


def _has_secret_of(entry: RequestLogEntry, message: Message) -> bool:
    """Return whether a request sent the token of a message, or its code to the same member or address."""
    body = entry.exchange.request or b""
    if message.token:
        return message.token.encode() in body
    owners = [owner.encode() for owner in (message.member_id, message.to) if owner]
    return bool(message.code) and f'"{message.code}"'.encode() in body and any(owner in body for owner in owners)


def _session_id(entry: RequestLogEntry) -> str:
    session = _body(entry.exchange.response).get("member_session")
    found = session.get("member_session_id") if isinstance(session, dict) else None
    return found if isinstance(found, str) else ""


def _body(content: bytes | None) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(content or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def _request(kind: str, entry: RequestLogEntry) -> Link:
    return Link(kind, entry.operation or f"{entry.method} {entry.path}", f"/requests/{entry.request_id}")


def _message(message: Message, kind: str = "Message") -> Link:
    return Link(kind, message.subject or message.text, f"/messages/{message.message_id}")
