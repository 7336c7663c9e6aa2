"""An organization's SSO connections: found, written, taken away; what the organization shows of them."""

from typing import Any, TypeVar

from mockstytch import errors, keys, wire
from mockstytch.domain.rbac import permissions
from mockstytch.domain.shared import redirects
from mockstytch.errors import Kind
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

Connection = SamlConnection | OidcConnection | ExternalConnection
IdpConnection = SamlConnection | OidcConnection
C = TypeVar("C", SamlConnection, OidcConnection, ExternalConnection)

_KINDS: dict[str, type[Connection]] = {
    "saml": SamlConnection,
    "oidc": OidcConnection,
    "external": ExternalConnection,
}
_MOST_KEYS = 5
_LONGEST_TEXT = 2048


class RoleAssignment(Frozen):
    role_id: str


class GroupAssignment(Frozen):
    role_id: str
    group: str


def find(ctx: Context, connection_id: str) -> Connection | None:
    """The connection with this id, of whichever kind; its prefix tells the kind."""
    kind = _KINDS.get(connection_id.partition("-connection-")[0])
    return ctx.store.find(kind, connection_id=connection_id) if kind else None


def get_owned(ctx: Context, kind: type[C], organization: Organization, connection_id: str, missing: Kind) -> C:
    """An organization's own connection.

    Raises:
        saml_connection_not_found, oidc_connection_not_found, sso_connection_not_found: it has none with this id.
    """
    found = ctx.store.find(kind, connection_id=connection_id, organization_id=organization.organization_id)
    if found is None:
        raise missing(because=f"the organization has no connection {connection_id}")
    return found


def resolve_external(ctx: Context, connection: Connection) -> IdpConnection:
    """The connection to an identity provider that a connection is, or leads to.

    Raises:
        external_connection_not_active: it leads to one that is gone or not active.
        requires_active_sso_connection: it is not active itself.
    """
    if not isinstance(connection, ExternalConnection):
        if connection.status != "active":
            raise errors.requires_active_sso_connection(because=f"{connection.connection_id} is pending")
        return connection
    there = find(ctx, connection.external_connection_id)
    if there is None or isinstance(there, ExternalConnection) or there.status != "active":
        raise errors.external_connection_not_active(because=f"{connection.external_connection_id} is not active")
    return there


def default_connection(ctx: Context, organization: Organization) -> Connection:
    """The connection by which an organization's members log in, where none is named.

    Raises:
        no_sso_connection_exists_for_organization: it has no active one.
        indeterminate_sso_connection_for_organization: it has several, and no default.
    """
    active = [c.connection_id for c in organization.sso_connections if c.active]
    chosen = organization.sso_default_connection_id or (active[0] if len(active) == 1 else "")
    if not active:
        raise errors.no_sso_connection_exists_for_organization()
    found = find(ctx, chosen) if chosen else None
    if found is None:
        raise errors.indeterminate_sso_connection_for_organization(because=", ".join(active))
    return found


def create(ctx: Context, organization: Organization, connection: C) -> C:
    """Add a connection, and tell of it."""
    connection = ctx.store.insert(connection, external_connection_id=errors.duplicate_external_sso_connection())
    summarize(ctx, organization, connection)
    emit(ctx, "create", connection.connection_id, serialize(ctx, connection))
    return connection


def update(ctx: Context, organization: Organization, connection: C, changes: dict[str, Any]) -> C:
    before = _identity_provider(ctx, connection)
    connection = ctx.store.update(connection, **changes)
    summarize(ctx, organization, connection)
    if _identity_provider(ctx, connection) != before:
        for lent in ctx.store.all(ExternalConnection, external_connection_id=connection.connection_id):
            summarize(ctx, ctx.store.get(Organization, organization_id=lent.organization_id), lent)
    emit(ctx, "update", connection.connection_id, serialize(ctx, connection))
    return connection


def delete(ctx: Context, organization: Organization, connection: Connection) -> None:
    """Take a connection away. Members stay; what they had by it goes, also as the default and in the JIT list."""
    gone = connection.connection_id
    for registration in ctx.store.all(SsoRegistration, connection_id=gone):
        member = ctx.store.get(Member, member_id=registration.member_id)
        left = [link for link in member.sso_registrations if link.connection_id != gone]
        ctx.store.update(member, sso_registrations=left, updated_at=ctx.now)
    ctx.store.delete_all(SsoRegistration, connection_id=gone)
    for record in (SsoFlow, BuiltinProviderKey, BuiltinProviderPerson):
        ctx.store.delete_all(record, connection_id=gone)
    ctx.store.delete(connection)
    allowed = [c for c in organization.sso_jit_provisioning_allowed_connections if c != gone]
    changes: dict[str, Any] = {
        "sso_connections": [c for c in organization.sso_connections if c.connection_id != gone],
        "sso_jit_provisioning_allowed_connections": allowed,
    }
    if organization.sso_default_connection_id == gone:
        changes["sso_default_connection_id"] = None
    others = {organization.email_jit_provisioning, organization.email_invites} - {"NOT_ALLOWED"}
    if organization.sso_jit_provisioning == "RESTRICTED" and not allowed and others:
        changes["sso_jit_provisioning"] = "NOT_ALLOWED"  # what an empty list amounts to, in a form that is valid
    ctx.store.update(organization, **changes, updated_at=ctx.now)
    emit(ctx, "delete", gone)


def summarize(ctx: Context, organization: Organization, connection: Connection) -> Organization:
    """Keep with the organization what it shows of a connection, and the roles that this implies."""
    summary = SsoSummary(
        connection_id=connection.connection_id,
        display_name=connection.display_name,
        identity_provider=_identity_provider(ctx, connection),
        active=isinstance(connection, ExternalConnection) or connection.status == "active",
        roles=[] if isinstance(connection, OidcConnection) else connection.roles,
        group_roles=[] if isinstance(connection, OidcConnection) else connection.group_roles,
    )
    others = [c for c in organization.sso_connections if c.connection_id != connection.connection_id]
    if summary in organization.sso_connections:
        return organization
    kept = sorted([*others, summary], key=lambda c: c.connection_id)
    return ctx.store.update(organization, sso_connections=kept, updated_at=ctx.now)


def _identity_provider(ctx: Context, connection: Connection) -> str:
    if not isinstance(connection, ExternalConnection):
        return connection.identity_provider
    there = find(ctx, connection.external_connection_id)
    return there.identity_provider if isinstance(there, IdpConnection) else "generic"


def serialize(ctx: Context, connection: Connection) -> dict[str, Any]:
    if isinstance(connection, SamlConnection):
        return wire.saml_connection(connection, ctx.base_url)
    if isinstance(connection, OidcConnection):
        return wire.oidc_connection(connection, ctx.base_url)
    return wire.external_connection(connection)


def emit(ctx: Context, action: str, connection_id: str, entity: dict[str, Any] | None = None) -> None:
    """Production has no events of external connections."""
    kind = connection_id.partition("-connection-")[0]
    if kind in ("saml", "oidc"):
        ctx.emit(f"{kind}_connection", action, connection_id, entity)


def require_url(url: str, invalid: Kind) -> str:
    """A URL of an identity provider, or none. Production wants https; a provider on one's own machine has http.

    Raises:
        saml_connection_idp_sso_url_invalid_format, oidc_connection_…_url_invalid_format: it is no web address.
    """
    if url and (not url.startswith(("http://", "https://")) or not redirects.is_url(url) or xml.NO_XML.search(url)):
        raise invalid(because=f"{url[:200]!r} is not a web address")
    return url


def require_text(text: str, invalid: Kind) -> str:
    """
    Raises:
        invalid_idp_entity_id, client_secret_too_long, …: longer than 2048 characters, or nothing for XML.
    """
    if len(text) > _LONGEST_TEXT or xml.NO_XML.search(text):
        raise invalid(because=f"{len(text)} characters, or one that XML can't hold")
    return text


def require_mapping(mapping: dict[str, Any]) -> dict[str, Any]:
    """
    Raises:
        saml_connection_no_nested_keys_in_attribute_mapping: a value is not the name of an attribute.
    """
    if not all(isinstance(value, str) and value for value in mapping.values()):
        raise errors.saml_connection_no_nested_keys_in_attribute_mapping()
    return mapping


def require_saml_mapping(mapping: dict[str, Any]) -> None:
    """
    Raises:
        saml_connection_email_mapping_required, saml_connection_name_mapping_required: what it must have is missing.
    """
    if "email" not in mapping:
        raise errors.saml_connection_email_mapping_required()
    if "full_name" not in mapping and not {"first_name", "last_name"} <= mapping.keys():
        raise errors.saml_connection_name_mapping_required()


def role_ids(ctx: Context, organization: Organization, assigned: list[dict[str, str]]) -> list[str]:
    """The roles of ``[{"role_id"}]``.

    Raises:
        cannot_assign_default_rbac_role_id, invalid_rbac_role_assignment: not one that can be given.
    """
    found = list(dict.fromkeys(one["role_id"] for one in assigned))
    permissions.require_assignable(ctx, organization, found)
    return found


def group_roles(
    ctx: Context, organization: Organization, assigned: list[dict[str, str]], mapping: dict[str, Any]
) -> list[GroupRole]:
    """The roles of ``[{"role_id", "group"}]``.

    Raises:
        saml_group_role_assignment_does_not_contain_member_group: a group has no name.
        saml_connection_attribute_mapping_missing_groups_key: nobody's groups would be known.
        cannot_assign_default_rbac_role_id, invalid_rbac_role_assignment: not a role that can be given.
    """
    if not all(one["group"].strip() for one in assigned):
        raise errors.saml_group_role_assignment_does_not_contain_member_group()
    if assigned and "groups" not in mapping:
        raise errors.saml_connection_attribute_mapping_missing_groups_key()
    permissions.require_assignable(ctx, organization, [one["role_id"] for one in assigned])
    found = [GroupRole(group=one["group"], role_id=one["role_id"]) for one in assigned]
    return list(dict.fromkeys(found))


def signing_certificate(ctx: Context, private_key: str = "") -> Certificate:
    """The certificate of the key that requests are signed with; "" is the built-in one.

    Raises:
        saml_signing_private_key_invalid, …: see ``certificates``.
    """
    pem = certificates.self_signed(private_key or keys.built_in_private_key(), "Stytch", ctx.now)
    return _as_shown(ctx, "saml_signing_key", certificates.read_certificate(pem))


def add_certificate(ctx: Context, known: list[Certificate], pem: str) -> list[Certificate]:
    """The certificates that verify responses, and one more; one that is there already stays as it is.

    Raises:
        invalid_x509_certificate: it is none.
        too_many_sso_verification_certificates: it would be the sixth.
    """
    new = certificates.read_certificate(pem)
    if any(one.certificate == new.pem for one in known):
        return known
    if len(known) >= _MOST_KEYS:
        raise errors.too_many_sso_verification_certificates()
    return [*known, _as_shown(ctx, "saml_verification_key", new)]


def _as_shown(ctx: Context, kind: str, read: certificates.Certificate) -> Certificate:
    return Certificate(
        certificate_id=ctx.ids.new(kind),
        certificate=read.pem,
        issuer=read.issuer,
        created_at=read.created_at,
        expires_at=read.expires_at,
        updated_at=ctx.now,
    )


def add_encryption_key(ctx: Context, known: list[PrivateKey], pem: str) -> list[PrivateKey]:
    """
    Raises:
        saml_signing_private_key_invalid, saml_signing_private_key_format_not_supported, private_key_too_long: no key.
        too_many_encryption_certificates: it would be the sixth.
    """
    private_key = certificates.read_private_key(pem)
    if any(one.private_key == private_key for one in known):
        return known
    if len(known) >= _MOST_KEYS:
        raise errors.too_many_encryption_certificates()
    new = PrivateKey(private_key_id=ctx.ids.new("saml_encryption_key"), private_key=private_key, created_at=ctx.now)
    return [*known, new]
