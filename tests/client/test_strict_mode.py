"""Strict mode: a test fails if the server returned an error that it doesn't expect."""

import pytest

TESTS = """
    import pytest
    from stytch.core.response_base import StytchError

    def refused(client):
        with pytest.raises(StytchError):
            client.sessions.authenticate(session_token="x" * 44)

    def test_unexpected(stytch_client):
        refused(stytch_client)

    def test_success(stytch_client):
        stytch_client.organizations.search()

    def test_without_a_request(mockstytch): ...

    def test_without_the_fixtures(): ...

    def test_expected(mockstytch, stytch_client):
        mockstytch.requests.expect("session_not_found")
        refused(stytch_client)
        refused(stytch_client)

    @pytest.mark.mockstytch(expect="session_*")
    def test_marked(stytch_client):
        refused(stytch_client)

    @pytest.mark.mockstytch(strict=False)
    def test_not_strict(stytch_client):
        refused(stytch_client)

    def test_fault(mockstytch, stytch_client):
        mockstytch.faults.add("organizations.*", error_type="internal_server_error")
        with pytest.raises(StytchError):
            stytch_client.organizations.search()
"""
HEAD = TESTS.partition("    def test_unexpected")[0]


@pytest.fixture
def strict(run):
    """``strict(tests)`` runs tests in strict mode, and returns the output."""
    return lambda tests, ini="mockstytch_strict = true", **variables: run(HEAD + tests, ini, **variables)


@pytest.mark.parametrize("ini", ["mockstytch_strict = true", "addopts = --mockstytch-strict"])
def test_unexpected_error_fails_the_test(run, ini):
    finished = run(TESTS, ini)
    assert "1 failed, 7 passed" in finished.output, finished.output
    assert "mockstytch: the server returned an error that the test doesn't expect:" in finished.output
    line = "! POST /v1/b2b/sessions/authenticate 404 session_not_found (sessions.authenticate)"
    assert line in finished.output
    assert 'To expect this, call mockstytch.requests.expect("session_not_found").' in finished.output
    assert "Traceback" not in finished.output


def test_option_that_is_not_a_boolean_ends_the_session_with_one_line(run):
    finished = run(TESTS, "mockstytch_strict = perhaps")
    assert finished.exit_code == pytest.ExitCode.USAGE_ERROR
    assert "mockstytch_strict" in finished.output
    assert "Traceback" not in finished.output


def test_without_strict_mode_nothing_is_checked(run):
    finished = run(TESTS)
    assert finished.exit_code == 0, finished.output


def test_mark_turns_it_on_for_one_test(run):
    finished = run(
        HEAD
        + """
    @pytest.mark.mockstytch(strict=True)
    def test_strict(stytch_client):
        refused(stytch_client)

    def test_other(stytch_client):
        refused(stytch_client)
    """
    )
    assert "1 failed, 1 passed" in finished.output, finished.output


def test_expected_error_that_never_comes_fails_the_test(strict):
    output = strict("""
    def test_absent(mockstytch, stytch_client):
        mockstytch.requests.expect("session_not_found")
        stytch_client.organizations.search()

    @pytest.mark.mockstytch(expect=["session_not_found", "organization_not_found"])
    def test_marks(stytch_client):
        refused(stytch_client)

    def test_not_at_all(mockstytch):
        mockstytch.requests.expect("session_not_found", times=0)
    """).output
    assert "2 failed, 1 passed" in output, output
    assert "the test expects session_not_found, but the server never returned it." in output
    assert "the test expects organization_not_found, but the server never returned it." in output


def test_number_of_errors_is_checked(strict):
    output = strict("""
    def test_right(mockstytch, stytch_client):
        mockstytch.requests.expect("session_not_found", times=2)
        refused(stytch_client)
        refused(stytch_client)

    def test_wrong(mockstytch, stytch_client):
        mockstytch.requests.expect("session_not_found", times=1)
        refused(stytch_client)
        refused(stytch_client)
    """).output
    assert "1 failed, 1 passed" in output, output
    assert "the test expects session_not_found once, and the server returned it twice:" in output


def test_error_in_a_fixture_counts(strict):
    output = strict("""
    @pytest.fixture
    def visited(stytch_client):
        refused(stytch_client)

    def test_visit(visited): ...
    """).output
    assert "1 failed" in output, output


def test_unknown_error_type_is_refused_with_the_nearest(strict):
    output = strict("""
    def test_name(mockstytch):
        mockstytch.requests.expect("sesion_not_found")

    @pytest.mark.mockstytch(expect="sesion_not_found")
    def test_mark(mockstytch): ...
    """).output
    assert output.count("Did you mean session_not_found?") >= 2, output
    assert "1 failed, 1 error" in output


def test_failure_of_the_test_itself_comes_first(strict):
    output = strict("""
    def test_failure(stytch_client):
        refused(stytch_client)
        assert not "its own failure"

    def test_skip(stytch_client):
        refused(stytch_client)
        pytest.skip("not today")

    @pytest.mark.xfail
    def test_xfail(stytch_client):
        refused(stytch_client)
        assert not "another"
    """).output
    assert "1 failed, 1 skipped, 1 xfailed" in output, output
    assert "doesn't expect" not in output
    assert "its own failure" in output


def test_errors_without_a_type_are_expected_by_their_status(strict):
    output = strict("""
    import urllib.error
    import urllib.request

    @pytest.fixture
    def visit(mockstytch):
        def call():
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(mockstytch.domain + "/nothing")
        return call

    def test_expected(mockstytch, visit):
        mockstytch.requests.expect("route_not_found")
        visit()

    def test_unexpected(visit):
        visit()
    """).output
    assert "1 failed, 1 passed" in output, output


def test_delayed_error_is_the_operations_own(strict):
    output = strict("""
    def test_delay(mockstytch, stytch_client):
        mockstytch.faults.add("sessions.*", delay_ms=1)
        refused(stytch_client)

    def test_delayed_fault(mockstytch, stytch_client):
        mockstytch.faults.add("sessions.*", delay_ms=1, error_type="too_many_requests")
        refused(stytch_client)
    """).output
    assert "1 failed, 1 passed" in output, output
    assert "because: fault fault-test-" in output


def test_server_alone_is_checked_for_each_test(strict):
    output = strict(
        """
    def test_expected(mockstytch_server):
        mockstytch_server.requests.expect("session_not_found")
        refused(mockstytch_server.client())

    def test_unexpected(mockstytch_server):
        mockstytch_server.client().organizations.search()
        refused(mockstytch_server.client())

    def test_success(mockstytch_server):
        mockstytch_server.client().organizations.search()
    """,
        "mockstytch_strict = true\naddopts = -p no:randomly",
    ).output
    assert "1 failed, 2 passed" in output, output
    assert "Earlier tests" not in output


def test_works_with_xdist_and_a_server_that_runs(run, mockstytch_server):
    finished = run(TESTS, "addopts = --mockstytch-strict -p xdist -n 2", MOCKSTYTCH_URL=mockstytch_server.url)
    assert "1 failed, 7 passed" in finished.output, finished.output


def test_server_that_ended_is_one_sentence(strict):
    output = strict("""
    def test_gone(mockstytch, mockstytch_server):
        mockstytch_server.close()
    """).output
    assert "No mockstytch server at http://127.0.0.1:" in output
    assert "1 failed" in output
    assert "Traceback" not in output
