"""Fields of valid requests about SSO. Each request has its own connection."""

from collections.abc import Callable
from typing import Any

from tests.api.sso_visits import SsoVisit, saml_keys


def _connection(project: Any, kind: str) -> Any:
    return project.given.mock.identity_provider(project.acme.organization_id, kind)


def _saml(project: Any) -> dict[str, Any]:
    builtin, acme = _connection(project, "saml"), project.acme.organization_id
    private_key, certificate = saml_keys()
    update = project.given.client.sso.saml.update_connection
    connection = update(
        acme, builtin.connection_id, x509_certificate=certificate, saml_encryption_private_key=private_key
    ).connection
    return {
        "connection_id": builtin.connection_id,
        "metadata_url": builtin.metadata_url,
        "certificate_id": connection.verification_certificates[0].certificate_id,
        "private_key_id": connection.encryption_private_keys[0].private_key_id,
        "display_name": "Okta",
    }


def _oidc(project: Any) -> dict[str, Any]:
    return {"connection_id": _connection(project, "oidc").connection_id, "display_name": "Keycloak"}


def _foreign(project: Any) -> dict[str, Any]:
    globex = project.globex.organization_id
    connection = project.given.mock.identity_provider(globex, "saml")
    return {"external_organization_id": globex, "external_connection_id": connection.connection_id}


def _external(project: Any) -> dict[str, Any]:
    made = project.given.client.sso.external.create_connection(project.acme.organization_id, **_foreign(project))
    return {"connection_id": made.connection.connection_id, "display_name": "Globex"}


def _token(project: Any) -> dict[str, Any]:
    return {
        "sso_token": SsoVisit(project.given.mock).token(_connection(project, "oidc").connection_id, "ada@acme.test")
    }


def _registered(project: Any) -> dict[str, Any]:
    token = SsoVisit(project.given.mock).token(_connection(project, "oidc").connection_id, "grace@acme.test")
    grace = project.given.client.sso.authenticate(token).member
    return {"organization_id": grace.organization_id, "member_id": grace.member_id}


SPECIFIC_FIELDS: dict[str, Callable[[Any], dict[str, Any]]] = {
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
# Well-formed ids that don't exist.
UNKNOWN_IDS = {
    "connection_id": "saml-connection-test-11111111-1111-4111-8111-111111111111",
    "certificate_id": "saml-verification-key-test-11111111-1111-4111-8111-111111111111",
    "private_key_id": "saml-encryption-key-test-11111111-1111-4111-8111-111111111111",
}
