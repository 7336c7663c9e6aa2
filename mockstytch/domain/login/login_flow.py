"""Complete a login after a primary factor has been verified.

Every primary method (magic link, OTP, password, OAuth, SSO) verifies its factor and calls this module. It decides what
happens next from stored state alone, in this order:

1. The organization requires another primary method: return ``primary_required`` and an intermediate session.
2. The organization or the member requires a second factor: return ``mfa_required`` and an intermediate session.
3. Otherwise start a session and consume the intermediate session.
"""

from datetime import timedelta
from typing import Any

from mockstytch import errors, wire
from mockstytch.domain.credentials import locks
from mockstytch.domain.login import mfa, oauth, primary_factors
from mockstytch.domain.organizations import organization_settings, provisioning
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import lookup, member_events, single_use
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor, IntermediateSession, MemberSession
from mockstytch.values import Frozen

Body = dict[str, Any]


class SessionOptions(Frozen):
    """Session parameters that a caller can send with any authenticate or exchange request.

    Attributes:
        duration_minutes: lifetime of the session; None means 60.
        custom_claims: claims to add to the session.
        session_token, session_jwt: an existing session to extend.
        intermediate_session_token: an intermediate session to continue.
        locale: language of an SMS that this request may send.
    """

    duration_minutes: int | None = None
    custom_claims: dict[str, Any] = {}
    session_token: str = ""
    session_jwt: str = ""
    intermediate_session_token: str = ""
    locale: str = "en"


def email_factor(ctx: Context, kind: str, email_address: str, email_id: str = "") -> Factor:
    """Return the factor of a link or a code that was sent to an address.

    Args:
        kind: ``magic_link`` or ``email_otp``.
        email_id: id of the member's address; "" in discovery.
    """
    detail = {"email_factor": {"email_id": email_id, "email_address": email_address}}
    return sessions.new_factor(ctx, kind, "email", detail, proves_email=email_address)


def complete_primary_factor(
    ctx: Context, organization: Organization, member: Member, factor: Factor, options: SessionOptions
) -> Body:
    """Continue a login in which a member verified a primary factor.

    Raises:
        user_lock_limit_reached: if the member is locked.
        action_not_allowed_email_domain_is_claimed: if the member isn't active yet and another organization has claimed
            the domain.
    """
    locks.require_unlocked(ctx, member)
    existing = existing_session(ctx, organization, member, options)
    member = locks.reset_attempts(ctx, activate(ctx, organization, member, [factor]))
    if isinstance(existing, MemberSession):
        body = extend_session(ctx, organization, member, existing, factor, options)
    else:
        verified = [primary_factors.bind_factor(f, member) for f in existing.authentication_factors] if existing else []
        factors = sessions.merge_factors(verified, [primary_factors.bind_factor(factor, member)])
        body = next_step(ctx, organization, member, factors, existing, options)
    return {**body, "organization_id": organization.organization_id}


def existing_session(
    ctx: Context, organization: Organization, member: Member, options: SessionOptions
) -> MemberSession | IntermediateSession | None:
    """Return the session or intermediate session that the caller sent, or None.

    A session of another member is ignored: the login then starts a new session.

    Raises:
        too_many_session_arguments: if more than one session is given.
        session_not_found: if the session is unknown, expired or revoked.
        intermediate_session_not_found: if the intermediate session is unknown, expired or used.
        invalid_intermediate_session_token_for_organization: if the intermediate session belongs to another
            organization.
        member_session_member_id_mismatch: if the intermediate session belongs to another member or address.
    """
    sessions.require_single_session(options.session_token, options.session_jwt, options.intermediate_session_token)
    if options.session_token or options.session_jwt:
        session = sessions.find(ctx, options.session_token, options.session_jwt)
        return session if session.member_id == member.member_id else None
    if not options.intermediate_session_token:
        return None
    intermediate = lookup.intermediate_session(ctx, options.intermediate_session_token)
    if intermediate.organization_id not in (None, organization.organization_id):
        raise errors.invalid_intermediate_session_token_for_organization()
    if intermediate.member_id not in (None, member.member_id) or intermediate.email_address != member.email_address:
        raise errors.member_session_member_id_mismatch()
    return intermediate


def extend_session(
    ctx: Context,
    organization: Organization,
    member: Member,
    session: MemberSession,
    factor: Factor,
    options: SessionOptions,
) -> Body:
    """Add a primary factor to a session, and return the session."""
    member, factors = link_oauth_accounts(ctx, organization, member, [factor])
    session = sessions.extend(ctx, session, options.duration_minutes, options.custom_claims, factors)
    return _authenticated_response(ctx, organization, member, session)


def exchange(
    ctx: Context, intermediate: IntermediateSession, organization: Organization, options: SessionOptions
) -> Body:
    """Log in to an organization with an intermediate session. Provision the member if the organization allows it.

    Raises:
        invalid_intermediate_session_token_for_organization: if none of its factors counts in this organization.
        email_jit_provisioning_not_allowed: if the address has no member and the organization doesn't provision members,
            or none of its members has a verified address of the domain.
        invalid_email_for_jit_provisioning: if the address has no member and the organization doesn't allow the domain.
        invalid_oauth_tenant_for_jit_provisioning: if the address has no member and the organization doesn't allow the
            OAuth tenant.
        action_not_allowed_email_domain_is_claimed: if another organization has claimed the domain.
        user_lock_limit_reached: if the member is locked.
    """
    factors = primary_factors.factors_for(intermediate, organization)
    if not factors:
        raise errors.invalid_intermediate_session_token_for_organization()
    email_address = intermediate.email_address
    member = lookup.member_by_email(ctx, organization, email_address)
    if member is None:
        member = provisioning.provision(ctx, organization, email_address, factors, by_discovery=True)
    else:
        member = activate(ctx, organization, member, factors)
    return next_step(ctx, organization, member, factors, intermediate, options)


def next_step(
    ctx: Context,
    organization: Organization,
    member: Member,
    factors: list[Factor],
    intermediate: IntermediateSession | None,
    options: SessionOptions,
) -> Body:
    """Return what the organization still requires, or start a session.

    Raises:
        user_lock_limit_reached: if the member is locked.
    """
    locks.require_unlocked(ctx, member)
    factors = [primary_factors.bind_factor(factor, member) for factor in factors]
    allowed_methods = primary_factors.missing_primary_methods(organization, member, factors)
    if allowed_methods is not None:
        return primary_required(ctx, organization, member, factors, intermediate, allowed_methods)
    member = activate_pending(ctx, organization, member)
    if mfa.is_required(organization, member, factors):
        return mfa_required(ctx, organization, member, factors, intermediate, options.locale)
    consume(ctx, intermediate)
    return start_session(ctx, organization, member, factors, options)


def primary_required(
    ctx: Context,
    organization: Organization,
    member: Member,
    factors: list[Factor],
    intermediate: IntermediateSession | None,
    allowed_methods: list[str],
) -> Body:
    """Keep the factors in an intermediate session, and return the primary methods of which one is still required."""
    intermediate = _save_factors(ctx, organization, member, factors, intermediate)
    return {
        **_unauthenticated_response(organization, member, intermediate),
        "primary_required": {"allowed_auth_methods": allowed_methods},
        "mfa_required": None,
    }


def mfa_required(
    ctx: Context,
    organization: Organization,
    member: Member,
    factors: list[Factor],
    intermediate: IntermediateSession | None,
    locale: str,
) -> Body:
    """Keep the factors in an intermediate session, and start a challenge for the second factor."""
    intermediate = _save_factors(ctx, organization, member, factors, intermediate)
    return {
        **_unauthenticated_response(organization, member, intermediate),
        "primary_required": None,
        "mfa_required": mfa.start_challenge(ctx, organization, member, locale),
    }


def consume(ctx: Context, intermediate: IntermediateSession | None) -> None:
    """Mark an intermediate session as used.

    Raises:
        intermediate_session_not_found: if a parallel request used the intermediate session first.
    """
    if intermediate is not None:
        single_use.consume(ctx, intermediate, errors.intermediate_session_not_found)


def start_session(
    ctx: Context, organization: Organization, member: Member, factors: list[Factor], options: SessionOptions
) -> Body:
    """Start a session with these factors, and return it."""
    member, factors = link_oauth_accounts(ctx, organization, member, factors)
    session = sessions.start(ctx, member, factors, options.duration_minutes, options.custom_claims)
    return _authenticated_response(ctx, organization, member, session)


def link_oauth_accounts(
    ctx: Context, organization: Organization, member: Member, factors: list[Factor]
) -> tuple[Member, list[Factor]]:
    """Link the OAuth accounts among the factors to the member, and emit an event if any was new.

    Returns:
        The member, and the factors with the ids of their registrations.
    """
    linked_member, factors = oauth.link_accounts(ctx, member, factors)
    if linked_member is not member:
        member_events.member_updated(ctx, linked_member, organization)
    return linked_member, factors


def activate(ctx: Context, organization: Organization, member: Member, factors: list[Factor]) -> Member:
    """Mark the member's address as verified if one of the factors verified it. A verified member becomes active.

    Raises:
        action_not_allowed_email_domain_is_claimed: if the member isn't active yet and another organization has claimed
            the domain.
    """
    is_verified = member.email_address_verified or any(f.proves_email == member.email_address for f in factors)
    if member.status != "active":
        organization_settings.require_unclaimed_domain(ctx, organization, member.email_address)
    status = "active" if is_verified else member.status
    if (member.status, member.email_address_verified) == (status, is_verified):
        return member
    member = ctx.store.update_with_commit(member, status=status, email_address_verified=is_verified, updated_at=ctx.now)
    member_events.member_updated(ctx, member, organization)
    return member


def activate_pending(ctx: Context, organization: Organization, member: Member) -> Member:
    """Make the member active, also without a verified address: an OAuth tenant can be sufficient."""
    if member.status == "active":
        return member
    member = ctx.store.update_with_commit(member, status="active", updated_at=ctx.now)
    member_events.member_updated(ctx, member, organization)
    return member


def start_intermediate_session(
    ctx: Context,
    email_address: str,
    factors: list[Factor],
    organization_id: str | None = None,
    member_id: str | None = None,
) -> IntermediateSession:
    """Start an intermediate session. In discovery it belongs to no organization and no member."""
    minutes = ctx.project.settings.intermediate_session_minutes
    return ctx.store.insert(
        IntermediateSession(
            intermediate_session_token=ctx.ids.token(),
            email_address=email_address,
            organization_id=organization_id,
            member_id=member_id,
            authentication_factors=factors,
            created_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=minutes),
        )
    )


def _save_factors(
    ctx: Context,
    organization: Organization,
    member: Member,
    factors: list[Factor],
    intermediate: IntermediateSession | None,
) -> IntermediateSession:
    """Store the factors in the intermediate session, or in a new one. The expiry of an existing one stays.

    An existing one is bound to this organization if it already belonged to one, or if a new factor counts only here.
    """
    if intermediate is None:
        return start_intermediate_session(
            ctx, member.email_address, factors, organization.organization_id, member.member_id
        )
    changes: dict[str, Any] = {"authentication_factors": factors}
    added = [factor for factor in factors if factor not in intermediate.authentication_factors]
    if intermediate.organization_id or any(primary_factors.is_bound_to_organization(factor) for factor in added):
        changes |= {"organization_id": organization.organization_id, "member_id": member.member_id}
    return ctx.store.update(intermediate, **changes)


def _authenticated_response(ctx: Context, organization: Organization, member: Member, session: MemberSession) -> Body:
    return {
        **sessions.session_response(ctx, session, member, organization),
        "member_id": member.member_id,
        "member_authenticated": True,
        "intermediate_session_token": "",
        "intermediate_session_token_expires_at": None,
        "member_device": None,
        "mfa_required": None,
        "primary_required": None,
    }


def _unauthenticated_response(organization: Organization, member: Member, intermediate: IntermediateSession) -> Body:
    return {
        "member_session": None,
        "session_token": "",
        "session_jwt": "",
        "member": wire.member(member, organization),
        "organization": wire.organization(organization),
        "member_id": member.member_id,
        "member_authenticated": False,
        "intermediate_session_token": intermediate.intermediate_session_token,
        "intermediate_session_token_expires_at": wire.time(intermediate.expires_at),
        "member_device": None,
    }
