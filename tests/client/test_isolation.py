"""Projects on one server don't affect each other: 16 processes run 50 login tests each, at the same time."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from mockstytch import MockStytch
from tests.support.processes import run_tests

WORKERS, TESTS = 16, 50
# Everything has the same names in each test, except for the clock, the faults and the lifetime of the session.
LOGIN_TESTS = f"""
import datetime
import os

import pytest
from stytch.core.response_base import StytchError

WORKER = int(os.environ["WORKER"])


def refused(call, *args, **fields):
    with pytest.raises(StytchError) as caught:
        call(*args, **fields)
    return caught.value.details.error_type


@pytest.mark.parametrize("number", range({TESTS}))
def test_login(mockstytch, stytch_client, number):
    now = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(days={TESTS} * WORKER + number)
    minutes, has_fault = 30 + number, (WORKER + number) % 2 == 0
    mockstytch.clock.freeze()
    mockstytch.clock.set(now)
    error_type = ["too_many_requests", "internal_server_error"][WORKER // 2 % 2]
    if has_fault:
        mockstytch.faults.add("magic_links.authenticate", error_type=error_type, times=1)
    acme = stytch_client.organizations.create("Acme", organization_slug="acme").organization
    stytch_client.organizations.members.create(acme.organization_id, "ada@acme.test")
    stytch_client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")
    token = mockstytch.inbox.latest(to="ada@acme.test").token
    if has_fault:
        assert refused(stytch_client.magic_links.authenticate, token) == error_type
    login = stytch_client.magic_links.authenticate(token, session_duration_minutes=minutes)
    assert login.member_session.started_at == now
    assert login.member_session.expires_at == now + datetime.timedelta(minutes=minutes)

    mockstytch.clock.advance(minutes=minutes - 1)
    assert stytch_client.sessions.authenticate(session_token=login.session_token).member.organization_id
    mockstytch.clock.advance(minutes=2)
    assert refused(stytch_client.sessions.authenticate, session_token=login.session_token) == "session_not_found"

    assert mockstytch.clock.now() == now + datetime.timedelta(minutes=minutes + 1)
    assert stytch_client.organizations.search().results_metadata.total == 1
    assert [message.to for message in mockstytch.inbox.all()] == ["ada@acme.test"]
    assert [fault.hits for fault in mockstytch.faults.list()] == [1] * has_fault
    log = [request.error_type for request in mockstytch.requests()]
    assert log == ["", "", "", *[error_type] * has_fault, "", "", "session_not_found", ""]
"""


@pytest.mark.slow
def test_login_tests_of_16_workers_on_one_server_do_not_interfere(tmp_path):
    with MockStytch() as server, ThreadPoolExecutor(WORKERS) as pool:

        def work(number):
            folder = tmp_path / str(number)
            folder.mkdir()
            file = folder / "test_logins.py"
            file.write_text(LOGIN_TESTS)
            inherited = {n: v for n, v in os.environ.items() if not n.startswith(("PYTEST", "MOCKSTYTCH"))}
            return run_tests(file, {**inherited, "MOCKSTYTCH_URL": server.url, "WORKER": str(number)})

        for finished in pool.map(work, range(WORKERS)):
            assert finished.exit_code == 0, finished.output
            assert f"{TESTS} passed" in finished.output
