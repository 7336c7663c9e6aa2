"""``sso.saml``: connections to identity providers that use SAML."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from mockstytch import errors, outbound
from mockstytch.clock import position
from mockstytch.domain.shared import lookup
from mockstytch.domain.sso import sso_connections
from mockstytch.domain.sso.sso_connections import GroupAssignment, RoleAssignment
from mockstytch.protocols.saml import certificates, service_provider
from mockstytch.runtime import Context
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sso import NAMEID_FORMAT, SamlConnection
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import UNSET, FieldError, Maybe, OptionalHyphensEnum, OrganizationRef

api = Endpoints(resource="stytch.sso", sdk_feature="sso.enabled")

_CONNECTION = "/v1/b2b/sso/saml/{organization_id}/connections/{connection_id}"


class IdentityProvider(OptionalHyphensEnum):
    CLASSLINK = "classlink"
    CYBERARK = "cyberark"
    DUO = "duo"
    GENERIC = "generic"
    GOOGLE_WORKSPACE = "google-workspace"
    JUMPCLOUD = "jumpcloud"
    KEYCLOAK = "keycloak"
    MINIORANGE = "miniorange"
    MICROSOFT_ENTRA = "microsoft-entra"
    OKTA = "okta"
    ONELOGIN = "onelogin"
    PINGFEDERATE = "pingfederate"
    RIPPLING = "rippling"
    SALESFORCE = "salesforce"
    SHIBBOLETH = "shibboleth"


DisplayName = Annotated[str, Meta(max_length=128), FieldError(errors.invalid_display_name)]
IdentityProviderField = Annotated[IdentityProvider, FieldError(errors.invalid_sso_idp)]
# The fields that an update can remove, but not of an active connection, which also has a certificate and a mapping.
_NEEDED = {
    "idp_sso_url": errors.saml_connection_idp_sso_url_required,
    "idp_entity_id": errors.invalid_idp_entity_id,
}


class Create(Request):
    organization_id: OrganizationRef
    display_name: DisplayName = ""
    identity_provider: IdentityProviderField = IdentityProvider.GENERIC


@api.post("/v1/b2b/sso/saml/{organization_id}", sdk=("/b2b/sso/saml",), permission="create")
def create_connection(ctx: Context, req: Create) -> Body:
    """Create a connection. It is pending until it has an identity provider and an attribute mapping."""
    organization = lookup.organization(ctx, req.organization_id)
    connection = SamlConnection(
        connection_id=ctx.ids.new("saml_connection"),
        organization_id=organization.organization_id,
        display_name=req.display_name,
        identity_provider=req.identity_provider.value,
        signing_certificates=[sso_connections.signing_certificate(ctx)],
        position=position(),
    )
    return {"connection": sso_connections.serialize(ctx, sso_connections.create(ctx, organization, connection))}


class ConnectionPath(Request):
    """Path parameters of one SAML connection."""

    organization_id: OrganizationRef
    connection_id: Annotated[str, Meta(min_length=1), FieldError(errors.saml_connection_not_found)]


class Update(ConnectionPath):
    idp_entity_id: Maybe[str] = UNSET
    display_name: Maybe[DisplayName] = UNSET
    attribute_mapping: Maybe[dict[str, Any]] = UNSET
    x509_certificate: Maybe[str] = UNSET
    idp_sso_url: Maybe[str] = UNSET
    saml_connection_implicit_role_assignments: Maybe[list[RoleAssignment]] = UNSET
    saml_group_implicit_role_assignments: Maybe[list[GroupAssignment]] = UNSET
    alternative_audience_uri: Maybe[str] = UNSET
    identity_provider: Maybe[IdentityProviderField] = UNSET
    signing_private_key: Maybe[str] = UNSET
    nameid_format: Maybe[str] = UNSET
    alternative_acs_url: Maybe[str] = UNSET
    idp_initiated_auth_disabled: Maybe[bool] = UNSET
    saml_encryption_private_key: Maybe[str] = UNSET
    allow_gateway_callback: Maybe[bool] = UNSET


@api.put(_CONNECTION, sdk=("/b2b/sso/saml/{connection_id}",), permission="update")
def update_connection(ctx: Context, req: Update) -> Body:
    """Change the given fields. A certificate is added to the existing ones.

    A pending connection becomes active as soon as it has all fields that an active connection must have.

    Raises:
        saml_connection_attribute_mapping_missing_groups_key: if the new mapping has no ``groups``, and
            groups have roles.
    """
    organization, connection = _find(ctx, req)
    changes = req.changes()
    sso_connections.require_url(changes.get("idp_sso_url", ""), errors.saml_connection_idp_sso_url_invalid_format)
    sso_connections.require_url(changes.get("alternative_acs_url", ""), errors.bad_request)
    sso_connections.require_text(changes.get("idp_entity_id", ""), errors.invalid_idp_entity_id)
    for name in ("alternative_audience_uri", "nameid_format"):
        sso_connections.require_text(changes.get(name, ""), errors.bad_request)
    changes |= _certificate_changes(ctx, connection, changes)
    mapping = connection.attribute_mapping
    if "attribute_mapping" in changes:
        mapping = sso_connections.require_mapping(changes["attribute_mapping"])
        sso_connections.require_saml_mapping(mapping)
    changes.pop("saml_connection_implicit_role_assignments", None)
    if (roles := req.saml_connection_implicit_role_assignments) is not UNSET:
        changes["roles"] = sso_connections.role_ids(ctx, organization, roles)
    changes.pop("saml_group_implicit_role_assignments", None)
    if (groups := req.saml_group_implicit_role_assignments) is not UNSET:
        changes["group_roles"] = sso_connections.group_roles(ctx, organization, groups, mapping)
    elif "attribute_mapping" in changes and "groups" not in mapping and connection.group_roles:
        raise errors.saml_connection_attribute_mapping_missing_groups_key()
    if changes.get("nameid_format") == "":
        changes["nameid_format"] = NAMEID_FORMAT
    return _update(ctx, organization, connection, changes)


def _certificate_changes(ctx: Context, connection: SamlConnection, changes: dict[str, Any]) -> dict[str, Any]:
    """Replace the PEMs in ``changes`` by the columns that they change. An empty PEM changes nothing."""
    columns: dict[str, Any] = {}
    if pem := changes.pop("x509_certificate", ""):
        existing = connection.verification_certificates
        columns["verification_certificates"] = sso_connections.add_certificate(ctx, existing, pem)
    if pem := changes.pop("saml_encryption_private_key", ""):
        existing_keys = connection.encryption_private_keys
        columns["encryption_private_keys"] = sso_connections.add_encryption_key(ctx, existing_keys, pem)
    if pem := changes.pop("signing_private_key", ""):
        private_key = certificates.normalize_private_key(pem)
        columns["signing_private_key"] = private_key
        columns["signing_certificates"] = [sso_connections.signing_certificate(ctx, private_key)]
    return columns


def _find(ctx: Context, req: ConnectionPath) -> tuple[Organization, SamlConnection]:
    organization = lookup.organization(ctx, req.organization_id)
    missing = errors.saml_connection_not_found
    return organization, sso_connections.get_owned(ctx, SamlConnection, organization, req.connection_id, missing)


def _update(ctx: Context, organization: Organization, connection: SamlConnection, changes: dict[str, Any]) -> Body:
    """Store the changes and activate a complete connection. An active connection must stay complete."""
    after = msgspec.structs.replace(connection, **changes)
    missing = [error for name, error in _NEEDED.items() if not getattr(after, name)]
    if missing and connection.status == "active":
        raise missing[0]()
    if not missing and after.attribute_mapping and after.verification_certificates:
        changes["status"] = "active"
    connection = sso_connections.update(ctx, organization, connection, changes)
    return {"connection": sso_connections.serialize(ctx, connection)}


class UpdateByUrl(ConnectionPath):
    metadata_url: Annotated[str, Meta(min_length=1), FieldError(errors.invalid_saml_metadata_url)]


@api.put(f"{_CONNECTION}/url", sdk=("/b2b/sso/saml/{connection_id}/url",), permission="update")
def update_by_url(ctx: Context, req: UpdateByUrl) -> Body:
    """Fetch the identity provider's metadata and store its entity id, SSO URL and certificates.

    Raises:
        invalid_saml_metadata_url: if the metadata can't be fetched.
    """
    organization, connection = _find(ctx, req)
    sso_connections.require_url(req.metadata_url, errors.invalid_saml_metadata_url)
    response = ctx.fetch(outbound.get(req.metadata_url))
    if not response.ok or response.problem:
        raise errors.invalid_saml_metadata_url(because=response.problem or f"status {response.status}")
    metadata = service_provider.parse_metadata(response.body)
    verification_certificates = connection.verification_certificates
    for pem in metadata.certificates:
        verification_certificates = sso_connections.add_certificate(ctx, verification_certificates, pem)
    sso_connections.require_url(metadata.sso_url, errors.saml_connection_idp_sso_url_invalid_format)
    changes = {
        "idp_entity_id": sso_connections.require_text(metadata.entity_id, errors.invalid_idp_entity_id),
        "idp_sso_url": metadata.sso_url,
        "verification_certificates": verification_certificates,
    }
    return _update(ctx, organization, connection, changes)


class VerificationCertificatePath(ConnectionPath):
    certificate_id: Annotated[str, Meta(min_length=1), FieldError(errors.sso_verification_key_not_found)]


@api.delete(
    f"{_CONNECTION}/verification_certificates/{{certificate_id}}",
    sdk=("/b2b/sso/saml/{connection_id}/verification_certificates/{certificate_id}",),
    permission="update",
)
def delete_verification_certificate(ctx: Context, req: VerificationCertificatePath) -> Body:
    """Remove a verification certificate.

    Raises:
        sso_verification_key_not_found: if the connection has no verification certificate with this id.
        cannot_delete_last_sso_verification_key: if it is the last certificate of an active connection.
    """
    organization, connection = _find(ctx, req)
    existing = connection.verification_certificates
    remaining = [certificate for certificate in existing if certificate.certificate_id != req.certificate_id]
    if len(remaining) == len(existing):
        raise errors.sso_verification_key_not_found()
    if not remaining and connection.status == "active":
        raise errors.cannot_delete_last_sso_verification_key()
    sso_connections.update(ctx, organization, connection, {"verification_certificates": remaining})
    return {"certificate_id": req.certificate_id}


class EncryptionPrivateKeyPath(ConnectionPath):
    private_key_id: Annotated[str, Meta(min_length=1), FieldError(errors.sso_encryption_private_key_not_found)]


@api.delete(
    f"{_CONNECTION}/encryption_private_keys/{{private_key_id}}",
    sdk=("/b2b/sso/saml/{connection_id}/encryption_private_key/{private_key_id}",),
    permission="update",
)
def delete_encryption_private_key(ctx: Context, req: EncryptionPrivateKeyPath) -> Body:
    """Remove a decryption key.

    Raises:
        sso_encryption_private_key_not_found: if the connection has no decryption key with this id.
    """
    organization, connection = _find(ctx, req)
    existing = connection.encryption_private_keys
    remaining = [key for key in existing if key.private_key_id != req.private_key_id]
    if len(remaining) == len(existing):
        raise errors.sso_encryption_private_key_not_found()
    sso_connections.update(ctx, organization, connection, {"encryption_private_keys": remaining})
    return {"private_key_id": req.private_key_id}
