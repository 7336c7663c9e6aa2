"""Passwords: set, verify and delete them, and check their strength.

A password belongs to a member, or, in a project with cross-organization passwords, to an e-mail address. ``scope_of``
returns the key that it is stored under.
"""

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

_MAX_ESTIMATED_LENGTH = 32  # zxcvbn can take seconds on a longer password
_MIN_SCORE = 3


def find_password(ctx: Context, member: Member) -> Password | None:
    """Return the member's password, or, with cross-organization passwords, the password of the member's address."""
    return find_by_scope(ctx, scope_of(ctx, member.member_id, member.email_address))


def find_by_scope(ctx: Context, scope: str) -> Password | None:
    """Return the password stored under a scope, as returned by ``scope_of``."""
    return ctx.store.find(Password, scope=scope)


def scope_of(ctx: Context, member_id: str, email_address: str) -> str:
    """Return the e-mail address if the project has cross-organization passwords, else the member id."""
    return email_address if ctx.project.settings.cross_org_passwords_enabled else member_id


def require_mode(ctx: Context, *, cross_org: bool) -> None:
    """Check that the project has the kind of passwords that an endpoint is for.

    Raises:
        cross_org_passwords_not_enabled: if the endpoint needs cross-organization passwords and they are turned off.
        cross_org_passwords_enabled: if the endpoint needs passwords per organization and cross-organization passwords
            are turned on.
    """
    enabled = ctx.project.settings.cross_org_passwords_enabled
    if cross_org and not enabled:
        raise errors.cross_org_passwords_not_enabled()
    if enabled and not cross_org:
        raise errors.cross_org_passwords_enabled()


def set_password(ctx: Context, member: Member, hash: str) -> Member:
    """Set a member's password, or, with cross-organization passwords, the password of the member's address.

    The caller emits the member's update event. This function emits the events of the other members with the address.

    Args:
        hash: a hash made by ``password_hashes``.
    """
    if ctx.project.settings.cross_org_passwords_enabled:
        set_password_for_address(ctx, member.email_address, hash, exclude_event_for=member.member_id)
        return ctx.store.get(Member, member_id=member.member_id)
    saved = _save(ctx, member.member_id, hash, member.member_id)
    return ctx.store.update(member, member_password_id=saved.member_password_id, updated_at=ctx.now)


def set_password_for_address(ctx: Context, email_address: str, hash: str, exclude_event_for: str = "") -> list[Member]:
    """Set the password of an e-mail address, and return the members with this address.

    Deleted members get the password too, so that reactivation restores it.

    Args:
        hash: a hash made by ``password_hashes``.
        exclude_event_for: id of a member whose update event the caller emits.
    """
    saved = _save(ctx, email_address, hash)
    members = ctx.store.all(Member, email_address=email_address)
    return [_assign(ctx, member, saved.member_password_id, exclude_event_for) for member in members]


def _assign(ctx: Context, member: Member, member_password_id: str, exclude_event_for: str) -> Member:
    member = ctx.store.update(member, member_password_id=member_password_id, updated_at=ctx.now)
    if member.status != "deleted" and member.member_id != exclude_event_for:
        organization = ctx.store.get(Organization, organization_id=member.organization_id)
        member_events.member_updated(ctx, member, organization)
    return member


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
    """Delete a member's password. The caller emits the member's update event."""
    require_mode(ctx, cross_org=False)
    if password := find_password(ctx, member):
        ctx.store.delete(password)
    return ctx.store.update(member, member_password_id="", updated_at=ctx.now)


def require_reset(ctx: Context, email_address: str, exclude_event_for: str = "") -> None:
    """Refuse the password of an e-mail address from now on, until it is reset by e-mail.

    The password is deleted if at most one active member has it. If several members share it, it is kept and marked.

    Args:
        exclude_event_for: id of a member whose update event the caller emits.

    Raises:
        member_password_not_found: if the e-mail address has no password.
    """
    require_mode(ctx, cross_org=True)
    password = find_by_scope(ctx, email_address)
    if password is None:
        raise errors.member_password_not_found()
    members = ctx.store.all(Member, member_password_id=password.member_password_id)
    if sum(member.status == "active" for member in members) <= 1:
        for member in members:
            _assign(ctx, member, "", exclude_event_for)
        ctx.store.delete(password)
    else:
        ctx.store.update(password, reset_required=True)


def _members_with_address(ctx: Context, email_address: str) -> list[Member]:
    members = ctx.store.all(Member, email_address=email_address)
    return [lookup.without_expired_lock(ctx, member) for member in members if member.status != "deleted"]


def verify_shared(ctx: Context, email_address: str, password: str) -> None:
    """Verify the password of an e-mail address.

    A wrong password counts as a failed attempt of each member with this address.

    Raises:
        member_password_not_found: if the e-mail address has no password.
        unauthorized_credentials: if the password is wrong.
    """
    stored = find_by_scope(ctx, email_address)
    if stored is None:
        raise errors.member_password_not_found()
    members = _members_with_address(ctx, email_address)
    for member in members:
        locks.require_unlocked(ctx, member)
    if not password_hashes.verify(stored.hash, password):
        error = errors.unauthorized_credentials(because="wrong password")
        for member in members:
            error = locks.record_failure(ctx, member, error)
        raise error
    for member in members:
        locks.reset_attempts(ctx, member)
    require_still_strong(ctx, stored, password, email_address)


def verify(ctx: Context, member: Member, password: str) -> Member:
    """Verify a member's password at login. Return the member with its failed attempts reset.

    Raises:
        unauthorized_credentials: if the password is wrong.
    """
    member, stored = _verify_hash(ctx, member, password, errors.unauthorized_credentials)
    require_still_strong(ctx, stored, password, member.email_address)
    return member


def verify_current(ctx: Context, member: Member, password: str) -> Member:
    """Verify the current password before a change. It may be too weak for a login.

    Raises:
        password_does_not_match: if the existing password is wrong.
    """
    member, stored = _verify_hash(ctx, member, password, errors.password_does_not_match)
    _require_no_reset_pending(stored)
    return member


def _verify_hash(ctx: Context, member: Member, password: str, wrong: errors.Kind) -> tuple[Member, Password]:
    """Compare a password with the stored hash, and count or reset the member's failed attempts.

    Raises:
        member_password_not_found: if the member has no password.
    """
    locks.require_unlocked(ctx, member)
    stored = find_password(ctx, member)
    if stored is None:
        raise errors.member_password_not_found()
    if not password_hashes.verify(stored.hash, password):
        raise locks.record_failure(ctx, member, wrong(because="wrong password"))
    return locks.reset_attempts(ctx, member), stored


def on_email_changed(ctx: Context, member: Member) -> Member:
    """Delete the password of a member whose e-mail address changed.

    With cross-organization passwords, the member gets the password of the new address.
    """
    if not ctx.project.settings.cross_org_passwords_enabled:
        return delete(ctx, member)
    shared = find_password(ctx, member)
    return ctx.store.update(member, member_password_id=shared.member_password_id if shared else "")


def _require_no_reset_pending(stored: Password) -> None:
    """Check that the password doesn't have to be reset.

    Raises:
        member_reset_password: if the password is correct, and a reset by e-mail was required.
    """
    if stored.reset_required:
        raise errors.member_reset_password(because="a reset by e-mail was required")


def require_still_strong(ctx: Context, stored: Password, password: str, email_address: str) -> None:
    """Check a correct password against the policy again, if the policy requires it.

    Raises:
        member_reset_password: if the password is correct, and is breached or too weak for the policy.
    """
    _require_no_reset_pending(stored)
    policy = ctx.project.settings.password_policy
    if policy.check_breach_on_authentication and is_breached(policy, password):
        raise errors.member_reset_password(because="the password is breached")
    if policy.validate_on_authentication and not is_strong(policy, password, email_address):
        raise errors.member_reset_password(because="too weak for the password policy")


def require_strong(ctx: Context, password: str, email_address: str) -> None:
    """Check a new password against the policy.

    Raises:
        breached_password: if the new password is known from a breach.
        weak_password: if the new password is too weak for the password policy.
    """
    policy = ctx.project.settings.password_policy
    if policy.check_breach_on_creation and is_breached(policy, password):
        raise errors.breached_password()
    if not is_strong(policy, password, email_address):
        raise errors.weak_password()


def is_strong(policy: PasswordPolicy, password: str, email_address: str) -> bool:
    """Return whether the password meets the policy. Breaches aren't considered."""
    if policy.validation_policy == "LUDS":
        return meets_luds(luds_feedback(policy, password))
    return meets_zxcvbn(zxcvbn(password, email_address))


def meets_luds(feedback: dict[str, Any]) -> bool:
    """Return whether a password with this ``luds_feedback`` meets the policy."""
    return not feedback["missing_complexity"] and not feedback["missing_characters"]


def meets_zxcvbn(estimate: dict[str, Any]) -> bool:
    """Return whether a password with this estimate of ``zxcvbn`` meets the policy."""
    return bool(estimate["score"] >= _MIN_SCORE)


def zxcvbn(password: str, email_address: str = "") -> dict[str, Any]:
    """Return zxcvbn's estimate of a password: ``score`` (0 to 4) and ``feedback``.

    Args:
        email_address: a password that contains it, or a part of it, scores lower.
    """
    if not password:
        return {"score": 0, "feedback": {"warning": "", "suggestions": []}}
    from zxcvbn import zxcvbn as estimate

    user_inputs = [part for part in (email_address, *email_address.split("@")) if part]
    result: dict[str, Any] = estimate(password[:_MAX_ESTIMATED_LENGTH], user_inputs=user_inputs)
    return result


def luds_feedback(policy: PasswordPolicy, password: str) -> dict[str, Any]:
    """Return which classes of characters a password has (lower case, upper case, digits, symbols), and how many
    classes and characters the policy requires in addition."""
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
    """Return whether a password is on the built-in list of breached passwords, or on the project's list."""
    return password.lower() in _common_passwords() or password in policy.breached_passwords


@cache
def _common_passwords() -> frozenset[str]:
    """Return the 30,000 most common passwords of real breaches, a list that is part of zxcvbn."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def factor(ctx: Context, *, proves_email: str = "") -> Factor:
    """Create the authentication factor of a password.

    Args:
        proves_email: the e-mail address that was verified by the link that set the password; "" at a login.
    """
    return Factor(
        type="password",
        delivery_method="knowledge",
        proves_email=proves_email,
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )


def revoke_sessions(ctx: Context, member: Member, except_session: str = "") -> None:
    """Revoke the sessions of a member whose password changed.

    Args:
        except_session: id of a session that stays active.
    """
    for session in sessions.active_sessions(ctx, member):
        if session.member_session_id != except_session:
            sessions.revoke(ctx, session)
