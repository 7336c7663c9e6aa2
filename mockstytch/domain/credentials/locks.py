"""Member locks: too many failed attempts in a row lock a member for a while."""

from datetime import timedelta

from mockstytch import errors
from mockstytch.errors import StytchError
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member


def require_unlocked(ctx: Context, member: Member) -> None:
    """Check that a member isn't locked.

    Raises:
        user_lock_limit_reached: if the member is locked after too many failed attempts.
    """
    if member.lock_expires_at and member.lock_expires_at > ctx.now:
        seconds = int((member.lock_expires_at - ctx.now).total_seconds())
        raise errors.user_lock_limit_reached(because=f"locked for another {seconds} s")


def record_failure(ctx: Context, member: Member | None, error: StytchError) -> StytchError:
    """Count a failed attempt, and lock the member if it reached the limit.

    Args:
        member: None if the attempt can't be assigned to a member.
        error: the error that the caller is going to raise.

    Returns:
        The error, marked so that the count is committed although the request fails.
    """
    if member is None:
        return error
    lock = ctx.project.settings.user_lock
    attempts = member.failed_attempts + 1
    if lock.enabled and attempts >= lock.threshold:
        expires_at = ctx.now + timedelta(seconds=lock.ttl_seconds)
        ctx.store.update(member, failed_attempts=attempts, lock_created_at=ctx.now, lock_expires_at=expires_at)
    else:
        ctx.store.update(member, failed_attempts=attempts)
    return error.keeping_writes()


def reset_attempts(ctx: Context, member: Member) -> Member:
    """Set the count of failed attempts to zero and unlock the member. Called when a factor was verified."""
    return ctx.store.update(member, failed_attempts=0, lock_created_at=None, lock_expires_at=None)
