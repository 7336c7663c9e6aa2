"""What a project keeps of its past. Without a limit, the memory of a server that runs for long would grow."""

from typing import Any

from mockstytch.runtime.context import Context
from mockstytch.store import queries
from mockstytch.store.queries import Condition
from mockstytch.store.record import Record
from mockstytch.store.records.credentials import ImpersonationToken, OAuthFlow
from mockstytch.store.records.messages import Message, OneTimeToken
from mockstytch.store.records.oauth_server import AccessToken, Authorization, RefreshToken
from mockstytch.store.records.sessions import IntermediateSession, MemberSession
from mockstytch.store.records.sso import SsoFlow
from mockstytch.store.records.webhooks import Delivery, Event

# Rows that end when their time is over, or earlier: then this column is set.
_ENDING: tuple[tuple[type[Record], str], ...] = (
    (OneTimeToken, "used_at"),
    (IntermediateSession, "used_at"),
    (MemberSession, "revoked_at"),
    (ImpersonationToken, "used_at"),
    (OAuthFlow, "used_at"),
    (SsoFlow, "used_at"),
    (AccessToken, "revoked_at"),
    (RefreshToken, "used_at"),
)


def trim(ctx: Context, keep: int, keep_ended: int) -> None:
    """Delete the oldest messages, events, used tokens and ended sessions.

    The project's ``counters`` count the deleted messages and events.

    Args:
        keep: the number of messages, and of events with their deliveries, to keep.
        keep_ended: the number of ended rows of each kind to keep. They only make the reason of a refusal more precise.
    """
    counters = dict(ctx.project.counters)
    histories: tuple[type[Record], ...] = (Message, Event)
    for record in histories:
        dropped = ctx.store.delete_older(record, keep)
        if dropped:
            name = f"{record.table.name}_dropped"
            counters[name] = counters.get(name, 0) + dropped
    if counters != ctx.project.counters:
        ctx.update_project(counters=counters)
    for ending, column in _ENDING:
        ctx.store.delete_all_but_newest(ending, keep_ended, "expires_at", _has_ended(ctx, ending.table.c, column))
    columns = Authorization.table.c  # a code that was used stays: its tokens belong to it
    unused = (columns.expires_at <= ctx.now) & columns.used_at.is_(None)
    ctx.store.delete_all_but_newest(Authorization, keep_ended, "expires_at", columns.revoked_at.is_not(None) | unused)
    delivered = queries.values_of(Delivery.table.c.event_id)
    ctx.store.delete_all_but_newest(Event, keep_ended, "position", Event.table.c.event_id.not_in(delivered))


def _has_ended(ctx: Context, columns: Any, ended: str) -> Condition:
    return queries.any_of((columns.expires_at <= ctx.now, columns[ended].is_not(None)))
