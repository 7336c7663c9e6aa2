"""``sso`` of the browser SDK: logins through connections, and the connections themselves."""

import pytest

from tests.api.sso_visits import saml_keys
from tests.browser.sdk import call, navigate, refusal, refused_navigation

ADA = "ada@acme.test"
MINUTES = {"session_duration_minutes": 60}
FORBIDDEN = "session_authorization_error"
NO_CONNECTION = "saml-connection-test-00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize("kind", ["saml", "oidc"])
def test_connection_logs_a_member_in(app_page, mock, acme, ada, kind):
    page = app_page("headless")
    connection = mock.identity_provider(acme.organization_id, kind)
    mock.next_identity(kind, ADA)
    urls = {"login_redirect_url": page.url, "signup_redirect_url": page.url}
    navigate(page, "sso.start", {"connection_id": connection.connection_id, **urls})
    token = {"sso_token": call(page, "parseAuthenticateUrl")["token"], **MINUTES}
    assert call(page, "sso.authenticate", token)["member"]["email_address"] == ADA
    assert refusal(page, "sso.authenticate", token) == "sso_token_not_found"


def test_start_is_refused_for_an_unknown_connection(app_page):
    page = app_page("headless")
    where = {"connection_id": NO_CONNECTION, "login_redirect_url": page.url}
    assert refused_navigation(page, "sso.start", where) == "sso_connection_not_found"


def test_connections_of_an_address_are_found(app_page, mock, acme, ada):
    page = app_page("headless")
    connection = mock.identity_provider(acme.organization_id, "saml", "Okta")
    (found,) = call(page, "sso.discoverConnections", ADA)["connections"]
    assert (found["connection_id"], found["display_name"]) == (connection.connection_id, "Okta")
    assert call(page, "sso.discoverConnections", "nobody@else.test")["connections"] == []
    assert refusal(page, "sso.discoverConnections", "ada") == "invalid_email"


def test_saml_connection(admin_page, mock, acme):
    page = admin_page
    made = call(page, "sso.saml.createConnection", {"display_name": "Okta", "identity_provider": "okta"})["connection"]
    where = {"connection_id": made["connection_id"]}
    private_key, certificate = saml_keys()
    settings = {"idp_entity_id": "https://idp.test/acme", "idp_sso_url": "https://idp.test/acme/sso"}
    settings |= {"x509_certificate": certificate, "saml_encryption_private_key": private_key}
    settings |= {"attribute_mapping": {"email": "email", "full_name": "name"}}
    filled = call(page, "sso.saml.updateConnection", {**where, **settings})["connection"]
    assert filled["status"] == "active"
    (listed,) = call(page, "sso.getConnections")["saml_connections"]
    assert listed["connection_id"] == made["connection_id"]
    certificate_id = filled["verification_certificates"][0]["certificate_id"]
    call(page, "sso.saml.updateConnection", {**where, "x509_certificate": saml_keys()[1]})
    call(page, "sso.saml.deleteVerificationCertificate", {**where, "certificate_id": certificate_id})
    key_id = filled["encryption_private_keys"][0]["private_key_id"]
    deleted = call(page, "sso.saml.deleteEncryptionPrivateKey", {**where, "private_key_id": key_id})
    assert deleted["private_key_id"] == key_id
    metadata_url = mock.identity_provider(acme.organization_id, "saml").metadata_url
    assert call(page, "sso.saml.updateConnectionByURL", {**where, "metadata_url": metadata_url})["connection"]
    assert call(page, "sso.deleteConnection", made["connection_id"])["connection_id"] == made["connection_id"]


def test_oidc_connection(admin_page):
    page, settings = admin_page, {"display_name": "Keycloak", "identity_provider": "keycloak"}
    made = call(page, "sso.oidc.createConnection", settings)["connection"]
    changed = {"connection_id": made["connection_id"], "display_name": "Staff", "client_id": "acme"}
    assert call(page, "sso.oidc.updateConnection", changed)["connection"]["display_name"] == "Staff"


def test_external_connection(admin_page, mock, given):
    page, lender = admin_page, given.organization("Lender")
    lent = mock.identity_provider(lender.organization_id, "saml")
    external = {"external_organization_id": lender.organization_id, "external_connection_id": lent.connection_id}
    made = call(page, "sso.external.createConnection", {"display_name": "Lent", **external})["connection"]
    changed = {"connection_id": made["connection_id"], "display_name": "Borrowed"}
    assert call(page, "sso.external.updateConnection", changed)["connection"]["display_name"] == "Borrowed"


def test_connections_need_permissions(ada_page, mock, acme):
    page = ada_page
    connection = mock.identity_provider(acme.organization_id, "saml")
    where = {"connection_id": connection.connection_id}
    oidc = {"connection_id": mock.identity_provider(acme.organization_id, "oidc").connection_id}
    external = {"external_organization_id": acme.organization_id, "external_connection_id": connection.connection_id}
    certificate, key = {"certificate_id": "any"}, {"private_key_id": "any"}
    assert refusal(page, "sso.getConnections") == FORBIDDEN
    assert refusal(page, "sso.deleteConnection", connection.connection_id) == FORBIDDEN
    assert refusal(page, "sso.saml.createConnection", {}) == FORBIDDEN
    assert refusal(page, "sso.saml.updateConnection", {**where, "display_name": "Eve"}) == FORBIDDEN
    by_url = {**where, "metadata_url": connection.metadata_url}
    assert refusal(page, "sso.saml.updateConnectionByURL", by_url) == FORBIDDEN
    assert refusal(page, "sso.saml.deleteVerificationCertificate", {**where, **certificate}) == FORBIDDEN
    assert refusal(page, "sso.saml.deleteEncryptionPrivateKey", {**where, **key}) == FORBIDDEN
    assert refusal(page, "sso.oidc.createConnection", {}) == FORBIDDEN
    assert refusal(page, "sso.oidc.updateConnection", {**oidc, "display_name": "Eve"}) == FORBIDDEN
    assert refusal(page, "sso.external.createConnection", external) == FORBIDDEN
    assert refusal(page, "sso.external.updateConnection", {**where, "display_name": "Eve"}) == FORBIDDEN
