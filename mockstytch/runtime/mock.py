"""``Mock``: everything that one server process holds."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar

from mockstytch.clock import Clock
from mockstytch.faults.messages import Outbox
from mockstytch.faults.rate_limits import RateLimits
from mockstytch.faults.registry import Faults
from mockstytch.ids import Ids
from mockstytch.outbound import (
    MoreToDo,
    OutboundRequest,
    OutboundResponse,
    OutboundResponses,
    Transport,
    fetch,
    run_with_fetches,
)
from mockstytch.runtime import history
from mockstytch.runtime.context import Context
from mockstytch.runtime.database import Database
from mockstytch.runtime.held_messages import HeldMessages
from mockstytch.runtime.notifications import Notifications
from mockstytch.runtime.projects import Projects
from mockstytch.runtime.purge import Purge
from mockstytch.runtime.request_log import RequestLog
from mockstytch.runtime.seeds import Seeds
from mockstytch.settings import Settings, url_of
from mockstytch.store.connection import DatabaseUnavailable
from mockstytch.store.records.messages import Message
from mockstytch.store.records.projects import Project
from mockstytch.store.records.webhooks import Attempt, Delivery, Event
from mockstytch.store.store import Store

HISTORY_LIMIT = 10_000  # the maximum of messages, and of events with their deliveries, for each project
_POLL_SECONDS = 0.005
TRIM_INTERVAL = 1000  # transactions of a project in which each kind of its history is trimmed once
_PART = 125  # transactions as which a part of an operation with events counts: it has many

T = TypeVar("T")
AttemptSubscriber = Callable[[Project, Delivery, Attempt], None]


class Subscriber(Protocol):
    """Called after a commit with the messages and events that it wrote.

    It is called without any if something else changed that a reader may wait for: the project's clock or settings, a
    delivery. Calls can come from any thread.
    """

    def __call__(self, project: Project, messages: list[Message], events: list[Event]) -> None: ...


class Mock:
    """The projects, the transactions and the request log of one server.

    The composition root (``mockstytch.app``) builds exactly one. Every transaction goes through it, one at a time:
    requests can't interleave, and a test's thread may open a transaction beside the server's.

    Attributes:
        projects: the registry of projects.
        request_log: the latest requests of each project.
        faults: what fails on purpose, in each project.
        rate_limits: how often limited operations were called.
        subscribers: called after each commit.
        attempt_subscribers: called after each attempt to deliver a webhook, in any thread.
        notifications: wakes calls that wait in other processes.
        held_messages: messages that a fault delays.
        is_shared: whether other processes use the database, too.
        on_close: called when the server ends, for work that runs beside the requests.
        purge: deletes the rows that resets left behind.
        seeds: what a reset creates again in each project.
        after_reset: called by the control API after it emptied a project, unless it must stay empty.
        transport: sends requests to other servers; ``mockstytch.app`` adds requests to the server itself.
        stopping: whether the server is about to end.
        started_at: the real time at which the server started.
        works_aside: whether ``run_aside`` runs.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._database = Database(self.settings.database)
        self.purge = Purge(self._database)
        self._database.on_background_work = self.purge.wake
        self.ids = Ids(self.settings.random_seed, self._database.starts)
        self.is_shared = self._database.is_shared
        self.projects = Projects(self._database, self.settings, self.notify)
        self.on_close: list[Callable[[], None]] = []
        self._choose_state()
        self.subscribers: list[Subscriber] = [self.held_messages]
        self.attempt_subscribers: list[AttemptSubscriber] = []
        self.on_close += [self.purge.close, self.held_messages.close, self.notifications.close]
        self.after_reset: list[Callable[[Project], Awaitable[None]]] = []
        self.transport: Transport = fetch
        self.stopping = False
        self.started_at = Clock().now()
        self.works_aside = False
        self._transactions: dict[str, int] = {}  # in each project
        self._shared_memory = history.SharedMemory()
        if self._database.starts:
            self.purge.wake()  # the server before may have ended in the middle

    def _choose_state(self) -> None:
        """Keep faults, seeds, the request log and so on in memory, or where the other processes find them."""
        self.request_log, self.seeds, self.notifications = RequestLog(), Seeds(), Notifications()
        self.faults, self.rate_limits = Faults(), RateLimits()
        self.held_messages = HeldMessages(self.projects.find, self._deliver)
        if self.is_shared:
            from mockstytch.runtime.shared.state import share  # imported late: a server on SQLite doesn't need it

            share(self, self._database)

    @property
    def url(self) -> str:
        return self.settings.public_url or url_of(self.settings.host, self.settings.port)

    def transaction(
        self,
        project: Project | None = None,
        base_url: str = "",
        responses: OutboundResponses | None = None,
        *,
        first_lock: str = "",
        read_only: bool = False,
    ) -> "Transaction":
        """Run one unit of work. Commit on success; roll back on any exception, except an error that keeps its writes.

        Args:
            project: the project that it sees; None is the default project. If another process changed its row since it
                was read, ``Context.project`` is the new one.
            base_url: URL under which the caller reached this server.
            responses: responses of other servers that were fetched for this operation.
            first_lock, read_only: see ``Database.begin``.
        """
        project = project or self.projects.default()
        return Transaction(self, self._database, project, base_url, responses or {}, first_lock, read_only)

    def begun(self, project: Project, base_url: str, responses: OutboundResponses) -> Context:
        """Return the state of a transaction that has begun."""
        project = self.projects.current(project)
        store = Store(self._database.connection, project.project_id, project.data_key)
        ctx = Context(project, store, self.ids, self.settings.public_url or base_url or self.url)
        ctx.responses = responses
        ctx.default_project_id = self.settings.project_id
        if self.faults.active and self.faults.may_apply(project):
            ctx.outbox = Outbox(self.faults, self.ids, project.project_id, ctx.now, ctx.note)
        return ctx

    def complete(self, ctx: Context, *, read_only: bool, is_part: bool) -> None:
        """Write what has to be written at the end of a transaction, or of a part of an operation: see ``MoreToDo``."""
        if ctx.outbox and ctx.outbox.held:
            self.held_messages.save(ctx.store, ctx.outbox.held)
        if not read_only:
            self._trim(ctx, _PART if is_part and ctx.events else 1)

    def publish(self, ctx: Context) -> None:
        """Tell others what a transaction did, after its commit."""
        if ctx.messages or ctx.events or ctx.project.project_id in ctx.changed_projects:
            self.notify(ctx.project, ctx.messages, ctx.events)
        if ctx.outbox and ctx.outbox.held:
            self.held_messages.hold(ctx.project, ctx.outbox.held)

    def _deliver(self, project: Project, messages: list[Message]) -> None:
        """Put messages into the inbox that a fault delayed."""
        with self.transaction(project) as ctx:
            ctx.messages += [ctx.store.insert(message) for message in messages]

    def notify(self, project: Project, messages: Sequence[Message] = (), events: Sequence[Event] = ()) -> None:
        """Call the subscribers, and wake the calls that wait for the project in other processes."""
        for subscriber in self.subscribers:
            subscriber(project, list(messages), list(events))
        self.notifications.on_commit(project.project_id)

    def run_with_fetches(self, attempt: Callable[[OutboundResponses], T], base_url: str = "") -> Awaitable[T]:
        """Run an operation that may call other servers; see ``mockstytch.outbound``."""

        async def send(request: OutboundRequest) -> OutboundResponse:
            own_urls = (self.settings.public_url, base_url, self.url)
            response = await self.transport(request, own_urls=own_urls)
            await self.until_free()
            return response

        return run_with_fetches(attempt, send)

    async def run_aside(self, work: Callable[[], T]) -> T:
        """Run work that needs one transaction of seconds, such as an export, in a thread.

        Other requests wait for its end with ``until_free``. If they waited for the database, they would block the event
        loop, and the server couldn't even return its health.
        """
        await self.until_free()
        self.works_aside = True
        try:
            return await asyncio.to_thread(work)
        finally:
            self.works_aside = False

    async def until_free(self) -> None:
        """Wait while ``run_aside`` runs."""
        while self.works_aside:  # noqa: ASYNC110 · callers are in several event loops
            await asyncio.sleep(_POLL_SECONDS)

    def reset(self, project: Project) -> Project:
        """Delete what a project holds: its rows, settings, clock, faults and request log. Its credentials stay."""
        self._forget(project)
        fresh = self.projects.reset(project)
        self.request_log.clear(fresh.project_id)
        return fresh

    def delete(self, project: Project) -> None:
        """Delete a project with everything that belongs to it, its credentials included."""
        self._forget(project)
        self.seeds.forget(project.project_id)
        self.projects.delete(project)
        self.request_log.forget(project.project_id)

    def _forget(self, project: Project) -> None:
        """Forget what is kept beside the database."""
        self.faults.clear(project.project_id)
        self.rate_limits.clear(project.project_id)
        self.held_messages.clear(project.project_id)
        self._shared_memory.forget(project.project_id)

    def _trim(self, ctx: Context, transactions: int = 1) -> None:
        """Trim one kind of the project's history, now and then.

        Args:
            transactions: as how many it counts.
        """
        project_id = ctx.project.project_id
        before = self._transactions.get(project_id, 0)
        self._transactions[project_id] = after = before + transactions
        spacing = TRIM_INTERVAL // (history.TURNS + 1)
        for turn in range(before // spacing + 1, after // spacing + 1):
            kind = turn % (history.TURNS + 1)
            if kind < history.TURNS:
                history.trim(ctx, kind, HISTORY_LIMIT, self.settings.keep_ended)
            elif not self.settings.database and not self.is_shared:
                self._shared_memory.fit(ctx)

    def stop_waiting(self) -> None:
        """Answer every request that waits for a message now: the server is about to end."""
        self.stopping = True
        with suppress(DatabaseUnavailable):
            self.notify(self.projects.default())

    def close(self) -> None:
        for end in self.on_close:
            end()
        self._database.close()


class Transaction:
    """The context manager of ``Mock.transaction``. It is a class, because a generator takes three times as long."""

    __slots__ = ("_base_url", "_ctx", "_database", "_first_lock", "_mock", "_project", "_read_only", "_responses")

    def __init__(
        self,
        mock: Mock,
        database: Database,
        project: Project,
        base_url: str,
        responses: OutboundResponses,
        first_lock: str,
        read_only: bool,
    ) -> None:
        self._mock, self._database, self._project, self._base_url = mock, database, project, base_url
        self._responses, self._first_lock, self._read_only = responses, first_lock, read_only

    def __enter__(self) -> Context:
        self._database.begin(self._project.project_id, first_lock=self._first_lock, read_only=self._read_only)
        try:
            self._ctx = self._mock.begun(self._project, self._base_url, self._responses)
        except BaseException as error:
            self._database.end(error)
            raise
        return self._ctx

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        is_part = isinstance(error, MoreToDo)
        if error is None or is_part:
            try:
                self._mock.complete(self._ctx, read_only=self._read_only, is_part=is_part)
            except BaseException as failure:
                self._end(failure)
                raise
        self._end(error)

    def _end(self, error: BaseException | None) -> None:
        for project_id in self._ctx.changed_projects:
            self._mock.projects.invalidate(project_id)
        if self._database.end(error):
            self._mock.publish(self._ctx)
