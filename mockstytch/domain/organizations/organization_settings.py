"""Create and change organizations, and validate their settings."""

import re
import reprlib
from collections.abc import Callable
from typing import Any

import msgspec

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.domain.oauth_server import connected_apps
from mockstytch.domain.rbac import permissions
from mockstytch.domain.shared import emails, metadata, organization_events
from mockstytch.errors import Kind
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization, OrganizationDomain

AUTH_METHODS = (
    "sso",
    "magic_link",
    "email_otp",
    "password",
    "google_oauth",
    "microsoft_oauth",
    "slack_oauth",
    "github_oauth",
    "hubspot_oauth",
)
MFA_METHODS = ("sms_otp", "totp")
OAUTH_TENANT_PROVIDERS = ("slack", "hubspot", "github")

# If an organization is created with one of these and without ``email_invites``, that becomes NOT_ALLOWED instead of
# ALL_ALLOWED.
_AUTH_SETTINGS = {
    "sso_jit_provisioning",
    "email_allowed_domains",
    "email_jit_provisioning",
    "auth_methods",
    "allowed_auth_methods",
    "oauth_tenant_jit_provisioning",
    "allowed_oauth_tenants",
}
_DOMAIN = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
_MAX_NAME_LENGTH = 128
_SETTINGS = ("NOT_ALLOWED", "RESTRICTED", "ALL_ALLOWED")
_MAX_URL_LENGTH = 2048
_UNIQUENESS_ERRORS = {
    "slug_key": errors.organization_slug_already_used,
    "organization_external_id": errors.organization_external_id_already_used,
}

# Validates one setting, given the organization before the change, and returns the value to store.
Validator = Callable[[Context, Organization, Any], Any]


def create(ctx: Context, name: str, slug: str, changes: dict[str, Any]) -> Organization:
    """Create an organization.

    Args:
        changes: the other settings in the request.

    Raises:
        StytchError: if a setting breaks a rule; see ``docs/errors.md``.
    """
    if "email_invites" not in changes and _AUTH_SETTINGS & changes.keys():
        changes = {**changes, "email_invites": "NOT_ALLOWED"}
    new = Organization(
        organization_id=ctx.ids.new("organization"),
        organization_name=name,
        organization_slug=slug,
        slug_key=slug.lower(),
        created_at=ctx.now,
        updated_at=ctx.now,
        position=position(),
    )
    _require_free_slug(ctx, new)
    columns = _validated_columns(ctx, new, changes)
    organization = ctx.store.insert(msgspec.structs.replace(new, **columns), **_UNIQUENESS_ERRORS)
    _index_domains(ctx, organization)
    organization_events.organization_created(ctx, organization)
    return organization


def update(ctx: Context, organization: Organization, changes: dict[str, Any]) -> Organization:
    """Change an organization.

    Raises:
        StytchError: if the changed settings break a rule; see ``docs/errors.md``.
    """
    if slug := changes.get("organization_slug"):
        changes = {**changes, "slug_key": slug.lower()}
        _require_free_slug(ctx, msgspec.structs.replace(organization, slug_key=slug.lower()))
    columns = _validated_columns(ctx, organization, changes)
    columns = {name: value for name, value in columns.items() if value != getattr(organization, name)}
    if not columns:
        return organization
    organization = ctx.store.update(organization, _UNIQUENESS_ERRORS, **columns, updated_at=ctx.now)
    if {"email_allowed_domains", "claimed_email_domains", "allowed_oauth_tenants"} & columns.keys():
        _index_domains(ctx, organization)
    if any("connected_apps" in name for name in columns):
        connected_apps.enforce_policy(ctx, organization)
    organization_events.organization_updated(ctx, organization)
    return organization


def _require_free_slug(ctx: Context, organization: Organization) -> None:
    """Raise if another organization has the slug. As in production, this is checked before the other settings.

    Raises:
        organization_slug_already_used: if another organization has the slug.
    """
    other = ctx.store.find(Organization, slug_key=organization.slug_key)
    if other is not None and other.organization_id != organization.organization_id:
        raise errors.organization_slug_already_used()


def is_external_id(text: str) -> bool:
    """Return whether a text can be the external id of an organization."""
    return re.fullmatch(r"(?!organization-(test|live)-)[A-Za-z0-9._|-]{1,128}", text) is not None


def slug_of(name: str) -> str:
    """Derive a slug from a name. Return "" if no character of the name can be part of a slug."""
    slug = re.sub(r"[^a-z0-9._~]+", "-", name.lower()).strip("-")[:120]
    return slug if re.search(r"[a-z0-9]", slug) else ""


def free_slug(ctx: Context, name: str) -> str:
    """Derive an unused slug from a name, with a suffix if another organization has the slug."""
    slug = slug_of(name)
    if len(slug) < 2:
        slug = f"{slug or 'organization'}-{ctx.ids.suffix()}"
    while ctx.store.find(Organization, slug_key=slug):
        slug = f"{slug_of(name) or 'organization'}-{ctx.ids.suffix()}"
    return slug


def find_by_domain(ctx: Context, use: str, domain: str) -> list[Organization]:
    """Return the organizations that list an e-mail domain or an OAuth tenant, oldest first.

    Args:
        use: ``allowed`` or ``claimed`` for an e-mail domain; the provider's name for a tenant.
        domain: the e-mail domain or the tenant's id.
    """
    entries = ctx.store.all(OrganizationDomain, use=use, domain=domain)
    organizations = [ctx.store.get(Organization, organization_id=entry.organization_id) for entry in entries]
    return sorted(organizations, key=lambda organization: organization.position)


def require_method_allowed(organization: Organization, member: Member | None, method: str) -> None:
    """Raise if the organization doesn't allow a login method. It doesn't restrict breakglass members.

    Raises:
        operation_restricted_by_organization_auth_methods: if the organization doesn't allow the login method.
    """
    restricted = organization.auth_methods == "RESTRICTED" and method not in organization.allowed_auth_methods
    if restricted and not (member and member.is_breakglass):
        raise errors.operation_restricted_by_organization_auth_methods()


def require_unclaimed_domain(ctx: Context, organization: Organization | None, email_address: str) -> None:
    """Raise if another organization claims the address's domain: then the address can join only that organization.

    Args:
        organization: the organization to join; None to create a new one.

    Raises:
        action_not_allowed_email_domain_is_claimed: if another organization claims the e-mail domain.
    """
    if is_claimed_elsewhere(ctx, organization, email_address):
        raise errors.action_not_allowed_email_domain_is_claimed()


def is_claimed_elsewhere(ctx: Context, organization: Organization | None, email_address: str) -> bool:
    """Return whether other organizations claim the address's domain, and this one doesn't."""
    ids = {claiming.organization_id for claiming in find_by_domain(ctx, "claimed", emails.domain_of(email_address))}
    return bool(ids) and (organization is None or organization.organization_id not in ids)


def _index_domains(ctx: Context, organization: Organization) -> None:
    """Rewrite the rows by which organizations are found by domain or tenant."""
    ctx.store.delete_all(OrganizationDomain, organization_id=organization.organization_id)
    lists = {
        "allowed": organization.email_allowed_domains,
        "claimed": organization.claimed_email_domains,
        **organization.allowed_oauth_tenants,
    }
    for use, domains in lists.items():
        for domain in dict.fromkeys(domains):
            ctx.store.insert(
                OrganizationDomain(
                    domain_id=str(ctx.ids.uuid()),
                    organization_id=organization.organization_id,
                    use=use,
                    domain=domain,
                )
            )


def _validated_columns(ctx: Context, current: Organization, changes: dict[str, Any]) -> dict[str, Any]:
    """Validate the changes one by one and together, and return the columns to store."""
    columns = dict(changes)
    if "trusted_metadata" in columns:
        columns["trusted_metadata"] = metadata.merge(current.trusted_metadata, columns["trusted_metadata"])
    if len(columns.get("organization_logo_url", "")) > _MAX_URL_LENGTH:
        raise errors.organization_logo_url_too_long()
    for name, validate in _VALIDATORS.items():
        if name in columns:
            columns[name] = validate(ctx, current, columns[name])
    _require_consistent(msgspec.structs.replace(current, **columns))
    return columns


def _require_consistent(o: Organization) -> None:
    """Raise if a setting requires another one that is missing."""
    restricted = "RESTRICTED"
    if len(o.organization_name) > _MAX_NAME_LENGTH:
        raise errors.invalid_organization_name()
    if o.sso_jit_provisioning == o.email_jit_provisioning == o.email_invites == "NOT_ALLOWED":
        raise errors.invalid_organization_auth_factor_setting(because="no way to join the organization is allowed")
    if o.auth_methods == restricted and not o.allowed_auth_methods:
        raise errors.allowed_auth_methods_required_for_restricted()
    if o.mfa_methods == restricted and not o.allowed_mfa_methods:
        raise errors.allowed_mfa_methods_required_for_restricted()
    if restricted in (o.email_invites, o.email_jit_provisioning) and not o.email_allowed_domains:
        raise errors.invalid_restricted_email_setting()
    if o.sso_jit_provisioning == restricted and not o.sso_jit_provisioning_allowed_connections:
        raise errors.invalid_restricted_sso_setting()
    if o.oauth_tenant_jit_provisioning == restricted and not any(o.allowed_oauth_tenants.values()):
        raise errors.invalid_restricted_oauth_tenants_setting()


def _choice(allowed: tuple[str, ...], error: Kind) -> Validator:
    """Validate one of the values of ``_SETTINGS``.

    Args:
        error: if the value isn't one that this setting can have.
    """

    def validate(_ctx: Context, _current: Organization, value: str) -> str:
        if value not in _SETTINGS:
            raise errors.invalid_organization_auth_factor_setting(because=f"{reprlib.repr(value)} isn't accepted")
        if value not in allowed:
            raise error(because=f"{value} isn't accepted")
        return value

    return validate


def _mfa_policy(_ctx: Context, _current: Organization, value: str) -> str:
    if value not in ("REQUIRED_FOR_ALL", "OPTIONAL"):
        raise errors.invalid_organization_mfa_policy(because=f"{reprlib.repr(value)} isn't accepted")
    return value


def _subset_of(known: tuple[str, ...], error: Kind) -> Validator:
    def validate(_ctx: Context, _current: Organization, values: list[str]) -> list[str]:
        unknown = [value for value in values if value not in known]
        if unknown:
            raise error(because=f"unknown: {', '.join(unknown)}")
        return list(dict.fromkeys(values))

    return validate


def _domains(invalid: Kind, common: Kind, duplicate: Kind) -> Validator:
    def validate(_ctx: Context, _current: Organization, values: list[str]) -> list[str]:
        domains = [value.strip().lower() for value in values]
        for domain in domains:
            if not re.fullmatch(_DOMAIN, domain):
                raise invalid(because=domain)
            if emails.is_common(domain):
                raise common(because=domain)
        if len(set(domains)) < len(domains):
            raise duplicate()
        return domains

    return validate


def _role_assignments(ctx: Context, current: Organization, values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for value in values:
        domain = value["domain"] = value["domain"].strip().lower()
        if not re.fullmatch(_DOMAIN, domain):
            raise errors.rbac_invalid_domain(because=domain)
        if emails.is_common(domain):
            raise errors.rbac_domain_too_common(because=domain)
        permissions.require_assignable(ctx, current, [value["role_id"]])
    return values


def _tenants(_ctx: Context, _current: Organization, values: dict[str, Any]) -> dict[str, Any]:
    for provider, tenants in values.items():
        is_list_of_strings = isinstance(tenants, list) and all(isinstance(tenant, str) for tenant in tenants)
        if provider not in OAUTH_TENANT_PROVIDERS or not is_list_of_strings:
            raise errors.invalid_oauth_allowed_tenants_format(because=provider)
    return values


def _default_connection(_ctx: Context, current: Organization, value: str) -> str | None:
    """Validate the default connection. ``""`` removes it."""
    if value and not any(c.active and c.connection_id == value for c in current.sso_connections):
        raise errors.invalid_sso_default_connection_id(because=f"no active connection {value}")
    return value or None


def _own_connections(_ctx: Context, current: Organization, values: list[str]) -> list[str]:
    unknown = set(values) - {c.connection_id for c in current.sso_connections}
    if unknown:
        raise errors.invalid_connection_for_jit_provisioning(because=f"no connection {', '.join(sorted(unknown))}")
    return list(dict.fromkeys(values))


_any_setting = _choice(_SETTINGS, errors.invalid_organization_auth_factor_setting)

_VALIDATORS: dict[str, Validator] = {
    "sso_jit_provisioning": _any_setting,
    "email_allowed_domains": _domains(
        errors.organization_settings_invalid_domain,
        errors.organization_settings_domain_too_common,
        errors.organization_settings_duplicate_domain,
    ),
    "email_jit_provisioning": _choice(
        ("RESTRICTED", "NOT_ALLOWED"), errors.invalid_organization_auth_factor_setting_for_email_jit_provisioning
    ),
    "email_invites": _any_setting,
    "auth_methods": _choice(("ALL_ALLOWED", "RESTRICTED"), errors.invalid_organization_auth_method_settings),
    "allowed_auth_methods": _subset_of(AUTH_METHODS, errors.invalid_organization_allowed_auth_methods),
    "mfa_policy": _mfa_policy,
    "rbac_email_implicit_role_assignments": _role_assignments,
    "mfa_methods": _choice(("ALL_ALLOWED", "RESTRICTED"), errors.invalid_organization_mfa_factor_setting),
    "allowed_mfa_methods": _subset_of(MFA_METHODS, errors.invalid_organization_allowed_mfa_methods),
    "oauth_tenant_jit_provisioning": _choice(
        ("RESTRICTED", "NOT_ALLOWED"), errors.invalid_organization_auth_factor_setting_for_oauth_tenant_jit_provisioning
    ),
    "allowed_oauth_tenants": _tenants,
    "first_party_connected_apps_allowed_type": _any_setting,
    "third_party_connected_apps_allowed_type": _any_setting,
    "claimed_email_domains": _domains(
        errors.organization_settings_invalid_claimed_domain,
        errors.organization_settings_claimed_domain_too_common,
        errors.organization_settings_duplicate_claimed_domain,
    ),
    "sso_default_connection_id": _default_connection,
    "sso_jit_provisioning_allowed_connections": _own_connections,
}

# The values of the settings that have only a few, for hints.
VALUES: dict[str, tuple[str, ...]] = {
    "sso_jit_provisioning": _SETTINGS,
    "email_jit_provisioning": ("RESTRICTED", "NOT_ALLOWED"),
    "email_invites": _SETTINGS,
    "auth_methods": ("ALL_ALLOWED", "RESTRICTED"),
    "allowed_auth_methods": AUTH_METHODS,
    "mfa_policy": ("REQUIRED_FOR_ALL", "OPTIONAL"),
    "mfa_methods": ("ALL_ALLOWED", "RESTRICTED"),
    "allowed_mfa_methods": MFA_METHODS,
    "oauth_tenant_jit_provisioning": ("RESTRICTED", "NOT_ALLOWED"),
    "first_party_connected_apps_allowed_type": _SETTINGS,
    "third_party_connected_apps_allowed_type": _SETTINGS,
}
