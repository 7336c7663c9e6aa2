"""PKCE: the browser SDK sends a challenge if the SDK configuration requires it, and the verifier from its storage."""

import pytest

from tests.api.factors import with_password
from tests.browser.login_screen import sdk_config
from tests.browser.sdk import call, navigate, refusal

ADA = "ada@acme.test"
MINUTES = {"session_duration_minutes": 60}
PASSWORD = "an-entirely-different-passphrase-7"


@pytest.fixture(autouse=True)
def pkce_required(mock):
    required = {"pkce_required": True}
    passwords = {"pkce_required_for_password_resets": True}
    config = sdk_config(magic_links=required, oauth=required, sso=required, passwords=passwords)
    mock.configure(b2b_sdk_config=config, cross_org_passwords_enabled=True)


@pytest.fixture
def finish(app_page):
    """Call the last method of a flow in another browser, which is refused, and then in the one that began it."""

    def call_both(page, method, token_name, **options):
        sent = {token_name: call(page, "parseAuthenticateUrl")["token"], **options}
        assert refusal(app_page("headless"), method, sent) == "pkce_expected_code_verifier"
        return call(page, method, sent)

    return call_both


def test_magic_link(app_page, mock, acme, ada, finish):
    page = app_page("headless")
    sent = {"email_address": ADA, "organization_id": acme.organization_id, "login_redirect_url": page.url}
    call(page, "magicLinks.email.loginOrSignup", sent)
    app_page.visit(page, mock.inbox.latest(to=ADA).link)
    assert finish(page, "magicLinks.authenticate", "magic_links_token", **MINUTES)["member_authenticated"]


def test_discovery_link(app_page, mock, ada, finish):
    page = app_page("headless")
    call(page, "magicLinks.email.discovery.send", {"email_address": ADA, "discovery_redirect_url": page.url})
    app_page.visit(page, mock.inbox.latest(to=ADA).link)
    assert finish(page, "magicLinks.discovery.authenticate", "discovery_magic_links_token")["email_address"] == ADA


def test_password_reset(app_page, mock, client, acme, ada, finish):
    with_password(client, ada)
    page = app_page("headless")
    sent = {"email_address": ADA, "organization_id": acme.organization_id, "reset_password_redirect_url": page.url}
    call(page, "passwords.resetByEmailStart", sent)
    app_page.visit(page, mock.inbox.latest(to=ADA, kind="password_reset").link)
    new = {"password": PASSWORD, **MINUTES}
    assert finish(page, "passwords.resetByEmail", "password_reset_token", **new)["member_authenticated"]


def test_discovery_password_reset(app_page, mock, client, ada, finish):
    with_password(client, ada)
    page = app_page("headless")
    urls = {"reset_password_redirect_url": page.url, "discovery_redirect_url": page.url}
    call(page, "passwords.discovery.resetByEmailStart", {"email_address": ADA, **urls})
    app_page.visit(page, mock.inbox.latest(to=ADA).link)
    done = finish(page, "passwords.discovery.resetByEmail", "password_reset_token", password=PASSWORD)
    assert done["email_address"] == ADA


def test_oauth(app_page, mock, acme, ada, finish):
    page = app_page("headless")
    mock.next_identity("google", ADA)
    where = {"organization_id": acme.organization_id, "login_redirect_url": page.url}
    navigate(page, "oauth.google.start", where)
    assert finish(page, "oauth.authenticate", "oauth_token", **MINUTES)["member_authenticated"]


def test_oauth_discovery(app_page, mock, ada, finish):
    page = app_page("headless")
    mock.next_identity("google", ADA)
    navigate(page, "oauth.google.discovery.start", {"discovery_redirect_url": page.url})
    assert finish(page, "oauth.discovery.authenticate", "discovery_oauth_token")["email_address"] == ADA


def test_sso(app_page, mock, acme, ada, finish):
    page = app_page("headless")
    connection = mock.identity_provider(acme.organization_id, "oidc")
    mock.next_identity("oidc", ADA)
    navigate(page, "sso.start", {"connection_id": connection.connection_id, "login_redirect_url": page.url})
    assert finish(page, "sso.authenticate", "sso_token", **MINUTES)["member_authenticated"]
