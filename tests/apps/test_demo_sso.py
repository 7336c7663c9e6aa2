"""The demo app over HTTP: single sign-on and impersonation."""

from dataclasses import replace

import pytest

from .support import APP_URL

ADA = "ada@acme.test"


@pytest.fixture
def browser(open_app, settings, mock):
    """A browser on an app with the project's public token."""
    return open_app(replace(settings, public_token=mock.public_token))()


@pytest.fixture
def acme(given):
    return given.organization("Acme", organization_slug="acme")


def sso_link(page):
    (found,) = [href for name, href in page.links.items() if name.startswith("sso-")]
    return found


def test_single_sign_on_logs_in(browser, acme, mock):
    idp = mock.identity_provider(acme.organization_id, "oidc", display_name="Acme SSO")
    mock.next_identity("oidc", ADA, connection_id=idp.connection_id, name="Ada Example")
    page = browser.open("/org/acme")
    assert "Continue with Acme SSO" in page.source
    page = browser.open(sso_link(page))
    assert (page.path, page["member-name"], page["factors"]) == ("/dashboard", "Ada Example", "single sign-on")


def test_organization_without_connection_has_no_sso_link(browser, acme):
    assert not [name for name in browser.open("/org/acme").links if name.startswith("sso-")]


def test_organization_can_require_single_sign_on_after_discovery(browser, acme, client, given, mock):
    idp = mock.identity_provider(acme.organization_id, "oidc")
    given.login(acme, given.member(acme, ADA))
    client.organizations.update(acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    browser.submit("/login/discovery", email_address=ADA)
    page = browser.open(mock.inbox.latest(to=ADA, kind="magic_link.discovery").link)
    page = browser.enter(page, "Acme")
    assert "single sign-on" in page["primary-required"]
    mock.next_identity("oidc", ADA, connection_id=idp.connection_id)
    page = browser.open(sso_link(browser.open("/org/acme")))
    assert page.path == "/dashboard"


def test_expired_sso_token_is_refused(browser, acme, mock):
    idp = mock.identity_provider(acme.organization_id, "oidc")
    mock.next_identity("oidc", ADA, connection_id=idp.connection_id)
    url = browser.request("GET", sso_link(browser.open("/org/acme"))).headers["location"]
    while not url.startswith(APP_URL):
        url = browser.request("GET", url).headers["location"]
    mock.clock.advance(minutes=11)
    page = browser.open(url)
    assert (page["error-type"], page["h1"]) == ("sso_token_not_found", "The login took too long")


def test_person_is_refused_if_the_organization_does_not_provision(browser, acme, client, mock):
    idp = mock.identity_provider(acme.organization_id, "oidc")
    client.organizations.update(acme.organization_id, sso_jit_provisioning="NOT_ALLOWED")
    mock.next_identity("oidc", "eve@else.test", connection_id=idp.connection_id)
    page = browser.open(sso_link(browser.open("/org/acme")))
    assert (page["error-type"], page["h1"]) == ("invalid_connection_for_jit_provisioning", "By invitation only")


def test_impersonation_token_logs_in_as_the_member(browser, acme, given, mock):
    ada = given.member(acme, ADA)
    token = mock.impersonation_token(acme.organization_id, ada.member_id)
    page = browser.open(f"/authenticate?stytch_token_type=multi_tenant_impersonation&token={token}")
    assert (page.path, page["member-email"], page["factors"]) == ("/dashboard", ADA, "impersonation")


def test_connections_with_the_same_name_are_numbered(browser, acme, mock):
    for kind in ("saml", "oidc"):
        mock.identity_provider(acme.organization_id, kind)
    source = browser.open("/org/acme").source
    assert "Continue with single sign-on 1<" in source
    assert "Continue with single sign-on 2<" in source
