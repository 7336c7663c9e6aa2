"""The demo app and an organization's own identity provider; somebody from support who acts as a member."""

from dataclasses import replace

import pytest

import demo_app
from tests.apps.test_demo_app import Browser, runner, settings  # noqa: F401 · fixtures

ADA = "ada@acme.test"


@pytest.fixture
def visitor(settings, runner, mock):  # noqa: F811
    """A browser at the app, which knows the project's public token."""
    return Browser(demo_app.create_app(replace(settings, public_token=mock.public_token)), runner)


@pytest.fixture
def acme(given):
    return given.organization("Acme", organization_slug="acme")


def sso_link(page):
    (found,) = [href for name, href in page.links.items() if name.startswith("sso-")]
    return found


def test_a_login_by_single_sign_on(visitor, acme, mock):
    idp = mock.identity_provider(acme.organization_id, "oidc", display_name="Acme SSO")
    mock.next_identity("oidc", ADA, connection_id=idp.connection_id, name="Ada Example")
    page = visitor.open("/org/acme")
    assert "Continue with Acme SSO" in page.source
    page = visitor.open(sso_link(page))
    assert (page.path, page["member-name"], page["factors"]) == ("/dashboard", "Ada Example", "single sign-on")


def test_an_organization_without_a_connection_shows_none(visitor, acme):
    assert not [name for name in visitor.open("/org/acme").links if name.startswith("sso-")]


def test_single_sign_on_asked_for_after_a_link(visitor, acme, client, given, mock):
    """The organization takes nothing else: who comes by discovery is sent on to its identity provider."""
    idp = mock.identity_provider(acme.organization_id, "oidc")
    given.login(acme, given.member(acme, ADA))
    client.organizations.update(acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    visitor.send("/login/discovery", email_address=ADA)
    page = visitor.open(mock.inbox.latest(to=ADA, kind="magic_link.discovery").link)
    page = visitor.enter(page, "Acme")
    assert "single sign-on" in page["primary-required"]
    mock.next_identity("oidc", ADA, connection_id=idp.connection_id)
    page = visitor.open(sso_link(visitor.open("/org/acme")))
    assert page.path == "/dashboard"


def test_a_login_that_took_too_long(visitor, acme, mock):
    idp = mock.identity_provider(acme.organization_id, "oidc")
    mock.next_identity("oidc", ADA, connection_id=idp.connection_id)
    at = visitor.raw("GET", sso_link(visitor.open("/org/acme"))).headers["location"]
    while not at.startswith("http://demo.test"):
        at = visitor.raw("GET", at).headers["location"]
    mock.clock.advance(minutes=11)
    page = visitor.open(at)
    assert (page["error-type"], page["h1"]) == ("sso_token_not_found", "That took too long")


def test_somebody_whom_the_organization_does_not_let_in(visitor, acme, client, mock):
    idp = mock.identity_provider(acme.organization_id, "oidc")
    client.organizations.update(acme.organization_id, sso_jit_provisioning="NOT_ALLOWED")
    mock.next_identity("oidc", "eve@else.test", connection_id=idp.connection_id)
    page = visitor.open(sso_link(visitor.open("/org/acme")))
    assert (page["error-type"], page["h1"]) == ("invalid_connection_for_jit_provisioning", "By invitation only")


def test_support_acts_as_a_member(visitor, acme, given, mock):
    ada = given.member(acme, ADA)
    token = mock.impersonation_token(acme.organization_id, ada.member_id)
    page = visitor.open(f"/authenticate?stytch_token_type=multi_tenant_impersonation&token={token}")
    assert (page.path, page["member-email"], page["factors"]) == ("/dashboard", ADA, "an impersonation")


def test_connections_of_the_same_name_are_told_apart(visitor, acme, mock):
    for kind in ("saml", "oidc"):
        mock.identity_provider(acme.organization_id, kind)
    source = visitor.open("/org/acme").source
    assert "Continue with single sign-on 1<" in source
    assert "Continue with single sign-on 2<" in source
