"""An organization's SSO connections: find, create, update and delete them, and check what callers send.

The organization's record contains a summary of each connection, which ``summarize`` keeps current.
"""

from typing import Any, TypeVar

from msgspec.structs import replace

from mockstytch import errors, keys, wire
from mockstytch.domain.rbac import permissions
from mockstytch.domain.shared import member_events, parts, redirects
from mockstytch.errors import Kind
from mockstytch.outbound import MoreToDo
from mockstytch.protocols.saml import certificates, xml
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import GroupRole, Organization, SsoSummary
from mockstytch.store.records.sso import (
    BuiltinProviderKey,
    BuiltinProviderPerson,
    Certificate,
    ExternalConnection,
    OidcConnection,
    PrivateKey,
    SamlConnection,
    SsoFlow,
    SsoRegistration,
)
from mockstytch.values import Frozen

DirectConnection = SamlConnection | OidcConnection  # has the settings of an identity provider
Connection = DirectConnection | ExternalConnection
C = TypeVar("C", SamlConnection, OidcConnection, ExternalConnection)

_KINDS: dict[str, type[Connection]] = {
    "saml": SamlConnection,
    "oidc": OidcConnection,
    "external": ExternalConnection,
}
_MAX_KEYS = 5
_MAX_TEXT_CHARACTERS = 2048


class RoleAssignment(Frozen):
    """A role of all members that log in through a connection."""

    role_id: str


class GroupAssignment(Frozen):
    """A role of the members in a group of the identity provider."""

    role_id: str
    group: str


def find(ctx: Context, connection_id: str) -> Connection | None:
    """Return the connection of any kind with this id. The prefix of the id determines the kind."""
    kind = _KINDS.get(connection_id.partition("-connection-")[0])
    return ctx.store.find(kind, connection_id=connection_id) if kind else None


def get_owned(ctx: Context, kind: type[C], organization: Organization, connection_id: str, missing: Kind) -> C:
    """Return a connection of the organization.

    Args:
        missing: the error to raise if there is none.

    Raises:
        saml_connection_not_found: if the organization has no SAML connection with this id.
        oidc_connection_not_found: if the organization has no OIDC connection with this id.
        sso_connection_not_found: if the organization has no external connection with this id.
    """
    connection = ctx.store.find(kind, connection_id=connection_id, organization_id=organization.organization_id)
    if connection is None:
        raise missing(because=f"the organization has no connection {connection_id}")
    return connection


def resolve_external(ctx: Context, connection: Connection) -> DirectConnection:
    """Return the connection to the identity provider: the connection itself, or the one that it refers to.

    Raises:
        requires_active_sso_connection: if the connection isn't active.
        external_connection_not_active: if the connection is external, and the one behind it is deleted or not active.
    """
    if not isinstance(connection, ExternalConnection):
        if connection.status != "active":
            raise errors.requires_active_sso_connection(because=f"{connection.connection_id} is pending")
        return connection
    direct = find(ctx, connection.external_connection_id)
    if direct is None or isinstance(direct, ExternalConnection) or direct.status != "active":
        raise errors.external_connection_not_active(because=f"{connection.external_connection_id} is not active")
    return direct


def default_connection(ctx: Context, organization: Organization) -> Connection:
    """Return the organization's default connection, or its only active one.

    Raises:
        no_sso_connection_exists_for_organization: if the organization has no active connection.
        indeterminate_sso_connection_for_organization: if the organization has several connections and no default.
    """
    active = [summary.connection_id for summary in organization.sso_connections if summary.active]
    default_id = organization.sso_default_connection_id or (active[0] if len(active) == 1 else "")
    if not active:
        raise errors.no_sso_connection_exists_for_organization()
    connection = find(ctx, default_id) if default_id else None
    if connection is None:
        raise errors.indeterminate_sso_connection_for_organization(because=", ".join(active))
    return connection


def create(ctx: Context, organization: Organization, connection: C) -> C:
    """Store a new connection and emit its event.

    Raises:
        duplicate_external_sso_connection: if the organization already has an external connection to this connection.
    """
    connection = ctx.store.insert(connection, external_connection_id=errors.duplicate_external_sso_connection)
    summarize(ctx, organization, connection)
    emit(ctx, "create", connection.connection_id, serialize(ctx, connection))
    return connection


def update(ctx: Context, organization: Organization, connection: C, changes: dict[str, Any]) -> C:
    """Change columns of a connection, and emit its event. Values that are equal to the present ones change nothing."""
    changes = {name: value for name, value in changes.items() if value != getattr(connection, name)}
    if not changes:
        return connection
    before = _identity_provider(ctx, connection)
    connection = ctx.store.update(connection, **changes)
    summarize(ctx, organization, connection)
    if _identity_provider(ctx, connection) != before:
        for external in ctx.store.all(ExternalConnection, external_connection_id=connection.connection_id):
            owner = ctx.store.get(Organization, organization_id=external.organization_id)
            summarize(ctx, owner, external)
    emit(ctx, "update", connection.connection_id, serialize(ctx, connection))
    return connection


def delete(ctx: Context, organization: Organization, connection: Connection) -> None:
    """Delete a connection with its registrations, and remove it from the organization's settings. Members stay.

    Raises:
        MoreToDo: if registrations are left.
    """
    connection_id = connection.connection_id
    allowed = [other for other in organization.sso_jit_provisioning_allowed_connections if other != connection_id]
    changes: dict[str, Any] = {
        "sso_connections": [other for other in organization.sso_connections if other.connection_id != connection_id],
        "sso_jit_provisioning_allowed_connections": allowed,
    }
    if organization.sso_default_connection_id == connection_id:
        changes["sso_default_connection_id"] = None
    others = {organization.email_jit_provisioning, organization.email_invites} - {"NOT_ALLOWED"}
    if organization.sso_jit_provisioning == "RESTRICTED" and not allowed and others:
        changes["sso_jit_provisioning"] = "NOT_ALLOWED"  # RESTRICTED with an empty list isn't a valid setting
    _delete_registrations(ctx, connection_id, replace(organization, **changes, updated_at=ctx.now))
    for record in (SsoFlow, BuiltinProviderKey, BuiltinProviderPerson):
        ctx.store.delete_all(record, connection_id=connection_id)
    ctx.store.delete(connection)
    ctx.store.update(organization, **changes, updated_at=ctx.now)
    emit(ctx, "delete", connection_id)


def _delete_registrations(ctx: Context, connection_id: str, organization: Organization) -> None:
    """Delete the registrations of a connection, and remove them from the members.

    Args:
        organization: as it is without the connection, for the members' events.

    Raises:
        MoreToDo: if registrations are left.
    """
    columns = SsoRegistration.table.c
    query = ctx.store.query(SsoRegistration).where(columns.connection_id == connection_id)
    registrations, has_more = parts.first(ctx, SsoRegistration, query.order_by(columns.account_key))
    for registration in registrations:
        member = ctx.store.get(Member, member_id=registration.member_id)
        remaining = [link for link in member.sso_registrations if link.connection_id != connection_id]
        member = ctx.store.update(member, sso_registrations=remaining, updated_at=ctx.now)
        ctx.store.delete(registration)
        if member.status != "deleted":
            member_events.member_updated(ctx, member, organization)
    if has_more:
        raise MoreToDo


def summarize(ctx: Context, organization: Organization, connection: Connection) -> Organization:
    """Store the connection's summary, with the roles that it implies, in the organization.

    The organization's first active connection becomes its default. As in production, ``updated_at`` doesn't change.
    """
    summary = SsoSummary(
        connection_id=connection.connection_id,
        display_name=connection.display_name,
        identity_provider=_identity_provider(ctx, connection),
        active=isinstance(connection, ExternalConnection) or connection.status == "active",
        roles=[] if isinstance(connection, OidcConnection) else connection.roles,
        group_roles=[] if isinstance(connection, OidcConnection) else connection.group_roles,
    )
    if summary in organization.sso_connections:
        return organization
    others = [other for other in organization.sso_connections if other.connection_id != connection.connection_id]
    changes: dict[str, Any] = {"sso_connections": sorted([*others, summary], key=lambda other: other.connection_id)}
    if summary.active and not any(other.active for other in organization.sso_connections):
        changes["sso_default_connection_id"] = organization.sso_default_connection_id or summary.connection_id
    return ctx.store.update(organization, **changes)


def _identity_provider(ctx: Context, connection: Connection) -> str:
    if not isinstance(connection, ExternalConnection):
        return connection.identity_provider
    direct = find(ctx, connection.external_connection_id)
    return direct.identity_provider if isinstance(direct, DirectConnection) else "generic"


def serialize(ctx: Context, connection: Connection) -> dict[str, Any]:
    """Return the connection as the API's object."""
    if isinstance(connection, SamlConnection):
        return wire.saml_connection(connection, ctx.base_url)
    if isinstance(connection, OidcConnection):
        return wire.oidc_connection(connection, ctx.base_url)
    return wire.external_connection(connection)


def emit(ctx: Context, action: str, connection_id: str, entity: dict[str, Any] | None = None) -> None:
    """Emit an event of a connection. External connections have no events in production."""
    kind = connection_id.partition("-connection-")[0]
    if kind in ("saml", "oidc"):
        ctx.emit(f"{kind}_connection", action, connection_id, entity)


def require_url(url: str, invalid: Kind) -> str:
    """Require a web address. "" is allowed. Production requires https; http is for providers on your own machine.

    Raises:
        saml_connection_idp_sso_url_invalid_format: if the URL isn't a web address.
        oidc_connection_issuer_url_invalid_format: if the URL isn't a web address.
        oidc_connection_authorization_url_invalid_format: if the URL isn't a web address.
        oidc_connection_token_url_invalid_format: if the URL isn't a web address.
        oidc_connection_userinfo_url_invalid_format: if the URL isn't a web address.
        oidc_connection_jwks_url_invalid_format: if the URL isn't a web address.
    """
    is_web = url.startswith(("http://", "https://")) and redirects.is_url(url)
    if url and (not is_web or xml.has_illegal_characters(url)):
        raise invalid(because=f"{url[:200]!r} isn't a web address")
    return url


def require_text(text: str, invalid: Kind) -> str:
    """Require a text that fits into a SAML document.

    Raises:
        invalid_idp_entity_id: if the text has more than 2048 characters, or one that XML can't contain.
        client_secret_too_long: if the text has more than 2048 characters, or one that XML can't contain.
    """
    if len(text) > _MAX_TEXT_CHARACTERS or xml.has_illegal_characters(text):
        raise invalid(because=f"it has {len(text)} characters, or one that XML can't contain")
    return text


def require_mapping(mapping: dict[str, Any]) -> dict[str, Any]:
    """Require an attribute mapping whose values are names of attributes.

    Raises:
        saml_connection_no_nested_keys_in_attribute_mapping: if a value of the mapping isn't a name.
    """
    if not all(isinstance(value, str) and value for value in mapping.values()):
        raise errors.saml_connection_no_nested_keys_in_attribute_mapping()
    return mapping


def require_saml_mapping(mapping: dict[str, Any]) -> None:
    """Require the keys that the mapping of a SAML connection must have.

    Raises:
        saml_connection_email_mapping_required: if the mapping has no ``email``.
        saml_connection_name_mapping_required: if the mapping has no ``full_name``, and not both ``first_name`` and
            ``last_name``.
    """
    if "email" not in mapping:
        raise errors.saml_connection_email_mapping_required()
    if "full_name" not in mapping and not {"first_name", "last_name"} <= mapping.keys():
        raise errors.saml_connection_name_mapping_required()


def role_ids(ctx: Context, organization: Organization, assignments: list[RoleAssignment]) -> list[str]:
    """Require roles that can be assigned, and return their ids, each once."""
    ids = list(dict.fromkeys(assignment.role_id for assignment in assignments))
    permissions.require_assignable(ctx, organization, ids)
    return ids


def group_roles(
    ctx: Context, organization: Organization, assignments: list[GroupAssignment], mapping: dict[str, Any]
) -> list[GroupRole]:
    """Require roles that can be assigned to groups, and return the assignments, each once.

    Args:
        mapping: the attribute mapping of the connection to the identity provider.

    Raises:
        saml_group_role_assignment_does_not_contain_member_group: if an assignment has an empty group.
        saml_connection_attribute_mapping_missing_groups_key: if groups are assigned and the mapping has no ``groups``.
    """
    if not all(assignment.group.strip() for assignment in assignments):
        raise errors.saml_group_role_assignment_does_not_contain_member_group()
    if assignments and "groups" not in mapping:
        raise errors.saml_connection_attribute_mapping_missing_groups_key()
    permissions.require_assignable(ctx, organization, [assignment.role_id for assignment in assignments])
    roles = [GroupRole(group=assignment.group, role_id=assignment.role_id) for assignment in assignments]
    return list(dict.fromkeys(roles))


def signing_certificate(ctx: Context, private_key: str = "") -> Certificate:
    """Create the certificate of the key that signs SAML requests. "" is the built-in key."""
    pem = certificates.self_signed(private_key or keys.built_in_private_key(), "Stytch", ctx.now)
    return _create_certificate(ctx, "saml_signing_key", certificates.parse_certificate(pem))


def add_certificate(ctx: Context, existing: list[Certificate], pem: str) -> list[Certificate]:
    """Return the verification certificates including another one. A certificate that exists isn't added again.

    Raises:
        too_many_sso_verification_certificates: if the connection already has five certificates.
    """
    parsed = certificates.parse_certificate(pem)
    if any(certificate.certificate == parsed.pem for certificate in existing):
        return existing
    if len(existing) >= _MAX_KEYS:
        raise errors.too_many_sso_verification_certificates()
    return [*existing, _create_certificate(ctx, "saml_verification_key", parsed)]


def _create_certificate(ctx: Context, id_type: str, parsed: certificates.ParsedCertificate) -> Certificate:
    return Certificate(
        certificate_id=ctx.ids.new(id_type),
        certificate=parsed.pem,
        issuer=parsed.issuer,
        created_at=parsed.created_at,
        expires_at=parsed.expires_at,
        updated_at=ctx.now,
    )


def add_encryption_key(ctx: Context, existing: list[PrivateKey], pem: str) -> list[PrivateKey]:
    """Return the decryption keys including another one. A key that exists isn't added again.

    Raises:
        too_many_encryption_certificates: if the connection already has five decryption keys.
    """
    private_key = certificates.normalize_private_key(pem)
    if any(key.private_key == private_key for key in existing):
        return existing
    if len(existing) >= _MAX_KEYS:
        raise errors.too_many_encryption_certificates()
    new = PrivateKey(private_key_id=ctx.ids.new("saml_encryption_key"), private_key=private_key, created_at=ctx.now)
    return [*existing, new]
