"""Deliveries: what happened is told to the project's endpoints, after the commit, in a thread of its own.

Events for one endpoint go out one after another, in the order in which they happened; those for different endpoints
side by side. Whether an endpoint answers, hangs or is not there: no request ever waits for it. What is on its way lies
in the database, so that it survives the end of the process.
"""

import asyncio
import logging
import threading
from datetime import datetime, timedelta
from time import perf_counter
from typing import NamedTuple

import msgspec

from mockstytch import __version__
from mockstytch.clock import Clock
from mockstytch.domain import webhooks
from mockstytch.runtime import Mock
from mockstytch.store.records.messages import Message
from mockstytch.store.records.projects import Project, WebhookEndpoint
from mockstytch.store.records.webhooks import Attempt, Delivery, Event

log = logging.getLogger("mockstytch")

SECONDS = 15.0  # for one try in all, as Svix has it
SIDE_BY_SIDE = 32
_LEASE = timedelta(minutes=1)
_KEPT = 1000  # characters of an answer


class Line(NamedTuple):
    """The deliveries to one endpoint."""

    project_id: str
    url: str


class Job(NamedTuple):
    endpoint: WebhookEndpoint
    delivery: Delivery
    event: Event
    at: datetime


class Deliverer:
    """Delivers what a ``Mock`` has to tell. Its thread begins with the first delivery, and ends with the mock."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._lines: dict[Line, asyncio.Task[None]] = {}
        self._alarms: dict[Line, asyncio.TimerHandle] = {}
        mock.subscribers.append(self)
        mock.on_close.append(self.close)
        for project in mock.projects.awaiting_delivery() if mock.settings.database else []:
            with mock.transaction(project) as ctx:
                webhooks.release_leases(
                    ctx
                )  # of a process that ended unexpectedly; to deliver twice is better than never
            self._wake(project)

    def __call__(self, project: Project, messages: list[Message], events: list[Event]) -> None:
        if project.settings.webhooks and (events or not messages):
            self._wake(project)

    def close(self) -> None:
        """End; what was being sent is left for the next start."""
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
                    target=lambda: asyncio.run(self._work(ready)), name="mockstytch-webhooks", daemon=True
                )
                self._thread.start()
                ready.wait()
            self._loop.call_soon_threadsafe(self._attend, project.project_id)

    async def _work(self, ready: threading.Event) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._few = asyncio.Semaphore(SIDE_BY_SIDE)
        ready.set()
        import httpx  # who has no endpoint doesn't pay for it

        limits = httpx.Limits(max_connections=SIDE_BY_SIDE, max_keepalive_connections=SIDE_BY_SIDE)
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False, limits=limits) as self._client:
            await self._end.wait()
            for task in self._lines.values():
                task.cancel()
            await asyncio.gather(*self._lines.values(), return_exceptions=True)

    def _attend(self, project_id: str) -> None:
        """See to it that each endpoint of the project has somebody who delivers."""
        project = self._mock.projects.find(project_id)
        for endpoint in project.settings.webhooks if project else []:
            line = Line(project_id, endpoint.url)
            if line not in self._lines:
                if alarm := self._alarms.pop(line, None):
                    alarm.cancel()
                self._lines[line] = self._loop.create_task(self._deliver(line))

    async def _deliver(self, line: Line) -> None:
        """All that is due on a line; then an alarm for what comes next."""
        try:
            while await self._one(line):
                pass
            self._set_alarm(line)
        except Exception:
            log.exception("webhooks to %s", line.url)
        finally:
            del self._lines[line]

    async def _one(self, line: Line) -> bool:
        async with self._few:
            job = self._take(line)
            if job is None:
                return False
            try:
                attempt = await self._try(line.project_id, job)
            except asyncio.CancelledError:
                self._note(line, job, None)
                raise
            self._note(line, job, attempt)
            return True

    def _take(self, line: Line) -> Job | None:
        """The oldest delivery that is due, with a lease on it."""
        project = self._mock.projects.find(line.project_id)
        endpoint = next((e for e in project.settings.webhooks if e.url == line.url), None) if project else None
        if endpoint is None:
            return None
        column, real = Delivery.table.c, Clock().now()
        with self._mock.transaction(project) as ctx:
            due = ctx.store.query(Delivery).where(column.url == line.url, column.next_attempt_at <= ctx.now)
            free = due.where(column.leased_until.is_(None) | (column.leased_until <= real))
            for delivery in ctx.store.rows(Delivery, free.order_by(column.position).limit(1)):
                taken = ctx.store.update_if_unchanged(delivery, leased_until=real + _LEASE)
                if taken:
                    return Job(endpoint, taken, ctx.store.get(Event, event_id=taken.event_id), ctx.now)
        return None

    async def _try(self, project_id: str, job: Job) -> Attempt:
        body = msgspec.json.encode(webhooks.payload(project_id, job.event)).decode()
        message, started = webhooks.message_id(job.event.event_id), perf_counter()
        # by the machine's clock, whatever the project's shows: receivers refuse what is five minutes old
        headers = webhooks.sign(job.endpoint.secret, message, Clock().now(), body)
        try:
            async with asyncio.timeout(SECONDS):
                status_code, answer = await self._post(job.endpoint.url, headers, body)
            problem = "" if 200 <= status_code < 300 else f"answered {status_code}"
        except TimeoutError:
            status_code, answer, problem = 0, "", f"no answer within {SECONDS:g} s"
        except Exception as e:  # an address comes from a user, an answer from a stranger: anything may be wrong
            status_code, answer, problem = 0, "", str(e) or type(e).__name__
        if problem:
            log.info("webhook %s to %s: %s", job.delivery.event_type, job.endpoint.url, problem)
        milliseconds = (perf_counter() - started) * 1000
        return Attempt(at=job.at, status_code=status_code, problem=problem, answer=answer, milliseconds=milliseconds)

    async def _post(self, url: str, headers: dict[str, str], body: str) -> tuple[int, str]:
        """Status and the beginning of the answer; a redirect is not followed."""
        headers |= {"content-type": "application/json", "user-agent": f"mockstytch/{__version__}"}
        async with self._client.stream("POST", url, headers=headers, content=body.encode()) as answer:
            said = b""
            async for chunk in answer.aiter_raw():
                said += chunk
                if len(said) >= _KEPT:
                    break
            return answer.status_code, said[:_KEPT].decode(errors="replace")

    def _note(self, line: Line, job: Job, attempt: Attempt | None) -> None:
        """Write down how a try went; one that was broken off counts for nothing, and is due again."""
        project = self._mock.projects.find(line.project_id)
        if project is None:
            return
        with self._mock.transaction(project) as ctx:
            delivery = ctx.store.find(Delivery, event_id=job.event.event_id, url=line.url)
            if delivery is not None:  # or a reset has emptied the project meanwhile
                changes = webhooks.attempt_result(delivery, attempt) if attempt else {}
                ctx.store.update(delivery, **changes, leased_until=None)
        self._mock.notify(project)

    def _set_alarm(self, line: Line) -> None:
        """Come back when the next try is due. While the project's clock stands, moving it is what wakes."""
        project = self._mock.projects.find(line.project_id)
        if project is None or project.clock.frozen_at:
            return
        column = Delivery.table.c
        with self._mock.transaction(project) as ctx:
            coming = ctx.store.query(Delivery).where(column.url == line.url, column.next_attempt_at.is_not(None))
            for delivery in ctx.store.rows(Delivery, coming.order_by(column.next_attempt_at).limit(1)):
                assert delivery.next_attempt_at is not None
                left = (delivery.next_attempt_at - ctx.now).total_seconds()
                if delivery.leased_until:
                    left = max(left, (delivery.leased_until - Clock().now()).total_seconds())
                self._alarms[line] = self._loop.call_later(max(left, 0.01), self._attend, line.project_id)
