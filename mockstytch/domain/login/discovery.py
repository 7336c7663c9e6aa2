"""Discovery: the organizations that the owner of a verified e-mail address can log in to."""

from typing import Any

from mockstytch import wire
from mockstytch.domain.login import login_flow, mfa, primary_factors
from mockstytch.domain.organizations import organization_settings, provisioning
from mockstytch.domain.shared import emails, lookup
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor


def list_organizations(
    ctx: Context, email_address: str, factors: list[Factor], *, home: str | None = None, joinable: bool = True
) -> list[dict[str, Any]]:
    """Return the ``discovered_organizations``: organizations with a member of the address, then organizations to join.

    Args:
        factors: the verified factors. They determine what each organization still requires.
        home: id of the organization that verified the factors. Some of them don't count in other organizations.
        joinable: whether to include organizations that provision members by e-mail domain or OAuth tenant.
    """
    portable = primary_factors.portable_factors(factors) if home else factors
    discovered = []
    existing = [m for m in ctx.store.all(Member, email_address=email_address) if m.status != "deleted"]
    members = [lookup.without_expired_lock(ctx, member) for member in existing]
    for member in sorted(members, key=lambda m: m.position):
        organization = ctx.store.get(Organization, organization_id=member.organization_id)
        membership = {
            "type": f"{member.status}_member",
            "details": None,
            "member": wire.member(member, organization),
        }
        is_home = organization.organization_id == home
        discovered.append(_serialize(organization, member, membership, factors if is_home else portable))
    if joinable:
        known = {member.organization_id for member in members}
        discovered += _joinable_by_domain(ctx, portable, known, email_address)
        discovered += _joinable_by_tenant(ctx, portable, known, email_address)
    return discovered


def _joinable_by_domain(
    ctx: Context, factors: list[Factor], known: set[str], email_address: str
) -> list[dict[str, Any]]:
    """Return the organizations that provision members by e-mail domain, and add them to ``known``."""
    discovered = []
    domain = emails.domain_of(email_address)
    for organization in organization_settings.find_by_domain(ctx, "allowed", domain):
        if organization.organization_id in known:
            continue
        if provisioning.is_discoverable(ctx, organization, email_address):
            known.add(organization.organization_id)
            membership = {"type": "eligible_to_join_by_email_domain", "details": {"domain": domain}, "member": None}
            discovered.append(_serialize(organization, None, membership, factors))
    return discovered


def _joinable_by_tenant(
    ctx: Context, factors: list[Factor], known: set[str], email_address: str
) -> list[dict[str, Any]]:
    """Return the organizations that provision members by OAuth tenant, and add them to ``known``."""
    discovered = []
    for factor in factors:
        provider = factor.delivery_method.removeprefix("oauth_")
        for tenant in factor.tenant_ids:
            for organization in organization_settings.find_by_domain(ctx, provider, tenant):
                is_candidate = (
                    provisioning.matching_oauth_tenant(organization, [factor])
                    and organization.organization_id not in known
                )
                if is_candidate and not organization_settings.is_claimed_elsewhere(ctx, organization, email_address):
                    known.add(organization.organization_id)
                    details = {"provider": provider, "tenant": tenant}
                    membership = {"type": "eligible_to_join_by_oauth_tenant", "details": details, "member": None}
                    discovered.append(_serialize(organization, None, membership, factors))
    return discovered


def sso_connections(ctx: Context, email_address: str) -> list[dict[str, str]]:
    """Return the active SSO connections of the organizations that have a member with this address, or allow its domain.

    Connections of organizations that don't provision members are only for members. Production's rule isn't known.
    """
    members = [m for m in ctx.store.all(Member, email_address=email_address) if m.status != "deleted"]
    ids = {member.organization_id for member in members}
    organizations = [ctx.store.get(Organization, organization_id=organization_id) for organization_id in ids]
    for organization in organization_settings.find_by_domain(ctx, "allowed", emails.domain_of(email_address)):
        if organization.sso_jit_provisioning != "NOT_ALLOWED" and organization.organization_id not in ids:
            organizations.append(organization)
    return [
        connection
        for organization in sorted(organizations, key=lambda organization: organization.position)
        for connection in wire.organization(organization)["sso_active_connections"]
    ]


def authenticate_response(ctx: Context, email_address: str, factors: list[Factor]) -> dict[str, Any]:
    """Start an intermediate session for a verified address, and return it with the discovered organizations."""
    intermediate = login_flow.start_intermediate_session(ctx, email_address, factors)
    return {
        "intermediate_session_token": intermediate.intermediate_session_token,
        "intermediate_session_token_expires_at": wire.time(intermediate.expires_at),
        "email_address": email_address,
        "discovered_organizations": list_organizations(ctx, email_address, factors),
    }


def _serialize(
    organization: Organization, member: Member | None, membership: dict[str, Any], factors: list[Factor]
) -> dict[str, Any]:
    """Return a discovered organization, with what it still requires of these factors."""
    missing = primary_factors.missing_primary_methods(organization, member, factors)
    needs_mfa = missing is None and mfa.is_required(organization, member, factors)
    return {
        "organization": wire.organization(organization),
        "membership": membership,
        "member_authenticated": missing is None and not needs_mfa,
        "primary_required": {"allowed_auth_methods": missing} if missing is not None else None,
        "mfa_required": mfa.serialize(member) if needs_mfa else None,
    }
