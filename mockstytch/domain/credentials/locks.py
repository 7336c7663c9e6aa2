"""Members who got it wrong too often, and wait."""

from datetime import timedelta

from mockstytch import errors
from mockstytch.errors import StytchError
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member


def require_unlocked(ctx: Context, member: Member) -> None:
    """
    Raises:
        user_lock_limit_reached: the member is locked.
    """
    if member.lock_expires_at and member.lock_expires_at > ctx.now:
        left = int((member.lock_expires_at - ctx.now).total_seconds())
        raise errors.user_lock_limit_reached(because=f"locked for {left} s more")


def record_failure(ctx: Context, member: Member | None, error: StytchError) -> StytchError:
    """Count a failed attempt, which stays counted although the call fails, and lock the member at the limit.

    Args:
        member: None where nobody knows whose attempt it was.
        error: what the attempt is answered with.
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
    """A proven factor sets the count back."""
    return ctx.store.update(member, failed_attempts=0, lock_created_at=None, lock_expires_at=None)
