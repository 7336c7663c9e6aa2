"""Rows that can be used once: one-time tokens, codes, login flows, intermediate sessions.

To redeem one, call ``require_unused``, then check your own rules, then call ``consume``. If a rule is broken, the row
stays as it was.
"""

from datetime import datetime
from typing import Protocol, TypeVar

from mockstytch.runtime import Context
from mockstytch.store.record import Record

R = TypeVar("R", bound=Record)


class SingleUse(Protocol):
    """A row that expires, and that is marked when it is used."""

    @property
    def expires_at(self) -> datetime: ...

    @property
    def used_at(self) -> datetime | None: ...


class ErrorKind(Protocol):
    """A kind of error: called with the reason, it returns the exception to raise."""

    def __call__(self, *, because: str) -> Exception: ...


def require_unused(ctx: Context, row: SingleUse, error: ErrorKind, used: str = "used") -> None:
    """Raise ``error`` if a row is used or expired.

    Args:
        used: what the error's reason calls a used row.
    """
    if row.used_at:
        raise error(because=f"{used} {_seconds_since(ctx, row.used_at)} s ago")
    if row.expires_at <= ctx.now:
        raise error(because=f"expired {_seconds_since(ctx, row.expires_at)} s ago")


def _seconds_since(ctx: Context, time: datetime) -> int:
    return int((ctx.now - time).total_seconds())


def consume(ctx: Context, row: R, error: ErrorKind, column: str = "used_at") -> R:
    """Mark a row as used and return it, or raise ``error`` if a parallel request used it first.

    Args:
        column: the column that stores when the row was used.
    """
    consumed = ctx.store.update_if_unchanged(row, **{column: ctx.now})
    if consumed is None:
        raise error(because="used by a parallel request")
    return consumed
