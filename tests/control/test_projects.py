"""All projects of the server: list them, delete them."""

from datetime import timedelta

import httpx
import pytest

from mockstytch import MockError, MockStytch
from mockstytch.clock import Clock
from mockstytch.control.projects import listing


@pytest.fixture
def server():
    """A server without other projects."""
    with MockStytch() as server:
        yield server


@pytest.fixture
def later(monkeypatch):
    """Move the real time, as the listing sees it."""

    def move(minutes):
        class LaterClock(Clock):
            def now(self):
                return super().now() + timedelta(minutes=minutes)

        monkeypatch.setattr(listing, "Clock", LaterClock)

    return move


def ids(projects):
    return [project.project_id for project in projects]


def test_projects_are_listed_newest_first_with_their_numbers(server):
    one, two = server.project(label="one", run_id="run"), server.project()
    two.seed({"generate": {"people": 30}})
    one.client().organizations.search()
    found = server.projects.list()
    assert ids(found) == [server.project_id, two.project_id, one.project_id]
    assert [(p.label, p.run_id, p.members, p.requests) for p in found] == [
        ("", "", 0, 0),
        ("", "", 30, 0),
        ("one", "run", 0, 1),
    ]
    assert found[0].name == "mockstytch"
    assert found[2].created_at <= found[2].used_at


def test_deleted_members_do_not_count(server):
    client = server.client()
    organization = client.organizations.create("Acme", organization_slug="acme").organization
    member = client.organizations.members.create(organization.organization_id, "ada@acme.example").member
    client.organizations.members.delete(organization.organization_id, member.member_id)
    assert server.projects.list()[0].members == 0


@pytest.mark.parametrize("text", ["TEST_LOGIN", "mystery", "run-7"])
def test_search_ignores_case_and_finds_label_name_and_run(server, text):
    found = server.project(label="tests/a.py::test_login", run_id="run-7")
    found.configure(name="Mystery")
    server.project(label="other")
    assert ids(server.projects.list(text)) == [found.project_id]
    assert ids(server.projects.list(found.project_id[13:])) == [found.project_id]


def test_pages_follow_each_other(server):
    projects = [server.project(run_id="run") for _ in range(5)]
    pages, after = [], ""
    while True:
        query = {"run_id": "run", "limit": 2, "after": after}
        page = httpx.get(f"{server.url}/_mock/api/projects", params=query, trust_env=False).json()
        pages.append([project["project_id"] for project in page["projects"]])
        assert page["total"] == 5
        after = page["next_after"]
        if not after:
            break
    newest_first = [project.project_id for project in projects[::-1]]
    assert pages == [newest_first[:2], newest_first[2:4], newest_first[4:]]


def test_label_and_run_survive_a_reset_and_a_snapshot(server):
    mock = server.project(label="test_a", run_id="run")
    mock.snapshots.save("start")
    mock.reset()
    mock.snapshots.restore("start")
    details = mock.configure()
    assert (details["label"], details["run_id"]) == ("test_a", "run")
    assert details["name"] == "mockstytch"


@pytest.mark.parametrize("body", [{"label": 1}, {"run_id": None}, {"label": "x" * 1001}])
def test_wrong_label_is_refused(http, body):
    response = http.patch("/_mock/api/project", json=body)
    assert (response.status_code, response.json()["error_type"]) == (400, "bad_request")
    assert "label and run_id are texts" in response.json()["error_message"]


def test_label_is_not_written_if_a_setting_is_refused(http, mock):
    before = mock.configure()["label"]
    assert http.patch("/_mock/api/project", json={"label": "new", "nope": 1}).status_code == 400
    assert mock.configure()["label"] == before


class TestDelete:
    def test_nothing_is_left(self, server):
        mock = server.project(label="test_a", seed={"organizations": [{"organization_name": "Acme"}]})
        mock.faults.add("*", delay_ms=1)
        mock.snapshots.save("start")
        server.projects.delete(mock.project_id)
        assert mock.project_id not in ids(server.projects.list())
        with pytest.raises(MockError) as refused:
            mock.snapshots.list()
        assert refused.value.error_type == "project_not_found"
        assert mock.configure()["label"] == ""  # creates it again
        assert mock.snapshots.list() == []
        assert mock.faults.list() == []
        mock.reset()
        assert mock.client().organizations.search().organizations == []

    def test_secret_can_be_another_one_afterwards(self, server):
        mock = server.project()
        mock.client().organizations.search()
        server.projects.delete(mock.project_id)
        other = server.project(mock.project_id, "secret-test-other")
        assert other.client().organizations.search().organizations == []

    def test_other_projects_stay(self, server):
        one, two = server.project(), server.project()
        for mock in (one, two):
            mock.client().organizations.create("Acme", organization_slug="acme")
        server.projects.delete(one.project_id)
        assert server._server.mock.purge.wait(30)
        assert two.client().organizations.get("acme").organization.organization_name == "Acme"

    def test_database_is_empty_afterwards(self, server):
        mock = server.project(seed={"generate": {"people": 100}})
        mock.snapshots.save("start")
        server.projects.delete(mock.project_id)
        assert server._server.mock.purge.wait(30)
        again = server.project(mock.project_id)
        again.configure()
        assert again.client().organizations.search().organizations == []
        assert again.snapshots.list() == []

    def test_unknown_project_is_not_found(self, server):
        with pytest.raises(MockError) as refused:
            server.projects.delete("project-test-99999999-0000-4000-8000-000000000000")
        assert refused.value.error_type == "project_not_found"

    def test_default_project_is_refused(self, server):
        with pytest.raises(MockError, match="the server's default project can't be deleted") as refused:
            server.projects.delete(server.project_id)
        assert refused.value.error_type == "bad_request"
        assert ids(server.projects.list()) == [server.project_id]

    def test_environment_of_the_management_api_is_refused(self, server):
        auth = ("workspace-key", "workspace-secret")
        with httpx.Client(base_url=server.url, auth=auth, trust_env=False) as management:
            created = management.post("/pwa/v3/projects", json={"name": "Acme", "vertical": "B2B"}).json()
            slug = created["project"]["project_slug"]
            environments = management.get(f"/pwa/v3/projects/{slug}/environments").json()["environments"]
        tests = [e["project_id"] for e in environments if e["project_id"].startswith("project-test-")]
        if not tests:
            body = {"name": "Test", "type": "TEST"}
            with httpx.Client(base_url=server.url, auth=auth, trust_env=False) as management:
                made = management.post(f"/pwa/v3/projects/{slug}/environments", json=body).json()
            tests = [made["environment"]["project_id"]]
        with pytest.raises(MockError, match="it is an environment of the management API"):
            server.projects.delete(tests[0])
        assert tests[0] in ids(server.projects.list())


class TestDeleteAll:
    def test_projects_of_a_run_are_deleted(self, server):
        kept = server.project(run_id="other")
        for _ in range(3):
            server.project(run_id="run")
        assert server.projects.delete_all(run_id="run") == 3
        assert ids(server.projects.list()) == [server.project_id, kept.project_id]
        assert server.projects.delete_all(run_id="run") == 0

    def test_unused_projects_are_deleted(self, server, later):
        one, two = server.project(label="one"), server.project(label="two")
        later(61)
        assert server.projects.list(unused_minutes=62) == []
        found = server.projects.list(unused_minutes=60)
        assert ids(found) == [server.project_id, two.project_id, one.project_id]
        assert server.projects.delete_all(unused_minutes=60) == 2
        assert ids(server.projects.list()) == [server.project_id]

    def test_request_of_an_app_is_a_use_and_one_of_a_tool_is_not(self, server):
        mock = server.project()
        registry = server._server.mock
        before = registry.request_log.used_at(mock.project_id)
        mock.inbox.all()
        assert (before, registry.request_log.used_at(mock.project_id)) == (None, None)
        mock.client().organizations.search()
        used_at = registry.request_log.used_at(mock.project_id)
        assert used_at is not None
        mock.reset()
        assert registry.request_log.used_at(mock.project_id) == used_at
        server.projects.delete(mock.project_id)
        assert registry.request_log.used_at(mock.project_id) is None

    def test_both_filters_must_match(self, server):
        mock = server.project(run_id="run")
        assert server.projects.delete_all(run_id="run", unused_minutes=60) == 0
        assert mock.project_id in ids(server.projects.list())

    @pytest.mark.parametrize("query", [{}, {"run_id": ""}, {"unused_minutes": "0"}, {"q": "x"}])
    def test_call_without_a_filter_is_refused(self, http, query):
        response = http.delete("/_mock/api/projects", params=query)
        assert response.status_code == 400
        assert "give run_id, unused_minutes, or both" in response.json()["error_message"]

    @pytest.mark.parametrize("query", [{"unused_minutes": "-1"}, {"unused_minutes": "x"}, {"unused_minutes": "1e99"}])
    def test_wrong_number_is_refused(self, http, query):
        assert http.delete("/_mock/api/projects", params=query).status_code == 400
