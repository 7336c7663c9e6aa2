"""Every page of the console and every hosted page, with data, and the console's pages without any."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from mockstytch.about.openapi.pages import ALIASES, HTML, PAGES
from mockstytch.app import create_app
from tests.contract.oauth import CHALLENGE, login, new_app
from tests.support.app_server import app_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROUTES = sorted(
    {
        route.path
        for route in create_app().table.routes
        if route.method == "GET"
        and route.surface.name in ("console", "pages")
        and route.path not in ALIASES
        and PAGES[route.path].media_type == HTML
    }
)
CONSOLE = [path for path in ROUTES if path.startswith("/_mock/") and not re.match(r"/_mock/(idp|provider)/", path)]
CONSOLE = [path for path in CONSOLE if not path.endswith("/preview")]  # an e-mail template of the user, in a frame
_AUTHORIZE = "/v1/public/{project_id}/oauth2/authorize"


@pytest.fixture
def parameters(mock, given):
    """A value for each parameter of a path: objects of a project with some of everything."""
    ada = login(given)
    organization_id, member_id = ada.organization.organization_id, ada.member.member_id
    given.client.magic_links.email.login_or_signup(organization_id, ada.member.email_address)
    mock.webhooks.set("http://127.0.0.1:9/")
    mock.snapshots.save("start")
    given.client.organizations.update(organization_id, trusted_metadata={"plan": "pro"})
    mock.faults.add("magic_links.email.*", error_type="too_many_requests", times=1)
    return {
        "project_id": mock.project_id,
        "organization_id": organization_id,
        "member_id": member_id,
        "message_id": mock.inbox.latest().message_id,
        "request_id": mock.requests()[-1].request_id,
        "event_id": mock.webhooks.deliveries()[-1].event_id,
        "name": "start",
        "status": "404",
        "provider": "google",
        "connection_id": mock.identity_provider(organization_id, "oidc").connection_id,
    }


def address(mock: Any, path: str, parameters: dict[str, str]) -> str:
    """Return the URL of a page."""
    missing = set(re.findall(r"{(\w+)}", path)) - parameters.keys() - {"tab"}
    assert not missing, f"give a value for {missing} of {path} in the fixture parameters"
    return f"{mock.url}{path.format(**parameters)}?project_id={mock.project_id}"


@pytest.mark.parametrize("path", CONSOLE)
def test_page_of_the_console(browse, mock, violations, parameters, path):
    page = browse(shared=True)
    tabs = _tabs(page, mock) if "{tab}" in path else [""]
    for tab in tabs:
        response = page.goto(address(mock, path, {**parameters, "tab": tab}))
        assert response.status == 200
        assert violations(page) == {}, tab


def _tabs(page: Any, mock: Any) -> list[str]:
    """Return the tabs of the settings that the page links to."""
    page.goto(f"{mock.url}/_mock/settings?project_id={mock.project_id}")
    links = page.evaluate("[...document.querySelectorAll('a')].map((link) => new URL(link.href).pathname)")
    tabs = sorted({link.removeprefix("/_mock/settings/") for link in links if link.startswith("/_mock/settings/")})
    assert len(tabs) > 1
    return [tab for tab in tabs if "/" not in tab]


@pytest.mark.parametrize("path", [path for path in CONSOLE if "{" not in path])
def test_page_of_the_console_without_data(browse, mock, violations, path):
    mock.faults.list()
    page = browse(shared=True)
    page.goto(f"{mock.url}{path}?project_id={mock.project_id}")
    assert violations(page) == {}


def test_form_of_the_console_that_was_refused(browse, mock, violations):
    mock.faults.list()
    page = browse(shared=True)
    page.goto(f"{mock.url}/_mock/seed?project_id={mock.project_id}")
    page.locator("#seed-text").fill("[[organizations]]\norganization_name = 1\n")
    page.get_by_role("button", name="Create", exact=True).click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == {}


def test_project_switcher_and_clock_menu(browse, mock, violations):
    mock.clock.freeze()
    page = browse(shared=True)
    page.goto(f"{mock.url}/_mock/?project_id={mock.project_id}")
    page.locator("#switcher > summary").click()
    page.locator("#found-projects a").first.wait_for()
    assert violations(page) == {}


def _starts(mock: Any, given: Any, parameters: dict[str, str], app_url: str) -> dict[str, str]:
    """Return, for each hosted page, the URL at which a browser gets there."""
    token, organization_id = mock.public_token, parameters["organization_id"]
    oauth = {"public_token": token, "organization_id": organization_id, "login_redirect_url": app_url}
    oidc, saml = (mock.identity_provider(organization_id, type) for type in ("oidc", "saml"))
    app = new_app(given, redirect_urls=[app_url])
    consent = {
        "client_id": app.client_id,
        "redirect_uri": app_url,
        "response_type": "code",
        "scope": "openid profile full_access",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {
        "/_mock/provider/{provider}/authorize": f"/v1/b2b/public/oauth/google/start?{urlencode(oauth)}",
        "/_mock/idp/{connection_id}/authorize": oidc.start_url,
        "/_mock/idp/{connection_id}/sso": saml.start_url,
        _AUTHORIZE: f"/v1/public/{mock.project_id}/oauth2/authorize?{urlencode(consent)}",
        "/redirect-error": "/redirect-error?error=access_denied&provider=google",
    }


@pytest.mark.parametrize("path", [path for path in ROUTES if path not in CONSOLE and not path.endswith("/preview")])
def test_hosted_page(browse, mock, given, violations, parameters, path):
    with app_server() as app_url:
        start = _starts(mock, given, parameters, app_url).get(path) or address(mock, path, parameters)
        page = browse(shared=True)
        page.goto(start if "://" in start else mock.url + start)
        assert page.url.startswith(mock.url)
        assert violations(page) == {}
        if path == _AUTHORIZE:
            page.get_by_role("button").first.click()
            page.get_by_role("button", name="Allow").wait_for()
            assert violations(page) == {}
