"""Which organizations somebody can enter, seen from a proven address."""

from collections.abc import Sequence
from typing import Any

from mockstytch import wire
from mockstytch.domain.login import login_flow, mfa
from mockstytch.domain.organizations import organization_settings, provisioning
from mockstytch.domain.shared import emails, lookup
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor


def list_organizations(
    ctx: Context, email_address: str, factors: list[Factor], *, home: str | None = None, joinable: bool = True
) -> list[dict[str, Any]]:
    """The ``discovered_organizations``: those that the address is in, oldest first, then those that it could join.

    Args:
        factors: what was proven; decides what else each organization would ask for.
        home: the organization that it was proven in; not all of it counts in others.
        joinable: also those that could be joined by e-mail domain.
    """
    found = []
    abroad = login_flow.portable_factors(factors) if home else factors
    found_members = ctx.store.all(Member, email_address=email_address)
    members = [lookup.without_expired_lock(ctx, m) for m in found_members if m.status != "deleted"]
    for member in sorted(members, key=lambda m: m.position):
        organization = ctx.store.get(Organization, organization_id=member.organization_id)
        membership = {
            "type": f"{member.status}_member",
            "details": None,
            "member": wire.member(member, organization),
        }
        at_home = organization.organization_id == home
        found.append(_entry(organization, member, membership, factors if at_home else abroad))
    if joinable:
        inside = {member.organization_id for member in members}
        domain = emails.domain_of(email_address)
        for organization in organization_settings.find_by_domain(ctx, "allowed", domain):
            if organization.organization_id not in inside and provisioning.is_discoverable(
                ctx, organization, email_address
            ):
                membership = {"type": "eligible_to_join_by_email_domain", "details": {"domain": domain}, "member": None}
                found.append(_entry(organization, None, membership, abroad))
                inside.add(organization.organization_id)
        found += _by_tenant(ctx, abroad, inside, email_address)
    return found


def _by_tenant(ctx: Context, factors: list[Factor], known: set[str], email_address: str) -> list[dict[str, Any]]:
    """The organizations that let in somebody of a tenant at an OAuth provider."""
    found = []
    for factor in factors:
        provider = factor.delivery_method.removeprefix("oauth_")
        for tenant in factor.tenant_ids:
            for organization in organization_settings.find_by_domain(ctx, provider, tenant):
                lets_in = (
                    provisioning.matching_oauth_tenant(organization, [factor])
                    and organization.organization_id not in known
                )
                if lets_in and not organization_settings.is_claimed_elsewhere(ctx, organization, email_address):
                    known.add(organization.organization_id)
                    details = {"provider": provider, "tenant": tenant}
                    membership = {"type": "eligible_to_join_by_oauth_tenant", "details": details, "member": None}
                    found.append(_entry(organization, None, membership, factors))
    return found


def authenticate_response(ctx: Context, email_address: str, factors: list[Factor]) -> dict[str, Any]:
    """The answer to a proven address: an intermediate session, and where it leads."""
    intermediate = login_flow.start_intermediate_session(ctx, email_address, factors)
    return {
        "intermediate_session_token": intermediate.intermediate_session_token,
        "intermediate_session_token_expires_at": wire.time(intermediate.expires_at),
        "email_address": email_address,
        "discovered_organizations": list_organizations(ctx, email_address, factors),
    }


def _entry(
    organization: Organization, member: Member | None, membership: dict[str, Any], factors: Sequence[Factor]
) -> dict[str, Any]:
    proven = list(factors)
    missing = login_flow.missing_primary_methods(organization, member, proven)
    due = missing is None and mfa.is_required(organization, member, proven)
    return {
        "organization": wire.organization(organization),
        "membership": membership,
        "member_authenticated": missing is None and not due,
        "primary_required": {"allowed_auth_methods": missing} if missing is not None else None,
        "mfa_required": mfa.mfa_required(member) if due else None,
    }
