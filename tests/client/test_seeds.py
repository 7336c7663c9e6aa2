"""Seeds of the Python handle: at the start, after a reset, and on a running server."""

import asyncio
import datetime

import pytest

from mockstytch import MockError, MockStytch

ACME = {
    "settings": {"redirect_urls": "registered"},
    "organizations": [
        {
            "organization_name": "Acme",
            "organization_slug": "acme",
            "members": [{"email_address": "ada@acme.test", "name": "Ada"}],
        }
    ],
}
ACME_FILE = """
[settings]
redirect_urls = "registered"

[[organizations]]
organization_name = "Acme"
organization_slug = "acme"
trusted_metadata = {since = 2024-05-06}

[[organizations.members]]
email_address = "ada@acme.test"
name = "Ada"

[[projects]]
project_id = "project-test-11111111-1111-4111-8111-111111111111"
secret = "secret-test-other"

[[projects.organizations]]
organization_name = "Globex"
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "seed.toml"
    path.write_text(ACME_FILE)
    return path


def slugs(mock):
    return [o.organization_slug for o in mock.client().organizations.search().organizations]


def assert_seeded(mock):
    assert slugs(mock) == ["acme"]
    assert mock.client().organizations.members.get("acme", email_address="ada@acme.test").member.name == "Ada"
    assert mock.call("GET", "/project")["redirect_urls"] == "registered"


@pytest.mark.parametrize("form", ["path", "text", "mapping"])
def test_started_server_has_the_seed_again_after_each_reset(file, form):
    with MockStytch(seed={"path": file, "text": str(file), "mapping": ACME}[form]) as mock:
        assert_seeded(mock)
        client = mock.client()
        client.organizations.create(organization_name="Globex", organization_slug="globex")
        client.organizations.update("acme", organization_name="Changed")
        mock.reset()
        assert_seeded(mock)
        assert client.organizations.get("acme").organization.organization_name == "Acme"
        mock.reset(to="empty")
        assert slugs(mock) == []
        assert mock.call("GET", "/project")["redirect_urls"] == "any"
        mock.reset()
        assert_seeded(mock)


def test_file_can_have_other_projects_that_a_reset_of_all_restores(file):
    with MockStytch(seed=file) as mock:
        other = MockStytch(mock.url, "project-test-11111111-1111-4111-8111-111111111111", "secret-test-other")
        assert slugs(other) == ["globex"]
        other.client().organizations.delete("globex")
        mock.client().organizations.delete("acme")
        mock.reset(all=True)
        assert (slugs(mock), slugs(other)) == (["acme"], ["globex"])
        mock.reset(all=True, to="empty")
        assert (slugs(mock), slugs(other)) == ([], [])


def test_seed_belongs_to_the_project_of_the_handle(file):
    mine = "project-test-22222222-2222-4222-8222-222222222222"
    with MockStytch(project_id=mine, secret="secret-test-mine", seed=file) as mock:
        assert_seeded(mock)
        assert slugs(MockStytch(mock.url)) == []
        mock.reset()
        assert_seeded(mock)


def test_closed_server_has_the_projects_of_its_seed(file):
    with MockStytch(seed=file, closed=True) as mock:
        assert_seeded(mock)
        other = MockStytch(mock.url, "project-test-11111111-1111-4111-8111-111111111111", "secret-test-other")
        assert slugs(other) == ["globex"]


def test_variable_sets_the_seed_of_a_started_server(file, monkeypatch):
    monkeypatch.setenv("MOCKSTYTCH_SEED", str(file))
    with MockStytch() as mock:
        assert_seeded(mock)
        assert slugs(MockStytch(mock.url, mock.project().project_id)) == []  # only where a server starts
    with MockStytch(seed={"organizations": [{"organization_name": "Other"}]}) as mock:
        assert slugs(mock) == ["other"]


@pytest.mark.parametrize("form", ["path", "mapping"])
def test_project_of_a_running_server_has_the_seed_again_after_each_reset(mockstytch_server, file, form):
    seed = file if form == "path" else ACME
    fresh = mockstytch_server.project(seed=seed)
    connected = MockStytch(mockstytch_server.url, mockstytch_server.project().project_id, seed=seed)
    for mock in (fresh, connected):
        assert_seeded(mock)
        mock.client().organizations.delete("acme")
        mock.reset()
        assert_seeded(mock)
        mock.reset(to="empty")
        assert slugs(mock) == []


def test_reset_by_anyone_returns_to_the_seed_of_a_project(mockstytch_server, file):
    mock = mockstytch_server.project(seed=file)
    other = MockStytch(mockstytch_server.url, mock.project_id, mock.secret)
    other.client().organizations.delete("acme")
    other.reset()
    assert_seeded(mock)
    mock.seed({"organizations": [{"organization_name": "Globex"}]}, on_reset=True)  # replaces the seed
    mock.reset()
    assert slugs(mock) == ["globex"]
    mock.reset(to="empty")


def test_mistyped_state_to_reset_to_is_refused(mock):
    mock.seed(ACME)
    with pytest.raises(MockError, match=r"Did you mean empty\?"):
        mock.call("POST", "/reset", {"to": "emty"})
    assert slugs(mock) == ["acme"]


def test_seed_adds_to_a_project_once(mock):
    mock.seed(ACME)
    mock.client().organizations.create(organization_name="Globex", organization_slug="globex")
    mock.seed(ACME)
    mock.seed({"organizations": [{"organization_name": "Initech"}]})
    assert sorted(slugs(mock)) == ["acme", "globex", "initech"]
    mock.reset()
    assert slugs(mock) == []


def test_organization_without_a_slug_is_not_created_twice(mock):
    for _ in range(2):
        mock.seed({"organizations": [{"organization_name": "Acme & Sons"}, {"organization_name": "A"}]})
    assert sorted(slugs(mock)) == ["acme-sons", "organization-a"]


def test_server_starts_with_a_seed_inside_an_event_loop():
    async def start():
        with MockStytch(seed=ACME) as mock:
            return slugs(mock)

    assert asyncio.run(start()) == ["acme"]


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        ({}, "the seed is empty"),
        ({"organisations": []}, "unknown section organisations. Did you mean organizations?"),
        ({"organizations": [{"organization_name": "A", "members": [{"email_address": "?"}]}]}, "members[0]: "),
        ({"organizations": [{"organization_name": {1, 2}}]}, "organization_name"),
        ({"organizations": [{"organization_name": object()}]}, "a value that JSON doesn't have"),
        ("absent.toml", "absent.toml can't be read"),
    ],
    ids=["empty", "section", "member", "set", "object", "file"],
)
def test_mistake_is_one_error_everywhere(mockstytch_server, mock, seed, message):
    for call in (
        lambda: MockStytch(seed=seed),
        lambda: mockstytch_server.project(seed=seed),
        lambda: mock.seed(seed),
    ):
        with pytest.raises(MockError) as refused:
            call()
        assert refused.value.error_type == "invalid_seed"
        assert message in str(refused.value)
        assert "\n" not in str(refused.value)


def test_mistake_in_a_file_names_the_file(mock, tmp_path):
    file = tmp_path / "mine.json"
    file.write_text('{"organizations": [{"organization_name": "A", "colour": 1}]}')
    for call in (lambda: MockStytch(seed=file), lambda: mock.seed(file)):
        with pytest.raises(MockError, match=r"mine\.json:1:47: organizations\[0\]: unknown field colour"):
            call()


def test_refused_seed_changes_nothing(mock):
    last = {"organization_name": "B", "members": [{"email_address": "ada@acme.test", "roles": ["absent"]}]}
    settings = {"name": "Changed", "redirect_urls": "registered"}
    before = mock.configure()
    with pytest.raises(MockError, match=r"organizations\[1\]\.members\[0\]"):
        mock.seed({"settings": settings, "organizations": [*ACME["organizations"], last]})
    assert mock.configure() == before
    assert slugs(mock) == []


def test_values_that_only_toml_has_become_text(mock):
    mock.seed({"organizations": [{"organization_name": "A", "trusted_metadata": {"on": datetime.date(2024, 5, 6)}}]})
    assert mock.client().organizations.search().organizations[0].trusted_metadata == {"on": "2024-05-06"}


def test_seed_over_http_is_refused_in_the_api_format(http):
    response = http.post("/_mock/api/seed", json={"organizations": [{"organization_name": "A", "colour": 1}]})
    assert (response.status_code, response.json()["error_type"]) == (400, "invalid_seed")
    assert "organizations[0]: unknown field colour" in response.json()["error_message"]
    assert http.post("/_mock/api/seed", json=[]).json()["error_type"] == "bad_request"
    assert http.post("/_mock/api/seed", content=b"[[organizations]]").json()["error_type"] == "bad_request"
