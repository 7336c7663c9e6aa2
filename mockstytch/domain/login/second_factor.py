"""A proven second factor: an intermediate session becomes a session, a session is stepped up."""

from typing import Any, Literal

import msgspec

from mockstytch import errors
from mockstytch.domain.login import login_flow, mfa
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import lookup, member_events
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor, IntermediateSession, MemberSession
from mockstytch.values import Frozen

Method = Literal["sms_otp", "totp", "recovery_code"]
AuthenticatedSession = IntermediateSession | MemberSession


class Credential(Frozen):
    """What a second factor is added to, exactly one of the three."""

    intermediate_session_token: str = ""
    session_token: str = ""
    session_jwt: str = ""


class MfaOptions(Frozen):
    """What a caller asks of the session and of the member's MFA settings."""

    duration_minutes: int | None = None
    custom_claims: dict[str, Any] = {}
    set_mfa_enrollment: str = ""
    set_default_mfa: bool = False


def required_session(
    ctx: Context, organization: Organization, member: Member, credential: Credential
) -> AuthenticatedSession:
    """As ``brought``, where one has to come along.

    Raises:
        no_session_arguments: none did.
    """
    found = optional_session(ctx, organization, member, credential)
    if found is None:
        raise errors.no_session_arguments()
    return found


def optional_session(
    ctx: Context, organization: Organization, member: Member, credential: Credential
) -> AuthenticatedSession | None:
    """The living session or intermediate session of this member that came along, if one did.

    Raises:
        too_many_session_arguments: more than one did.
        intermediate_session_not_found, session_not_found: it lives no more.
        member_session_member_id_mismatch: it is somebody else's.
    """
    given = msgspec.structs.astuple(credential)
    sessions.require_single_session(*given)
    if not any(given):
        return None
    found: AuthenticatedSession
    if credential.intermediate_session_token:
        found = lookup.intermediate_session(ctx, credential.intermediate_session_token)
        if found.organization_id == organization.organization_id:
            same = found.member_id == member.member_id
        else:
            same = found.email_address == member.email_address and bool(login_flow.factors_for(found, organization))
    else:
        found = sessions.find(ctx, credential.session_token, credential.session_jwt)
        same = found.member_id == member.member_id
    if not same:
        raise errors.member_session_member_id_mismatch()
    return found


def require_method_allowed(organization: Organization, member: Member, method: Method) -> None:
    """
    Raises:
        operation_restricted_by_organization_mfa_methods: the organization doesn't take this method.
    """
    if not mfa.allows_method(organization, member, method):
        raise errors.operation_restricted_by_organization_mfa_methods()


def require_enrollable(member: Member) -> None:
    """
    Raises:
        action_available_only_for_active_members: the member is pending or invited.
    """
    if member.status != "active":
        raise errors.action_available_only_for_active_members(because=f"the member is {member.status}")


def require_primary_factor(organization: Organization, member: Member, held: AuthenticatedSession) -> None:
    """Before a code is looked at: what it would be added to must do as a first factor.

    Raises:
        action_available_only_once_primary_authentication_is_met: it doesn't.
    """
    if isinstance(held, IntermediateSession):
        factors = [login_flow.bind_factor(f, member) for f in login_flow.factors_for(held, organization)]
        if login_flow.missing_primary_methods(organization, member, factors) is not None:
            raise errors.action_available_only_once_primary_authentication_is_met()


def require_existing_factor(member: Member, held: AuthenticatedSession | None) -> None:
    """Who has a second factor already changes or adds one only after showing it.

    Raises:
        session_enforced_factor_matching_session_required: it was not shown.
    """
    if not has_active_factor(member):
        return
    if held is None or not any(f.type in mfa.SECONDARY for f in held.authentication_factors):
        raise errors.session_enforced_factor_matching_session_required()


def has_active_factor(member: Member) -> bool:
    return bool(member.totp_registration_id or (member.mfa_phone_number and member.mfa_phone_number_verified))


def complete(
    ctx: Context,
    organization: Organization,
    member: Member,
    factor: Factor,
    held: AuthenticatedSession,
    method: Method,
    options: MfaOptions,
    **proven: Any,
) -> dict[str, Any]:
    """The session that comes of it, as every second factor answers it.

    Args:
        proven: columns of the member that the factor settles.

    Raises:
        intermediate_session_not_found: it was used up meanwhile.
        action_not_allowed_email_domain_is_claimed: this would be joining, and another organization claims the domain.
    """
    if isinstance(held, MemberSession):
        member = _enrolled(ctx, organization, member, method, options, proven)
        session = sessions.extend(ctx, held, options.duration_minutes, options.custom_claims, [factor])
    else:
        if ctx.store.update_if_unchanged(held, used_at=ctx.now) is None:
            raise errors.intermediate_session_not_found(because="used a moment ago")
        factors = login_flow.factors_for(held, organization)
        member = login_flow.activate_pending(ctx, organization, login_flow.activate(ctx, organization, member, factors))
        member, factors = login_flow.link_oauth_accounts(
            ctx, organization, member, [login_flow.bind_factor(f, member) for f in factors]
        )
        member = _enrolled(ctx, organization, member, method, options, proven)
        session = sessions.start(
            ctx, member, sessions.merge_factors(factors, [factor]), options.duration_minutes, options.custom_claims
        )
    return {
        **sessions.session_response(ctx, session, member, organization),
        "member_id": member.member_id,
        "member_device": None,
    }


def _enrolled(
    ctx: Context,
    organization: Organization,
    member: Member,
    method: Method,
    options: MfaOptions,
    proven: dict[str, Any],
) -> Member:
    """The member with the MFA settings that a proven second factor leaves it."""
    columns = dict(proven)
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
