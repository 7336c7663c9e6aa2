"""Good requests about SSO: each with a connection of its own."""

from collections.abc import Callable
from typing import Any

from tests.api.sso_visits import SsoVisit, saml_keys


def _idp(world: Any, kind: str) -> Any:
    return world.given.mock.identity_provider(world.acme.organization_id, kind)


def _saml(world: Any) -> dict[str, Any]:
    idp, acme = _idp(world, "saml"), world.acme.organization_id
    private_key, certificate = saml_keys()
    update = world.given.client.sso.saml.update_connection
    connection = update(
        acme, idp.connection_id, x509_certificate=certificate, saml_encryption_private_key=private_key
    ).connection
    return {
        "connection_id": idp.connection_id,
        "metadata_url": idp.metadata_url,
        "certificate_id": connection.verification_certificates[0].certificate_id,
        "private_key_id": connection.encryption_private_keys[0].private_key_id,
        "display_name": "Okta",
    }


def _oidc(world: Any) -> dict[str, Any]:
    return {"connection_id": _idp(world, "oidc").connection_id, "display_name": "Keycloak"}


def _foreign(world: Any) -> dict[str, Any]:
    globex = world.globex.organization_id
    idp = world.given.mock.identity_provider(globex, "saml")
    return {"external_organization_id": globex, "external_connection_id": idp.connection_id}


def _external(world: Any) -> dict[str, Any]:
    made = world.given.client.sso.external.create_connection(world.acme.organization_id, **_foreign(world))
    return {"connection_id": made.connection.connection_id, "display_name": "Globex"}


def _token(world: Any) -> dict[str, Any]:
    return {"sso_token": SsoVisit(world.given.mock).token(_idp(world, "oidc").connection_id, "ada@acme.test")}


def _registered(world: Any) -> dict[str, Any]:
    token = SsoVisit(world.given.mock).token(_idp(world, "oidc").connection_id, "grace@acme.test")
    grace = world.given.client.sso.authenticate(token).member
    return {"organization_id": grace.organization_id, "member_id": grace.member_id}


OWN: dict[str, Callable[[Any], dict[str, Any]]] = {
    "sso.authenticate": _token,
    "sso.delete_connection": _saml,
    "sso.oidc_providers": _registered,
    "sso_external.create_connection": _foreign,
    "sso_external.update_connection": _external,
    "sso_oidc.update_connection": _oidc,
    "sso_saml.delete_encryption_private_key": _saml,
    "sso_saml.delete_verification_certificate": _saml,
    "sso_saml.update_by_url": _saml,
    "sso_saml.update_connection": _saml,
}
# For a path where the request is spoilt before anybody asks what it names.
VALUES = {
    "connection_id": "saml-connection-test-11111111-1111-4111-8111-111111111111",
    "certificate_id": "saml-verification-key-test-11111111-1111-4111-8111-111111111111",
    "private_key_id": "saml-encryption-key-test-11111111-1111-4111-8111-111111111111",
}
