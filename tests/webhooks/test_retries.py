"""Failed webhook deliveries: what counts as a failure, and when it is retried."""

import contextlib
import socket
import threading
import time
from datetime import timedelta

import pytest

from mockstytch import webhook_delivery
from mockstytch.domain.webhooks import RETRIES
from tests.webhooks.receiver import CLOSED_PORT_URL, Receiver, attempted


def test_delivery_is_retried_until_it_succeeds(mock, given, receiver, frozen):
    [endpoint] = mock.webhooks.set(receiver.url)
    receiver.answers = [500, 404]
    given.organization()
    first = receiver.next()
    failed = attempted(mock, 1)
    assert (failed.status, failed.attempts[0].status_code) == ("pending", 500)
    assert failed.attempts[0].problem == "status 500"
    assert failed.next_attempt_at == frozen.replace(microsecond=0) + timedelta(seconds=5)
    mock.clock.advance(seconds=5)
    second = receiver.next()
    attempted(mock, 2)
    mock.clock.advance(minutes=5)
    third = receiver.next()
    assert first.body == second.body == third.body
    assert first.headers["svix-id"] == second.headers["svix-id"] == third.headers["svix-id"]
    assert third.verified(endpoint.secret)
    delivery = mock.webhooks.wait("direct.organization.create")
    assert [attempt.status_code for attempt in delivery.attempts] == [500, 404, 200]
    assert (delivery.status, delivery.next_attempt_at) == ("delivered", None)
    assert delivery.attempts[2].answer == "done"


def test_retry_waits_for_its_time(mock, given, receiver, frozen):
    mock.webhooks.set(receiver.url)
    receiver.answers = [500]
    given.organization()
    receiver.next()
    attempted(mock, 1)
    mock.clock.advance(seconds=4)
    given.organization("Globex")
    assert receiver.next().payload["organization"]["organization_name"] == "Globex"
    mock.clock.advance(seconds=1)
    assert receiver.next().payload["organization"]["organization_name"] == "Acme"


def test_delivery_fails_after_eight_attempts(mock, given, receiver, frozen):
    mock.webhooks.set(receiver.url)
    receiver.answers = [503] * 8
    given.organization()
    for number, seconds in enumerate(RETRIES, 1):
        receiver.next()
        assert attempted(mock, number).status == "pending"
        mock.clock.advance(seconds=seconds)
    receiver.next()
    failed = attempted(mock, status="failed")
    assert (len(failed.attempts), failed.next_attempt_at) == (8, None)
    mock.clock.advance(days=7)
    given.organization("Globex")
    assert receiver.next().payload["organization"]["organization_name"] == "Globex"


def test_running_clock_triggers_retries(mock, given, receiver, monkeypatch):
    monkeypatch.setattr("mockstytch.domain.webhooks.RETRIES", (0.2, 0.2))
    mock.webhooks.set(receiver.url)
    receiver.answers = [500, 500]
    given.organization()
    assert len({receiver.next().headers["svix-id"] for _ in range(3)}) == 1
    assert len(mock.webhooks.wait().attempts) == 3


def hang(handler):
    """Send no response until the client gives up."""
    handler.connection.recv(1)


def send_garbage(handler):
    handler.wfile.write(b"\x00\xff not HTTP at all\r\n\r\n")
    handler.close_connection = True


def hang_up(handler):
    handler.close_connection = True


def trickle(handler):
    """Send a byte now and then until the client gives up."""
    handler.connection.settimeout(0.05)
    handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(b"x")
            with contextlib.suppress(TimeoutError):
                handler.connection.recv(1)
                break
    handler.close_connection = True


@pytest.mark.parametrize(
    ("answer", "status_code", "problem"),
    [
        (500, 500, "status 500"),
        (302, 302, "status 302"),
        (410, 410, "status 410"),
        (hang, 0, "no response within 0.3 s"),
        (trickle, 0, "no response within 0.3 s"),
        (send_garbage, 0, "illegal"),
        (hang_up, 0, "disconnected"),
    ],
)
def test_attempt_without_success_status_fails(mock, given, receiver, frozen, monkeypatch, answer, status_code, problem):
    if "0.3 s" in problem:
        monkeypatch.setattr(webhook_delivery, "TIMEOUT_SECONDS", 0.3)
    mock.webhooks.set(receiver.url)
    receiver.answers = [answer]
    given.organization()
    receiver.next()
    failed = attempted(mock)
    [attempt] = failed.attempts
    assert (failed.status, attempt.status_code) == ("pending", status_code)
    assert problem in attempt.problem
    assert receiver.requests.empty(), "a redirect is not followed"


def test_recorded_response_is_truncated(mock, given, receiver):
    def send_long_response(handler):
        handler.send_response(200)
        handler.send_header("content-length", "200000")
        handler.end_headers()
        handler.wfile.write(b"x" * 2000)
        handler.close_connection = True

    receiver.answers = [send_long_response]
    mock.webhooks.set(receiver.url)
    given.organization()
    assert mock.webhooks.wait().attempts[0].answer == "x" * 1000


def test_unreachable_endpoint_does_not_delay_others(mock, given, client, receiver, frozen):
    mock.webhooks.set(CLOSED_PORT_URL, "http://no-such-host.invalid/", receiver.url)
    given.organization()
    assert receiver.next().payload["object_type"] == "organization"
    for url in (CLOSED_PORT_URL, "http://no-such-host.invalid/"):
        failed = attempted(mock, url=url)
        assert (failed.status, failed.attempts[0].status_code) == ("pending", 0)
        assert failed.attempts[0].problem


def test_hanging_endpoint_delays_neither_requests_nor_other_endpoints(mock, given, receiver):
    released = threading.Event()
    with Receiver() as hanging:
        hanging.answers = [lambda _: released.wait(10) and None]
        mock.webhooks.set(hanging.url, receiver.url)
        started = time.perf_counter()
        for number in range(5):
            given.organization(f"Acme {number}")
        names = [receiver.next().payload["organization"]["organization_name"] for _ in range(5)]
        assert names == [f"Acme {number}" for number in range(5)]
        assert time.perf_counter() - started < 9  # the hanging endpoint blocks for ten seconds
        released.set()


def test_closed_port_is_closed():
    """Tests of an unreachable endpoint rely on it."""
    with contextlib.closing(socket.socket()) as probe:
        assert probe.connect_ex(("127.0.0.1", 1)) != 0
