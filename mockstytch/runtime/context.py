"""``Context``: the state of one transaction, which every operation gets as its first argument."""

from typing import Any, Literal

import msgspec

from mockstytch.clock import position
from mockstytch.faults.messages import Outbox
from mockstytch.ids import Ids
from mockstytch.outbound import FetchRequired, OutboundRequest, OutboundResponse, OutboundResponses
from mockstytch.store.records.messages import Message
from mockstytch.store.records.projects import Project
from mockstytch.store.records.webhooks import Event, deliveries
from mockstytch.store.store import Store

Source = Literal["direct", "scim", "dashboard"]


class Actor(msgspec.Struct, frozen=True):
    """The caller: the project with its secret, one of its members with a session, or a visitor."""

    kind: Literal["project", "member", "visitor"] = "project"
    organization_id: str = ""
    member_id: str = ""
    roles: tuple[str, ...] = ()


_PROJECT = Actor()


class Context:
    """The state of one transaction in one project.

    Attributes:
        project: the project, with its settings.
        store: the project's rows.
        ids: creates ids, tokens and codes.
        now: the time of this transaction on the project's clock.
        actor: the caller.
        base_url: URL under which the caller reached this server, for links to it.
        domain: URL of the project's domain, if the caller used it; "" at the API's host.
        from_sdk: whether an official SDK sent the request.
        notes: remarks for the request log.
        source: origin of the changes: ``direct``, ``scim`` or ``dashboard``.
        messages: messages sent in this transaction.
        events: events emitted in this transaction.
        responses: responses that ``fetch`` has already received from other servers.
        changed_projects: ids of the projects whose own row this transaction changed.
        default_project_id: id of the project that can't be deleted.
        outbox: applies faults to messages; None while no project has a fault.
    """

    __slots__ = (
        *("actor", "base_url", "changed_projects", "default_project_id", "domain", "events", "from_sdk", "ids"),
        *("messages", "notes", "now", "outbox", "project", "responses", "source", "store"),
    )

    def __init__(self, project: Project, store: Store, ids: Ids, base_url: str) -> None:
        self.project, self.store, self.ids, self.base_url = project, store, ids, base_url
        self.now = project.clock.now()
        self.actor = _PROJECT
        self.domain = ""
        self.from_sdk = False
        self.notes: list[str] = []
        self.source: Source = "direct"
        self.messages: list[Message] = []
        self.events: list[Event] = []
        self.responses: OutboundResponses = {}
        self.changed_projects: set[str] = set()
        self.default_project_id = ""
        self.outbox: Outbox | None = None

    def update_project(self, **changes: Any) -> None:
        """Change the project's own row: its name, its settings."""
        self.project = self.store.update(self.project, **changes)
        self.changed_projects.add(self.project.project_id)

    def fetch(self, request: OutboundRequest) -> OutboundResponse:
        """Return another server's response. Call it before anything is written: the first call ends the transaction.

        Raises:
            FetchRequired: if the response isn't known yet. ``Mock.run_with_fetches`` fetches it and runs the operation
                again.
        """
        if request not in self.responses:
            raise FetchRequired(request)
        return self.responses[request]

    def emit(self, object_type: str, action: str, id: str, entity: dict[str, Any] | None = None) -> None:
        """Record that an object was created, updated or deleted, and queue its webhooks.

        Args:
            object_type: ``organization``, ``member``, ``saml_connection``, …
            action: ``create``, ``update`` or ``delete``.
            id: the object's id.
            entity: the object as the API returns it; None for a deletion.
        """
        event = Event(
            event_id=self.ids.new("event"),
            position=position(),
            source=self.source,
            object_type=object_type,
            action=action,
            id=id,
            entity=entity,
            created_at=self.now,
        )
        self.events.append(self.store.insert_with_commit(event))
        if self.project.settings.webhooks:
            for delivery in deliveries(event, self.project.settings.webhooks):
                self.store.insert_with_commit(delivery)

    def send(self, message: Message) -> None:
        """Put a message into the inbox, in this transaction. A fault can lose, copy or delay it."""
        for arriving in (message,) if self.outbox is None else self.outbox.arriving(message):
            self.messages.append(self.store.insert_with_commit(arriving))

    def note(self, remark: str) -> None:
        """Add a remark to this request's entry in the request log."""
        self.notes.append(remark)
