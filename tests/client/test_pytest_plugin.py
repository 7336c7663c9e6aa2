"""The pytest plugin: its configuration, and one clear line for each problem."""

import pytest

from mockstytch import MockStytch
from tests.client.test_environment import SEED as SEED_OF_VALUES
from tests.client.test_environment import VALUES

SEED = '[[organizations]]\norganization_name = "Acme"\n'
TWO_TESTS = """
    def test_one(mockstytch):
        mockstytch.inbox.all()

    def test_two(stytch_client):
        stytch_client.debug.whoami()
"""
SEEDED_TESTS = """
    def test_one(mockstytch, stytch_client):
        assert stytch_client.organizations.get("acme").organization
        stytch_client.organizations.delete("acme")
        assert stytch_client.organizations.search().organizations == []
        mockstytch.reset()
        assert stytch_client.organizations.get("acme").organization

    def test_two(mockstytch_server, stytch_client):
        assert stytch_client.organizations.get("acme").organization

    def test_project_without_a_seed(mockstytch):
        assert mockstytch.project().client().organizations.search().organizations == []
"""


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:9", "No mockstytch server at http://127.0.0.1:9: Connection refused"),
        ("127.0.0.1:9", "a URL begins with http:// or https://"),
        ("http://127.0.0.1:9/_mock/", "use the server's base URL, http://127.0.0.1:9"),
        ("http://127.0.0.1:x", "No mockstytch server at http://127.0.0.1:x"),
        ("nonsense", "a URL begins with http:// or https://"),
    ],
)
def test_wrong_url_ends_the_session_with_one_line(run, url, reason):
    finished = run(TWO_TESTS, MOCKSTYTCH_URL=url)
    assert finished.exit_code == pytest.ExitCode.USAGE_ERROR
    [line] = [line for line in finished.output.splitlines() if line]
    assert line.startswith(f"ERROR: MOCKSTYTCH_URL={url}: {reason}")
    assert line.endswith("unset it to let the tests start a server.")


def test_url_of_another_server_ends_the_session_with_one_line(run, other_server):
    finished = run(TWO_TESTS, MOCKSTYTCH_URL=other_server)
    assert finished.exit_code == pytest.ExitCode.USAGE_ERROR
    assert f"{other_server} isn't a mockstytch server" in finished.output
    assert finished.output.strip().count("\n") == 0


def test_url_of_a_running_server_is_used(run, mockstytch_server):
    finished = run(
        f"def test_url(mockstytch): assert mockstytch.url == {mockstytch_server.url!r}",
        MOCKSTYTCH_URL=f"{mockstytch_server.url}/",
    )
    assert finished.exit_code == 0, finished.output


def test_missing_sdk_is_an_error_and_not_a_skip(run):
    tests = f"""
    import sys
    sys.modules["stytch"] = None  # as if it weren't installed
    {TWO_TESTS}
    """
    finished = run(tests)
    assert finished.exit_code == pytest.ExitCode.TESTS_FAILED
    assert "1 passed, 1 error" in finished.output
    assert "skipped" not in finished.output
    assert finished.output.count("\nThe official SDK isn't installed. Install it with: pip install stytch\n") == 1
    assert "Traceback" not in finished.output


@pytest.mark.parametrize("where", ["ini", "variable", "both"])
def test_each_test_starts_with_the_configured_seed(run, tmp_path, where):
    (tmp_path / "seed.toml").write_text(SEED)
    (tmp_path / "other.toml").write_text(SEED.replace("Acme", "Other"))
    ini = {"ini": "mockstytch_seed = seed.toml", "both": "mockstytch_seed = other.toml"}.get(where, "")
    variables = {} if where == "ini" else {"MOCKSTYTCH_SEED": str(tmp_path / "seed.toml")}
    finished = run(SEEDED_TESTS, ini, **variables)
    assert finished.exit_code == 0, finished.output


def test_each_test_on_a_running_server_starts_with_the_configured_seed(run, tmp_path, mockstytch_server):
    (tmp_path / "seed.toml").write_text(SEED + '[[projects]]\nproject_id = "x"\n')
    finished = run(SEEDED_TESTS, "mockstytch_seed = seed.toml", MOCKSTYTCH_URL=mockstytch_server.url)
    assert finished.exit_code == 0, finished.output
    assert "passed" in finished.output


def test_seed_that_cannot_be_read_ends_the_session_with_one_line(run, tmp_path):
    (tmp_path / "seed.toml").write_text("{")
    for file, reason in (("seed.toml", "isn't valid TOML"), ("absent.toml", "can't be read")):
        finished = run(TWO_TESTS, f"mockstytch_seed = {file}")
        assert finished.exit_code == pytest.ExitCode.USAGE_ERROR
        assert reason in finished.output
        assert finished.output.strip().count("\n") == 0


def test_mistake_in_a_seed_is_one_line_in_each_test(run, tmp_path):
    (tmp_path / "seed.toml").write_text("[[organizations]]\ncolour = 1\n")
    finished = run(TWO_TESTS, "mockstytch_seed = seed.toml")
    assert "2 errors" in finished.output
    assert "seed.toml:2:1: organizations[0]: unknown field colour" in finished.output
    assert "Traceback" not in finished.output
    assert len(finished.output.splitlines()) < 20


def test_failed_call_of_the_handle_shows_the_line_of_the_test_and_the_reason(run):
    tests = """
    def test_inbox(mockstytch):
        mockstytch.inbox.latest(to="ada@acme.test")

    def test_webhooks(mockstytch):
        mockstytch.webhooks.wait("*.member.*", seconds=0)
    """
    output = run(tests).output
    assert '>       mockstytch.inbox.latest(to="ada@acme.test")' in output
    assert "No message matches. (to=ada@acme.test; the inbox is empty)" in output
    assert '>       mockstytch.webhooks.wait("*.member.*", seconds=0)' in output
    assert "urllib" not in output
    assert len(output.splitlines()) < 35


MARKED_TESTS = """
    import pytest

    def slugs(client):
        return sorted(o.organization_slug for o in client.organizations.search().organizations)

    def test_without(stytch_client):
        assert slugs(stytch_client) == ["configured"]

    @pytest.mark.mockstytch(seed={"organizations": [{"organization_name": "Marked"}]})
    def test_mapping(mockstytch, stytch_client):
        assert slugs(stytch_client) == ["marked"]
        stytch_client.organizations.delete("marked")
        mockstytch.reset()
        assert slugs(stytch_client) == ["marked"]

    @pytest.mark.mockstytch(seed=None)
    def test_none(stytch_client):
        assert slugs(stytch_client) == []

    @pytest.mark.mockstytch(seed="own.yaml")
    class TestClass:
        def test_file(self, stytch_client):
            assert slugs(stytch_client) == ["beside"]

        @pytest.mark.mockstytch(seed={"organizations": [{"organization_name": "Closest"}]})
        def test_closest_mark(self, stytch_client):
            assert slugs(stytch_client) == ["closest"]
"""


def test_mark_sets_the_seed_of_a_test(run, tmp_path):
    (tmp_path / "seed.toml").write_text(SEED.replace("Acme", "Configured"))
    (tmp_path / "own.yaml").write_text("organizations:\n- organization_name: Beside\n")
    finished = run(MARKED_TESTS, "mockstytch_seed = seed.toml\naddopts = --strict-markers")
    assert finished.exit_code == 0, finished.output
    assert "5 passed" in finished.output


def test_mistake_in_a_mark_is_one_line(run, tmp_path):
    tests = """
    import pytest

    @pytest.mark.mockstytch(sed={})
    def test_name(mockstytch): ...

    @pytest.mark.mockstytch({"organizations": []})
    def test_positional(mockstytch): ...

    @pytest.mark.mockstytch(seed={"organisations": []})
    def test_content(mockstytch): ...

    @pytest.mark.mockstytch(seed="absent.toml")
    def test_file(mockstytch): ...

    @pytest.mark.mockstytch(seed="broken.yaml")
    def test_place(mockstytch): ...
    """
    (tmp_path / "broken.yaml").write_text("organizations:\n- organization_name: Acme\n  colour: red\n")
    finished = run(tests)
    assert "5 errors" in finished.output
    assert finished.output.count("The mark mockstytch has the arguments seed, expect and strict") >= 2
    assert "unknown section organisations. Did you mean organizations?" in finished.output
    assert "absent.toml can't be read: No such file" in finished.output
    assert "broken.yaml:3:3: organizations[0]: unknown field colour" in finished.output
    assert "Traceback" not in finished.output


def test_projects_of_a_configured_seed_belong_to_the_server_and_its_default_project_is_empty(run, tmp_path):
    tests = """
    from mockstytch import MockStytch

    def test_projects(mockstytch_server, stytch_client):
        assert stytch_client.organizations.get("acme").organization
        assert mockstytch_server.client().organizations.search().organizations == []
        other = mockstytch_server.project("project-test-11111111-1111-4111-8111-111111111111", "other")
        assert other.client().organizations.get("globex").organization
        assert stytch_client.sso.get_connections("acme").saml_connections[0].connection_id == "saml-connection-test-a"

    def test_again(stytch_client):
        assert stytch_client.sso.get_connections("acme").saml_connections[0].connection_id == "saml-connection-test-a"
    """
    (tmp_path / "seed.yaml").write_text(
        """
organizations:
- organization_name: Acme
  connections: [{type: saml, connection_id: saml-connection-test-a}]
projects:
- project_id: project-test-11111111-1111-4111-8111-111111111111
  secret: other
  organizations: [{organization_name: Globex}]
"""
    )
    finished = run(tests, "mockstytch_seed = seed.yaml")
    assert finished.exit_code == 0, finished.output


def test_variables_have_the_same_effect_on_the_fixtures_as_on_the_command(run, tmp_path):
    """MOCKSTYTCH_CLOSED is left out: a closed server has no projects for the tests."""
    values = {n: v.format(tmp_path=tmp_path) for n, v in VALUES.items() if n != "MOCKSTYTCH_CLOSED"}
    folders = dict.fromkeys(("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"), str(tmp_path))
    (tmp_path / "seed.yaml").write_text(SEED_OF_VALUES)
    tests = """
    from mockstytch.settings import Settings

    def test_server(mockstytch_server):
        settings = mockstytch_server._server.mock.settings
        defaults = Settings(port=settings.port)
        assert {n for n in Settings.__struct_fields__ if getattr(settings, n) != getattr(defaults, n)} == {
            "host", "tls_port", "database", "public_url", "allowed_hosts", "smtp", "random_seed", "keep_ended"
        }
        assert mockstytch_server.tls_url.startswith("https://localhost:")
        assert mockstytch_server.client().organizations.search().organizations == []

    def test_project(stytch_client):
        found = stytch_client.organizations.search().organizations
        assert "acme" in {organization.organization_slug for organization in found}
        ids = [organization.organization_id for organization in found]
        assert stytch_client.organizations.members.search(ids).results_metadata.total == 3
    """
    finished = run(tests, **values, **folders)
    assert finished.exit_code == 0, finished.output


def test_people_beside_a_section_generate_are_refused(run, tmp_path):
    (tmp_path / "seed.toml").write_text("# World\n[generate]\npeople = 3\n")
    finished = run(TWO_TESTS, "mockstytch_seed = seed.toml", MOCKSTYTCH_PEOPLE="5")
    assert finished.exit_code == pytest.ExitCode.USAGE_ERROR
    assert "seed.toml:3:1: generate: use the section generate or --people (MOCKSTYTCH_PEOPLE)" in finished.output
    assert finished.output.strip().count("\n") == 0


def test_database_of_another_server_is_one_line(run, tmp_path):
    file = str(tmp_path / "mock.sqlite")
    with MockStytch(database=file):
        finished = run(TWO_TESTS, MOCKSTYTCH_DB=file)
    assert f"{file} is in use by another server. Stop that server, or choose another file." in finished.output
    assert "Traceback" not in finished.output


def test_wrong_variable_is_one_line(run):
    finished = run(TWO_TESTS, MOCKSTYTCH_KEEP_ENDED="x")
    assert "MOCKSTYTCH_KEEP_ENDED: 'x' isn't a number" in finished.output
    assert "Traceback" not in finished.output


def test_snapshots_of_a_test_are_deleted_after_it(run):
    tests = """
    from mockstytch.store.records.snapshots import Snapshot

    def test_save(mockstytch):
        mockstytch.snapshots.save("start")

    def test_later(mockstytch_server):
        with mockstytch_server._server.mock.transaction() as ctx:
            assert ctx.store.values_of_all_projects(Snapshot, "name") == []
    """
    finished = run(tests, "addopts = -p no:randomly")
    assert finished.exit_code == 0, finished.output


LABELLED_TESTS = """
    import pytest

    @pytest.mark.parametrize("number", [1, 2])
    def test_label(mockstytch, request, number):
        details = mockstytch.configure()
        assert details["label"] == request.node.nodeid
        assert details["name"] == "mockstytch"

    def test_deleted_project(mockstytch, mockstytch_server):
        mockstytch_server.projects.delete(mockstytch.project_id)
"""


def test_project_has_the_tests_name_and_the_runs_id(run, mockstytch_server):
    before = {project.project_id for project in mockstytch_server.projects.list()}
    finished = run(LABELLED_TESTS, MOCKSTYTCH_URL=mockstytch_server.url)
    assert "3 passed" in finished.output
    new = [project for project in mockstytch_server.projects.list() if "test_label[" in project.label]
    new = [project for project in new if project.project_id not in before]
    assert len(new) == 2
    [run_id] = {project.run_id for project in new}
    assert run_id
    assert mockstytch_server.projects.delete_all(run_id=run_id) == 2
