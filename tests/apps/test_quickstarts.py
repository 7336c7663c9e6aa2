"""The apps in ``quickstarts``, each with the official SDK of its language, are used by a visitor.

A test sees only the app's pages and what the server has. ``quickstarts/README.md`` is the contract of the apps.
"""

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockstytch import MockStytch
from tests.apps.quickstarts.apps import APPS, Running, RunningApps
from tests.support.given import Given
from tests.support.visitor import Visitor
from tests.tools.returned_errors import unlisted

ADA = "ada@acme.example"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def running_apps(
    mockstytch_server: MockStytch, node_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningApps]:
    apps = RunningApps(mockstytch_server, node_cache, tmp_path_factory.mktemp("quickstarts"))
    yield apps
    apps.stop()


@pytest.fixture(params=[pytest.param(a, marks=pytest.mark.xdist_group(f"app {a.folder}")) for a in APPS], ids=str)
def app(request: pytest.FixtureRequest, running_apps: RunningApps, record_property: Any) -> Running:
    record_property("quickstart", request.param.label)  # for the summary of the run
    return running_apps.get(request.param)


@pytest.fixture
def mock(app: Running, mockstytch_server: MockStytch) -> Iterator[MockStytch]:
    """The app's project, which is empty."""
    app.mock.reset()
    yield app.mock
    assert unlisted(mockstytch_server, app.mock.project_id) == [], "docs/errors.md doesn't list these"


@pytest.fixture
def client(mock: MockStytch) -> Any:
    return mock.client()


@pytest.fixture
def visitor(app: Running) -> Iterator[Visitor]:
    with Visitor(app.url) as visitor:
        yield visitor


def ask_for_link(mock: MockStytch, visitor: Visitor, page: str = "/", action: str = "/login") -> str:
    """Send the form of a login page, and return the link in the mail."""
    assert visitor.open(page).status_code == 200
    sent = visitor.submit(action, email_address=ADA)
    assert sent.status_code == 200, sent.text
    assert ADA in sent.text
    link = mock.inbox.latest(to=ADA, wait=10).link
    assert link
    return link


def log_in(mock: MockStytch, visitor: Visitor, slug: str) -> None:
    """Log in to an organization, at its own login page."""
    link = ask_for_link(mock, visitor, f"/organizations/{slug}", f"/organizations/{slug}/login")
    assert visitor.open(link).status_code == 200


def sees_error(mock: MockStytch, visitor: Visitor) -> str:
    """Check that the page shows the message of the API's last error, and return its type."""
    refused = mock.requests()[-1]
    assert visitor.page.status_code == refused.status_code >= 400
    assert refused.response["error_message"] in html.unescape(visitor.page.text)
    return refused.error_type


def sessions(client: Any, member: Any) -> list[Any]:
    return list(client.sessions.get(member.organization_id, member.member_id).member_sessions)


def test_sign_up_with_a_new_organization(mock, client, visitor):
    visitor.open(ask_for_link(mock, visitor))
    assert visitor.page.status_code == 200
    assert ADA in visitor.page.text
    assert visitor.actions == {"/organizations"}
    assert visitor.submit("/organizations", organization_name="Acme & Sons").url.path == "/"

    [acme] = client.organizations.search().organizations
    [ada] = client.organizations.members.search([acme.organization_id]).members
    assert (acme.organization_name, ada.email_address, ada.status) == ("Acme & Sons", ADA, "active")
    assert len(sessions(client, ada)) == 1
    for text in ("Acme & Sons", ADA):
        assert text in html.unescape(visitor.page.text)
    assert visitor.open("/me").json() == {"email_address": ADA, "organization_slug": acme.organization_slug}


def test_return_and_choose_the_organization(mock, client, given, visitor):
    ada = given.member(given.organization("Acme"), ADA)
    globex = given.organization("Globex", organization_slug="globex")
    at_globex = given.member(globex, ADA)
    visitor.open(ask_for_link(mock, visitor))
    assert visitor.actions == {
        "/organizations",
        f"/organizations/{ada.organization_id}",
        f"/organizations/{globex.organization_id}",
    }
    assert "Acme" in visitor.page.text
    visitor.submit(f"/organizations/{globex.organization_id}")
    assert "Globex" in visitor.page.text
    assert visitor.open("/me").json() == {"email_address": ADA, "organization_slug": "globex"}
    assert (len(sessions(client, ada)), len(sessions(client, at_globex))) == (0, 1)


def test_log_out_revokes_the_session(mock, client, given, visitor):
    ada = given.member(given.organization("Acme", organization_slug="acme"), ADA)
    log_in(mock, visitor, "acme")
    assert len(sessions(client, ada)) == 1
    visitor.submit("/logout")
    assert "/login" in visitor.actions
    assert sessions(client, ada) == []
    assert visitor.open("/me").status_code == 401


def test_log_in_at_the_page_of_an_organization(mock, client, given, visitor):
    ada = given.member(given.organization("Acme", organization_slug="acme"), ADA)
    link = ask_for_link(mock, visitor, "/organizations/acme", "/organizations/acme/login")
    visitor.open(link)
    assert (visitor.page.status_code, visitor.page.url.path) == (200, "/")
    assert "Acme" in visitor.page.text
    assert visitor.open("/me").json() == {"email_address": ADA, "organization_slug": "acme"}
    assert len(sessions(client, ada)) == 1


def test_unknown_organization_has_no_page(mock, visitor):
    assert visitor.open("/organizations/nowhere").status_code == 404
    assert sees_error(mock, visitor) == "organization_not_found"


def test_wrong_address_gets_the_error(mock, visitor):
    visitor.open("/")
    visitor.submit("/login", email_address="ada")
    assert sees_error(mock, visitor) == "invalid_email"


def test_link_works_once(mock, visitor):
    link = ask_for_link(mock, visitor)
    assert visitor.open(link).status_code == 200
    visitor.open(link)
    assert sees_error(mock, visitor) == "unable_to_auth_magic_link"


def test_link_expires(mock, given, visitor):
    given.member(given.organization("Acme", organization_slug="acme"), ADA)
    link = ask_for_link(mock, visitor, "/organizations/acme", "/organizations/acme/login")
    mock.clock.advance(minutes=61)
    visitor.open(link)
    assert sees_error(mock, visitor) == "unable_to_auth_magic_link"
    assert visitor.open("/me").status_code == 401


def test_link_of_unknown_type_is_refused(visitor):
    assert visitor.open("/authenticate?stytch_token_type=unknown&token=t").status_code == 400


def test_organization_cannot_be_chosen_without_a_link(mock, client, given, visitor):
    ada = given.member(given.organization("Acme"), ADA)
    visitor.open(ask_for_link(mock, visitor))
    visitor.cookies.clear()
    visitor.submit(f"/organizations/{ada.organization_id}")
    assert 400 <= visitor.page.status_code < 500
    assert sessions(client, ada) == []


def test_wrong_session_cookie_is_refused(mock, mockstytch_server, given, visitor):
    given.member(given.organization("Acme", organization_slug="acme"), ADA)
    other = mockstytch_server.project()
    others = Given(other, other.client())
    foreign = other.log_in(others.member(others.organization("Other"), ADA)).session_jwt
    log_in(mock, visitor, "acme")
    names = {*visitor.cookies}
    assert visitor.open("/me").status_code == 200
    for value in ("nonsense", "a.b.c", foreign, foreign[:-4]):
        visitor.cookies.clear()
        for name in names:
            visitor.cookies.set(name, value)
        assert visitor.open("/me").status_code == 401, value
        visitor.open("/")
        assert visitor.actions == {"/login"}, value
    other.reset()


def test_session_is_checked_without_the_api_while_its_jwt_is_valid(mock, client, given, visitor):
    ada = given.member(given.organization("Acme", organization_slug="acme"), ADA)
    log_in(mock, visitor, "acme")
    client.sessions.revoke(member_id=ada.member_id)
    before = len(mock.requests(operation="sessions.authenticate"))
    assert visitor.open("/me").status_code == 200
    assert len(mock.requests(operation="sessions.authenticate")) == before


def test_revoked_session_is_refused_once_its_jwt_has_expired(mock, client, given, visitor):
    """The project's clock is late, so that the app gets JWTs whose five minutes have passed."""
    mock.clock.advance(minutes=-6)
    ada = given.member(given.organization("Acme", organization_slug="acme"), ADA)
    log_in(mock, visitor, "acme")
    assert visitor.open("/me").status_code == 200
    assert mock.requests(operation="sessions.authenticate")
    client.sessions.revoke(member_id=ada.member_id)
    assert visitor.open("/me").status_code == 401


def test_new_jwt_replaces_the_expired_one(mock, given, visitor):
    mock.clock.advance(minutes=-6)
    given.member(given.organization("Acme", organization_slug="acme"), ADA)
    log_in(mock, visitor, "acme")
    mock.clock.advance(minutes=6)
    assert visitor.open("/me").status_code == 200
    asked = len(mock.requests(operation="sessions.authenticate"))
    assert asked >= 1
    assert visitor.open("/me").status_code == 200
    assert len(mock.requests(operation="sessions.authenticate")) == asked


def test_session_ends_after_an_hour(mock, given, visitor):
    mock.clock.advance(hours=-3)
    given.member(given.organization("Acme", organization_slug="acme"), ADA)
    log_in(mock, visitor, "acme")
    mock.clock.advance(minutes=59)
    assert visitor.open("/me").status_code == 200
    mock.clock.advance(minutes=2)
    assert visitor.open("/me").status_code == 401
