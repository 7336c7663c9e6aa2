"""The page to seed and reset: errors at their line, generated people, and resets that can be undone."""

import json
from html import unescape

import pytest

from tests.support.html_forms import submit

PATH = "/_mock/seed"
TOML = '[[organizations]]\norganization_name = "Acme"\norganization_slug = "acme"\n'
YAML = "organizations:\n  - organization_name: Acme\n    organization_slug: acme\n"
JSON = json.dumps({"organizations": [{"organization_name": "Acme", "organization_slug": "acme"}]})


@pytest.fixture(autouse=True)
def project(mock):
    mock.faults.list()


@pytest.fixture
def slugs(client):
    return lambda: [o.organization_slug for o in client.organizations.search().organizations]


def automatic(mock):
    return [snapshot.name for snapshot in mock.snapshots.list() if snapshot.name.startswith("auto: ")]


def seed(visitor, text, **typed):
    return submit(visitor, PATH, "seed", **{"*": text}, **typed)


@pytest.mark.parametrize("text", [TOML, YAML, JSON, f"\n# a comment\n{TOML}"], ids=["TOML", "YAML", "JSON", "comment"])
def test_text_is_read_in_its_format(visitor, slugs, text):
    assert seed(visitor, text).status_code == 303
    assert slugs() == ["acme"]


def test_seed_can_be_created_again_after_each_reset(visitor, mock, slugs):
    seed(visitor, TOML, **{"?on_reset": "on"})
    mock.reset()
    assert slugs() == ["acme"]


@pytest.mark.parametrize(
    ("text", "line", "shown"),
    [
        (f"{TOML}email_domains = 1\n", 4, "email_domains = 1"),
        ('[[organizations]]\norganization_name = "Acme\n', 2, 'organization_name = "Acme'),
        (f"{TOML}\n[[organizations.members]]\nemail_address = 'nope'\n", 6, "email_address = 'nope'"),
        ("organizations:\n  - organization_slug: x y\n", 2, "- organization_slug: x y"),
        ("organizations: [\n", 1, "organizations: ["),
        ('{\n"organizations": [{"organization_slug": "x y"}]}', 2, '"organization_slug": "x y"'),
        ('{\n"organizations": [\n', 2, '"organizations": ['),
        ("[]", 1, "[]"),
    ],
)
def test_mistake_is_shown_at_its_line(visitor, mock, slugs, text, line, shown):
    sent = seed(visitor, text)
    assert (sent.status_code, "invalid_seed" in sent.text) == (400, True)
    marked = unescape(sent.text).partition('class="wrong">')[2].partition("</span>")[0]
    number, _, rest = marked.strip().partition("  ")
    assert int(number) == line
    assert shown in rest
    assert text in unescape(sent.text)
    assert slugs() == []
    assert mock.snapshots.list() == []


def test_people_are_generated(visitor, client):
    sent = submit(visitor, PATH, "people", **{"generate.people": "25", "generate.organizations": "5"})
    assert sent.headers["location"].startswith("/_mock/organizations?")
    found = client.organizations.search().organizations
    assert len(found) == 5
    ids = [organization.organization_id for organization in found]
    assert client.organizations.members.search(organization_ids=ids).results_metadata.total == 25


@pytest.mark.parametrize("people", ["0", "10001", "x"])
def test_wrong_number_of_people_is_refused_and_kept(visitor, slugs, people):
    sent = submit(visitor, PATH, "people", **{"generate.people": people})
    assert sent.status_code == 400
    assert f'value="{people}"' in sent.text
    assert slugs() == []


@pytest.mark.parametrize(("form", "left"), [("reset", ["acme"]), ("empty", [])])
def test_reset_can_be_undone(visitor, anyone, mock, given, slugs, form, left):
    mock.seed({"organizations": [{"organization_name": "Acme", "organization_slug": "acme"}]}, on_reset=True)
    given.organization("Globex", organization_slug="globex")
    page = submit(visitor, PATH, form).headers["location"]
    assert slugs() == left
    [name] = automatic(mock)
    assert name.startswith("auto: before reset, ")
    assert name in anyone.get(page).text
    assert "undo" not in submit(anyone, page, "undo").headers["location"]
    assert sorted(slugs()) == ["acme", "globex"]


def test_only_the_latest_automatic_snapshots_are_kept_and_others_stay(visitor, mock):
    mock.snapshots.save("mine")
    names = []
    for _ in range(7):
        submit(visitor, PATH, "empty")
        names.append(automatic(mock)[-1])
    assert automatic(mock) == names[-5:]
    assert "mine" in [snapshot.name for snapshot in mock.snapshots.list()]


def test_banner_needs_a_snapshot_that_exists(visitor, mock):
    text = visitor.get(PATH, params={"undo": "<b>nope", "project_id": mock.project_id}).text
    assert 'id="undo"' not in text


def test_field_that_is_also_an_object_is_refused(visitor):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    response = visitor.post(PATH, content="form/do=POST+/seed&a=1&a.b=2", headers=headers)
    assert response.status_code == 400
    assert "is both a value and an object" in response.text
