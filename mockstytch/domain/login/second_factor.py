"""Verify a second factor: complete an intermediate session, or add the factor to a session.

The operations of SMS, TOTP and recovery codes all follow the same steps: ``require_method_allowed``,
``required_session``, ``require_primary_factor``, verify the code, ``complete``.
"""

from typing import Any, Literal

import msgspec

from mockstytch import errors
from mockstytch.domain.login import login_flow, mfa, primary_factors
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import lookup, member_events
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor, IntermediateSession, MemberSession
from mockstytch.values import Frozen

Method = Literal["sms_otp", "totp", "recovery_code"]
AuthenticatedSession = IntermediateSession | MemberSession  # what a second factor is added to


class Credential(Frozen):
    """The session that a caller sent. At most one of the three is set."""

    intermediate_session_token: str = ""
    session_token: str = ""
    session_jwt: str = ""


class MfaOptions(Frozen):
    """Parameters that a caller can send with a second factor.

    Attributes:
        duration_minutes: lifetime of the session; None means 60.
        custom_claims: claims to add to the session.
        set_mfa_enrollment: ``enroll`` or ``unenroll``; "" leaves the member's enrollment unchanged.
        set_default_mfa: make this method the member's default.
    """

    duration_minutes: int | None = None
    custom_claims: dict[str, Any] = {}
    set_mfa_enrollment: str = ""
    set_default_mfa: bool = False


def required_session(
    ctx: Context, organization: Organization, member: Member, credential: Credential
) -> AuthenticatedSession:
    """Return the session that the caller sent. See ``optional_session``.

    Raises:
        no_session_arguments: if no session is given.
    """
    session = optional_session(ctx, organization, member, credential)
    if session is None:
        raise errors.no_session_arguments()
    return session


def optional_session(
    ctx: Context, organization: Organization, member: Member, credential: Credential
) -> AuthenticatedSession | None:
    """Return the member's session or intermediate session that the caller sent, or None.

    Raises:
        too_many_session_arguments: if more than one session is given.
        intermediate_session_not_found: if the intermediate session is unknown, expired or used.
        session_not_found: if the session is unknown, expired or revoked.
        member_session_member_id_mismatch: if the session belongs to another member.
    """
    values = msgspec.structs.astuple(credential)
    sessions.require_single_session(*values)
    if not any(values):
        return None
    session: AuthenticatedSession
    if credential.intermediate_session_token:
        session = lookup.intermediate_session(ctx, credential.intermediate_session_token)
        matches = _is_for_member(session, organization, member)
    else:
        session = sessions.find(ctx, credential.session_token, credential.session_jwt)
        matches = session.member_id == member.member_id
    if not matches:
        raise errors.member_session_member_id_mismatch()
    return session


def _is_for_member(intermediate: IntermediateSession, organization: Organization, member: Member) -> bool:
    """Return whether the intermediate session is the member's, or has the same address and factors that count here."""
    if intermediate.organization_id == organization.organization_id:
        return intermediate.member_id == member.member_id
    factors = primary_factors.factors_for(intermediate, organization)
    return intermediate.email_address == member.email_address and bool(factors)


def require_method_allowed(organization: Organization, member: Member, method: Method) -> None:
    """Check that the organization allows the member this MFA method.

    Raises:
        operation_restricted_by_organization_mfa_methods: if the organization doesn't allow the MFA method.
    """
    if not mfa.allows_method(organization, member, method):
        raise errors.operation_restricted_by_organization_mfa_methods()


def require_enrollable(member: Member) -> None:
    """Check that the member can register a second factor.

    Raises:
        action_available_only_for_active_members: if the member is pending or invited.
    """
    if member.status != "active":
        raise errors.action_available_only_for_active_members(because=f"the member is {member.status}")


def require_primary_factor(organization: Organization, member: Member, session: AuthenticatedSession) -> None:
    """Check, before a code is verified, that the intermediate session has a sufficient primary factor.

    Raises:
        action_available_only_once_primary_authentication_is_met: if a primary factor is still required.
    """
    if isinstance(session, IntermediateSession):
        factors = _bound_factors(session, organization, member)
        if primary_factors.missing_primary_methods(organization, member, factors) is not None:
            raise errors.action_available_only_once_primary_authentication_is_met()


def require_existing_factor(member: Member, session: AuthenticatedSession | None) -> None:
    """Require a member with an active second factor to have used it in this session, to change or add one.

    Raises:
        session_enforced_factor_matching_session_required: if the session has no second factor.
    """
    if not has_active_factor(member):
        return
    if session is None or not any(f.type in mfa.SECOND_FACTORS for f in session.authentication_factors):
        raise errors.session_enforced_factor_matching_session_required()


def has_active_factor(member: Member) -> bool:
    """Return whether the member has registered and verified a second factor."""
    return bool(member.totp_registration_id or (member.mfa_phone_number and member.mfa_phone_number_verified))


def complete(
    ctx: Context,
    organization: Organization,
    member: Member,
    factor: Factor,
    session: AuthenticatedSession,
    method: Method,
    options: MfaOptions,
    **verified: Any,
) -> dict[str, Any]:
    """Finish an MFA step: start or extend the session and build the response.

    Args:
        verified: columns of the member to set, because this factor verified them.

    Raises:
        intermediate_session_not_found: if a parallel request used the intermediate session first.
        action_not_allowed_email_domain_is_claimed: if the member isn't active yet and another organization has claimed
            the domain.
    """
    minutes, claims = options.duration_minutes, options.custom_claims
    if isinstance(session, MemberSession):
        member = _set_mfa_columns(ctx, organization, member, method, options, verified)
        session = sessions.extend(ctx, session, minutes, claims, [factor])
    else:
        login_flow.consume(ctx, session)
        factors = primary_factors.factors_for(session, organization)
        member = login_flow.activate(ctx, organization, member, factors)
        member = login_flow.activate_pending(ctx, organization, member)
        factors = _bound_factors(session, organization, member)
        member, factors = login_flow.link_oauth_accounts(ctx, organization, member, factors)
        member = _set_mfa_columns(ctx, organization, member, method, options, verified)
        session = sessions.start(ctx, member, sessions.merge_factors(factors, [factor]), minutes, claims)
    return {
        **sessions.session_response(ctx, session, member, organization),
        "member_id": member.member_id,
        "member_device": None,
    }


def _bound_factors(intermediate: IntermediateSession, organization: Organization, member: Member) -> list[Factor]:
    factors = primary_factors.factors_for(intermediate, organization)
    return [primary_factors.bind_factor(factor, member) for factor in factors]


def _set_mfa_columns(
    ctx: Context,
    organization: Organization,
    member: Member,
    method: Method,
    options: MfaOptions,
    verified: dict[str, Any],
) -> Member:
    """Update the member's MFA settings after a verified second factor."""
    columns = dict(verified)
    if organization.mfa_policy == "REQUIRED_FOR_ALL":
        columns["mfa_enrolled"] = True
    elif options.set_mfa_enrollment:
        columns["mfa_enrolled"] = options.set_mfa_enrollment == "enroll"
    if method != "recovery_code" and (options.set_default_mfa or not member.default_mfa_method):
        columns["default_mfa_method"] = method
    if all(getattr(member, name) == value for name, value in columns.items()):
        return member
    member = ctx.store.update(member, **columns, updated_at=ctx.now)
    member_events.member_updated(ctx, member, organization)
    return member
