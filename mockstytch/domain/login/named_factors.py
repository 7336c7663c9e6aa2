"""Sessions without a login, for tests: the factors of the session are named, and not verified.

Everything else is as after a login with these factors: the member becomes active, an OAuth account is linked, a
recovery code is used up. A factor that needs a registration, such as an authenticator app, requires that the member has
it. As with sessions from elsewhere, the organization's auth methods and its MFA policy don't apply.
"""

from collections.abc import Callable
from functools import partial

from mockstytch import errors
from mockstytch.domain.credentials import locks, passwords, recovery_codes, totp
from mockstytch.domain.login import login_flow, oauth, primary_factors, second_factor
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import single_use
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import ProviderAccount, Totp
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor, MemberSession

PrimaryLogin = Callable[[Context, Organization, Member], tuple[Member, Factor]]


def start_session(
    ctx: Context,
    organization: Organization,
    member: Member,
    names: list[str],
    duration_minutes: int | None,
    sso_login: PrimaryLogin,
) -> tuple[MemberSession, Member]:
    """Start a session with these factors. Return it, and the member as it is now.

    Args:
        names: some of ``NAMES``, at least one of them a primary factor.
        duration_minutes: lifetime of the session; None means 60.
        sso_login: returns the member and the factor of an SSO login. SSO belongs to another package.

    Raises:
        bad_request: if none of the factors is a primary factor.
        user_lock_limit_reached: if the member is locked.
        action_not_allowed_email_domain_is_claimed: if the member isn't active yet and another organization has claimed
            the domain.
    """
    locks.require_unlocked(ctx, member)
    factors: list[Factor] = []
    for name in names:
        if name not in _SECOND:
            log_in = _PRIMARY.get(name, sso_login)
            member, factor = log_in(ctx, organization, member)
            factors = sessions.merge_factors(factors, [primary_factors.bind_factor(factor, member)])
    if not factors:
        raise errors.bad_request(because="factors needs a primary factor, such as magic_link")
    member = locks.reset_attempts(ctx, login_flow.activate(ctx, organization, member, factors))
    member = login_flow.activate_pending(ctx, organization, member)
    member, factors = login_flow.link_oauth_accounts(ctx, organization, member, factors)
    session = sessions.start(ctx, member, factors, duration_minutes, {})
    for second in (name for name in _SECOND if name in names):
        session, member = _add_second(ctx, organization, member, session, second)
    return session, member


def _email(kind: str, ctx: Context, _organization: Organization, member: Member) -> tuple[Member, Factor]:
    return member, login_flow.email_factor(ctx, kind, member.email_address, member.email_id)


def _password(ctx: Context, _organization: Organization, member: Member) -> tuple[Member, Factor]:
    """Return the factor of the member's password.

    Raises:
        member_password_not_found: if the member has no password.
    """
    if not member.member_password_id:
        raise errors.member_password_not_found(because="the member has no password")
    return member, passwords.factor(ctx)


def _oauth(provider: str, ctx: Context, organization: Organization, member: Member) -> tuple[Member, Factor]:
    """Return the factor of the account that is linked to the member, or of a new account with the member's address."""
    type_ = oauth.provider_type(provider)
    link = next((link for link in member.oauth_registrations if link.provider_type == type_), None)
    if link is not None:
        key = f"{provider}:{link.provider_subject}"
    else:
        flow = oauth.start_flow(ctx, provider, organization, ("", ""), [], "")
        flow = oauth.issue_code(ctx, flow, oauth.Identity(email=member.email_address, name=member.name))
        single_use.consume(ctx, flow, errors.oauth_state_used)
        key = flow.account_key or ""
    return member, oauth.factor(ctx, ctx.store.get(ProviderAccount, account_key=key))


def _add_second(
    ctx: Context, organization: Organization, member: Member, session: MemberSession, name: second_factor.Method
) -> tuple[MemberSession, Member]:
    factor = _SECOND[name](ctx, member)
    minutes = int((session.expires_at - session.started_at).total_seconds()) // 60
    options = second_factor.MfaOptions(duration_minutes=minutes)
    verified = {"mfa_phone_number_verified": True} if name == "sms_otp" else {}
    second_factor.complete(ctx, organization, member, factor, session, name, options, **verified)
    member = ctx.store.get(Member, member_id=member.member_id)
    return ctx.store.get(MemberSession, member_session_id=session.member_session_id), member


def _sms_otp(ctx: Context, member: Member) -> Factor:
    """Return the factor of a code that was sent to the member's phone.

    Raises:
        member_phone_number_not_found: if the member has no phone number.
    """
    if not member.mfa_phone_number:
        raise errors.member_phone_number_not_found(because="the member has no mfa_phone_number")
    detail = {"phone_id": member.mfa_phone_id, "phone_number": member.mfa_phone_number}
    return sessions.new_factor(ctx, "otp", "sms", {"phone_number_factor": detail})


def _totp(ctx: Context, member: Member) -> Factor:
    """Return the factor of the member's authenticator app.

    Raises:
        totp_not_found: if the member has no authenticator app, or never used it.
    """
    if not member.totp_registration_id:
        raise errors.totp_not_found(because="the member has no active authenticator app")
    registration = ctx.store.get(Totp, totp_registration_id=member.totp_registration_id)
    return sessions.new_factor(ctx, "totp", "authenticator_app", totp.factor_detail(registration))


def _recovery_code(ctx: Context, member: Member) -> Factor:
    """Use the member's next recovery code, and return its factor.

    Raises:
        recovery_codes_not_found: if the member has no unused recovery codes.
    """
    codes = recovery_codes.unused_codes(ctx, member)
    if not codes:
        raise errors.recovery_codes_not_found(because="the member has no unused recovery codes")
    used = recovery_codes.redeem(ctx, member, codes[0].code)
    detail = {"recovery_code_factor": {"totp_recovery_code_id": used.recovery_code_id}}
    return sessions.new_factor(ctx, "recovery_codes", "recovery_code", detail)


_PRIMARY: dict[str, PrimaryLogin] = {
    "magic_link": partial(_email, "magic_link"),
    "email_otp": partial(_email, "email_otp"),
    "password": _password,
    **{f"{provider}_oauth": partial(_oauth, provider) for provider in oauth.PROVIDERS},
}
_SECOND: dict[second_factor.Method, Callable[[Context, Member], Factor]] = {
    "sms_otp": _sms_otp,
    "totp": _totp,
    "recovery_code": _recovery_code,
}
NAMES = (*_PRIMARY, "sso", *_SECOND)
