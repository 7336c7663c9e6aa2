"""The page of projects: search, pages, switch and delete."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from mockstytch.ids import Ids
from tests.support.html_forms import submit

PATH = "/_mock/projects"


@pytest.fixture
def run_id():
    """A run that no other test uses: the server has the projects of other tests, too."""
    return str(Ids().uuid())


@pytest.fixture
def run(mock, run_id):
    """Five projects of one run, oldest first."""
    return [mock.project(label=f"tests/test_a.py::test_{n}", run_id=run_id) for n in range(5)]


@pytest.fixture
def page_of(anyone, mock):
    return lambda **query: anyone.get(PATH, params={"project_id": mock.project_id, **query}).text


def listed(text):
    return re.findall(r'<tr id="(project-test-[^"]+)"', text)


def ids(projects):
    return [project.project_id for project in projects]


def test_project_has_the_tests_name(page_of, mock, request):
    text = unescape(page_of(q=mock.project_id))
    assert listed(text) == [mock.project_id]
    assert request.node.nodeid in text


def test_numbers_of_members_and_requests_are_shown(page_of, mock, given):
    organization = given.organization()
    for n in range(3):
        given.member(organization, f"person-{n}@acme.example")
    text = page_of(q=mock.project_id)
    assert f'id="members-{mock.project_id}" data-live data-unit="members">3<' in text
    assert f'id="requests-{mock.project_id}" data-live data-unit="requests">4<' in text


def test_search_finds_label_run_and_id(page_of, run, run_id):
    assert listed(page_of(run_id=run_id)) == ids(run)[::-1]
    assert listed(page_of(run_id=run_id, q="TEST_3")) == [run[3].project_id]
    assert listed(page_of(q=run_id)) == ids(run)[::-1]
    assert "No project matches" in page_of(q=run_id + "x")


def test_pages(page_of, anyone, run, run_id):
    first = page_of(run_id=run_id, rows=3, to="/requests")
    assert listed(first) == ids(run)[:1:-1]
    [link] = re.findall(r'<a href="([^"]+)">Next page', first)
    second = anyone.get(unescape(link)).text
    assert listed(second) == ids(run)[1::-1]
    assert "Next page" not in second
    assert "/_mock/requests?project_id=" in second


@pytest.mark.parametrize(("to", "path"), [("/faults", "/_mock/faults"), ("", "/_mock/"), ("//evil.example", "/_mock/")])
def test_link_opens_the_same_page_of_the_other_project(page_of, run, to, path):
    text = page_of(q=run[0].project_id, to=to)
    [link] = re.findall(r'<a href="([^"]+)" data-project', text)
    assert urlsplit(unescape(link)).path == path
    assert parse_qs(urlsplit(unescape(link)).query)["project_id"] == [run[0].project_id]


@pytest.mark.parametrize("query", [{"unused_minutes": "x"}, {"rows": "x"}, {"after": "nope"}, {"to": "<b>"}])
def test_wrong_parameters_are_ignored(page_of, query):
    assert "Projects</h1>" in page_of(**query)


def test_project_is_deleted(anyone, mock, run, run_id):
    page = f"{PATH}?project_id={mock.project_id}&run_id={run_id}"
    assert submit(anyone, page, f"delete-{run[1].project_id}").status_code == 303
    assert ids(run)[1] not in [project.project_id for project in mock.projects.list(run_id=run_id)]


def test_project_that_is_shown_can_be_deleted(anyone, run):
    page = f"{PATH}?project_id={run[0].project_id}&q={run[0].project_id}"
    sent = submit(anyone, page, f"delete-{run[0].project_id}")
    assert sent.headers["location"] == PATH


def test_all_of_a_run_are_deleted(anyone, mock, run, run_id):
    page = f"{PATH}?project_id={mock.project_id}&run_id={run_id}"
    assert submit(anyone, page, "delete-run").status_code == 303
    assert mock.projects.list(run_id=run_id) == []
    assert mock.projects.list(mock.project_id) != []


def test_default_project_has_no_button_to_delete_it(anyone, mockstytch_server):
    page = anyone.get(PATH, params={"q": mockstytch_server.project_id}).text
    assert listed(page) == [mockstytch_server.project_id]
    assert f"delete-{mockstytch_server.project_id}" not in page


def test_refused_deletion_of_unused_projects_keeps_the_number(anyone, mock):
    sent = submit(anyone, f"{PATH}?project_id={mock.project_id}", "delete-unused", **{"?unused_minutes": "99999999"})
    assert sent.status_code == 400
    assert 'value="99999999"' in sent.text
