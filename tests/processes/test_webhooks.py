"""Webhooks that several processes send: one at a time to each endpoint, in order, and by another one if one ends."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from threading import Event, Lock

import pytest

from mockstytch import MockStytch
from tests.support.concurrency import DEADLINE
from tests.support.server_process import started
from tests.webhooks.receiver import Receiver

CREATED = "direct.organization.create"


class Busy:
    """Counts how many requests an endpoint handles at the same time."""

    def __init__(self) -> None:
        self.most = self._now = 0
        self._lock = Lock()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        request.send_response(204)
        request.end_headers()
        with self._lock:
            self._now -= 1


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


def created(receiver, count):
    return [receiver.next().payload["organization"]["organization_slug"] for _ in range(count)]


def test_events_of_both_processes_arrive_in_order(pair, receiver):
    pair[0].webhooks.set(receiver.url)
    busy = Busy()
    receiver.answers += [busy.handle] * 20
    slugs = [f"acme-{number}" for number in range(20)]
    clients = [mock.client() for mock in pair]
    for number, slug in enumerate(slugs):
        clients[number % 2].organizations.create("Acme", organization_slug=slug)
    assert created(receiver, 20) == slugs
    assert busy.most == 1
    assert receiver.requests.empty()


def test_endpoint_of_one_process_gets_the_events_of_the_other(pair, receiver):
    pair[1].client().organizations.search()
    pair[0].webhooks.set(receiver.url)
    pair[1].client().organizations.create("Acme", organization_slug="acme")
    event = receiver.next().payload["event_id"]
    assert pair[0].webhooks.deliveries(status="delivered", wait=60)
    pair[0].webhooks.replay(event)
    assert receiver.next().payload["event_id"] == event
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(pair[0].webhooks.wait, CREATED, seconds=60, after=event)
        pair[1].client().organizations.create("Other", organization_slug="other")
        assert waiting.result().status == "delivered"


def test_retry_is_sent_when_another_process_moves_the_clock(pair, receiver):
    pair[0].clock.freeze()
    pair[0].webhooks.set(receiver.url)
    receiver.answers.append(500)
    pair[0].client().organizations.create("Acme", organization_slug="acme")
    receiver.next()
    assert pair[1].webhooks.deliveries(tries=1, wait=60)
    pair[1].clock.advance(seconds=6)
    receiver.next()
    assert pair[0].webhooks.deliveries(status="delivered", wait=60)


def test_delivery_of_a_killed_process_is_sent_by_another(processes, receiver):
    database = processes.cluster.create("leases")
    answered = Event()
    receiver.answers.append(lambda _request: answered.wait(DEADLINE))
    with contextlib.ExitStack() as stack:
        options = ("--db", database, "--quiet")
        process, facts = stack.enter_context(started(*options))
        _, other_facts = stack.enter_context(started(*options))
        mock = MockStytch(facts["url"]).project()
        mock.webhooks.set(receiver.url)
        mock.client().organizations.create("Acme", organization_slug="acme")
        event = receiver.next().payload["event_id"]
        other = MockStytch(other_facts["url"], mock.project_id, mock.secret)
        other.client().organizations.create("Other", organization_slug="other")
        process.kill()
        process.wait()
        assert receiver.requests.empty(), "the second event waits for the first"
        # The lease ends after a minute.
        processes.cluster.execute("UPDATE deliveries SET leased_until = now() - interval '1 second'", "leases")
        assert receiver.next(60).payload["event_id"] == event
        assert created(receiver, 1) == ["other"]
        answered.set()
