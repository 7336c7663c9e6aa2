"""The browser SDK over TLS: under the real host name, and with HTTP-only cookies under a host name of the project.

Chromium finds the host names at this server, as with a name server of a test environment. It trusts the server's key.
"""

import base64
import hashlib
import os
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mockstytch import MockStytch
from tests.api.factors import sms_code
from tests.browser.conftest import AppPages
from tests.browser.login_screen import LoginScreen, sdk_config
from tests.browser.page_server import page_server
from tests.support.browser import running_chromium
from tests.support.server_process import started

EMAIL = "ada@acme.example"
APP, AUTH = "app.acme.example", "auth.acme.example"
COOKIES = {"stytch_session", "stytch_session_jwt"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server with a TLS port, as ``mockstytch serve`` prints it, and its own local CA."""
    folder = str(tmp_path_factory.mktemp("state"))
    environment = {**os.environ, "XDG_STATE_HOME": folder, "LOCALAPPDATA": folder, "HOME": folder}
    with started("--tls-port", "0", "--allowed-host", AUTH, env=environment) as (_, facts):
        yield facts


@pytest.fixture(scope="module")
def certificate(server):
    """The file with the server's certificate and key. The app uses it, too."""
    return Path(server["ca_file"]).with_name("server.pem")


@pytest.fixture(scope="module")
def pages(bundles, certificate):
    """The app's server, with TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with page_server(bundles) as server:
        # The handshake is made in the thread of the request. Otherwise an idle connection would block the server.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        yield server


@pytest.fixture(scope="module")
def chromium(server, certificate, pages):
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    tls = server["tls_url"].removeprefix("https://").replace("localhost", "127.0.0.1")
    hosts = [f"MAP {name}:443 {tls}" for name in ("test.stytch.com", "js.stytch.com", AUTH)]
    hosts += [f"MAP {APP}:443 127.0.0.1:{pages.server_port}", "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"]
    with running_chromium(
        f"--host-resolver-rules={', '.join(hosts)}",
        f"--ignore-certificate-errors-spki-list={base64.b64encode(digest).decode()}",
        whole=True,
    ) as browser:
        yield browser


@pytest.fixture
def mock(server):
    with MockStytch(server["url"]).project() as project:
        yield project


@pytest.fixture
def client(mock):
    return mock.client()


@pytest.fixture
def app_page(mock, browse, pages):
    app = AppPages(mock, browse, pages)
    app.url = f"https://{APP}"
    return app


def test_unchanged_client(open_login, given, mock):
    mfa = {"mfa_policy": "REQUIRED_FOR_ALL", "mfa_methods": "RESTRICTED", "allowed_mfa_methods": ["sms_otp"]}
    acme = given.organization("Acme", **mfa)
    given.member(acme, EMAIL)
    screen = open_login("emailMagicLinks", "oauth", endpoints=False)
    mock.next_identity("google", EMAIL)
    screen.click("Continue with Google")
    screen.sees("Acme")
    screen.click("Go back")
    screen.follow_link(EMAIL)
    assert mock.inbox.latest(to=EMAIL).link.startswith("https://test.stytch.com/v1/magic_links/redirect?")
    screen.click("Acme")
    screen.page.get_by_label("Phone number").press_sequentially("4155550123")  # parsed in an iframe of js.stytch.com
    screen.click("Continue")
    screen.sees("+1 (415) 555-0123")
    screen.enter_code(sms_code(mock))
    assert screen.logged_in().member.mfa_phone_number == "+14155550123"
    hosts = {frame.url.split("/")[2] for frame in screen.page.frames}
    assert hosts == {APP, "js.stytch.com"}


def test_third_party_cookies_are_blocked(open_login, given):
    """Chromium blocks them in profiles of tests, as in incognito windows. The SDK's own cookies belong to the app."""
    given.member(given.organization("Acme"), EMAIL)
    screen = open_login("emailMagicLinks", endpoints=False)
    cookie = {"name": "other", "value": "1", "domain": "test.stytch.com", "path": "/", "secure": True}
    screen.page.context.add_cookies([{**cookie, "sameSite": "None"}])
    with screen.page.expect_request("**/magic_links/email/discovery/send") as sent:
        screen.follow_link(EMAIL)
    headers = sent.value.all_headers()
    assert (headers["sec-fetch-storage-access"], "cookie" in headers) == ("none", False)
    screen.click("Acme")
    screen.logged_in()
    screen.page.reload()
    assert screen.session().member.email_address == EMAIL


def test_http_only_cookies(app_page, given, mock, client):
    given.member(given.organization("Acme"), EMAIL)
    mock.configure(b2b_sdk_config=sdk_config(cookies={"http_only": "ENFORCED"}))
    options = {"login": {"products": ["emailMagicLinks"]}, "endpoints": False}
    page = app_page("react", client={"customBaseUrl": f"https://{AUTH}"}, **options)
    screen = LoginScreen(app_page, mock, client, page)
    screen.follow_link(EMAIL)
    screen.sees("Acme")
    assert "stytch_intermediate_session_token" in screen.cookies
    screen.click("Acme")
    page.get_by_test_id("member").wait_for()
    found = {
        (cookie["name"], cookie["domain"], cookie["httpOnly"], cookie["secure"]) for cookie in page.context.cookies()
    }
    assert found == {(name, AUTH, True, True) for name in COOKIES}
    assert page.evaluate("document.cookie") == ""
    assert screen.session().member.email_address == EMAIL
    page.reload()
    assert page.get_by_test_id("member").inner_text() == EMAIL
    screen.click("Log out")
    screen.sees("Sign up or log in")
    page.reload()
    screen.sees("Sign up or log in")
    assert screen.cookies == {}


def test_enforced_http_only_cookies_need_a_host_name_of_the_project(open_login, mock):
    mock.configure(b2b_sdk_config=sdk_config(cookies={"http_only": "ENFORCED"}))
    screen = open_login("emailMagicLinks", endpoints=False)
    screen.submit_email(EMAIL)
    screen.page.wait_for_function("() => window.errors.length")
    assert screen.errors == ["cname_required_for_http_only_cookies"]
