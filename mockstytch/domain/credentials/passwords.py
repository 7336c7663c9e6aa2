"""Passwords: what a good one is, whose it is, and what follows from setting one."""

from functools import cache
from typing import Any

from mockstytch import errors
from mockstytch.domain.credentials import locks
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import lookup, member_events
from mockstytch.protocols import password_hashes
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import Password
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import PasswordPolicy
from mockstytch.store.records.sessions import Factor

_LONGEST = 32  # what zxcvbn looks at: on more it can take seconds
_LOWEST_SCORE = 3


def find_password(ctx: Context, member: Member) -> Password | None:
    """The member's password: its own, or, where they are shared, its address's."""
    return find_by_scope(ctx, scope_of(ctx, member.member_id, member.email_address))


def find_by_scope(ctx: Context, scope: str) -> Password | None:
    return ctx.store.find(Password, scope=scope)


def scope_of(ctx: Context, member_id: str, email_address: str) -> str:
    return email_address if ctx.project.settings.cross_org_passwords_enabled else member_id


def require_mode(ctx: Context, *, cross_org: bool) -> None:
    """
    Raises:
        cross_org_passwords_not_enabled, cross_org_passwords_enabled: the endpoint is for the other mode.
    """
    enabled = ctx.project.settings.cross_org_passwords_enabled
    if cross_org and not enabled:
        raise errors.cross_org_passwords_not_enabled()
    if enabled and not cross_org:
        raise errors.cross_org_passwords_enabled()


def set_password(ctx: Context, member: Member, hash: str) -> Member:
    """Give a member a password, in place of a former one; where they are shared, everybody with its address. Of the
    member itself the caller tells."""
    if ctx.project.settings.cross_org_passwords_enabled:
        set_password_for_address(ctx, member.email_address, hash, untold=member.member_id)
        return ctx.store.get(Member, member_id=member.member_id)
    saved = _save(ctx, member.member_id, hash, member.member_id)
    return ctx.store.update(member, member_password_id=saved.member_password_id, updated_at=ctx.now)


def set_password_for_address(ctx: Context, email_address: str, hash: str, untold: str = "") -> list[Member]:
    """Give an address a password, in place of a former one. Answers its members: the deleted ones have it as well, for
    the day they are reactivated.

    Args:
        untold: the member of whom the caller tells.
    """
    saved = _save(ctx, email_address, hash)
    holders = ctx.store.all(Member, email_address=email_address)
    return [_now_has(ctx, holder, saved.member_password_id, untold) for holder in holders]


def _now_has(ctx: Context, holder: Member, member_password_id: str, untold: str) -> Member:
    holder = ctx.store.update(holder, member_password_id=member_password_id, updated_at=ctx.now)
    if holder.status != "deleted" and holder.member_id != untold:
        organization = ctx.store.get(Organization, organization_id=holder.organization_id)
        member_events.member_updated(ctx, holder, organization)
    return holder


def _save(ctx: Context, scope: str, hash: str, member_id: str | None = None) -> Password:
    if old := find_by_scope(ctx, scope):
        ctx.store.delete(old)
    return ctx.store.insert(
        Password(
            member_password_id=ctx.ids.new("password"),
            scope=scope,
            member_id=member_id,
            hash=hash,
            created_at=ctx.now,
        )
    )


def delete(ctx: Context, member: Member) -> Member:
    """The member's own password goes.

    Raises:
        cross_org_passwords_enabled: it is not the member's alone.
    """
    require_mode(ctx, cross_org=False)
    if found := find_password(ctx, member):
        ctx.store.delete(found)
    return ctx.store.update(member, member_password_id="", updated_at=ctx.now)


def require_reset(ctx: Context, email_address: str, untold: str = "") -> None:
    """The address's password opens nothing any more. It goes, if only one active member has it; shared by several, it
    stays to be replaced by mail.

    Args:
        untold: the member of whom the caller tells.

    Raises:
        cross_org_passwords_not_enabled: addresses have none.
        member_password_not_found: this one has none.
    """
    require_mode(ctx, cross_org=True)
    found = find_by_scope(ctx, email_address)
    if found is None:
        raise errors.member_password_not_found()
    having = ctx.store.all(Member, member_password_id=found.member_password_id)
    if sum(holder.status == "active" for holder in having) <= 1:
        for holder in having:
            _now_has(ctx, holder, "", untold)
        ctx.store.delete(found)
    else:
        ctx.store.update(found, reset_required=True)


def _holders(ctx: Context, email_address: str) -> list[Member]:
    """The members with an address, who share its password; not the deleted ones."""
    found = ctx.store.all(Member, email_address=email_address)
    return [lookup.without_expired_lock(ctx, holder) for holder in found if holder.status != "deleted"]


def verify_shared(ctx: Context, email_address: str, password: str) -> None:
    """Show the password of an address. A wrong one counts against each member who has the address.

    Raises:
        member_password_not_found: there is none.
        unauthorized_credentials: it is another.
        user_lock_limit_reached: too many wrong ones, for one of the members.
        member_reset_password: it is right, and no longer good enough.
    """
    stored = find_by_scope(ctx, email_address)
    if stored is None:
        raise errors.member_password_not_found()
    having = _holders(ctx, email_address)
    for holder in having:
        locks.require_unlocked(ctx, holder)
    if not password_hashes.verify(stored.hash, password):
        error = errors.unauthorized_credentials(because="wrong password")
        for holder in having:
            error = locks.record_failure(ctx, holder, error)
        raise error
    for holder in having:
        locks.reset_attempts(ctx, holder)
    require_still_strong(ctx, stored, password, email_address)


def verify(ctx: Context, member: Member, password: str) -> Member:
    """Log in by the member's password.

    Raises:
        member_password_not_found: there is none.
        unauthorized_credentials: it is another.
        user_lock_limit_reached: too many wrong ones.
        member_reset_password: it is right, and no longer good enough.
    """
    member, stored = _shown(ctx, member, password, errors.unauthorized_credentials)
    require_still_strong(ctx, stored, password, member.email_address)
    return member


def verify_current(ctx: Context, member: Member, password: str) -> Member:
    """Show the password that is about to be replaced, good enough or not.

    Raises:
        member_password_not_found: there is none.
        password_does_not_match: it is another.
        user_lock_limit_reached: too many wrong ones.
        member_reset_password: it is right, but has to be replaced by mail.
    """
    member, stored = _shown(ctx, member, password, errors.password_does_not_match)
    _check_no_reset(stored)
    return member


def _shown(ctx: Context, member: Member, password: str, wrong: errors.Kind) -> tuple[Member, Password]:
    locks.require_unlocked(ctx, member)
    stored = find_password(ctx, member)
    if stored is None:
        raise errors.member_password_not_found()
    if not password_hashes.verify(stored.hash, password):
        raise locks.record_failure(ctx, member, wrong(because="wrong password"))
    return locks.reset_attempts(ctx, member), stored


def on_email_changed(ctx: Context, member: Member) -> Member:
    """A member with a new address has no password any more; or, where they are shared, that of the address."""
    if not ctx.project.settings.cross_org_passwords_enabled:
        return delete(ctx, member)
    shared = find_password(ctx, member)
    return ctx.store.update(member, member_password_id=shared.member_password_id if shared else "")


def _check_no_reset(stored: Password) -> None:
    if stored.reset_required:
        raise errors.member_reset_password(because="a reset by mail was required")


def require_still_strong(ctx: Context, stored: Password, password: str, email_address: str) -> None:
    """
    Raises:
        member_reset_password: a reset was required; or it is known to be breached, or outdated by the policy.
    """
    _check_no_reset(stored)
    policy = ctx.project.settings.password_policy
    if policy.check_breach_on_authentication and is_breached(policy, password):
        raise errors.member_reset_password(because="the password is breached")
    if policy.validate_on_authentication and not is_strong(policy, password, email_address):
        raise errors.member_reset_password(because="the policy asks for a better one")


def require_strong(ctx: Context, password: str, email_address: str) -> None:
    """
    Raises:
        breached_password, weak_password: not good enough for a new one.
    """
    policy = ctx.project.settings.password_policy
    if policy.check_breach_on_creation and is_breached(policy, password):
        raise errors.breached_password()
    if not is_strong(policy, password, email_address):
        raise errors.weak_password()


def is_strong(policy: PasswordPolicy, password: str, email_address: str) -> bool:
    if policy.validation_policy == "LUDS":
        luds = luds_feedback(policy, password)
        return not luds["missing_complexity"] and not luds["missing_characters"]
    return bool(zxcvbn(password, email_address)["score"] >= _LOWEST_SCORE)


def zxcvbn(password: str, email_address: str = "") -> dict[str, Any]:
    """The estimate of the library of that name: ``score`` (0 to 4), ``feedback``."""
    if not password:
        return {"score": 0, "feedback": {"warning": "", "suggestions": []}}
    from zxcvbn import zxcvbn as estimate

    known = [part for part in (email_address, *email_address.split("@")) if part]
    found: dict[str, Any] = estimate(password[:_LONGEST], user_inputs=known)
    return found


def luds_feedback(policy: PasswordPolicy, password: str) -> dict[str, Any]:
    """Lower case, upper case, digits, symbols: what is there, and what is missing."""
    has = {
        "has_lower_case": any("a" <= c <= "z" for c in password),
        "has_upper_case": any("A" <= c <= "Z" for c in password),
        "has_digit": any("0" <= c <= "9" for c in password),
        "has_symbol": any(not (c.isascii() and c.isalnum()) for c in password),
    }
    return {
        **has,
        "missing_complexity": max(0, policy.luds_min_password_complexity - sum(has.values())),
        "missing_characters": max(0, policy.luds_min_password_length - len(password)),
    }


def is_breached(policy: PasswordPolicy, password: str) -> bool:
    """Whether a password is on the offline list, or on the project's own."""
    return password.lower() in _common_passwords() or password in policy.breached_passwords


@cache
def _common_passwords() -> frozenset[str]:
    """The 30,000 most common ones of real breaches, which the zxcvbn library carries."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def factor(ctx: Context, *, proves_email: str = "") -> Factor:
    """A password as a factor.

    Args:
        proves_email: the address that was proven by setting it through a mailed link; a returning password proves none.
    """
    return Factor(
        type="password",
        delivery_method="knowledge",
        proves_email=proves_email,
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )


def end_sessions(ctx: Context, member: Member, but: str = "") -> None:
    """A new password ends the member's sessions, all but one."""
    for session in sessions.active_sessions(ctx, member):
        if session.member_session_id != but:
            sessions.revoke(ctx, session)
