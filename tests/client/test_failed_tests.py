"""The report of a failed test has what happened on the server."""

import pytest
import requests

from mockstytch.client.request_log import report

HEADING = " mockstytch "
FAILING = """
    import pytest
    from stytch.core.response_base import StytchError

    def log_in(client):
        acme = client.organizations.create("Acme", organization_slug="acme").organization
        client.organizations.members.create(acme.organization_id, "ada@acme.test")
        client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")
        client.magic_links.authenticate("x" * 44)
"""


@pytest.fixture
def section(run):
    """``section(tests)`` runs tests, and returns the section of the only failed one."""

    def call(tests, *args, exit_code=1, **variables):
        finished = run(FAILING + tests, *args, **variables)
        assert finished.exit_code == exit_code, finished.output
        assert finished.output.count(HEADING) == 1, finished.output
        text = finished.output.partition(HEADING)[2].partition("\n")[2]
        lines = text.splitlines()
        end = next(n for n, line in enumerate(lines) if line.startswith(("===", "---", "___")))
        return "\n".join(lines[:end])

    return call


def assert_is_of_the_login(text, changes="Changes: created: 1 member, 1 organization"):
    lines = text.splitlines()
    assert lines[0].startswith("Requests of project-test-")
    assert "  POST /v1/b2b/organizations 200 (organizations.create)" in lines
    [refused] = [line for line in lines if line.startswith("!")]
    assert refused.startswith("! POST /v1/b2b/magic_links/authenticate 404 ")
    assert refused.endswith(" (magic_links.authenticate)")
    assert "      because: unknown token" in lines
    again = lines[lines.index("The last refused request again:") + 1]
    assert again.startswith("  curl --request POST http://127.0.0.1:")
    message = lines[lines.index("Messages, newest last:") + 1]
    assert message.startswith("  magic_link.login to ada@acme.test: http://127.0.0.1:")
    assert [line for line in lines if line.startswith("Changes")] == [changes] * bool(changes)


def test_section_has_requests_messages_and_changes(section):
    assert_is_of_the_login(
        section("""
    def test_login(stytch_client):
        log_in(stytch_client)

    def test_that_passes(stytch_client):
        stytch_client.organizations.search()
    """)
    )


def test_section_of_an_assertion_has_no_refusal(section):
    text = section("""
    def test_members(stytch_client):
        acme = stytch_client.organizations.create("Acme", organization_slug="acme").organization
        stytch_client.organizations.update("acme", organization_name="Other")
        stytch_client.organizations.delete("acme")
        assert acme.organization_name == "Other"
    """)
    assert "!" not in text
    assert "refused" not in text
    assert "Messages" not in text
    assert "Changes: created: 1 organization; changed: 1 organization; deleted: 1 organization" in text


def test_data_of_the_seed_is_not_counted(section):
    text = section("""
    @pytest.mark.mockstytch(seed={"organizations": [{"organization_name": "Globex"}], "generate": {"people": 3}})
    def test_invitation(stytch_client):
        stytch_client.magic_links.email.invite("globex", "ada@globex.test")
        assert not "a failure"
    """)
    assert "Changes: created: 1 member" in text.splitlines()


def test_section_of_a_test_without_requests_has_one_line(section):
    text = section("""
    def test_nothing(mockstytch):
        assert mockstytch.project_id == ""
    """)
    assert text.startswith("No request reached the project project-test-")


def test_test_without_the_fixtures_has_no_section(run):
    finished = run("def test_nothing(): assert not 'a failure'")
    assert HEADING not in finished.output


def test_failed_set_up_has_the_section(section):
    assert_is_of_the_login(
        section("""
    @pytest.fixture
    def account(stytch_client):
        log_in(stytch_client)

    def test_account(account): ...
    """)
    )


def test_failed_teardown_has_the_section(section):
    assert_is_of_the_login(
        section("""
    @pytest.fixture
    def account(stytch_client):
        yield
        log_in(stytch_client)

    def test_account(account): ...

    def test_that_passes(mockstytch):
        assert mockstytch.requests() == []
    """)
    )


def test_failed_teardown_of_the_last_test_has_the_section(section):
    """The server of the session ends later."""
    assert_is_of_the_login(
        section("""
    @pytest.fixture
    def account(stytch_client):
        yield
        log_in(stytch_client)

    def test_account(account): ...
    """)
    )


def test_server_of_ones_own_can_end_before_the_project(run):
    finished = run("""
    import pytest
    from mockstytch import MockStytch

    @pytest.fixture(scope="session")
    def mockstytch_server():
        with MockStytch() as server:
            yield server

    def test_project(mockstytch): ...
    """)
    assert finished.exit_code == 0, finished.output


def test_fixture_that_is_requested_at_run_time_has_the_section(section):
    assert_is_of_the_login(
        section("""
    def test_dynamic(request):
        log_in(request.getfixturevalue("stytch_client"))
    """)
    )


def test_unittest_has_the_section(section):
    assert_is_of_the_login(
        section("""
    import unittest

    class TestLogin(unittest.TestCase):
        @pytest.fixture(autouse=True)
        def client(self, stytch_client):
            self.client = stytch_client

        def test_login(self):
            log_in(self.client)
    """)
    )


def test_async_test_has_the_section(section):
    assert_is_of_the_login(
        section(
            """
    @pytest.mark.anyio
    async def test_login(stytch_client, anyio_backend):
        await stytch_client.organizations.search_async()
        log_in(stytch_client)

    @pytest.fixture
    def anyio_backend():
        return "asyncio"
    """,
            "addopts = -p anyio -W ignore",
        )
    )


def test_section_comes_from_the_workers_of_xdist(section):
    text = section(
        """
    def test_login(stytch_client):
        log_in(stytch_client)

    @pytest.mark.parametrize("n", range(3))
    def test_other(stytch_client, n): ...
    """,
        "addopts = -p xdist -n 2",
    )
    assert_is_of_the_login(text)


def test_section_comes_from_a_server_that_runs(section, mockstytch_server):
    text = section(
        """
    def test_login(stytch_client):
        log_in(stytch_client)
    """,
        MOCKSTYTCH_URL=mockstytch_server.url,
    )
    assert_is_of_the_login(text)
    assert mockstytch_server.url in text


def test_server_alone_has_the_section_of_its_project(section):
    text = section(
        """
    def test_first(mockstytch_server):
        mockstytch_server.client().organizations.search()

    def test_login(mockstytch_server):
        log_in(mockstytch_server.client())
    """
    )
    note, _, rest = text.partition("\n")
    assert note == "The project of mockstytch_server. Earlier tests may have used it, too."
    assert_is_of_the_login(rest, changes="")


def test_server_that_ended_is_one_sentence(run):
    finished = run("""
    def test_server(mockstytch, mockstytch_server):
        mockstytch_server.close()
        assert not "a failure"

    def test_next(mockstytch): ...
    """)
    assert finished.output.count("No mockstytch server at http://127.0.0.1:") >= 2
    assert "1 failed, 1 error" in finished.output
    assert "Traceback" not in finished.output
    assert "urllib" not in finished.output


def test_server_of_another_version_is_one_sentence(run):
    finished = run("""
    from mockstytch.client.transport import ControlApi

    def test_server(mockstytch, monkeypatch):
        def call(api, method, path, *args, **options):
            return {"requests": [{}]} if path == "/requests" else original(api, method, path, *args, **options)

        original = ControlApi.call
        monkeypatch.setattr(ControlApi, "call", call)
        assert not "a failure"
    """)
    assert "is another version of mockstytch: its request log can't be read." in finished.output
    assert "1 failed in" in finished.output


def test_section_has_the_hint_of_a_refusal(mock, client, refused):
    acme = client.organizations.create("Acme", organization_slug="acme").organization
    ada = client.organizations.members.create(acme.organization_id, "ada@acme.test").member
    assert refused(client.organizations.get, ada.member_id) == "organization_not_found"
    [hint] = [line for line in report.evidence(mock).splitlines() if line.startswith("      hint: ")]
    assert hint == f"      hint: {mock.requests(status=404)[0].hint}"
    assert len(hint) > 20


def test_section_shows_lost_connections(mock, client):
    mock.configure()
    mock.faults.add("organizations.search", connection="reset_before")
    with pytest.raises(requests.exceptions.ConnectionError):
        client.organizations.search()
    lines = report.evidence(mock).splitlines()
    assert "! POST /v1/b2b/organizations/search no response (organizations.search)" in lines


def test_test_that_passes_sends_no_further_requests(run):
    """The project is created before the test, and emptied after it. Strict mode reads the log."""
    tests = """
    from mockstytch.client.transport import ControlApi

    calls = []
    original = ControlApi.call

    def call(api, method, path, *args, **options):
        calls.append(f"{method} {path}")
        return original(api, method, path, *args, **options)

    ControlApi.call = call

    def test_first(mockstytch): ...

    def test_second(mockstytch_server): ...

    def test_third():
        assert calls == EXPECTED
    """
    expected = ["PATCH /project", "POST /reset", "DELETE /snapshots"]
    finished = run(tests.replace("EXPECTED", repr(expected)))
    assert finished.exit_code == 0, finished.output
    log = ["GET /requests"]
    expected = [expected[0], *log, *expected[1:], *log, *log]
    finished = run(tests.replace("EXPECTED", repr(expected)), "mockstytch_strict = true")
    assert finished.exit_code == 0, finished.output


def test_size_is_bounded(section):
    text = section("""
    def test_long(mockstytch, stytch_client):
        for number in range(30):
            mockstytch.call("GET", "/health")
            with pytest.raises(StytchError):
                stytch_client.organizations.get("x" * 5000)
            stytch_client.magic_links.email.discovery.send(f"{number}@acme.test")
        assert not "a failure"
    """)
    lines = text.splitlines()
    assert "  … 40 earlier ones" in lines
    assert len(lines) < 60
    assert len(text) < 20_000
    assert max(len(line) for line in lines) < 2100
    assert sum("magic_link.discovery to" in line for line in lines) == 10
