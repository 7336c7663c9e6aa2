"""Faults, snapshots, seed and reset, and projects in a real browser."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def page_url(mock):
    """Return the URL of a console page for this test's project: ``page_url("/faults")``."""
    return lambda path: f"{mock.url}/_mock{path}?project_id={mock.project_id}"


@pytest.fixture
def organization(given):
    return given.organization("Acme", organization_slug="acme")


def slugs(client: Any) -> list[str]:
    return [organization.organization_slug for organization in client.organizations.search().organizations]


def test_preset_is_added_and_its_use_is_counted(browse, page_url, client, refused, mock, organization):
    page = browse(shared=True)
    page.goto(page_url("/faults"))
    page.get_by_role("link", name="Error 500").click()
    page.get_by_label("Operation").fill("organizations.get")
    page.get_by_role("button", name="Add fault").click()
    row = page.locator("#rows tr")
    row.get_by_text("returns internal_server_error").wait_for()
    assert refused(client.organizations.get, organization.organization_id) == "internal_server_error"
    row.get_by_text("used up").wait_for()
    mock.faults.add("webhook", copies=2)
    page.get_by_text("arrives 2 times").wait_for()
    row.first.get_by_role("button", name="Delete").click()
    page.wait_for_function("() => document.querySelectorAll('#rows tr').length === 1")
    assert [fault.rule for fault in mock.faults.list()] == [{"operation": "webhook", "copies": 2}]


def test_reset_asks_first_and_can_be_undone(browse, page_url, client, organization):
    page = browse(shared=True)
    page.goto(page_url("/seed"))
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Empty the project").click()
    assert slugs(client) == ["acme"]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Empty the project").click()
    page.get_by_role("button", name="Undo").wait_for()
    assert slugs(client) == []
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(page_url("/seed"))
    assert page.get_by_role("button", name="Undo").count() == 0
    assert slugs(client) == ["acme"]


def test_file_fills_the_seed_in(browse, page_url, client, organization, tmp_path):
    seed = tmp_path / "people.yaml"
    seed.write_text("organizations:\n  - organization_name: Globex\n    organization_slug: globex\n")
    page = browse(shared=True)
    page.goto(page_url("/seed"))
    page.get_by_label("Seed file").set_input_files(seed)
    page.wait_for_function("() => document.getElementById('seed-text').value.includes('Globex')")
    page.get_by_role("button", name="Create", exact=True).click()
    page.get_by_role("button", name="Undo").wait_for()
    assert sorted(slugs(client)) == ["acme", "globex"]


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["JavaScript", "no JavaScript"])
def test_snapshot_shows_what_has_changed(browse, page_url, client, organization, java_script_enabled):
    page = browse(java_script_enabled=java_script_enabled)
    page.goto(page_url("/snapshots"))
    page.get_by_label("Save the present state as").fill("start")
    page.get_by_role("button", name="Save").click()
    client.organizations.update(organization.organization_id, organization_name="Renamed")
    page.get_by_role("link", name="start").click()
    page.get_by_role("cell", name="Renamed").wait_for()


def test_switcher_finds_one_of_500_projects(browse, page_url, mock, organization):
    registry = {f"project-test-{n:08d}-0000-4000-8000-{mock.project_id[-12:]}": f"test_{n:03d}" for n in range(500)}
    mock.seed({"projects": [{"project_id": id, "name": name} for id, name in registry.items()]})
    page = browse()
    page.goto(page_url("/organizations"))
    page.locator("#switcher > summary").click()
    search = page.locator("#switcher").get_by_role("searchbox")
    search.fill("TEST_321")
    found = page.locator("#found-projects a")
    page.wait_for_function("() => document.querySelectorAll('#found-projects a').length === 1")
    found.click()
    page.wait_for_url("**/_mock/organizations?project_id=project-test-00000321-*")
    page.get_by_text("No organizations yet").wait_for()
    for project_id in registry:
        mock.projects.delete(project_id)


def test_switcher_works_without_javascript(browse, page_url, mock, organization):
    other = mock.project(label="tests/test_other.py::test_it")
    page = browse(java_script_enabled=False)
    page.goto(page_url("/requests"))
    page.locator("#switcher > summary").click()
    page.locator("#switcher").get_by_role("searchbox").fill(other.project_id)
    page.locator("#switcher").get_by_role("button", name="Search").click()
    page.get_by_role("link", name="tests/test_other.py::test_it").click()
    page.wait_for_url(f"**/_mock/requests?project_id={other.project_id}")
