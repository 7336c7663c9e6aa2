"""Stories of SSO: connections of each type, and logins."""

from typing import Any

from tests.api.sso_visits import SsoVisit, saml_keys
from tests.contract.story import story
from tests.support.given import Given

MAPPING = {"email": "email", "first_name": "firstName", "last_name": "lastName", "groups": "groups"}


def _acme(given: Given) -> str:
    return str(given.organization().organization_id)


def _saml(given: Given, acme: str) -> str:
    """Create a connection with all settings."""
    made = given.client.sso.saml.create_connection(acme, display_name="Okta", identity_provider="okta")
    return str(_filled(given, acme, made.connection.connection_id).connection.connection_id)


def _filled(given: Given, acme: str, connection_id: str) -> Any:
    private_key, certificate = saml_keys()
    return given.client.sso.saml.update_connection(
        acme,
        connection_id,
        idp_entity_id="https://idp.test/acme",
        idp_sso_url="https://idp.test/acme/sso",
        x509_certificate=certificate,
        attribute_mapping=MAPPING,
        saml_connection_implicit_role_assignments=[{"role_id": "stytch_admin"}],
        saml_group_implicit_role_assignments=[{"role_id": "stytch_admin", "group": "admins"}],
        alternative_audience_uri="urn:acme",
        alternative_acs_url="https://old.test/acs",
        signing_private_key=private_key,
        saml_encryption_private_key=private_key,
        idp_initiated_auth_disabled=True,
        allow_gateway_callback=True,
    )


@story("sso.saml.create_connection")
def _(given: Given) -> Any:
    return given.client.sso.saml.create_connection(_acme(given), display_name="Okta", identity_provider="okta")


@story("sso.saml.update_connection")
def _(given: Given) -> Any:
    acme = _acme(given)
    return _filled(given, acme, given.client.sso.saml.create_connection(acme).connection.connection_id)


@story("sso.saml.update_by_url")
def _(given: Given) -> Any:
    acme = _acme(given)
    idp = given.mock.identity_provider(acme, "saml")
    return given.client.sso.saml.update_by_url(acme, idp.connection_id, metadata_url=idp.metadata_url)


@story("sso.saml.delete_verification_certificate")
def _(given: Given) -> Any:
    acme = _acme(given)
    connection_id = _saml(given, acme)
    filled = _filled(given, acme, connection_id).connection
    certificate_id = filled.verification_certificates[0].certificate_id
    return given.client.sso.saml.delete_verification_certificate(acme, connection_id, certificate_id)


@story("sso.saml.delete_encryption_private_key")
def _(given: Given) -> Any:
    acme = _acme(given)
    connection_id = _saml(given, acme)
    connection = given.client.sso.get_connections(acme).saml_connections[0]
    key_id = connection.encryption_private_keys[0].private_key_id
    return given.client.sso.saml.delete_encryption_private_key(acme, connection_id, key_id)


@story("sso.oidc.create_connection")
def _(given: Given) -> Any:
    return given.client.sso.oidc.create_connection(_acme(given), display_name="Keycloak", identity_provider="keycloak")


@story("sso.oidc.update_connection")
def _(given: Given) -> Any:
    """The issuer can't be reached, so the response has a warning."""
    acme = _acme(given)
    connection_id = given.client.sso.oidc.create_connection(acme).connection.connection_id
    return given.client.sso.oidc.update_connection(
        acme,
        connection_id,
        client_id="client",
        client_secret="secret",
        issuer="http://127.0.0.1:9/issuer",
        authorization_url="http://127.0.0.1:9/authorize",
        token_url="http://127.0.0.1:9/token",
        userinfo_url="http://127.0.0.1:9/userinfo",
        jwks_url="http://127.0.0.1:9/jwks",
        custom_scopes="openid email",
        attribute_mapping={"department": "dept"},
    )


def _external_connection(given: Given) -> tuple[str, Any]:
    acme = _acme(given)
    globex = given.organization("Globex").organization_id
    idp = given.mock.identity_provider(globex, "saml")
    made = given.client.sso.external.create_connection(
        acme,
        external_organization_id=globex,
        external_connection_id=idp.connection_id,
        display_name="Globex",
        connection_implicit_role_assignments=[{"role_id": "stytch_admin"}],
        group_implicit_role_assignments=[{"role_id": "stytch_admin", "group": "admins"}],
    )
    return acme, made


@story("sso.external.create_connection")
def _(given: Given) -> Any:
    return _external_connection(given)[1]


@story("sso.external.update_connection")
def _(given: Given) -> Any:
    acme, made = _external_connection(given)
    return given.client.sso.external.update_connection(acme, made.connection.connection_id, display_name="Lent")


@story("sso.get_connections")
def _(given: Given) -> Any:
    acme, _made = _external_connection(given)
    _saml(given, acme)
    given.mock.identity_provider(acme, "oidc")
    return given.client.sso.get_connections(acme)


@story("sso.delete_connection")
def _(given: Given) -> Any:
    acme = _acme(given)
    return given.client.sso.delete_connection(acme, _saml(given, acme))


@story("sso.authenticate")
def _(given: Given) -> Any:
    """A new member logs in."""
    idp = given.mock.identity_provider(_acme(given), "saml")
    token = SsoVisit(given.mock).token(idp.connection_id, "ada@acme.test", name="Ada Lovelace", groups=["admins"])
    return given.client.sso.authenticate(token)


@story("organizations.members.oidc_providers")
def _(given: Given) -> Any:
    acme = _acme(given)
    idp = given.mock.identity_provider(acme, "oidc")
    ada = given.client.sso.authenticate(SsoVisit(given.mock).token(idp.connection_id, "ada@acme.test")).member
    return given.client.organizations.members.oidc_providers(acme, ada.member_id, include_refresh_token=True)
