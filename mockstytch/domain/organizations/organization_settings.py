"""What an organization's settings may be, and how they depend on each other."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from mockstytch import errors, wire
from mockstytch.clock import position
from mockstytch.domain.oauth_server import connected_apps
from mockstytch.domain.rbac import permissions
from mockstytch.domain.shared import emails, metadata
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

# Sending any of these at creation without ``email_invites`` makes that NOT_ALLOWED instead of ALL_ALLOWED.
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
_LONGEST_NAME = 128
_LONGEST_URL = 2048


def create(ctx: Context, name: str, changes: dict[str, Any]) -> Organization:
    """A new organization.

    Args:
        changes: the settings that were sent. An absent or empty slug is derived from the name.

    Raises:
        StytchError: the rule that they break; see ``docs/errors.md``.
    """
    changes = _without_blanks(changes)
    if "email_invites" not in changes and _AUTH_SETTINGS & changes.keys():
        changes["email_invites"] = "NOT_ALLOWED"
    slug = changes.pop("organization_slug", None) or free_slug(ctx, name)
    blank = Organization(
        organization_id=ctx.ids.new("organization"),
        organization_name=name,
        organization_slug=slug,
        slug_key=slug.lower(),
        created_at=ctx.now,
        updated_at=ctx.now,
        position=position(),
    )
    changed = _checked(ctx, blank, changes)
    organization = ctx.store.insert(
        _replaced(blank, changed),
        slug_key=errors.organization_slug_already_used(),
        organization_external_id=errors.organization_external_id_already_used(),
    )
    _index_domains(ctx, organization)
    ctx.emit("organization", "create", organization.organization_id, wire.organization(organization))
    return organization


def update(ctx: Context, organization: Organization, changes: dict[str, Any]) -> Organization:
    """
    Raises:
        StytchError: the rule that the settings would break; see ``docs/errors.md``.
    """
    changes = _without_blanks(changes)
    if not changes:
        return organization
    if slug := changes.get("organization_slug"):
        changes["slug_key"] = slug.lower()
    changed = _checked(ctx, organization, changes)
    conflicts = {
        "slug_key": errors.organization_slug_already_used(),
        "organization_external_id": errors.organization_external_id_already_used(),
    }
    organization = ctx.store.update(organization, conflicts, **changed, updated_at=ctx.now)
    if {"email_allowed_domains", "claimed_email_domains", "allowed_oauth_tenants"} & changed.keys():
        _index_domains(ctx, organization)
    if any("connected_apps" in name for name in changed):
        connected_apps.enforce_policy(ctx, organization)
    ctx.emit("organization", "update", organization.organization_id, wire.organization(organization))
    return organization


def _without_blanks(changes: dict[str, Any]) -> dict[str, Any]:
    """An empty name, slug or external id is as good as absent."""
    named = ("organization_name", "organization_slug", "organization_external_id")
    return {name: value for name, value in changes.items() if value or name not in named}


def is_external_id(text: str) -> bool:
    """Whether an organization may have this external id."""
    return re.fullmatch(r"(?!organization-(test|live)-)[A-Za-z0-9._|-]{1,128}", text) is not None


def slug_of(name: str) -> str:
    """A slug made of a name; "" if nothing in it can be part of one."""
    slug = re.sub(r"[^a-z0-9._~]+", "-", name.lower()).strip("-")[:120]
    return slug if re.search(r"[a-z0-9]", slug) else ""


def free_slug(ctx: Context, name: str) -> str:
    """A slug for a name, with a suffix where another organization has it."""
    slug = slug_of(name)
    if len(slug) < 2:
        slug = f"{slug or 'organization'}-{ctx.ids.suffix()}"
    while ctx.store.find(Organization, slug_key=slug):
        slug = f"{slug_of(name) or 'organization'}-{ctx.ids.suffix()}"
    return slug


def find_by_domain(ctx: Context, use: str, domain: str) -> list[Organization]:
    """The organizations that allow or claim an e-mail domain, or let a provider's tenant in, oldest first."""
    entries = ctx.store.all(OrganizationDomain, use=use, domain=domain)
    found = [ctx.store.get(Organization, organization_id=entry.organization_id) for entry in entries]
    return sorted(found, key=lambda organization: organization.position)


def require_method_allowed(organization: Organization, member: Member | None, method: str) -> None:
    """The organization takes this way of logging in, or the member may break the glass.

    Raises:
        operation_restricted_by_organization_auth_methods: neither.
    """
    restricted = organization.auth_methods == "RESTRICTED" and method not in organization.allowed_auth_methods
    if restricted and not (member and member.is_breakglass):
        raise errors.operation_restricted_by_organization_auth_methods()


def require_unclaimed_domain(ctx: Context, organization: Organization | None, email_address: str) -> None:
    """Who has an address of a claimed domain can only join, and not create, organizations.

    Raises:
        action_not_allowed_email_domain_is_claimed: another organization claims the domain.
    """
    if is_claimed_elsewhere(ctx, organization, email_address):
        raise errors.action_not_allowed_email_domain_is_claimed()


def is_claimed_elsewhere(ctx: Context, organization: Organization | None, email_address: str) -> bool:
    """Whether others claim the address's domain, and this organization doesn't."""
    ids = {claimer.organization_id for claimer in find_by_domain(ctx, "claimed", emails.domain_of(email_address))}
    return bool(ids) and (organization is None or organization.organization_id not in ids)


def _replaced(organization: Organization, changes: dict[str, Any]) -> Organization:
    return msgspec.structs.replace(organization, **changes)


def _index_domains(ctx: Context, organization: Organization) -> None:
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


def _checked(ctx: Context, before: Organization, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes as they will be stored, if what results keeps the rules."""
    changed = dict(changes)
    if "trusted_metadata" in changed:
        changed["trusted_metadata"] = metadata.merge(before.trusted_metadata, changed["trusted_metadata"])
    if len(changed.get("organization_logo_url", "")) > _LONGEST_URL:
        raise errors.organization_logo_url_too_long()
    for name, check in _LISTS.items():
        if name in changed:
            changed[name] = check(ctx, before, changed[name])
    _check_together(_replaced(before, changed))
    return changed


def _check_together(o: Organization) -> None:
    restricted = "RESTRICTED"
    if len(o.organization_name) > _LONGEST_NAME:
        raise errors.invalid_organization_name()
    if o.sso_jit_provisioning == o.email_jit_provisioning == o.email_invites == "NOT_ALLOWED":
        raise errors.invalid_organization_auth_factor_setting(because="nobody could ever join")
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


def _subset(of: tuple[str, ...], error: Kind) -> Callable[[Context, Organization, list[str]], list[str]]:
    def check(_ctx: Context, _before: Organization, values: list[str]) -> list[str]:
        unknown = [value for value in values if value not in of]
        if unknown:
            raise error(because=f"unknown: {', '.join(unknown)}")
        return list(dict.fromkeys(values))

    return check


def _domains(invalid: Kind, common: Kind, duplicate: Kind) -> Callable[[Context, Organization, list[str]], list[str]]:
    def check(_ctx: Context, _before: Organization, values: list[str]) -> list[str]:
        domains = [value.strip().lower() for value in values]
        for domain in domains:
            if not re.fullmatch(_DOMAIN, domain):
                raise invalid(because=domain)
            if emails.is_common(domain):
                raise common(because=domain)
        if len(set(domains)) < len(domains):
            raise duplicate()
        return domains

    return check


def _role_assignments(ctx: Context, before: Organization, values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for value in values:
        domain = value["domain"] = value["domain"].strip().lower()
        if not re.fullmatch(_DOMAIN, domain):
            raise errors.rbac_invalid_domain(because=domain)
        if emails.is_common(domain):
            raise errors.rbac_domain_too_common(because=domain)
        permissions.require_assignable(ctx, before, [value["role_id"]])
    return values


def _tenants(_ctx: Context, _before: Organization, values: dict[str, Any]) -> dict[str, Any]:
    for provider, tenants in values.items():
        fits = isinstance(tenants, list) and all(isinstance(tenant, str) for tenant in tenants)
        if provider not in OAUTH_TENANT_PROVIDERS or not fits:
            raise errors.invalid_oauth_allowed_tenants_format(because=provider)
    return values


def _default_connection(_ctx: Context, before: Organization, value: str) -> str | None:
    """``""`` takes the default away."""
    if value and not any(c.active and c.connection_id == value for c in before.sso_connections):
        raise errors.invalid_sso_default_connection_id(because=f"no active connection {value}")
    return value or None


def _own_connections(_ctx: Context, before: Organization, values: list[str]) -> list[str]:
    unknown = set(values) - {c.connection_id for c in before.sso_connections}
    if unknown:
        raise errors.invalid_connection_for_jit_provisioning(because=f"no connection {', '.join(sorted(unknown))}")
    return list(dict.fromkeys(values))


_LISTS: dict[str, Callable[[Context, Organization, Any], Any]] = {
    "allowed_auth_methods": _subset(AUTH_METHODS, errors.invalid_organization_allowed_auth_methods),
    "allowed_mfa_methods": _subset(MFA_METHODS, errors.invalid_organization_allowed_mfa_methods),
    "email_allowed_domains": _domains(
        errors.organization_settings_invalid_domain,
        errors.organization_settings_domain_too_common,
        errors.organization_settings_duplicate_domain,
    ),
    "claimed_email_domains": _domains(
        errors.organization_settings_invalid_claimed_domain,
        errors.organization_settings_claimed_domain_too_common,
        errors.organization_settings_duplicate_claimed_domain,
    ),
    "rbac_email_implicit_role_assignments": _role_assignments,
    "allowed_oauth_tenants": _tenants,
    "sso_default_connection_id": _default_connection,
    "sso_jit_provisioning_allowed_connections": _own_connections,
}
