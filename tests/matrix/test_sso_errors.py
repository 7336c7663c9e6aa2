"""The error of each field of SSO connections and logins; see ``test_organization_errors``."""

import pytest

from tests.api.sso_visits import saml_keys
from tests.matrix import error_rows
from tests.matrix.endpoints import ENDPOINTS
from tests.matrix.error_rows import (
    ABSENT,
    CLAIMS,
    LOCALE,
    MEMBER,
    MINUTES,
    NO_TOKENS,
    ORGANIZATION_REF,
    REFRESHING,
    VERIFIER,
    WITH_EITHER,
    each,
)
from tests.matrix.sso_requests import UNKNOWN_IDS

NO_URLS = ("nope", "javascript:alert(1)", "ftp://idp.test", "http://", "https://a b.test", "x" * 3000)
LONG = "x" * 2049
ORGANIZATION = ORGANIZATION_REF[1:]  # the id is in the path
DESCRIBED = [
    *each("display_name", "invalid_display_name", "x" * 129),
    *each("identity_provider", "invalid_sso_idp", "unknown", "okta!", "generic "),
]
KEYS = [
    ("", "saml_signing_private_key_format_not_supported"),
    ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", "saml_signing_private_key_invalid"),
    ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "saml_signing_private_key_format_not_supported"),
    ("x" * 5000, "private_key_too_long"),
]
ROLES = [
    ([{"role_id": "unknown"}], "invalid_rbac_role_assignment"),
    ([{"role_id": "stytch_member"}], "cannot_assign_default_rbac_role_id"),
]
GROUPS = [
    ([{"role_id": "unknown", "group": "x"}], "invalid_rbac_role_assignment"),
    ([{"role_id": "stytch_member", "group": "x"}], "cannot_assign_default_rbac_role_id"),
    ([{"role_id": "stytch_admin", "group": " "}], "saml_group_role_assignment_does_not_contain_member_group"),
]


def _pairs(field, pairs):
    return [({field: value}, error_type) for value, error_type in pairs if value != ""]


def _named(error_type):
    strangers = (UNKNOWN_IDS["connection_id"], "nope", "external-connection-test-x")
    return [*ORGANIZATION, *each("connection_id", error_type, *strangers)]


TABLE = {
    "sso.get_connections": ORGANIZATION,
    "sso.delete_connection": _named("sso_connection_not_found"),
    "sso.authenticate": [
        *each("sso_token", "invalid_token", ABSENT, *NO_TOKENS),
        *each("sso_token", "sso_token_not_found", "x" * 44),
        *VERIFIER,
        *WITH_EITHER,
        *MINUTES,
        *CLAIMS,
        *LOCALE,
    ],
    "sso.oidc_providers": [
        *ORGANIZATION,
        *MEMBER,
        *REFRESHING,
        *each("member_id", "member_oidc_token_not_found", "ada"),
    ],
    "sso_saml.create_connection": [*ORGANIZATION, *DESCRIBED],
    "sso_saml.update_connection": [
        *_named("saml_connection_not_found"),
        *DESCRIBED,
        *each("idp_sso_url", "saml_connection_idp_sso_url_invalid_format", *NO_URLS),
        *each("idp_sso_url", "saml_connection_idp_sso_url_required", ""),
        *each("idp_entity_id", "invalid_idp_entity_id", "", LONG, "a\x00b"),
        *each("alternative_acs_url", "bad_request", *NO_URLS),
        *each("alternative_audience_uri", "bad_request", LONG, "a\x00b"),
        *each("nameid_format", "bad_request", LONG, "a\x00b"),
        *each("x509_certificate", "invalid_x509_certificate", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END "),
        *each("attribute_mapping", "saml_connection_email_mapping_required", {"full_name": "name"}),
        *each(
            "attribute_mapping",
            "saml_connection_name_mapping_required",
            {"email": "mail"},
            {"email": "mail", "first_name": "given"},
        ),
        *each(
            "attribute_mapping",
            "saml_connection_no_nested_keys_in_attribute_mapping",
            {"email": {"x": "y"}},
            {"email": ""},
        ),
        *_pairs("signing_private_key", KEYS),
        *_pairs("saml_encryption_private_key", KEYS),
        *_pairs("saml_connection_implicit_role_assignments", ROLES),
        *_pairs("saml_group_implicit_role_assignments", GROUPS),
        (
            {
                "attribute_mapping": {"email": "mail", "full_name": "name"},
                "saml_group_implicit_role_assignments": [{"role_id": "stytch_admin", "group": "x"}],
            },
            "saml_connection_attribute_mapping_missing_groups_key",
        ),
    ],
    "sso_saml.update_by_url": [
        *_named("saml_connection_not_found"),
        *each("metadata_url", "invalid_saml_metadata_url", ABSENT, "", *NO_URLS, "http://127.0.0.1:9/closed"),
    ],
    "sso_saml.delete_verification_certificate": [
        *_named("saml_connection_not_found"),
        *each("certificate_id", "sso_verification_key_not_found", UNKNOWN_IDS["certificate_id"], "nope"),
    ],
    "sso_saml.delete_encryption_private_key": [
        *_named("saml_connection_not_found"),
        *each("private_key_id", "sso_encryption_private_key_not_found", UNKNOWN_IDS["private_key_id"], "nope"),
    ],
    "sso_oidc.create_connection": [*ORGANIZATION, *DESCRIBED],
    "sso_oidc.update_connection": [
        *_named("oidc_connection_not_found"),
        *DESCRIBED,
        *each("client_id", "oidc_connection_client_id_required", ""),
        *each("client_id", "bad_request", LONG),
        *each("client_secret", "oidc_connection_client_secret_required", ""),
        *each("client_secret", "client_secret_too_long", LONG),
        *each("issuer", "oidc_connection_issuer_required", ""),
        *each("issuer", "oidc_connection_issuer_url_invalid_format", *NO_URLS),
        *each("authorization_url", "oidc_connection_authorization_url_required", ""),
        *each("authorization_url", "oidc_connection_authorization_url_invalid_format", *NO_URLS),
        *each("token_url", "oidc_connection_token_url_required", ""),
        *each("token_url", "oidc_connection_token_url_invalid_format", *NO_URLS),
        *each("userinfo_url", "oidc_connection_userinfo_url_invalid_format", "", *NO_URLS),
        *each("jwks_url", "oidc_connection_jwks_url_required", ""),
        *each("jwks_url", "oidc_connection_jwks_url_invalid_format", *NO_URLS),
        *each("attribute_mapping", "saml_connection_no_nested_keys_in_attribute_mapping", {"dept": ["x"]}),
    ],
    "sso_external.create_connection": [
        *ORGANIZATION,
        *each("external_organization_id", "invalid_organization_id", ABSENT, "", "a/b"),
        *each("external_organization_id", "organization_not_found", "unknown"),
        *each(
            "external_connection_id",
            "external_connection_id_not_found",
            ABSENT,
            "",
            "nope",
            UNKNOWN_IDS["connection_id"],
        ),
        *each("display_name", "invalid_display_name", "x" * 129),
        *_pairs("connection_implicit_role_assignments", ROLES),
        *_pairs("group_implicit_role_assignments", GROUPS),
    ],
    "sso_external.update_connection": [
        *_named("sso_connection_not_found")[:-1],
        *each("display_name", "invalid_display_name", "x" * 129),
        *_pairs("external_connection_implicit_role_assignments", ROLES),
        *_pairs("external_group_implicit_role_assignments", GROUPS),
    ],
}


@error_rows.parametrize(TABLE)
def test_changed_field_is_refused(project, endpoint, change, error_type):
    assert error_rows.error_of_changed(project, endpoint, change) == (error_rows.STATUS[error_type], error_type)


def test_external_connection_to_own_organization_is_refused(project):
    valid = project.valid_request(ENDPOINTS["sso_external.create_connection"])
    own = {"organization_id": valid["external_organization_id"]}
    answered = error_rows.error_of_changed(project, ENDPOINTS["sso_external.create_connection"], own)
    assert answered == (400, "external_organization_id_same_as_organization_id")


@pytest.mark.slow
def test_sixth_key_or_certificate_is_refused(own_project, refused):
    """A deleted one can be replaced. The last certificate of an active connection can't be deleted."""
    saml, acme = own_project.given.client.sso.saml, own_project.acme.organization_id
    connection_id = own_project.given.mock.identity_provider(acme, "saml").connection_id
    pairs = [saml_keys() for _ in range(6)]
    for private_key, certificate in pairs[:4]:
        saml.update_connection(acme, connection_id, saml_encryption_private_key=private_key)
        connection = saml.update_connection(acme, connection_id, x509_certificate=certificate).connection
    assert len(connection.verification_certificates) == 5
    again = saml.update_connection(acme, connection_id, x509_certificate=pairs[0][1]).connection
    assert again.verification_certificates == connection.verification_certificates
    saml.update_connection(acme, connection_id, saml_encryption_private_key=pairs[4][0])
    update = saml.update_connection
    assert (
        refused(update, acme, connection_id, x509_certificate=pairs[5][1]) == "too_many_sso_verification_certificates"
    )
    error_type = refused(update, acme, connection_id, saml_encryption_private_key=pairs[5][0])
    assert error_type == "too_many_encryption_certificates"
    first, *others = [one.certificate_id for one in connection.verification_certificates]
    for certificate_id in others:
        saml.delete_verification_certificate(acme, connection_id, certificate_id)
    last = refused(saml.delete_verification_certificate, acme, connection_id, first)
    assert last == "cannot_delete_last_sso_verification_key"
