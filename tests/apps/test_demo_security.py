"""The demo app over HTTP: cookies, headers, escaping and errors of the app itself."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

import demo_app
from mockstytch.server import open_listener

from .support import Browser


def test_token_type_of_a_link_is_escaped(browser):
    page = browser.open("/authenticate?stytch_token_type=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script" not in page.source
    assert page["token-type"] == "<script>alert(1)</script>"


@pytest.mark.parametrize("slug", ["//evil.test", "https://evil.test", "/\\evil.test", "..%2f..%2f"])
def test_organization_redirect_stays_in_the_app(browser, slug):
    response = browser.request("GET", "/org", params={"slug": slug})
    assert response.status_code == 303
    assert re.fullmatch(r"/org/[^/\\:]+", response.headers["location"])


def test_changes_need_a_post_request(browser):
    for path in ("/login/discovery", "/org/acme/login", "/organizations/enter", "/organizations/create"):
        assert browser.request("GET", path).status_code == 405
    for path in ("/invite", "/switch", "/logout"):
        assert browser.request("GET", path).status_code == 405
        assert browser.request("POST", path).headers["location"] == "/"


def test_cookie_attributes_and_page_headers(browser, given, mock):
    acme = given.organization(organization_slug="acme")
    given.member(acme, "ada@acme.test")
    browser.submit("/org/acme/login", email_address="ada@acme.test")
    response = browser.request("GET", mock.inbox.latest(to="ada@acme.test").redirect_url)
    assert {part.strip().lower() for part in response.headers["set-cookie"].split(";")[1:]} == {
        "path=/",
        "httponly",
        "samesite=lax",
    }
    page = browser.request("GET", "/dashboard")
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_cookie_with_a_wrong_signature_is_ignored(browser, given, log_in):
    acme = given.organization(organization_slug="acme")
    given.member(acme, "ada@acme.test")
    assert log_in(browser, "acme", "ada@acme.test").path == "/dashboard"
    browser.http.cookies = httpx.Cookies({"demo_session": "x" + browser.http.cookies["demo_session"]})
    assert browser.open("/dashboard").path == "/"


def test_wrong_credentials_show_an_error_page(open_app, settings, given):
    given.organization()  # creates the project with the right secret
    browser = open_app(replace(settings, secret="secret-test-another"))()
    assert_error_page(browser, 401, "unauthorized_credentials")


def test_unreachable_api_shows_an_error_page(open_app, settings):
    with open_listener("127.0.0.1", 0) as listener:
        unused = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    assert_error_page(open_app(replace(settings, environment=unused))(), 502, "")


def assert_error_page(browser: Browser, status: int, error_type: str) -> None:
    page = browser.submit("/login/discovery", email_address="ada@acme.test")
    assert (page.status, page["error-type"], page.links["start-again"]) == (status, error_type, "/")
    assert "Traceback" not in page.source


def test_unexpected_error_shows_a_page_without_traceback(settings, runner, monkeypatch):
    app = demo_app.create_app(settings)
    monkeypatch.delattr(app.state.stytch, "organizations")
    browser = Browser(app, runner)
    page = browser.open("/org/acme")
    assert (page.status, page["h1"], page.links["start-again"]) == (500, "Something went wrong", "/")
    assert "AttributeError" not in page.source
    browser.close()


def test_app_imports_neither_the_server_nor_itself_by_name():
    """The app must work with Stytch alone, and inside another package."""
    for file in Path(demo_app.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert {name.split(".")[0] for name in names if name}.isdisjoint({"mockstytch", "demo_app"}), file.name
