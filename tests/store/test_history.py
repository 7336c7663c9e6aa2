"""What a project keeps of its past: used tokens, ended sessions and events don't grow without end."""

import pytest

from mockstytch import MockStytch
from mockstytch.runtime import history
from mockstytch.store.record import Record
from mockstytch.store.records.messages import OneTimeToken
from mockstytch.store.records.sessions import IntermediateSession, MemberSession
from mockstytch.store.records.webhooks import Event
from tests.support.given import Given

KEPT, INTERVAL = 3, history.TURNS + 1


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr("mockstytch.runtime.mock.TRIM_INTERVAL", INTERVAL)
    with MockStytch(keep_ended=KEPT) as mock:
        yield mock


def rows(mock, record):
    with mock._server.mock.transaction() as ctx:
        return ctx.store.all(record)


def log_in_and_out(mock, times):
    given = Given(mock, mock.client())
    acme = given.organization()
    member = given.member(acme)
    for _ in range(times):
        login = given.login(acme, member)
        mock.client().sessions.revoke(session_token=login.session_token)
        mock.client().magic_links.email.discovery.send("ada@acme.test")
        mock.client().magic_links.discovery.authenticate(mock.inbox.latest().token)
    return given, acme, member


def test_used_tokens_and_ended_sessions_are_deleted(server):
    log_in_and_out(server, 10)
    server.clock.advance(hours=1)  # the intermediate sessions end
    for _ in range(INTERVAL):
        server.call("GET", "/messages")
    for record in (OneTimeToken, MemberSession, IntermediateSession):
        assert len(rows(server, record)) <= KEPT, record
    assert len(rows(server, Event)) <= KEPT


def test_number_is_bounded_with_a_frozen_clock(server):
    server.clock.freeze()
    log_in_and_out(server, 10)
    for record in (OneTimeToken, MemberSession):
        assert KEPT <= len(rows(server, record)) <= KEPT + INTERVAL, record


def test_valid_tokens_and_sessions_stay(server):
    given, acme, member = log_in_and_out(server, 1)
    logins = [given.login(acme, member) for _ in range(8)]
    server.client().magic_links.email.discovery.send("ada@acme.test")
    token = server.inbox.latest().token
    intermediate = server.client().magic_links.discovery.authenticate(token).intermediate_session_token
    for _ in range(3 * INTERVAL):
        server.call("GET", "/messages")
    for login in logins:
        assert server.client().sessions.authenticate(session_token=login.session_token).status_code == 200
    assert server.client().discovery.organizations.list(intermediate).status_code == 200


def test_latest_used_token_has_its_reason(server):
    given, acme, member = log_in_and_out(server, 2)
    given.login(acme, member)
    token = server.inbox.latest().token
    for _ in range(3 * INTERVAL):
        server.call("GET", "/messages")
    assert any(row.token == token for row in rows(server, OneTimeToken))


def test_events_with_deliveries_stay(server):
    server.webhooks.set("http://127.0.0.1:9/")
    for number in range(2 * INTERVAL):
        server.client().organizations.create(f"Acme {number}", f"acme-{number}")
    server.webhooks.set()
    delivered = {delivery.event_id for delivery in server.webhooks.deliveries()}
    assert len(delivered) > KEPT
    assert {event.event_id for event in rows(server, Event)} >= delivered


def test_every_record_that_ends_is_trimmed_or_exempt():
    """A new record with an end must be trimmed, or be listed here with its reason."""
    exempt = {
        "totp_registrations": "one for each member",
        "devices": "made by a test",
        "fraud_rules": "made by a test",
        "email_reservations": "one for each address of an organization",
        "messages": "the inbox has its own limit",
        "saml_assertions": "deleted when they expire",
        "idp_grants": "their refresh tokens don't expire",
        "authorizations": "trimmed on its own",
        "recovery_codes": "eight for each member",
        "secrets": "made by a test",
    }
    names = ("expires_at", "used_at", "revoked_at")
    ending = {r.table.name for r in Record.__subclasses__() if any(name in r.table.c for name in names)}
    assert ending - exempt.keys() == {record.table.name for record, _ in history._ENDING}


# The memory that all projects share


@pytest.fixture
def small_memory(monkeypatch):
    """There is room for 20 messages of all projects together."""
    monkeypatch.setattr("mockstytch.runtime.mock.TRIM_INTERVAL", INTERVAL)
    monkeypatch.setattr(history, "ALL_KILOBYTES", 80)


def send(project, times):
    for _ in range(times):
        project.client().magic_links.email.discovery.send("ada@acme.test")


def dropped(project):
    return project.call("GET", "/project")["dropped"].get("messages_dropped", 0)


def test_one_project_has_all_of_the_memory(small_memory):
    with MockStytch() as mock:
        send(mock, 20)
        assert len(mock.inbox.all()) == 20
        send(mock, 20)
        kept = len(mock.inbox.all())
        assert 20 <= kept <= 20 + INTERVAL
        assert dropped(mock) == 40 - kept


def test_largest_projects_lose_their_oldest_messages(small_memory):
    with MockStytch() as mock:
        quiet, busy, busier = (mock.project() for _ in range(3))
        send(quiet, INTERVAL // 2)
        send(busy, 20)
        send(busier, 40)
        counts = [len(project.inbox.all()) for project in (quiet, busy, busier)]
        assert counts[0] == INTERVAL // 2
        assert 10 <= counts[1] <= 10 + INTERVAL
        assert 10 <= counts[2] <= 10 + INTERVAL
        assert dropped(busy) == 20 - counts[1] > 0
        assert busy.inbox.latest().link


def test_one_transaction_deletes_few_rows(small_memory, monkeypatch):
    monkeypatch.setattr(history, "_AT_ONCE", 3)
    monkeypatch.setattr(history, "ALL_KILOBYTES", 8 * INTERVAL)
    with MockStytch() as mock:
        first, second = mock.project(), mock.project()
        send(first, INTERVAL)
        send(second, INTERVAL)
        assert dropped(first) + dropped(second) == 0
        monkeypatch.setattr(history, "ALL_KILOBYTES", 20)
        for _ in range(INTERVAL):
            first.call("GET", "/messages")
        assert dropped(first) + dropped(second) == 3


def test_reset_gives_its_memory_to_others(small_memory):
    with MockStytch() as mock:
        first, second = mock.project(), mock.project()
        send(first, 20)
        first.reset()
        send(second, 20)
        assert len(second.inbox.all()) == 20


def test_projects_on_a_file_do_not_share_memory(small_memory, tmp_path):
    with MockStytch(database=str(tmp_path / "mock.sqlite")) as mock:
        send(mock, 40)
        assert len(mock.inbox.all()) == 40


@pytest.mark.parametrize(
    ("sizes", "share"), [([80], None), ([81], 80), ([10, 100], 70), ([50, 50], 40), ([10, 20, 90], 50), ([], None)]
)
def test_share_fits_into_the_memory(small_memory, sizes, share):
    assert history._share(sizes) == (float("inf") if share is None else share)
