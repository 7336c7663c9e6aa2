"""Webhooks: what happens is told to the project's endpoints, signed, in order, again where that fails."""

import contextlib
import re
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from svix.webhooks import Webhook, WebhookVerificationError

from mockstytch import MockStytch, errors, webhook_delivery
from mockstytch.client.handle import MockError
from mockstytch.domain.webhooks import RETRIES
from mockstytch.errors import StytchError
from mockstytch.runtime import Mock
from mockstytch.store.records.webhooks import Delivery
from tests.control.receiver import Receiver

NOBODY = "http://127.0.0.1:1/"


@pytest.fixture
def app():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def frozen(mock):
    """The clock stands: what comes again comes when a test moves it, and not before."""
    return mock.clock.freeze()


def test_a_member_is_told_of_signed(mock, given, app):
    [endpoint] = mock.webhooks.set(app.url)
    ada = given.member(given.organization(), "ada@acme.test", name="Ada")
    assert app.next().payload["object_type"] == "organization"
    told = app.next()
    payload = told.verified(endpoint.secret)
    assert {name: value for name, value in payload.items() if name not in ("event_id", "timestamp", "member")} == {
        "project_id": mock.project_id,
        "action": "CREATE",
        "object_type": "member",
        "source": "DIRECT",
        "id": ada.member_id,
        "vertical": "B2B",
    }
    assert payload["event_id"].startswith("webhook-event-test-")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", payload["timestamp"])
    assert (payload["member"]["name"], payload["member"]["member_id"]) == ("Ada", ada.member_id)
    assert told.headers["content-type"] == "application/json"


def test_the_headers_have_both_names_and_a_forged_body_is_noticed(mock, given, app):
    [endpoint] = mock.webhooks.set(app.url)
    given.organization()
    told = app.next()
    for name in ("id", "timestamp", "signature"):
        assert told.headers[f"svix-{name}"] == told.headers[f"webhook-{name}"]
    only_standard = {name: value for name, value in told.headers.items() if not name.startswith("svix")}
    Webhook(endpoint.secret).verify(told.body, only_standard)
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(told.body.replace(b"Acme", b"Evil"), told.headers)
    with pytest.raises(WebhookVerificationError):
        told.verified("whsec_" + "A" * 32)


def test_a_signature_is_good_whatever_the_project_s_clock_shows(mock, given, app):
    """Receivers check the timestamp by their own clock; the payload has the project's time."""
    [endpoint] = mock.webhooks.set(app.url)
    mock.clock.set(datetime(2040, 1, 1, tzinfo=UTC))
    given.organization()
    assert app.next().verified(endpoint.secret)["timestamp"].startswith("2040-01-01T")


def test_changes_are_told_in_the_order_in_which_they_happened(mock, given, client, app):
    mock.webhooks.set(app.url)
    acme = given.organization()
    ada = given.member(acme)
    for number in range(5):
        client.organizations.members.update(acme.organization_id, ada.member_id, name=f"Ada {number}")
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    client.organizations.delete(acme.organization_id)
    told = [app.next().payload for _ in range(9)]
    assert [f"{p['object_type']}.{p['action']}" for p in told] == [
        "organization.CREATE",
        "member.CREATE",
        *["member.UPDATE"] * 5,
        "member.DELETE",
        "organization.DELETE",
    ]
    assert [p["member"]["name"] for p in told[2:7]] == [f"Ada {number}" for number in range(5)]
    assert "member" not in told[7]
    assert "organization" not in told[8]


def test_what_failed_left_no_trace(mock, given, client, refused, app):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    mock.webhooks.set(app.url)
    assert (
        refused(client.organizations.members.create, acme.organization_id, "ada@acme.test") == "duplicate_member_email"
    )
    given.organization("Globex")
    assert app.next().payload["organization"]["organization_name"] == "Globex"


@pytest.mark.parametrize(
    ("event_types", "told"),
    [
        ([], ["organization.CREATE", "member.CREATE", "member.DELETE"]),
        (["*"], ["organization.CREATE", "member.CREATE", "member.DELETE"]),
        (["direct.member.create"], ["member.CREATE"]),
        (["*.member.*"], ["member.CREATE", "member.DELETE"]),
        (["direct.*.create"], ["organization.CREATE", "member.CREATE"]),
        (["scim.*.*", "dashboard.member.*", "*.*.delete"], ["member.DELETE"]),
    ],
)
def test_an_endpoint_chooses_by_event_type(mock, given, client, app, event_types, told):
    mock.webhooks.set({"url": app.url, "event_types": event_types})
    acme = given.organization()
    ada = given.member(acme)
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    assert [f"{p['object_type']}.{p['action']}" for p in (app.next().payload for _ in told)] == told
    assert len(mock.webhooks.deliveries()) == len(told)


def test_several_endpoints_are_told_each_with_its_secret(mock, given):
    with Receiver() as one, Receiver() as other:
        first, second = mock.webhooks.set(
            one.url, {"url": other.url, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
        )
        given.organization()
        assert one.next().verified(first.secret) == other.next().verified(second.secret)
        assert first.secret != second.secret == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


# Trying again


def test_an_endpoint_that_fails_twice_is_told_a_third_time(mock, given, app, frozen):
    [endpoint] = mock.webhooks.set(app.url)
    app.answers = [500, 404]
    given.organization()
    first = app.next()
    failed = tried(mock, 1)
    assert (failed.status, failed.attempts[0]["status_code"]) == ("pending", 500)
    assert failed.attempts[0]["problem"] == "answered 500"
    assert failed.next_attempt_at == frozen.replace(microsecond=0) + timedelta(seconds=5)
    mock.clock.advance(seconds=5)
    second = app.next()
    tried(mock, 2)
    mock.clock.advance(minutes=5)
    third = app.next()
    assert first.body == second.body == third.body
    assert first.headers["svix-id"] == second.headers["svix-id"] == third.headers["svix-id"]
    assert third.verified(endpoint.secret)
    arrived = mock.webhooks.wait("direct.organization.create")
    assert [attempt["status_code"] for attempt in arrived.attempts] == [500, 404, 200]
    assert (arrived.status, arrived.next_attempt_at) == ("delivered", None)
    assert arrived.attempts[2]["answer"] == "said"


def test_nothing_comes_before_its_time(mock, given, app, frozen):
    mock.webhooks.set(app.url)
    app.answers = [500]
    given.organization()
    app.next()
    tried(mock, 1)
    mock.clock.advance(seconds=4)
    given.organization("Globex")
    assert app.next().payload["organization"]["organization_name"] == "Globex"
    mock.clock.advance(seconds=1)
    assert app.next().payload["organization"]["organization_name"] == "Acme"


def test_after_eight_tries_it_is_over(mock, given, app, frozen):
    mock.webhooks.set(app.url)
    app.answers = [503] * 8
    given.organization()
    for number, seconds in enumerate(RETRIES, 1):
        app.next()
        assert tried(mock, number).status == "pending"
        mock.clock.advance(seconds=seconds)
    app.next()
    over = tried(mock, status="failed")
    assert (len(over.attempts), over.next_attempt_at) == (8, None)
    mock.clock.advance(days=7)
    given.organization("Globex")
    assert app.next().payload["organization"]["organization_name"] == "Globex"


def test_while_the_clock_runs_a_retry_comes_by_itself(mock, given, app, monkeypatch):
    monkeypatch.setattr("mockstytch.domain.webhooks.RETRIES", (0.2, 0.2))
    mock.webhooks.set(app.url)
    app.answers = [500, 500]
    given.organization()
    assert len({app.next().headers["svix-id"] for _ in range(3)}) == 1
    assert len(mock.webhooks.wait().attempts) == 3


def hang(_handler):
    time.sleep(2)


def garbage(handler):
    handler.wfile.write(b"\x00\xff not HTTP at all\r\n\r\n")
    handler.close_connection = True


def hang_up(handler):
    handler.close_connection = True


def trickle(handler):
    """Never ends: a byte now and then."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    for _ in range(20):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.1)
    handler.close_connection = True


@pytest.mark.parametrize(
    ("answer", "status_code", "problem"),
    [
        (500, 500, "answered 500"),
        (302, 302, "answered 302"),
        (410, 410, "answered 410"),
        (hang, 0, "no answer within 0.3 s"),
        (trickle, 0, "no answer within 0.3 s"),
        (garbage, 0, "illegal"),
        (hang_up, 0, "disconnected"),
    ],
)
def test_what_is_no_success_is_a_failed_try(mock, given, app, frozen, monkeypatch, answer, status_code, problem):
    monkeypatch.setattr(webhook_delivery, "SECONDS", 0.3)
    mock.webhooks.set(app.url)
    app.answers = [answer]
    given.organization()
    app.next()
    failed = tried(mock)
    [attempt] = failed.attempts
    assert (failed.status, attempt["status_code"]) == ("pending", status_code)
    assert problem in attempt["problem"]
    assert app.told.empty(), "a redirect is not followed"


def test_a_long_answer_is_cut(mock, given, app):
    def tell_much(handler):
        handler.send_response(200)
        handler.send_header("content-length", "200000")
        handler.end_headers()
        handler.wfile.write(b"x" * 2000)
        handler.close_connection = True

    app.answers = [tell_much]
    mock.webhooks.set(app.url)
    given.organization()
    assert mock.webhooks.wait().attempts[0]["answer"] == "x" * 1000


def test_an_endpoint_that_is_not_there_disturbs_nobody(mock, given, client, app, frozen):
    mock.webhooks.set(NOBODY, "http://no-such-host.invalid/", app.url)
    given.organization()
    assert app.next().payload["object_type"] == "organization"
    for url in (NOBODY, "http://no-such-host.invalid/"):
        failed = tried(mock, url=url)
        assert (failed.status, failed.attempts[0]["status_code"]) == ("pending", 0)
        assert failed.attempts[0]["problem"]


def test_one_that_hangs_holds_up_neither_requests_nor_others(mock, given, app):
    released = threading.Event()
    with Receiver() as stuck:
        stuck.answers = [lambda _: released.wait(10) and None]
        mock.webhooks.set(stuck.url, app.url)
        started = time.perf_counter()
        for number in range(5):
            given.organization(f"Acme {number}")
        names = [app.next().payload["organization"]["organization_name"] for _ in range(5)]
        assert names == [f"Acme {number}" for number in range(5)]
        assert time.perf_counter() - started < 9  # the stuck one holds on for ten seconds
        released.set()


# Projects, restarts, resets


def test_projects_are_told_of_their_own(mock, given, app):
    other = mock.project()
    with Receiver() as beside:
        mock.webhooks.set(app.url)
        other.webhooks.set(beside.url)
        theirs = other.client().organizations.create("Theirs").organization
        ours = given.organization("Ours")
        assert (app.next().payload["id"], beside.next().payload["id"]) == (ours.organization_id, theirs.organization_id)
        assert app.told.empty()
        assert beside.told.empty()
    assert [d.payload["project_id"] for d in mock.webhooks.deliveries()] == [mock.project_id]


def test_a_reset_takes_the_endpoints_along_and_new_ones_are_told(mock, given, app):
    mock.webhooks.set(app.url)
    given.organization("Before")
    app.next()
    mock.reset()
    assert mock.webhooks.endpoints() == mock.webhooks.deliveries() == []
    given.organization("Unheard")
    mock.webhooks.set(app.url)
    given.organization("After")
    assert app.next().payload["organization"]["organization_name"] == "After"


def test_an_endpoint_that_goes_is_told_no_more(mock, given, app, frozen):
    mock.webhooks.set(NOBODY)
    given.organization()
    tried(mock)
    mock.webhooks.set(app.url)
    assert [d.status for d in mock.webhooks.deliveries()] == ["failed"]
    mock.clock.advance(days=2)
    given.organization("Globex")
    assert app.next().payload["organization"]["organization_name"] == "Globex"


def test_what_was_on_its_way_goes_on_after_a_restart(tmp_path, app):
    database = str(tmp_path / "mock.sqlite")
    with MockStytch(database=database) as mock:
        mock.clock.freeze()
        [endpoint] = mock.webhooks.set(app.url)
        app.answers = [500]
        mock.client().organizations.create("Acme")
        app.next()
        tried(mock)
        mock.clock.advance(seconds=4)
    with MockStytch(database=database) as mock:
        assert mock.webhooks.endpoints() == [endpoint]
        assert mock.webhooks.deliveries()[0].status == "pending"
        mock.clock.advance(seconds=1)
        assert app.next().verified(endpoint.secret)["organization"]["organization_name"] == "Acme"
        assert len(mock.webhooks.wait().attempts) == 2


def test_a_server_that_ends_while_it_delivers_does_so_again(tmp_path, app):
    database = str(tmp_path / "mock.sqlite")
    released = threading.Event()
    app.answers = [lambda _: released.wait(10) and None]
    with MockStytch(database=database) as mock:
        mock.clock.freeze()  # so that nothing but the start itself can bring it
        mock.webhooks.set(app.url)
        mock.client().organizations.create("Acme")
        first = app.next()
        started = time.perf_counter()
    assert time.perf_counter() - started < 9  # the receiver holds on for ten seconds
    released.set()
    with MockStytch(database=database) as mock:
        assert app.next().body == first.body
        assert len(mock.webhooks.wait().attempts) == 1


def test_what_a_lost_process_had_begun_is_sent_at_the_next_start(tmp_path, app):
    database = str(tmp_path / "mock.sqlite")
    with MockStytch(database=database) as mock:
        mock.clock.freeze()
        mock.webhooks.set(app.url)
        app.answers = [500]
        mock.client().organizations.create("Acme")
        app.next()
        tried(mock)
        world = mock._server.mock
        with world.transaction() as ctx:  # as if it were being sent
            [delivery] = ctx.store.all(Delivery)
            ctx.store.update(delivery, next_attempt_at=ctx.now, leased_until=datetime.now(UTC) + timedelta(minutes=1))
        world.notify(world.projects.default())
        mock.client().organizations.create("Globex")
        assert app.next().payload["organization"]["organization_name"] == "Globex"
        assert app.told.empty(), "somebody else is at it"
    with MockStytch(database=database) as mock:
        assert app.next().payload["organization"]["organization_name"] == "Acme"
        assert tried(mock, 2, status="delivered")


def test_a_server_without_endpoints_starts_no_thread(tmp_path):
    def deliverers():
        return [thread.name for thread in threading.enumerate()].count("mockstytch-webhooks")

    before = deliverers()  # the shared server may have one
    with MockStytch(database=str(tmp_path / "mock.sqlite")) as mock:
        mock.client().organizations.create("Acme")
        mock.clock.advance(days=1)
        assert deliverers() == before
        assert mock.webhooks.deliveries() == []
        mock.webhooks.set(NOBODY)
        mock.client().organizations.create("Globex")
        assert deliverers() == before + 1
    assert deliverers() == before


def test_a_failed_attempt_that_counts_is_told_of_and_no_other_failure():
    """An error that keeps what was written: whoever listens hears of it, as of any commit."""
    world, heard = Mock(), []
    world.subscribers.append(lambda project, messages, events: heard.extend(event.id for event in events))
    for error in (errors.unauthorized_credentials(), errors.unauthorized_credentials().keeping_writes()):
        with contextlib.suppress(StytchError), world.transaction() as ctx:
            ctx.emit("member", "update", f"kept: {error.keeps_writes}", {})
            raise error
    assert heard == ["kept: True"]
    world.close()


# The control API


def test_a_delivery_tells_what_was_sent(mock, given, app):
    mock.webhooks.set(app.url)
    given.organization()
    told = app.next()
    delivery = mock.webhooks.wait("direct.organization.create")
    assert (delivery.url, delivery.message_id, delivery.payload) == (app.url, told.headers["svix-id"], told.payload)
    assert delivery.attempts[0]["milliseconds"] > 0


def test_deliveries_are_found_by_type_and_by_what_was_seen(mock, given, app):
    mock.webhooks.set(app.url)
    given.member(given.organization())
    member = mock.webhooks.wait("*.member.*")
    assert [d.event_type for d in mock.webhooks.deliveries()] == ["direct.organization.create", "direct.member.create"]
    assert [d.event_type for d in mock.webhooks.deliveries("*.organization.create")] == ["direct.organization.create"]
    assert mock.webhooks.deliveries("direct.organi_ation.create") == []
    assert mock.webhooks.deliveries(status="failed") == []
    assert mock.webhooks.deliveries(after=member.event_id) == []
    assert [d.event_id for d in mock.webhooks.deliveries(limit=1)] == [member.event_id]
    later = given.organization("Globex")
    assert mock.webhooks.wait(after=member.event_id).payload["id"] == later.organization_id


def test_who_waits_is_answered_when_it_arrives(mock, given, app):
    mock.webhooks.set(app.url)
    found = []
    waiting = threading.Thread(target=lambda: found.append(mock.webhooks.wait("*.organization.*", seconds=10)))
    waiting.start()
    acme = given.organization()
    waiting.join(10)
    assert found[0].payload["id"] == acme.organization_id


def test_who_waits_in_vain_is_told_so(mock):
    with pytest.raises(MockError) as refused:
        mock.webhooks.wait("*.member.*", seconds=0)
    assert refused.value.error_type == "delivery_not_found"


def test_an_event_is_told_once_more(mock, given, app):
    [endpoint] = mock.webhooks.set(app.url)
    given.organization()
    first, event_id = app.next(), mock.webhooks.wait().event_id
    assert [d.status for d in mock.webhooks.replay(event_id)] == ["pending"]
    again = app.next()
    assert (again.body, again.headers["svix-id"]) == (first.body, first.headers["svix-id"])
    assert again.verified(endpoint.secret)
    assert len(tried(mock, 2).attempts) == 2


def test_what_nobody_heard_can_be_told_later(mock, given, app):
    mock.webhooks.set({"url": NOBODY, "event_types": ["*.member.*"]})
    given.organization("Unheard")
    given.member(given.organization())
    tried(mock)
    event_id = mock.webhooks.deliveries("*.member.create")[0].event_id
    mock.webhooks.set(app.url)
    mock.webhooks.replay(event_id)
    assert app.next().payload["event_id"] == event_id


def test_what_cannot_be_told_again(mock, given, app):
    mock.webhooks.set(app.url)
    given.organization()
    event_id = mock.webhooks.wait().event_id
    mock.webhooks.set()
    for unknown in ("webhook-event-test-nope", event_id):
        with pytest.raises(MockError) as refused:
            mock.webhooks.replay(unknown)
        assert refused.value.error_type == "delivery_not_found"


def test_the_endpoints_are_settings_of_the_project(mock, app):
    [endpoint] = mock.webhooks.set(app.url)
    assert mock.configure()["webhooks"] == [{"url": app.url, "secret": endpoint.secret, "event_types": []}]
    changed = mock.configure(webhooks=[{"url": app.url, "event_types": ["*.member.*"]}])["webhooks"]
    assert changed == [{"url": app.url, "secret": endpoint.secret, "event_types": ["*.member.*"]}]
    assert mock.webhooks.endpoints()[0].event_types == ["*.member.*"]
    assert mock.webhooks.set() == []


@pytest.mark.parametrize(
    "endpoint",
    [
        {},
        {"url": ""},
        {"url": "acme.test/hook"},
        {"url": "ftp://acme.test/hook"},
        {"url": "http://"},
        {"url": "http://acme.test:port/"},
        {"url": "http://[acme.test/"},
        {"url": NOBODY, "secret": "secret"},
        {"url": NOBODY, "secret": "whsec_"},
        {"url": NOBODY, "secret": "whsec_***"},
        {"url": NOBODY, "secret": "whsec_é"},
        {"url": NOBODY, "event_types": ["member.create"]},
        {"url": NOBODY, "event_types": ["direct.member.created"]},
        {"url": NOBODY, "event_types": [""]},
        {"url": NOBODY, "event_type": "direct.member.create"},
        {"url": 5},
    ],
)
def test_what_is_no_endpoint_is_refused_and_nothing_changes(mock, endpoint):
    before = mock.webhooks.set("http://127.0.0.1:2/")
    for attempt in (lambda: mock.webhooks.set(endpoint), lambda: mock.configure(webhooks=[endpoint])):
        with pytest.raises(MockError) as refused:
            attempt()
        assert refused.value.error_type == "bad_request"
    assert mock.webhooks.endpoints() == before


def test_neither_two_of_the_same_url_nor_too_many(mock):
    for endpoints in ([NOBODY, NOBODY], [f"http://127.0.0.1:1/{number}" for number in range(51)]):
        with pytest.raises(MockError) as refused:
            mock.webhooks.set(*endpoints)
        assert refused.value.error_type == "bad_request"


def test_nonsense_in_the_query_is_refused(http):
    for query in ({"status": "lost"}, {"limit": "0"}, {"wait": "61"}):
        assert http.get("/_mock/api/webhooks/deliveries", params=query).json()["error_type"] == "bad_request"


def tried(mock, tries=1, status="", url=""):
    """The newest delivery that was tried so often, as soon as there is one."""
    return mock.webhooks.deliveries(tries=tries, status=status, url=url, wait=10)[-1]


def test_the_port_of_nobody_is_free():
    """Or the tests of an endpoint that isn't there would prove nothing."""
    with contextlib.closing(socket.socket()) as probe:
        assert probe.connect_ex(("127.0.0.1", 1)) != 0
