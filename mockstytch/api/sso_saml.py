"""``sso.saml``: connections to identity providers that speak SAML."""

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
from mockstytch.surfaces.fields import UNSET, CaseInsensitiveEnum, FieldError, Maybe, OrganizationRef

api = Endpoints(resource="stytch.sso")

_CONNECTION = "/v1/b2b/sso/saml/{organization_id}/connections/{connection_id}"


class IdentityProvider(CaseInsensitiveEnum):
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
Idp = Annotated[IdentityProvider, FieldError(errors.invalid_sso_idp)]
_Ref = Annotated[str, Meta(min_length=1), FieldError(errors.saml_connection_not_found)]


class Create(Request):
    organization_id: OrganizationRef
    display_name: DisplayName = ""
    identity_provider: Idp = IdentityProvider.GENERIC


@api.post("/v1/b2b/sso/saml/{organization_id}", sdk=("/b2b/sso/saml",), permission="create")
def create_connection(ctx: Context, req: Create) -> Body:
    """Add a connection. It is pending until its IdP is known, and what the IdP calls a member's attributes."""
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


class Named(Request):
    organization_id: OrganizationRef
    connection_id: _Ref


class Update(Named):
    idp_entity_id: Maybe[str] = UNSET
    display_name: Maybe[DisplayName] = UNSET
    attribute_mapping: Maybe[dict[str, Any]] = UNSET
    x509_certificate: Maybe[str] = UNSET
    idp_sso_url: Maybe[str] = UNSET
    saml_connection_implicit_role_assignments: Maybe[list[RoleAssignment]] = UNSET
    saml_group_implicit_role_assignments: Maybe[list[GroupAssignment]] = UNSET
    alternative_audience_uri: Maybe[str] = UNSET
    identity_provider: Maybe[Idp] = UNSET
    signing_private_key: Maybe[str] = UNSET
    nameid_format: Maybe[str] = UNSET
    alternative_acs_url: Maybe[str] = UNSET
    idp_initiated_auth_disabled: Maybe[bool] = UNSET
    saml_encryption_private_key: Maybe[str] = UNSET
    allow_gateway_callback: Maybe[bool] = UNSET


@api.put(_CONNECTION, sdk=("/b2b/sso/saml/{connection_id}",), permission="update")
def update_connection(ctx: Context, req: Update) -> Body:
    """Change what is sent. A certificate is added to those there; with everything that it needs, the connection becomes
    active."""
    organization, connection = _own(ctx, req)
    changes = req.changes()
    sso_connections.require_url(changes.get("idp_sso_url", ""), errors.saml_connection_idp_sso_url_invalid_format)
    sso_connections.require_url(changes.get("alternative_acs_url", ""), errors.bad_request)
    sso_connections.require_text(changes.get("idp_entity_id", ""), errors.invalid_idp_entity_id)
    for name in ("alternative_audience_uri", "nameid_format"):
        sso_connections.require_text(changes.get(name, ""), errors.bad_request)
    changes |= _keys(ctx, connection, changes)
    mapping = sso_connections.require_mapping(changes.get("attribute_mapping", connection.attribute_mapping))
    if mapping:
        sso_connections.require_saml_mapping(mapping)
    if (roles := changes.pop("saml_connection_implicit_role_assignments", None)) is not None:
        changes["roles"] = sso_connections.role_ids(ctx, organization, roles)
    groups = changes.pop("saml_group_implicit_role_assignments", None)
    if groups is None and "attribute_mapping" in changes and "groups" not in mapping and connection.group_roles:
        raise errors.saml_connection_attribute_mapping_missing_groups_key()
    if groups is not None:
        changes["group_roles"] = sso_connections.group_roles(ctx, organization, groups, mapping)
    if changes.get("nameid_format") == "":
        changes["nameid_format"] = NAMEID_FORMAT
    return _updated(ctx, organization, connection, changes)


def _keys(ctx: Context, connection: SamlConnection, changes: dict[str, Any]) -> dict[str, Any]:
    """The certificates and keys that the connection has after an update; an empty one is as good as none."""
    made: dict[str, Any] = {}
    if pem := changes.pop("x509_certificate", ""):
        known = connection.verification_certificates
        made["verification_certificates"] = sso_connections.add_certificate(ctx, known, pem)
    if pem := changes.pop("saml_encryption_private_key", ""):
        known_keys = connection.encryption_private_keys
        made["encryption_private_keys"] = sso_connections.add_encryption_key(ctx, known_keys, pem)
    if pem := changes.pop("signing_private_key", ""):
        made["signing_private_key"] = certificates.read_private_key(pem)
        made["signing_certificates"] = [sso_connections.signing_certificate(ctx, made["signing_private_key"])]
    return made


def _own(ctx: Context, req: Named) -> tuple[Organization, SamlConnection]:
    organization = lookup.organization(ctx, req.organization_id)
    missing = errors.saml_connection_not_found
    return organization, sso_connections.get_owned(ctx, SamlConnection, organization, req.connection_id, missing)


def _updated(
    ctx: Context, organization: Organization, connection: SamlConnection, changes: dict[str, Any]
) -> dict[str, Any]:
    """Write the changes, and make the connection active if it is whole now; an active one must stay whole."""
    after = msgspec.structs.replace(connection, **changes)
    needed = {
        "idp_sso_url": errors.saml_connection_idp_sso_url_required,
        "idp_entity_id": errors.invalid_idp_entity_id,
        "attribute_mapping": errors.saml_connection_attribute_mapping_required,
    }
    missing = [error for name, error in needed.items() if not getattr(after, name)]
    if missing and connection.status == "active":
        raise missing[0]()
    if not missing and after.verification_certificates:
        changes["status"] = "active"
    return {
        "connection": sso_connections.serialize(ctx, sso_connections.update(ctx, organization, connection, changes))
    }


class UpdateByUrl(Named):
    metadata_url: Annotated[str, Meta(min_length=1), FieldError(errors.invalid_saml_metadata_url)]


@api.put(f"{_CONNECTION}/url", sdk=("/b2b/sso/saml/{connection_id}/url",), permission="update")
def update_by_url(ctx: Context, req: UpdateByUrl) -> Body:
    """Take entity id, SSO URL and certificates from the IdP's metadata, which is fetched now."""
    organization, connection = _own(ctx, req)
    sso_connections.require_url(req.metadata_url, errors.invalid_saml_metadata_url)
    reply = ctx.fetch(outbound.get(req.metadata_url))
    if not reply.ok or reply.problem:
        raise errors.invalid_saml_metadata_url(because=reply.problem or f"it answered {reply.status}")
    metadata = service_provider.parse_metadata(reply.body)
    known = connection.verification_certificates
    for pem in metadata.certificates:
        known = sso_connections.add_certificate(ctx, known, pem)
    sso_connections.require_url(metadata.sso_url, errors.saml_connection_idp_sso_url_invalid_format)
    changes = {
        "idp_entity_id": sso_connections.require_text(metadata.entity_id, errors.invalid_idp_entity_id),
        "idp_sso_url": metadata.sso_url,
        "verification_certificates": known,
    }
    return _updated(ctx, organization, connection, changes)


class Certificate(Named):
    certificate_id: Annotated[str, Meta(min_length=1), FieldError(errors.sso_verification_key_not_found)]


@api.delete(
    f"{_CONNECTION}/verification_certificates/{{certificate_id}}",
    sdk=("/b2b/sso/saml/{connection_id}/verification_certificates/{certificate_id}",),
    permission="update",
)
def delete_verification_certificate(ctx: Context, req: Certificate) -> Body:
    """Trust a certificate no longer. An active connection keeps its last one."""
    organization, connection = _own(ctx, req)
    known = connection.verification_certificates
    left = [one for one in known if one.certificate_id != req.certificate_id]
    if len(left) == len(known):
        raise errors.sso_verification_key_not_found()
    if not left and connection.status == "active":
        raise errors.cannot_delete_last_sso_verification_key()
    sso_connections.update(ctx, organization, connection, {"verification_certificates": left})
    return {"certificate_id": req.certificate_id}


class PrivateKey(Named):
    private_key_id: Annotated[str, Meta(min_length=1), FieldError(errors.sso_encryption_private_key_not_found)]


@api.delete(
    f"{_CONNECTION}/encryption_private_keys/{{private_key_id}}",
    sdk=("/b2b/sso/saml/{connection_id}/encryption_private_keys/{private_key_id}",),
    permission="update",
)
def delete_encryption_private_key(ctx: Context, req: PrivateKey) -> Body:
    organization, connection = _own(ctx, req)
    known = connection.encryption_private_keys
    left = [one for one in known if one.private_key_id != req.private_key_id]
    if len(left) == len(known):
        raise errors.sso_encryption_private_key_not_found()
    sso_connections.update(ctx, organization, connection, {"encryption_private_keys": left})
    return {"private_key_id": req.private_key_id}
