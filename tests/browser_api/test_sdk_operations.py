"""Operations that only the SDKs for browsers and mobile apps call."""

import pytest

from tests.browser_api.sdk_client import data_of
from tests.contract.factors import with_password
from tests.contract.oauth import CALLBACK, OPENID, authorized, new_app, tokens
from tests.support.errors import error_of

ORGANIZATION, MEMBER = "/b2b/organizations/search", "/b2b/organizations/members/search"
CONNECTIONS = "/b2b/sso/discovery/connections"
UNKNOWN = "organization-test-11111111-1111-4111-8111-111111111111"


@pytest.fixture
def acme(given):
    return given.organization("Acme", "acme", organization_logo_url="https://acme.test/logo.png")


# Organizations by slug


def test_login_page_sees_what_it_needs_of_an_organization(sdk, mock, acme):
    mock.client().organizations.update(acme.organization_id, trusted_metadata={"plan": "pro"})
    organization = sdk.data("POST", ORGANIZATION, {"organization_slug": "ACME"})["organization"]
    assert organization == {
        "organization_id": acme.organization_id,
        "organization_name": "Acme",
        "organization_slug": "acme",
        "organization_logo_url": "https://acme.test/logo.png",
        "sso_active_connections": [],
        "sso_default_connection_id": None,
        "email_jit_provisioning": "NOT_ALLOWED",
        "email_allowed_domains": [],
        "email_invites": "ALL_ALLOWED",
        "oauth_tenant_jit_provisioning": "NOT_ALLOWED",
        "allowed_oauth_tenants": {},
        "auth_methods": "ALL_ALLOWED",
        "allowed_auth_methods": [],
        "mfa_policy": "OPTIONAL",
        "mfa_methods": "ALL_ALLOWED",
        "allowed_mfa_methods": [],
    }


@pytest.mark.parametrize("slug", ["", "nowhere", "a" * 500, "\x00", "acme ", "%"])
def test_unknown_slug_is_not_an_error(sdk, acme, slug):
    assert sdk.data("POST", ORGANIZATION, {"organization_slug": slug})["organization"] is None


def test_deleted_organization_is_not_found(sdk, client, acme):
    client.organizations.delete(acme.organization_id)
    assert sdk.data("POST", ORGANIZATION, {"organization_slug": "acme"})["organization"] is None


def test_organization_is_not_found_by_another_id(sdk, client, acme):
    client.organizations.update(acme.organization_id, organization_external_id="external")
    for reference in (acme.organization_id, "external"):
        assert sdk.data("POST", ORGANIZATION, {"organization_slug": reference})["organization"] is None


def test_slug_is_required(sdk):
    assert sdk.refused("POST", ORGANIZATION, {}) == "bad_request"


# Members by address


def test_login_page_sees_what_it_needs_of_a_member(sdk, given, acme):
    ada = with_password(given, acme)
    sent = {"email_address": "ADA@acme.test", "organization_id": acme.organization_id}
    found = sdk.data("POST", MEMBER, sent)["member"]
    assert found == {"status": ada.status, "name": "", "member_password_id": ada.member_password_id}


def test_unknown_address_is_not_an_error(sdk, given, acme):
    globex = given.organization("Globex")
    given.member(globex, "bob@globex.test")
    for address in ("nobody@acme.test", "bob@globex.test"):
        sent = {"email_address": address, "organization_id": acme.organization_id}
        assert sdk.data("POST", MEMBER, sent)["member"] is None


def test_search_for_a_member_needs_an_organization_and_an_address(sdk, acme):
    assert sdk.refused("POST", MEMBER, {"email_address": "a@b.test", "organization_id": UNKNOWN}) == (
        "organization_not_found"
    )
    for organization_id in ("", "a/b", "x" * 300):
        sent = {"email_address": "a@b.test", "organization_id": organization_id}
        assert sdk.refused("POST", MEMBER, sent) == "invalid_organization_id"
    for address in ("", "x", "a b@acme.test"):
        sent = {"email_address": address, "organization_id": acme.organization_id}
        assert sdk.refused("POST", MEMBER, sent) == "invalid_email"


# Connections by address


def connection_ids(sdk, address):
    found = sdk.data("GET", CONNECTIONS, {"email_address": address})["connections"]
    assert all(each.keys() == {"connection_id", "display_name", "identity_provider"} for each in found)
    return [each["connection_id"] for each in found]


def test_connections_of_a_member_s_organizations(sdk, given, mock, acme):
    given.member(acme, "ada@acme.test")
    connection = mock.identity_provider(acme.organization_id, "oidc")
    assert connection_ids(sdk, "ADA@acme.test") == [connection.connection_id]
    assert connection_ids(sdk, "bob@acme.test") == []


def test_connections_of_organizations_that_provision_the_domain(sdk, given, mock):
    acme = given.organization(email_allowed_domains=["acme.test"], email_invites="RESTRICTED")
    closed = given.organization(
        email_allowed_domains=["acme.test"], email_invites="RESTRICTED", sso_jit_provisioning="NOT_ALLOWED"
    )
    connection = mock.identity_provider(acme.organization_id, "saml")
    mock.identity_provider(closed.organization_id, "saml")
    assert connection_ids(sdk, "new@acme.test") == [connection.connection_id]
    assert connection_ids(sdk, "new@globex.test") == []


@pytest.mark.parametrize("query", [{}, {"email_address": ""}, {"email_address": "x"}])
def test_address_of_connections_is_required(sdk, query):
    assert sdk.refused("GET", CONNECTIONS, query) == "invalid_email"


# The member of the session


def test_own_member(sdk, given, acme):
    ada = given.member(acme, "ada@acme.test", name="Ada")
    token = given.login(acme, ada).session_token
    data = sdk.data("GET", "/b2b/organizations/members/me", token=token)
    assert (data["member_id"], data["member"]["name"]) == (ada.member_id, "Ada")
    assert data["organization"]["organization_id"] == acme.organization_id


# SCIM groups


def groups(sdk, token, **sent):
    data = sdk.data("POST", "/b2b/scim/groups", sent, token)
    return data["scim_groups"], data["next_cursor"]


def test_groups_of_the_organization_s_connection(sdk, given, client, acme):
    token = given.admin(acme).session_token
    assert groups(sdk, token) == ([], None)
    client.scim.connection.create(acme.organization_id)
    assert groups(sdk, token, limit=10) == ([], None)
    assert groups(sdk, token, connection_id="scim-connection-test-x") == (
        [],
        None,
    )  # the SDK doesn't name the connection
    assert sdk.refused("POST", "/b2b/scim/groups", {"limit": 1001}, token) == "user_search_invalid_limit"
    assert sdk.refused("POST", "/b2b/scim/groups", {"cursor": "x"}, token) == "user_search_invalid_cursor"


# Logout at an OAuth client's request

BYE, LOGOUT = "https://acme.test/bye", "/b2b/oauth/logout/start"


@pytest.fixture
def reports(given):
    return new_app(given, post_logout_redirect_urls=[BYE])


def test_logout_without_an_id_token_needs_consent(sdk, reports):
    """Another website could have sent the request."""
    sent = {"client_id": reports.client_id, "post_logout_redirect_uri": BYE, "state": "s&t"}
    data = sdk.data("POST", LOGOUT, sent)
    assert (data["redirect_uri"], data["consent_required"]) == (f"{BYE}?state=s%26t", True)


def test_logout_with_an_id_token_needs_no_consent(sdk, given, acme, reports):
    session_token = given.login(acme, given.member(acme)).session_token
    code = authorized(given, reports, OPENID, session_token=session_token).authorization_code
    id_token = tokens(given, reports, code)["id_token"]
    sent = {"client_id": reports.client_id, "post_logout_redirect_uri": BYE, "id_token_hint": id_token}
    data = sdk.data("POST", LOGOUT, sent)
    assert (data["redirect_uri"], data["consent_required"]) == (BYE, False)
    other = new_app(given, post_logout_redirect_urls=[BYE])
    assert sdk.refused("POST", LOGOUT, {**sent, "client_id": other.client_id}) == "connected_app_not_found"


def test_invalid_logout_is_refused(sdk, reports):
    sent = {"client_id": reports.client_id, "post_logout_redirect_uri": BYE}
    for client_id in ("", "connected-app-test-11111111-1111-4111-8111-111111111111", "x"):
        assert sdk.refused("POST", LOGOUT, {**sent, "client_id": client_id}) == "connected_app_not_found"
    for url in ("", CALLBACK, "https://evil.test", f"{BYE}/"):
        response = sdk("POST", LOGOUT, {**sent, "post_logout_redirect_uri": url})
        assert error_of(response) == (401, "connected_app_supplied_redirect_url_not_found_in_client")
    assert sdk.refused("POST", LOGOUT, {**sent, "id_token_hint": "x"}) == "connected_app_not_found"


# What the Admin Portal shows


def test_admin_portal_shows_sso_only_if_the_configuration_allows_it(sdk, given, mock, acme):
    token = given.admin(acme).session_token
    everything = data_of(sdk("GET", "/b2b/admin_portal_config", token=token))
    assert everything["sso_config"] == dict.fromkeys(
        ("sso_enabled", "can_create_saml_connection", "can_create_oidc_connection"), True
    )
    mock.configure(b2b_sdk_config={"sso": {"enabled": False}})
    assert not any(sdk.data("GET", "/b2b/admin_portal_config", token=token)["sso_config"].values())
