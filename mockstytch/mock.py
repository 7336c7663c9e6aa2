"""``Mock``: the world that one server serves. ``Context``: what one operation may touch.

The composition root builds exactly one ``Mock``. Every transaction goes through it, one at a time: two requests can't
interleave, and a test's thread may open one beside the server's.
"""

import re
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.errors import StytchError
from mockstytch.ids import Ids
from mockstytch.outside import Ask, MustAsk, Replies, Reply, answering
from mockstytch.settings import Settings
from mockstytch.store.engine import open_database, unchecked
from mockstytch.store.events import Event
from mockstytch.store.management import WORKSPACE
from mockstytch.store.messages import Message
from mockstytch.store.projects import Project, ProjectSettings, PublicToken, Secret, settings_of_a_managed_project
from mockstytch.store.record import Record
from mockstytch.store.store import Store, holder, holders
from mockstytch.store.webhooks import Delivery, deliveries

RING = 10_000  # messages, events and logged requests that are kept for each project
TRIM_EVERY = 1000  # transactions
NOTE_USE_EVERY = timedelta(minutes=1)  # of a secret, so that few requests write

Source = Literal["direct", "scim", "dashboard"]
T = TypeVar("T")

_PROJECT_ID = r"project-test-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Actor(msgspec.Struct, frozen=True):
    """Who is calling: the project (its secret), or one of its members (a session beside the secret)."""

    kind: Literal["project", "member"] = "project"
    organization_id: str = ""
    member_id: str = ""
    roles: tuple[str, ...] = ()


class Answered(msgspec.Struct, frozen=True):
    """One line of the request log."""

    request_id: str
    at: datetime
    method: str
    path: str
    status_code: int
    error_type: str = ""
    because: str = ""
    milliseconds: float = 0.0


class Subscriber(Protocol):
    """Is told, after a commit, of the messages and events that it wrote; without any, that something else changed which
    somebody may wait for: the project's clock or settings, a delivery. May be called from any thread."""

    def __call__(self, project: Project, messages: list[Message], events: list[Event]) -> None: ...


class Context:
    """What an operation may touch. Lives for one transaction, sees one project.

    Attributes:
        project: the project, with its settings.
        store: its rows.
        ids: makes ids, tokens and codes.
        now: the moment of this transaction on the project's clock.
        actor: on whose behalf it runs.
        base_url: how the caller reached this server, for links that lead back to it.
        notes: remarks for the request log.
        source: by which way changes come: ``direct``, ``scim`` or ``dashboard``.
        messages: what was sent in this transaction.
        events: what happened in it.
        replies: what other servers said already, see ``ask``.
        touched: the projects whose own row this transaction changed.
        default_project_id: the project that this server can't be without.
    """

    __slots__ = (
        *("actor", "base_url", "default_project_id", "events", "ids", "messages", "notes", "now", "project"),
        *("replies", "source", "store", "touched"),
    )

    def __init__(self, project: Project, store: Store, ids: Ids, base_url: str) -> None:
        self.project, self.store, self.ids, self.base_url = project, store, ids, base_url
        self.now = project.clock.now()
        self.actor = Actor()
        self.notes: list[str] = []
        self.source: Source = "direct"
        self.messages: list[Message] = []
        self.events: list[Event] = []
        self.replies: Replies = {}
        self.touched: set[str] = set()
        self.default_project_id = ""

    def configure(self, **changes: Any) -> None:
        """Change the project's own row: its name, its settings."""
        self.project = self.store.update(self.project, **changes)
        self.touched.add(self.project.project_id)

    def ask(self, ask: Ask) -> Reply:
        """Another server's reply. Ask before anything is written: the first time it ends the transaction.

        Raises:
            MustAsk: there is no reply yet. Whoever runs the operation fetches it, and runs it again.
        """
        if ask not in self.replies:
            raise MustAsk(ask)
        return self.replies[ask]

    def emit(self, object_type: str, action: str, id: str, entity: dict[str, Any] | None = None) -> None:
        """Record that an object was created, updated or deleted.

        Args:
            object_type: ``organization``, ``member``, ``saml_connection``, …
            action: ``create``, ``update`` or ``delete``.
            id: the object's id.
            entity: the object as the API shows it; None for a deletion.
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
        self.events.append(self.store.insert(event))
        if self.project.settings.webhooks:
            for delivery in deliveries(event, self.project.settings.webhooks):
                self.store.insert(delivery)

    def send(self, message: Message) -> None:
        """Put a message into the inbox, in this transaction."""
        self.messages.append(self.store.insert(message))

    def note(self, remark: str) -> None:
        self.notes.append(remark)


class Mock:
    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.ids = Ids(self.settings.random_seed)
        self.subscribers: list[Subscriber] = []
        self.on_close: list[Callable[[], None]] = []  # who works beside the requests, and has to end before this
        self.app: Any = None  # the ASGI application around this, for questions of the server to itself
        self.stopping = False
        self._logs: dict[str, deque[Answered]] = {}
        self._written: dict[str, int] = {}  # transactions since the rings of a project were last trimmed
        self._lock = threading.RLock()
        self._connection = open_database(self.settings.database).connect()
        self._projects: dict[str, Project] = {}  # what the table holds, to spare each request a query

    def known(self, project_id: str) -> Project | None:
        """The project, if it was registered.

        Raises:
            invalid_project_id_authentication: that is no project id.
        """
        project = self._projects.get(project_id)
        if project is None:
            if project_id.startswith("project-live-"):
                raise errors.wrong_stack_live()
            if not re.fullmatch(_PROJECT_ID, project_id):
                raise errors.invalid_project_id_authentication()
            project = self.found(project_id)
            if project is None and project_id == self.settings.project_id:
                project = self._register(project_id, self.settings.secret)
            if project is not None:
                self._projects[project_id] = project
        return project

    def found(self, project_id: str) -> Project | None:
        """The project's row as it stands, whatever kind of project it is."""
        with self._alone():
            return Store(self._connection, project_id).find(Project)

    def project(self, project_id: str, secret: str) -> Project:
        """The project with these credentials. The first secret shown for an unknown project becomes its secret.

        Raises:
            invalid_project_id_authentication: that is no project id.
            invalid_secret_authentication: no secret at all.
            unauthorized_credentials: wrong secret, or an unknown project on a closed server.
        """
        project = self.known(project_id)
        if not secret:
            raise errors.invalid_secret_authentication()
        if project is None and not self.settings.closed:
            return self._register(project_id, secret)
        if project is None or not (project.secret == secret or self._opens(project, secret)):
            raise errors.unauthorized_credentials(because="wrong secret" if project else "unknown project")
        return project

    def _opens(self, project: Project, secret: str) -> bool:
        """Whether it is one of the project's further secrets; that it was used is noted now and then."""
        with self._alone():
            store, now = Store(self._connection, project.project_id), project.clock.now()
            found = store.find(Secret, secret=secret)
            if found is None:
                return False
            if found.used_at is None or abs(now - found.used_at) >= NOTE_USE_EVERY:
                store.update(found, used_at=now)
            return True

    def project_holding(self, record: type[Record], **where: str) -> Project | None:
        """The project that has a row with these values, whichever it is: of callers that show no project of their own,
        such as an identity provider that knows a connection's URL."""
        with self._alone():
            project_id = holder(self._connection, record, **where)
        return self.known(project_id) if project_id else None

    def default_project(self) -> Project:
        project = self.known(self.settings.project_id)
        assert project is not None, "the default project comes into being when it is asked for"
        return project

    def register(self, project_id: str, secret: str, name: str = "mockstytch") -> Project:
        """Make a project known beforehand, as a seed file does."""
        return self.known(project_id) or self._register(project_id, secret, name)

    def _register(self, project_id: str, secret: str, name: str = "mockstytch") -> Project:
        with self._alone():
            project = Store(self._connection, project_id).insert(
                Project(project_id=project_id, secret=secret, name=name, position=position())
            )
            self._projects[project_id] = project
            return project

    @contextmanager
    def transaction(
        self, project: Project | None = None, base_url: str = "", replies: Replies | None = None
    ) -> Iterator[Context]:
        """One unit of work at a time; commits on success, rolls back on any exception but one that keeps writes."""
        project = project or self.default_project()
        ctx: Context | None = None
        try:
            with self._alone():
                store = Store(self._connection, project.project_id)
                ctx = Context(project, store, self.ids, self.settings.public_url or base_url or self.url)
                ctx.replies = replies or {}
                ctx.default_project_id = self.settings.project_id
                try:
                    yield ctx
                    self._trim(ctx)
                finally:
                    for project_id in ctx.touched:
                        self._projects.pop(project_id, None)  # the next who asks reads the row
        except StytchError as error:
            if error.keeps_writes:
                self._tell_of(ctx)
            raise
        self._tell_of(ctx)

    def _tell_of(self, ctx: Context | None) -> None:
        if ctx and (ctx.messages or ctx.events):
            self.tell(ctx.project, ctx.messages, ctx.events)

    def tell(self, project: Project, messages: Sequence[Message] = (), events: Sequence[Event] = ()) -> None:
        """Let the subscribers know; see there."""
        for subscriber in self.subscribers:
            subscriber(project, list(messages), list(events))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The connection, for one transaction. An error rolls back, unless it says that a failed attempt counts."""
        with self._lock:
            if self._connection.in_transaction():
                raise RuntimeError("this thread is in a transaction already")
            try:
                yield
            except BaseException as error:
                if isinstance(error, StytchError) and error.keeps_writes:
                    self._connection.commit()
                else:
                    self._connection.rollback()
                raise
            self._connection.commit()

    async def asking(self, attempt: Callable[[Replies], T], base_url: str = "") -> T:
        """Run an operation that may have questions to other servers; see ``outside``."""
        return await answering(attempt, self.app, (self.settings.public_url, base_url, self.url))

    @property
    def url(self) -> str:
        return self.settings.public_url or f"http://{self.settings.host}:{self.settings.port}"

    def change(self, project: Project, **changes: Any) -> Project:
        """Write a project's own row: settings, clock, name."""
        with self._alone():
            current = self._projects.get(project.project_id, project)
            changed = Store(self._connection, project.project_id).update(current, **changes)
            self._projects[project.project_id] = changed
        self.tell(changed)
        return changed

    def reset(self, project: Project) -> Project:
        """Forget what a project holds: its rows, settings, clock, log. Its credentials stay."""
        with self._lock, unchecked(self._connection), self._alone():
            store = Store(self._connection, project.project_id)
            store.clear(Project, PublicToken, Secret)
            fresh = Project(
                project_id=project.project_id,
                secret=project.secret,
                name=project.name,
                vertical=project.vertical,
                project_slug=project.project_slug,
                other_public_token=project.other_public_token,
                settings=settings_of_a_managed_project() if project.project_slug else ProjectSettings(),
                position=project.position,
            )
            store.update(self._projects.get(project.project_id, project), **msgspec.structs.asdict(fresh))
            self._projects[project.project_id] = fresh
            self.log_of(fresh).clear()
        self.tell(fresh)
        return fresh

    def reset_all(self) -> None:
        for project in self.all_projects():
            self.reset(project)

    def all_projects(self) -> list[Project]:
        """Every registered project that can be used, the default one among them."""
        from sqlalchemy import select

        self.default_project()
        column = Project.table.c
        usable = select(column.project_id).where(~column.deleted, column.project_id.startswith("project-test-"))
        with self._alone():
            ids = self._connection.execute(usable).scalars().all()
        return [p for project_id in ids if (p := self.known(project_id))]

    def awaiting_delivery(self) -> list[Project]:
        """The projects in which an event is still on its way."""
        with self._alone():
            ids = holders(self._connection, Delivery, Delivery.table.c.next_attempt_at.is_not(None))
        return [p for project_id in ids if (p := self.known(project_id))]

    def log_of(self, project: Project) -> deque[Answered]:
        """The latest requests of a project, oldest first."""
        return self._logs.setdefault(project.project_id, deque(maxlen=RING))

    def log(self, project: Project | None, **line: Any) -> None:
        """Note an answered request. One whose credentials opened no project belongs to no log; one of the management
        API that is about no environment to that of the default project, where somebody can see it."""
        if project is WORKSPACE:
            project = self.default_project()
        if project is not None:
            self.log_of(project).append(Answered(at=project.clock.now(), **line))

    def _trim(self, ctx: Context) -> None:
        """Drop what is older than the rings are long, now and then; what falls out is counted."""
        project_id = ctx.project.project_id
        written = self._written.get(project_id, 0) + 1
        self._written[project_id] = written % TRIM_EVERY
        if written < TRIM_EVERY:
            return
        counters = dict(ctx.project.counters)
        rings: tuple[type[Record], ...] = (Message, Event)
        for record in rings:
            dropped = ctx.store.delete_older(record, RING)
            if dropped:
                name = f"{record.table.name}_dropped"
                counters[name] = counters.get(name, 0) + dropped
        if counters != ctx.project.counters:
            ctx.configure(counters=counters)

    def stop_waiting(self) -> None:
        """The server is about to end: who waits for a message is answered at once."""
        self.stopping = True
        self.tell(self.default_project())

    def close(self) -> None:
        for end in self.on_close:
            end()
        with self._lock:
            self._connection.close()
            self._connection.engine.dispose()
