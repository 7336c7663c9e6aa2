"""Delivery of webhooks: send events to the project's endpoints after the commit, in a background thread.

Events for one endpoint are sent one after another, oldest first; different endpoints are served in parallel. No request
waits for an endpoint. Pending deliveries are rows in the database, so they survive a restart. The rules, such as the
schedule of retries, are in ``domain.webhooks``.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from time import perf_counter
from typing import Any, NamedTuple

import msgspec

from mockstytch.clock import Clock
from mockstytch.domain import webhooks
from mockstytch.faults import webhooks as faults
from mockstytch.outbound import shared_ssl_context
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.messages import Message
from mockstytch.store.records.projects import Project, WebhookEndpoint
from mockstytch.store.records.webhooks import Attempt, Delivery, Event
from mockstytch.version import __version__

log = logging.getLogger("mockstytch")

TIMEOUT_SECONDS = 15.0  # for an attempt as a whole, as Svix documents it
MAX_PARALLEL = 32
_MAX_ANSWER = 1000  # bytes of a response that an attempt records
_MIN_DELAY_SECONDS = 0.01
_SHUFFLE_SECONDS = 0.1  # how long to wait for more deliveries, if a fault shuffles them


class Queue(NamedTuple):
    """The deliveries to one endpoint of a project."""

    project_id: str
    url: str


class LeasedDelivery(NamedTuple):
    """A delivery that this process sends now.

    Attributes:
        at: the start of the attempt, by the project's clock.
    """

    endpoint: WebhookEndpoint
    delivery: Delivery
    event: Event
    at: datetime


class Deliverer:
    """Sends the webhooks of a ``Mock``.

    It is a subscriber of commits. Its thread starts with the first delivery and ends with ``close``.
    """

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._workers: dict[Queue, asyncio.Task[None]] = {}
        self._timers: dict[Queue, asyncio.TimerHandle] = {}

    def __call__(self, project: Project, messages: list[Message], events: list[Event]) -> None:
        """Deliver what a commit added. Without messages and events, the project's clock may have moved."""
        if project.settings.webhooks and (events or not messages):
            self._wake(project)

    def resume(self) -> None:
        """Send the deliveries that another process left in the database.

        A delivery that the process was sending when it ended unexpectedly is sent again: twice is better than never.
        Other processes may be alive if the database is shared, so that only the time ends their leases.
        """
        if not self._mock.settings.database:
            return
        for project in self._mock.projects.awaiting_delivery():
            if not self._mock.is_shared:
                with self._mock.transaction(project) as ctx:
                    webhooks.release_leases(ctx)
            self._wake(project)

    def close(self) -> None:
        """Stop the thread. Interrupted deliveries stay pending, for the next start."""
        with self._starting:
            thread, self._thread, self._closed = self._thread, None, True
        if thread is not None:
            self._loop.call_soon_threadsafe(self._end.set)
            thread.join(5)

    def _wake(self, project: Project) -> None:
        with self._starting:
            if self._closed:
                return
            if self._thread is None:
                ready = threading.Event()
                self._thread = threading.Thread(
                    target=lambda: asyncio.run(self._run(ready)), name="mockstytch-webhooks", daemon=True
                )
                self._thread.start()
                ready.wait()
            self._loop.call_soon_threadsafe(self._ensure_workers, project.project_id)

    async def _run(self, ready: threading.Event) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._semaphore = asyncio.Semaphore(MAX_PARALLEL)
        ready.set()
        import httpx  # imported late: projects without endpoints don't need it

        limits = httpx.Limits(max_connections=MAX_PARALLEL, max_keepalive_connections=MAX_PARALLEL)
        async with httpx.AsyncClient(
            verify=shared_ssl_context(), timeout=TIMEOUT_SECONDS, trust_env=False, limits=limits
        ) as self._client:
            await self._end.wait()
            for worker in self._workers.values():
                worker.cancel()
            await asyncio.gather(*self._workers.values(), return_exceptions=True)

    def _ensure_workers(self, project_id: str) -> None:
        """Start a worker for each endpoint of the project that has none."""
        project = self._mock.projects.find(project_id)
        for endpoint in project.settings.webhooks if project else []:
            queue = Queue(project_id, endpoint.url)
            if queue not in self._workers:
                if timer := self._timers.pop(queue, None):
                    timer.cancel()
                self._workers[queue] = self._loop.create_task(self._work(queue))

    async def _work(self, queue: Queue) -> None:
        """Send all due deliveries of a queue, then set a timer for the next one."""
        try:
            if self._mock.faults.active:
                await self._collect(queue)
            while await self._send_next(queue):
                pass
            self._set_timer(queue)
        except Exception:
            log.exception("webhooks to %s", queue.url)
        finally:
            del self._workers[queue]

    async def _collect(self, queue: Queue) -> None:
        """If a fault shuffles the deliveries, wait until there are some to shuffle."""
        project = self._mock.projects.find(queue.project_id)
        if project is None or not self._mock.faults.may_apply(project):
            return
        if faults.are_shuffled(self._mock.faults, project):
            await asyncio.sleep(_SHUFFLE_SECONDS)

    async def _send_next(self, queue: Queue) -> bool:
        """Send the next due delivery of a queue. Returns False if there is none."""
        async with self._semaphore:
            leased = self._lease_next(queue)
            if leased is None:
                return False
            project = self._mock.projects.find(queue.project_id)
            fault = None
            if project is not None and self._mock.faults.may_apply(project):
                fault = faults.next_fault(self._mock.faults, project, leased.event, queue.url)
            if fault is not None and fault.rule.lose:
                lost = Attempt(at=leased.at, problem=f"fault {fault.fault_id}: lost")
                self._record(queue, leased, lost, is_last=True)
                return True
            copies = fault.rule.copies if fault else 1
            for n in range(copies):
                try:
                    attempt = await self._attempt(queue.project_id, leased)
                except asyncio.CancelledError:
                    self._record(queue, leased, None)
                    raise
                self._record(queue, leased, attempt, release=n == copies - 1)
            return True

    def _lease_next(self, queue: Queue) -> LeasedDelivery | None:
        project = self._mock.projects.find(queue.project_id)
        endpoint = next((e for e in project.settings.webhooks if e.url == queue.url), None) if project else None
        if endpoint is None:
            return None
        with self._mock.transaction(project) as ctx:
            choose = self._choose(ctx) if self._mock.faults.may_apply(ctx.project) else None
            delivery = webhooks.lease_next(ctx, queue.url, Clock().now(), choose)
            if delivery is None:
                return None
            return LeasedDelivery(endpoint, delivery, ctx.store.get(Event, event_id=delivery.event_id), ctx.now)

    def _choose(self, ctx: Context) -> Callable[[list[Delivery]], Delivery]:
        def choose(due: list[Delivery]) -> Delivery:
            events = [ctx.store.get(Event, event_id=delivery.event_id) for delivery in due]
            return faults.choose(self._mock.faults, ctx.project, due, events)

        return choose

    async def _attempt(self, project_id: str, leased: LeasedDelivery) -> Attempt:
        endpoint, event, at = leased.endpoint, leased.event, leased.at
        body = msgspec.json.encode(webhooks.payload(project_id, event)).decode()
        started = perf_counter()
        # Receivers refuse signatures older than five minutes, so the machine's clock counts, not the project's.
        headers = webhooks.sign(endpoint.secret, webhooks.message_id(event.event_id), Clock().now(), body)
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                status_code, answer = await self._post(endpoint.url, headers, body)
            problem = "" if 200 <= status_code < 300 else f"status {status_code}"
        except TimeoutError:
            status_code, answer, problem = 0, "", f"no response within {TIMEOUT_SECONDS:g} s"
        except Exception as e:  # a user's URL or an unknown server's response can cause any error
            status_code, answer, problem = 0, "", str(e) or type(e).__name__
        milliseconds = (perf_counter() - started) * 1000
        return Attempt(at=at, status_code=status_code, problem=problem, answer=answer, milliseconds=milliseconds)

    async def _post(self, url: str, headers: dict[str, str], body: str) -> tuple[int, str]:
        """Return the status and the beginning of the response. Redirects aren't followed."""
        headers |= {"content-type": "application/json", "user-agent": f"mockstytch/{__version__}"}
        async with self._client.stream("POST", url, headers=headers, content=body.encode()) as response:
            beginning = b""
            async for chunk in response.aiter_raw():
                beginning += chunk
                if len(beginning) >= _MAX_ANSWER:
                    break
            return response.status_code, beginning[:_MAX_ANSWER].decode(errors="replace")

    def _record(
        self,
        queue: Queue,
        leased: LeasedDelivery,
        attempt: Attempt | None,
        *,
        is_last: bool = False,
        release: bool = True,
    ) -> None:
        """Record an attempt. An interrupted attempt (None) doesn't count and is due again.

        Args:
            is_last: whether a failure isn't followed by another attempt.
            release: whether to release the lease: this process doesn't send the delivery again now.
        """
        project = self._mock.projects.find(queue.project_id)
        if project is None:
            return
        with self._mock.transaction(project) as ctx:
            delivery = ctx.store.find(Delivery, event_id=leased.event.event_id, url=queue.url)
            if delivery is not None:  # None if a reset has emptied the project meanwhile
                changes: dict[str, Any] = {"leased_until": None} if release else {}
                if attempt:
                    changes |= webhooks.attempt_result(delivery, leased.delivery, attempt, is_last=is_last)
                delivery = ctx.store.update(delivery, **changes)
        self._mock.notify(project)
        if delivery is not None and attempt is not None:
            for subscriber in self._mock.attempt_subscribers:
                subscriber(project, delivery, attempt)

    def _set_timer(self, queue: Queue) -> None:
        """Wake up when the next attempt is due. With a frozen clock, retries are triggered by moving the clock."""
        project = self._mock.projects.find(queue.project_id)
        if project is None or project.clock.frozen_at:
            return
        with self._mock.transaction(project) as ctx:
            seconds = webhooks.seconds_until_next(ctx, queue.url, Clock().now())
        if seconds is not None:
            delay = max(seconds, _MIN_DELAY_SECONDS)
            self._timers[queue] = self._loop.call_later(delay, self._ensure_workers, queue.project_id)
