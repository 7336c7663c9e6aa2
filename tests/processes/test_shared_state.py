"""What one process changes is seen by the next request to any other process."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from stytch.core.response_base import StytchError

from mockstytch import MockError, MockStytch
from tests.support.concurrency import DEADLINE


def error_type(call, *args, **kwargs):
    """Return the type of an error, or "" if the call succeeds."""
    try:
        call(*args, **kwargs)
    except StytchError as e:
        return e.details.error_type
    return ""


def send_link(mock, acme):
    return mock.client().magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")


@pytest.fixture
def acme(given):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    return acme


def test_setting_holds_in_the_other_process(pair, acme):
    clients = [mock.client() for mock in pair]
    for turn in range(4):
        name = ("any", "registered")[turn % 2]
        pair[turn % 2].configure(redirect_urls=name)
        for client in clients:
            found = error_type(
                client.magic_links.email.login_or_signup,
                acme.organization_id,
                "ada@acme.test",
                login_redirect_url="https://elsewhere.test/",
            )
            assert (found == "") is (name == "any")


def test_settings_changed_at_the_same_time_are_both_kept(pair):
    with ThreadPoolExecutor(2) as pool:
        for _ in range(10):
            pair[0].reset()
            changes = [{"oauth_token_minutes": 3}, {"intermediate_session_minutes": 4}]
            list(pool.map(lambda mock, change: mock.configure(**change), pair, changes))
            settings = pair[0].call("GET", "/project")
            assert (settings["oauth_token_minutes"], settings["intermediate_session_minutes"]) == (3, 4)


def test_clock_moves_in_the_other_process(pair, acme):
    """The token of a link is valid for an hour."""
    send_link(pair[0], acme)
    token = pair[1].inbox.latest(to="ada@acme.test").token
    pair[0].clock.advance(hours=2)
    assert error_type(pair[1].client().magic_links.authenticate, token) == "unable_to_auth_magic_link"
    pair[1].clock.set(datetime(2031, 1, 1, tzinfo=UTC))
    pair[1].clock.freeze()
    assert pair[0].clock.now().year == 2031
    assert pair[0].clock.now() == pair[1].clock.now()


def test_no_advance_of_the_clock_is_lost(pair):
    before = pair[0].clock.freeze()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda number: pair[number % 2].clock.advance(hours=1), range(20)))
    assert pair[1].clock.now() - before == timedelta(hours=20)


def test_waiting_call_gets_a_message_of_the_other_process(pair, acme):
    with ThreadPoolExecutor(1) as pool:
        for _ in range(5):
            pair[1].inbox.clear()
            waiting = pool.submit(pair[1].inbox.latest, to="ada@acme.test", wait=60)
            send_link(pair[0], acme)
            assert waiting.result().to == "ada@acme.test"


def test_waiting_call_gets_a_request_of_the_other_process(pair):
    with ThreadPoolExecutor(1) as pool:
        client = pair[0].client()
        client.organizations.search()
        newest = pair[0].requests()[-1].request_id
        waiting = pool.submit(pair[1].requests.wait, "organizations.search", seconds=60, after=newest)
        client.organizations.search()
        assert waiting.result().operation == "organizations.search"


def test_request_log_has_the_requests_of_both_processes(pair):
    for turn in range(6):
        client = pair[turn % 2].client()
        client.organizations.create(f"Acme {turn}", organization_slug=f"acme-{turn}")
        for mock in pair:
            logged = mock.requests()
            assert [entry.request["organization_slug"] for entry in logged] == [f"acme-{n}" for n in range(turn + 1)]
            assert logged[-1].response["organization"]["organization_name"] == f"Acme {turn}"
    pair[0].requests.clear()
    assert pair[1].requests() == []
    pair[0].client().organizations.search()
    assert [entry.operation for entry in pair[1].requests()] == ["organizations.search"]


def test_reasons_and_hints_come_from_any_process(pair):
    assert error_type(pair[0].client().organizations.get, "organization-test-nowhere") == "organization_not_found"
    (entry,) = pair[1].requests()
    assert entry.because
    pair[1].requests.expect("organization_not_found")


def test_fault_happens_once_over_both_processes(pair):
    pair[0].faults.add("organizations.search", error_type="internal_server_error", times=1)
    found = [error_type(mock.client().organizations.search) for mock in (pair[1], pair[0], pair[1])]
    assert found == ["internal_server_error", "", ""]
    assert [fault.hits for fault in pair[1].faults.list()] == [1]


def test_fault_with_times_happens_so_often_under_load(pair):
    pair[0].faults.add("organizations.search", error_type="internal_server_error", times=7)
    clients = [mock.client() for mock in pair]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: error_type(clients[number % 2].organizations.search), range(40)))
    assert found.count("internal_server_error") == 7
    assert found.count("") == 33


def test_removed_fault_no_longer_happens(pair):
    with pair[0].faults.add("organizations.search", error_type="internal_server_error"):
        assert error_type(pair[1].client().organizations.search) == "internal_server_error"
    assert error_type(pair[1].client().organizations.search) == ""
    pair[1].faults.add("organizations.search", error_type="internal_server_error")
    pair[0].faults.clear()
    assert error_type(pair[1].client().organizations.search) == ""
    assert pair[1].faults.list() == []


def test_delayed_message_arrives_when_another_process_moves_the_clock(pair, acme):
    pair[0].clock.freeze()
    pair[0].faults.add("message.email", delay_seconds=60)
    send_link(pair[0], acme)
    assert pair[1].inbox.all() == []
    pair[1].clock.advance(seconds=61)
    assert [message.to for message in pair[0].inbox.all()] == ["ada@acme.test"]


def test_rate_limit_counts_the_requests_of_both_processes(pair):
    pair[0].clock.freeze()
    pair[0].configure(rate_limits={"organizations.search": {"requests": 5, "seconds": 60}})
    clients = [mock.client() for mock in pair]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: error_type(clients[number % 2].organizations.search), range(20)))
    assert found.count("") == 5
    assert found.count("too_many_requests") == 15
    pair[1].reset()
    assert error_type(clients[0].organizations.search) == ""


def test_seed_is_created_again_by_a_reset_in_the_other_process(pair):
    pair[0].seed({"organizations": [{"organization_name": "Acme"}]}, on_reset=True)
    pair[1].client().organizations.create("Other", organization_slug="other")
    pair[1].reset()
    for mock in pair:
        assert [o.organization_slug for o in mock.client().organizations.search().organizations] == ["acme"]


def test_snapshot_of_one_process_is_restored_by_the_other(pair, acme):
    pair[0].configure(oauth_token_minutes=3)
    pair[0].snapshots.save("before")
    pair[1].reset()
    pair[1].snapshots.restore("before")
    for mock in pair:
        assert mock.client().organizations.get(acme.organization_id).organization
        assert mock.call("GET", "/project")["oauth_token_minutes"] == 3


def test_rotated_key_signs_and_verifies_in_the_other_process(pair, given, acme):
    member = given.member(acme)
    token = given.login(acme, member).session_token
    kid = pair[0].call("POST", "/keys/rotate", {"drop": "true"})["kid"]
    other = pair[1].client()
    jwt = other.sessions.authenticate(session_token=token, session_duration_minutes=60).session_jwt
    assert kid in {key.kid for key in pair[1].client().sessions.get_jwks(pair[1].project_id).keys}
    assert pair[0].client().sessions.authenticate(session_jwt=jwt).member.member_id == member.member_id


def test_unknown_project_is_registered_once(processes):
    for _ in range(5):
        fresh = MockStytch(processes.balancer.url).project()
        pair = [MockStytch(url, fresh.project_id, fresh.secret) for url in processes.urls]
        gate = threading.Barrier(8)

        def search(number, pair=pair, gate=gate):
            client = pair[number % 2].client()
            gate.wait(DEADLINE)
            return error_type(client.organizations.search)

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(search, range(8))) == [""] * 8
        with pytest.raises(MockError):
            MockStytch(processes.urls[0], fresh.project_id, "secret-test-wrong").clock.now()
