"""Webhook deliveries across restarts, resets and changed endpoints."""

import contextlib
import threading
import time
from datetime import UTC, datetime, timedelta

from mockstytch import MockStytch, errors
from mockstytch.errors import StytchError
from mockstytch.runtime import Mock
from mockstytch.store.records.webhooks import Delivery
from mockstytch.webhook_delivery import Deliverer
from tests.webhooks.receiver import CLOSED_PORT_URL, attempted


def test_reset_removes_endpoints(mock, given, receiver):
    mock.webhooks.set(receiver.url)
    given.organization("Before")
    receiver.next()
    mock.reset()
    assert mock.webhooks.endpoints() == mock.webhooks.deliveries() == []
    given.organization("Not delivered")
    mock.webhooks.set(receiver.url)
    given.organization("After")
    assert receiver.next().payload["organization"]["organization_name"] == "After"


def test_removed_endpoint_receives_nothing(mock, given, receiver, frozen):
    mock.webhooks.set(CLOSED_PORT_URL)
    given.organization()
    attempted(mock)
    mock.webhooks.set(receiver.url)
    assert [d.status for d in mock.webhooks.deliveries()] == ["failed"]
    mock.clock.advance(days=2)
    given.organization("Globex")
    assert receiver.next().payload["organization"]["organization_name"] == "Globex"


def test_pending_delivery_survives_a_restart(tmp_path, receiver):
    database = str(tmp_path / "mock.sqlite")
    with MockStytch(database=database) as mock:
        mock.clock.freeze()
        [endpoint] = mock.webhooks.set(receiver.url)
        receiver.answers = [500]
        mock.client().organizations.create("Acme", organization_slug="acme")
        receiver.next()
        attempted(mock)
        mock.clock.advance(seconds=4)
    with MockStytch(database=database) as mock:
        assert mock.webhooks.endpoints() == [endpoint]
        assert mock.webhooks.deliveries()[0].status == "pending"
        mock.clock.advance(seconds=1)
        assert receiver.next().verified(endpoint.secret)["organization"]["organization_name"] == "Acme"
        assert len(mock.webhooks.wait().attempts) == 2


def test_interrupted_delivery_is_sent_again_at_the_next_start(tmp_path, receiver):
    database = str(tmp_path / "mock.sqlite")
    released = threading.Event()
    receiver.answers = [lambda _: released.wait(10) and None]
    with MockStytch(database=database) as mock:
        mock.clock.freeze()  # so that only the start can trigger the delivery
        mock.webhooks.set(receiver.url)
        mock.client().organizations.create("Acme", organization_slug="acme")
        first = receiver.next()
        started = time.perf_counter()
    assert time.perf_counter() - started < 9  # the receiver blocks for ten seconds
    released.set()
    with MockStytch(database=database) as mock:
        assert receiver.next().body == first.body
        assert len(mock.webhooks.wait().attempts) == 1


def test_leased_delivery_of_a_crashed_process_is_sent_at_the_next_start(tmp_path, receiver):
    database = str(tmp_path / "mock.sqlite")
    with MockStytch(database=database) as mock:
        mock.clock.freeze()
        mock.webhooks.set(receiver.url)
        receiver.answers = [500]
        mock.client().organizations.create("Acme", organization_slug="acme")
        receiver.next()
        attempted(mock)
        server_mock = mock._server.mock
        with server_mock.transaction() as ctx:  # as if another process were sending it
            [delivery] = ctx.store.all(Delivery)
            ctx.store.update(delivery, next_attempt_at=ctx.now, leased_until=datetime.now(UTC) + timedelta(minutes=1))
        server_mock.notify(server_mock.projects.default())
        mock.client().organizations.create("Globex", organization_slug="globex")
        mock.client().organizations.search()
        assert [delivery.attempts for delivery in mock.webhooks.deliveries()][1] == [], (
            "another process holds the lease"
        )
    with MockStytch(database=database) as mock:
        sent = [receiver.next().payload["organization"]["organization_name"] for _ in range(2)]
        assert sent == ["Acme", "Globex"]
        assert attempted(mock, 2, status="delivered")


def test_server_without_endpoints_starts_no_thread(tmp_path):
    def count_delivery_threads():
        return [thread.name for thread in threading.enumerate()].count("mockstytch-webhooks")

    before = count_delivery_threads()  # the shared server may have one
    with MockStytch(database=str(tmp_path / "mock.sqlite")) as mock:
        mock.client().organizations.create("Acme", organization_slug="acme")
        mock.clock.advance(days=1)
        assert count_delivery_threads() == before
        assert mock.webhooks.deliveries() == []
        mock.webhooks.set(CLOSED_PORT_URL)
        mock.client().organizations.create("Globex", organization_slug="globex")
        assert count_delivery_threads() == before + 1
    assert count_delivery_threads() == before


def test_error_that_keeps_writes_notifies_subscribers():
    """An error with ``keeping_writes`` commits, so subscribers are notified. Any other error rolls back."""
    server_mock, event_ids = Mock(), []
    server_mock.subscribers.append(lambda project, messages, events: event_ids.extend(event.id for event in events))
    for error in (errors.unauthorized_credentials(), errors.unauthorized_credentials().keeping_writes()):
        with contextlib.suppress(StytchError), server_mock.transaction() as ctx:
            ctx.emit("member", "update", f"kept: {error.keeps_writes}", {})
            raise error
    assert event_ids == ["kept: True"]
    server_mock.close()


def test_deliverer_does_nothing_until_it_is_registered():
    mock = Mock()
    deliverer = Deliverer(mock)
    assert deliverer not in mock.subscribers
    assert deliverer.close not in mock.on_close
    mock.close()
