"""The pages of snapshots: save, restore, delete, compare, export and import."""

import json
from html import unescape
from urllib.parse import quote

import pytest

from tests.support.html_forms import submit

PATH = "/_mock/snapshots"


@pytest.fixture
def organization(given):
    return given.organization("Acme")


@pytest.fixture
def slugs(client):
    return lambda: [o.organization_slug for o in client.organizations.search().organizations]


def own(mock):
    return [snapshot.name for snapshot in mock.snapshots.list() if not snapshot.name.startswith("auto: ")]


def test_empty_list_says_what_to_do(visitor, mock):
    mock.faults.list()
    assert "No snapshots yet" in visitor.get(PATH).text


def test_snapshot_is_saved_restored_and_deleted(visitor, mock, organization, slugs):
    assert submit(visitor, PATH, "save", name="before 100% & more").status_code == 303
    assert own(mock) == ["before 100% & more"]
    mock.reset(to="empty")
    assert submit(visitor, PATH, "own-restore-1").status_code == 303
    assert slugs() == [organization.organization_slug]
    submit(visitor, PATH, "own-delete-1")
    assert own(mock) == []


def test_name_that_is_not_valid_is_refused_and_kept(visitor, mock, organization):
    sent = submit(visitor, PATH, "save", name="a/b")
    assert sent.status_code == 400
    assert 'value="a/b"' in sent.text
    assert mock.snapshots.list() == []


def test_restore_can_be_undone(visitor, anyone, mock, given, organization, slugs):
    mock.snapshots.save("start")
    other = given.organization("Globex")
    sent = submit(visitor, PATH, "own-restore-1")
    assert slugs() == [organization.organization_slug]
    page = sent.headers["location"]
    assert "before restore" in anyone.get(page).text
    assert submit(anyone, page, "undo").headers["location"].startswith(f"{PATH}?project_id")
    assert sorted(slugs()) == sorted([organization.organization_slug, other.organization_slug])


def test_changes_are_shown_by_type(visitor, mock, client, given, organization):
    mock.snapshots.save("start")
    member = given.member(organization, "ada@acme.example")
    client.organizations.update(organization.organization_id, organization_name="Renamed")
    path = f"{PATH}/start"
    text = unescape(visitor.get(path).text)
    for shown in (member.member_id, "ada@acme.example", "Acme", "Renamed", "organization_name", "direct.member.create"):
        assert shown in text
    only = visitor.get(path, params={"type": "organization", "project_id": mock.project_id}).text
    assert member.member_id not in only
    assert organization.organization_id in only
    client.organizations.delete(organization.organization_id)
    assert ">deleted</span>" in visitor.get(path).text


def test_page_without_changes(visitor, mock, organization):
    mock.snapshots.save("a b?")
    assert "Nothing has changed" in visitor.get(f"{PATH}/{quote('a b?')}").text
    assert "/_mock/snapshots/a%20b%3F" in visitor.get(PATH).text


def test_restore_on_the_page_of_changes_leads_to_the_list(visitor, mock, organization, given):
    mock.snapshots.save("start")
    given.organization("Globex")
    sent = submit(visitor, f"{PATH}/start", "restore")
    assert sent.headers["location"].startswith(f"{PATH}?")
    assert mock.snapshots.diff("start", ["organization"]).created == []


def test_unknown_snapshot_is_not_found(visitor, organization):
    response = visitor.get(f"{PATH}/nope")
    assert response.status_code == 404
    assert "snapshot_not_found" in response.text


def test_many_changes_are_cut(visitor, mock):
    mock.snapshots.save("start")
    mock.seed({"generate": {"people": 300}})
    text = visitor.get(f"{PATH}/start").text
    assert "more objects" in text
    assert text.count("<details class=") < 510


def test_export_and_import(visitor, mock, organization, slugs):
    document = mock.export()
    assert f"/_mock/api/export?project_id={mock.project_id}" in visitor.get(PATH).text
    mock.reset(to="empty")
    text = json.dumps(document)
    assert submit(visitor, PATH, "import", **{"*": text}).status_code == 303
    assert slugs() == [organization.organization_slug]


@pytest.mark.parametrize("text", ["{nonsense", "{}", '{"format": "mockstytch/9", "project": {}, "tables": {}}'])
def test_refused_import_changes_nothing_and_leaves_no_snapshot(visitor, mock, organization, slugs, text):
    sent = submit(visitor, PATH, "import", **{"*": text})
    assert sent.status_code == 400
    assert text in unescape(sent.text)
    assert slugs() == [organization.organization_slug]
    assert mock.snapshots.list() == []
