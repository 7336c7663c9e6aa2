"""The demo app over HTTP, against a server: what a person does with a browser that has no JavaScript."""

import ast
import asyncio
import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

import demo_app
from mockstytch.server import listening

HERE = "http://demo.test"


class Page(HTMLParser):
    """What a test wants to know of a page: the text by element id, and the hidden fields of each form."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.status, self.path = answer.status_code, answer.url.path
        self.source, self.cache = answer.text, answer.headers.get("cache-control")
        self.links: dict[str, str] = {}
        self.forms: list[dict[str, str]] = []
        self._open: list[tuple[str, str]] = []
        self._said: dict[str, str] = {}
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append({"id": given.get("id", ""), "action": given["action"], "method": given["method"]})
        if tag == "input" and given.get("type") == "hidden":
            self.forms[-1][given["name"]] = given["value"]
        if tag == "a" and "id" in given:
            self.links[given["id"]] = given["href"]
        if tag not in ("input", "meta", "link"):
            self._open.append((tag, given.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for name in {name for _, name in self._open if name} | {tag for tag, _ in self._open}:
            self._said[name] = self._said.get(name, "") + data
        if self.forms and any(tag == "form" for tag, _ in self._open):
            self.forms[-1]["text"] = self.forms[-1].get("text", "") + data

    def __getitem__(self, name: str) -> str:
        """The text of an element, by id or tag."""
        return " ".join(self._said.get(name, "").split())

    def __contains__(self, name: str) -> bool:
        return name in self._said

    def entry(self, organization: str) -> dict[str, str]:
        """The form that leads into an organization."""
        (found,) = [form for form in self.forms if organization in form.get("text", "")]
        return {**found, "text": " ".join(found["text"].replace(organization, "").split())}


class Browser:
    """Keeps cookies, follows redirects, runs no script."""

    def __init__(self, app: Any, runner: asyncio.Runner) -> None:
        self._runner = runner
        self.http = httpx.AsyncClient(
            base_url=HERE,
            mounts={HERE: httpx.ASGITransport(app, raise_app_exceptions=False)},
            follow_redirects=True,
            trust_env=False,
        )

    def open(self, url: str) -> Page:
        return Page(self._runner.run(self.http.get(url)))

    def send(self, action: str, **fields: str) -> Page:
        return Page(self._runner.run(self.http.post(action, data=fields)))

    def raw(self, method: str, url: str, **options: Any) -> httpx.Response:
        return self._runner.run(self.http.request(method, url, follow_redirects=False, **options))

    def enter(self, page: Page, organization: str) -> Page:
        form = page.entry(organization)
        return self.send(form["action"], organization_id=form["organization_id"])


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def settings(mock):
    return demo_app.Settings(
        project_id=mock.project_id,
        secret=mock.secret,
        environment=f"{mock.url}/",
        base_url=HERE,
        inbox_url=f"{mock.url}/_mock/",
    )


@pytest.fixture
def new_browser(settings, runner):
    """Makes browsers, each with cookies of its own, on one app."""
    app = demo_app.create_app(settings)
    browsers: list[Browser] = []

    def make() -> Browser:
        browsers.append(Browser(app, runner))
        return browsers[-1]

    yield make
    for browser in browsers:
        runner.run(browser.http.aclose())
    runner.run(app.state.stytch.close())


@pytest.fixture
def browser(new_browser):
    return new_browser()


@pytest.fixture
def log_in(mock):
    """``log_in(browser, "acme", "ada@acme.test")``: by the organization's own page; the page that it ends on."""

    def do(browser: Browser, slug: str, email_address: str) -> Page:
        browser.send(f"/org/{slug}/login", email_address=email_address)
        return browser.open(mock.inbox.latest(to=email_address).link)

    return do


def session_token(browser: Browser) -> str:
    """The one in the browser's cookie, which is signed and no secret to its owner."""
    return str(json.loads(base64.b64decode(browser.http.cookies["demo_session"].split(".")[0]))["session_token"])


def test_discovery_creates_an_organization_and_comes_back_to_it(browser, new_browser, mock, client):
    start = browser.open("/")
    assert {form["id"]: (form["method"], form["action"]) for form in start.forms} == {
        "discovery-form": ("post", "/login/discovery"),
        "organization-form": ("get", "/org"),
    }
    sent = browser.send("/login/discovery", email_address="ada@acme.test")
    assert (sent.path, sent["sent-to"]) == ("/check-email", "ada@acme.test")
    assert sent.links["inbox-link"] == f"{mock.url}/_mock/?to=ada%40acme.test"
    chooser = browser.open(mock.inbox.latest(to="ada@acme.test", kind="magic_link.discovery").link)
    assert chooser.path == "/organizations"
    assert [form["id"] for form in chooser.forms] == ["create-form"]
    dashboard = browser.send("/organizations/create", organization_name="Acme & Söhne")
    assert (dashboard.path, dashboard["h1"]) == ("/dashboard", "Acme & Söhne")
    assert dashboard["member-email"] == "ada@acme.test"
    assert sorted(dashboard["roles"].split()) == ["stytch_admin", "stytch_member"]
    assert dashboard["factors"] == "a link by e-mail"
    session = client.sessions.authenticate(session_token=session_token(browser)).member_session
    assert dashboard["expires"].endswith(f"{session.expires_at:%Y, %H:%M} UTC")

    again = new_browser()
    again.send("/login/discovery", email_address="ada@acme.test")
    chooser = again.open(mock.inbox.latest(to="ada@acme.test").link)
    assert chooser.entry("Acme & Söhne")["text"] == "You are a member. Log in"
    assert again.enter(chooser, "Acme & Söhne").path == "/dashboard"


def test_an_organization_without_a_name_gets_one(browser, mock):
    browser.send("/login/discovery", email_address="ada@acme.test")
    browser.open(mock.inbox.latest(to="ada@acme.test").link)
    assert browser.send("/organizations/create", organization_name="")["h1"] == "Acme"


def test_login_at_the_organizations_own_page(browser, given, log_in):
    acme = given.organization("Acme", organization_slug="acme")
    given.member(acme, "ada@acme.test", name="Ada Example")
    page = browser.open("/org?slug=acme")
    assert (page.path, page["h1"]) == ("/org/acme", "Log in to Acme")
    assert [(form["id"], form["action"]) for form in page.forms] == [("login-form", "/org/acme/login")]
    dashboard = log_in(browser, "acme", "ada@acme.test")
    assert (dashboard.path, dashboard["member-name"], dashboard["organization-slug"]) == (
        "/dashboard",
        "Ada Example",
        "acme",
    )


def test_the_link_in_the_mail_is_redeemed_once_and_by_get_only(browser, given, mock):
    acme = given.organization(organization_slug="acme")
    given.member(acme, "ada@acme.test")
    browser.send("/org/acme/login", email_address="ada@acme.test")
    landing = mock.inbox.latest(to="ada@acme.test").redirect_url
    assert landing.startswith(f"{HERE}/authenticate?")
    assert browser.raw("HEAD", landing).status_code == 200
    assert browser.open(landing).path == "/dashboard"


def test_a_used_link(browser, new_browser, given, mock, log_in):
    acme = given.organization(organization_slug="acme")
    given.member(acme, "ada@acme.test")
    log_in(browser, "acme", "ada@acme.test")
    page = new_browser().open(mock.inbox.latest(to="ada@acme.test").link)
    assert (page.status, page["error-type"], page["error-status"]) == (401, "unable_to_auth_magic_link", "401")
    assert page["h1"] == "This link no longer works"
    assert page.links["start-again"] == "/"


def test_an_expired_link(browser, mock):
    browser.send("/login/discovery", email_address="ada@acme.test")
    mock.clock.advance(minutes=60)
    page = browser.open(mock.inbox.latest(to="ada@acme.test").link)
    assert (page.status, page["error-type"]) == (401, "unable_to_auth_magic_link")


def test_a_chooser_left_open_for_too_long(browser, mock):
    browser.send("/login/discovery", email_address="ada@acme.test")
    browser.open(mock.inbox.latest(to="ada@acme.test").link)
    mock.clock.advance(minutes=11)
    page = browser.send("/organizations/create", organization_name="Acme")
    assert (page.status, page["error-type"], page["h1"]) == (
        404,
        "intermediate_session_not_found",
        "That took too long",
    )


@pytest.mark.parametrize("query", ["stytch_token_type=login&token=x", "token=x", ""])
def test_a_link_of_another_type(browser, query):
    page = browser.open(f"/authenticate?{query}")
    assert (page.status, page["h1"]) == (400, "This link is for something else")
    assert page["token-type"] == ("login" if "login" in query else "")


def test_what_a_link_says_is_shown_and_never_run(browser):
    page = browser.open("/authenticate?stytch_token_type=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script" not in page.source
    assert page["token-type"] == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("path", "status", "error_type"),
    [
        ("/org/nobody", 404, "organization_not_found"),
        ("/org?slug=nobody", 404, "organization_not_found"),
        ("/nowhere", 404, ""),
        ("/login/discovery", 405, ""),
        ("/authenticate?stytch_token_type=discovery&token=", 400, "invalid_token"),
    ],
)
def test_pages_that_are_not_there(browser, path, status, error_type):
    page = browser.open(path)
    assert (page.status, page["error-type"], page.links["start-again"]) == (status, error_type, "/")


def test_no_address_that_the_api_takes_for_one(browser):
    page = browser.send("/login/discovery", email_address="ada")
    assert (page.status, page["error-type"], page["h1"]) == (400, "invalid_email", "That is no e-mail address")


@pytest.mark.parametrize("slug", ["//evil.test", "https://evil.test", "/\\evil.test", "..%2f..%2f"])
def test_the_way_to_an_organization_never_leaves_the_app(browser, slug):
    answer = browser.raw("GET", "/org", params={"slug": slug})
    assert answer.status_code == 303
    assert re.fullmatch(r"/org/[^/\\:]+", answer.headers["location"])


def test_invitation(browser, new_browser, given, mock, log_in):
    acme = given.organization("Acme", organization_slug="acme")
    given.member(acme, "ada@acme.test", roles=["stytch_admin"])
    log_in(browser, "acme", "ada@acme.test")
    page = browser.send("/invite", email_address="grace@acme.test")
    assert page.path == "/dashboard"
    assert "grace@acme.test is invited." in page["main"]
    assert page.links["inbox-link"].endswith("?to=grace%40acme.test")
    assert "is invited" not in browser.open("/dashboard")["main"]

    grace = new_browser().open(mock.inbox.latest(to="grace@acme.test", kind="magic_link.invite").link)
    assert (grace.path, grace["member-email"], grace["roles"]) == ("/dashboard", "grace@acme.test", "stytch_member")
    page = browser.send("/invite", email_address="grace@acme.test")
    assert (page.status, page["error-type"], page["h1"]) == (400, "duplicate_member_email", "Already a member")


def test_an_invitation_can_be_accepted_in_the_chooser(browser, given, client, mock):
    acme = given.organization("Acme")
    client.magic_links.email.invite(acme.organization_id, "grace@acme.test")
    browser.send("/login/discovery", email_address="grace@acme.test")
    chooser = browser.open(mock.inbox.latest(to="grace@acme.test", kind="magic_link.discovery").link)
    assert chooser.entry("Acme")["text"] == "You are invited. Accept invitation"
    assert browser.enter(chooser, "Acme")["organization-name"].startswith("Acme")


def test_joining_by_e_mail_domain(browser, given, mock):
    acme = given.organization("Acme", email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    given.login(acme, given.member(acme, "ada@acme.test"))
    browser.send("/login/discovery", email_address="grace@acme.test")
    chooser = browser.open(mock.inbox.latest(to="grace@acme.test").link)
    assert chooser.entry("Acme")["text"] == "Open to people like you. Join"
    assert browser.enter(chooser, "Acme")["member-email"] == "grace@acme.test"


def test_a_member_without_permission_cant_invite(browser, given, client, log_in):
    acme = given.organization(organization_slug="acme")
    given.member(acme, "ada@acme.test")
    log_in(browser, "acme", "ada@acme.test")
    page = browser.send("/invite", email_address="grace@acme.test")
    assert (page.status, page["error-type"]) == (403, "session_authorization_error")
    assert "not authorized" in page["error-message"]
    query = {"operator": "AND", "operands": [{"filter_name": "member_emails", "filter_value": ["grace@acme.test"]}]}
    assert client.organizations.members.search([acme.organization_id], query=query).members == []


def test_switching(browser, given, client, log_in):
    acme, zeta = given.organization("Acme", organization_slug="acme"), given.organization("Zeta")
    given.member(acme, "ada@acme.test")
    given.member(zeta, "ada@acme.test")
    client.magic_links.email.invite(given.organization("Omega").organization_id, "ada@acme.test")
    dashboard = log_in(browser, "acme", "ada@acme.test")
    assert dashboard.entry("Zeta")["text"] == "Switch"
    assert dashboard.entry("Omega")["text"] == "You are invited. Accept invitation"
    assert [form["action"] for form in dashboard.forms] == ["/logout", "/invite", "/switch", "/switch"]
    assert browser.enter(dashboard, "Zeta")["h1"] == "Zeta"
    assert client.sessions.authenticate(session_token=session_token(browser)).organization.organization_name == "Zeta"
    everything = browser.open("/organizations")
    assert "create-form" not in everything
    assert {form["id"] for form in everything.forms} == {"", "discovery-form"}
    assert browser.enter(everything, "Acme")["h1"] == "Acme"


def test_an_organization_that_asks_for_more(browser, given, log_in):
    acme = given.organization("Acme", organization_slug="acme")
    given.member(acme, "ada@acme.test")
    strict = given.organization("Strict", auth_methods="RESTRICTED", allowed_auth_methods=["sso", "password"])
    given.member(strict, "ada@acme.test")
    page = browser.enter(log_in(browser, "acme", "ada@acme.test"), "Strict")
    assert page["h1"] == "One more step"
    assert page["primary-required"].split() == ["single", "sign-on", "a", "password"]
    assert browser.open("/dashboard")["h1"] == "Acme"


def test_an_organization_that_asks_for_a_second_factor(browser, given, log_in):
    strict = given.organization("Strict", organization_slug="strict", mfa_policy="REQUIRED_FOR_ALL")
    given.member(strict, "ada@acme.test")
    page = log_in(browser, "strict", "ada@acme.test")
    assert (page.path, page["h1"]) == ("/authenticate", "One more step")
    assert "Strict asks for a second factor" in page["step-up"]
    assert browser.open("/dashboard").path == "/"


def test_logout_revokes_the_session(browser, given, refused, client, log_in):
    acme = given.organization(organization_slug="acme")
    given.member(acme, "ada@acme.test")
    log_in(browser, "acme", "ada@acme.test")
    token = session_token(browser)
    assert client.sessions.authenticate(session_token=token).member.email_address == "ada@acme.test"
    assert browser.send("/logout").path == "/"
    assert "demo_session" not in browser.http.cookies
    assert refused(client.sessions.authenticate, session_token=token) == "session_not_found"
    assert browser.open("/dashboard").path == "/"


@pytest.mark.parametrize("action", ["/dashboard", "/invite", "/switch", "/logout", "/organizations"])
def test_a_session_that_ended_leads_back_to_the_start(browser, given, mock, log_in, action):
    acme = given.organization(organization_slug="acme")
    given.member(acme, "ada@acme.test")
    log_in(browser, "acme", "ada@acme.test")
    mock.clock.advance(minutes=61)
    get = action in ("/dashboard", "/organizations")
    page = browser.open(action) if get else browser.send(action, email_address="g@acme.test", organization_id="acme")
    assert (page.status, page.path) == (200, "/")
    assert ("Your session has ended" in page["main"]) == (action != "/logout")
    assert "Your session has ended" not in browser.open("/")["main"]


@pytest.mark.parametrize("path", ["/dashboard", "/organizations", "/check-email"])
def test_pages_that_need_something_first_lead_to_the_start(browser, path):
    assert browser.open(path).path == "/"


def test_changes_are_made_by_post_only(browser):
    for path in ("/login/discovery", "/org/acme/login", "/organizations/enter", "/organizations/create"):
        assert browser.raw("GET", path).status_code == 405
    for path in ("/invite", "/switch", "/logout"):
        assert browser.raw("GET", path).status_code == 405
        assert browser.raw("POST", path).headers["location"] == "/"


def test_cookie_and_headers(browser, given, log_in, mock):
    acme = given.organization(organization_slug="acme")
    given.member(acme, "ada@acme.test")
    answer = browser.raw("POST", "/org/acme/login", data={"email_address": "ada@acme.test"})
    answer = browser.raw("GET", mock.inbox.latest(to="ada@acme.test").redirect_url)
    assert {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]} == {
        "path=/",
        "httponly",
        "samesite=lax",
    }
    page = browser.raw("GET", "/dashboard")
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    tampered = httpx.Cookies({"demo_session": "x" + browser.http.cookies["demo_session"]})
    browser.http.cookies = tampered
    assert browser.open("/dashboard").path == "/"


def test_wrong_credentials_and_an_api_that_is_not_there(settings, runner, given):
    closed = listening("127.0.0.1", 0)
    nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    closed.close()
    wrong = replace(settings, secret="secret-test-another")
    given.organization()  # the project exists, with the right secret
    for changed, status, error_type in (
        (wrong, 401, "unauthorized_credentials"),
        (replace(settings, environment=nowhere), 502, ""),
    ):
        app = demo_app.create_app(changed)
        browser = Browser(app, runner)
        page = browser.send("/login/discovery", email_address="ada@acme.test")
        assert (page.status, page["error-type"], page.links["start-again"]) == (status, error_type, "/")
        assert "Traceback" not in page.source
        runner.run(browser.http.aclose())
        runner.run(app.state.stytch.close())


def test_a_defect_shows_a_page_and_no_traceback(settings, runner, monkeypatch):
    app = demo_app.create_app(settings)
    monkeypatch.delattr(app.state.stytch, "organizations")
    browser = Browser(app, runner)
    page = browser.open("/org/acme")
    assert (page.status, page["h1"], page.links["start-again"]) == (500, "Something went wrong", "/")
    assert "AttributeError" not in page.source
    runner.run(browser.http.aclose())


def test_settings_from_the_environment():
    given = {"STYTCH_PROJECT_ID": "project-test-1", "STYTCH_SECRET": "s"}
    settings = demo_app.Settings.from_env(given)
    assert (settings.environment, settings.port, settings.inbox_url) == (None, 3000, "")
    assert settings.redirect_url == "http://localhost:3000/authenticate"
    assert settings.session_secret != demo_app.Settings.from_env(given).session_secret
    more = {"STYTCH_ENV": "live", "DEMO_BASE_URL": "https://app.test/", "DEMO_PORT": "3100", "DEMO_SESSION_SECRET": "k"}
    settings = demo_app.Settings.from_env(given | more)
    assert (settings.environment, settings.port, settings.session_secret) == ("live", 3100, "k")
    assert settings.redirect_url == "https://app.test/authenticate"
    assert (settings.host, settings.api_url) == ("127.0.0.1", "https://api.stytch.com")
    elsewhere = {"DEMO_API_URL": "http://localhost:4700/", "DEMO_HOST": "0.0.0.0"}
    settings = demo_app.Settings.from_env(given | more | elsewhere)
    assert (settings.host, settings.api_url) == ("0.0.0.0", "http://localhost:4700")
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "STYTCH_PROJECT_ID and STYTCH_SECRET must be set"),
        ({"STYTCH_PROJECT_ID": "p"}, "STYTCH_SECRET must be set"),
        ({"STYTCH_PROJECT_ID": "p", "STYTCH_SECRET": "s", "STYTCH_ENV": "prod"}, "STYTCH_ENV='prod'"),
        ({"STYTCH_PROJECT_ID": "p", "STYTCH_SECRET": "s", "DEMO_PORT": "http"}, "DEMO_PORT='http'"),
    ],
)
def test_settings_that_cant_be(environ, says):
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        demo_app.Settings.from_env(environ)
    assert "\n" not in str(caught.value)


def test_the_app_knows_nothing_of_the_server_and_can_live_in_another_package():
    for file in Path(demo_app.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert {name.split(".")[0] for name in names if name}.isdisjoint({"mockstytch", "demo_app"}), file.name
