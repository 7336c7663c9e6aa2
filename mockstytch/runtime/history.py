"""What a project keeps of its past. Without a limit, the memory of a server that runs for long would grow."""

from collections.abc import Callable, Iterable
from functools import partial

from mockstytch.runtime.context import Context
from mockstytch.store import queries
from mockstytch.store.record import Record
from mockstytch.store.records.credentials import ImpersonationToken, OAuthFlow
from mockstytch.store.records.messages import Message, OneTimeToken
from mockstytch.store.records.oauth_server import AccessToken, Authorization, RefreshToken
from mockstytch.store.records.projects import Project
from mockstytch.store.records.sessions import IntermediateSession, MemberSession
from mockstytch.store.records.sso import SsoFlow
from mockstytch.store.records.webhooks import Delivery, Event
from mockstytch.store.store import Store

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


ALL_KILOBYTES = 40_000  # of the messages and events of all projects in a database in memory, roughly
_KILOBYTES: dict[type[Record], int] = {Message: 4, Event: 2}  # that a row needs; an event's with its delivery
_AT_ONCE = 1000  # rows of each kind that one transaction deletes, which takes about 20 ms


class SharedMemory:
    """The memory that the messages and events of all projects share, if the database is in memory.

    One project alone can keep as many as the limit for each project allows. If the projects have too many together, the
    largest ones lose their oldest rows, until they are equal. Sizes are in kilobytes, as of the last ``fit``.
    """

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}

    def forget(self, project_id: str) -> None:
        """Forget the size of a project that was emptied or deleted."""
        self._sizes.pop(project_id, None)

    def fit(self, ctx: Context) -> None:
        """Measure the transaction's project, and delete the oldest rows of projects that have more than their share."""
        self._sizes[ctx.project.project_id] = _size(ctx.store)
        share, left = _share(self._sizes.values()), dict.fromkeys(_KILOBYTES, _AT_ONCE)
        for project_id, size in sorted(self._sizes.items(), key=lambda item: item[1], reverse=True):
            if size > share and any(left.values()):
                self._sizes[project_id] = self._shrink(ctx, project_id, share / size, left)

    @staticmethod
    def _shrink(ctx: Context, project_id: str, part: float, left: dict[type[Record], int]) -> int:
        """Delete the oldest rows of a project, so that only this part of them is left. Return its new size.

        Args:
            left: how many rows this transaction may still delete.
        """
        store = ctx.store.for_project(project_id)
        dropped = {}
        for record in _KILOBYTES:
            count = store.count(store.query(record))
            dropped[record] = store.delete_older(record, max(int(count * part), count - left[record]))
            left[record] -= dropped[record]
        if project_id == ctx.project.project_id:
            ctx.update_project(counters=_counted(ctx.project, dropped))
        elif project := store.find(Project, project_id=project_id):
            store.update(project, counters=_counted(project, dropped))
            ctx.changed_projects.add(project_id)
        return _size(store)


def _size(store: Store) -> int:
    return sum(store.count(store.query(record)) * kilobytes for record, kilobytes in _KILOBYTES.items())


def _share(sizes: Iterable[int]) -> float:
    """Return the size to which larger projects must shrink, so that all have room together."""
    room, waiting = float(ALL_KILOBYTES), sorted(sizes)
    for n, size in enumerate(waiting):
        share = room / (len(waiting) - n)
        if size > share:
            return share
        room -= size
    return float("inf")


def _counted(project: Project, dropped: dict[type[Record], int]) -> dict[str, int]:
    """Return the project's counters, with these rows added."""
    counters = dict(project.counters)
    for record, count in dropped.items():
        if count:
            name = f"{record.table.name}_dropped"
            counters[name] = counters.get(name, 0) + count
    return counters


def trim(ctx: Context, kind: int, keep: int, keep_ended: int) -> None:
    """Delete the oldest rows of one kind: messages, events, used tokens, ended sessions, …

    All kinds at once would take some milliseconds, and the next request would wait. The project's ``counters`` count
    the deleted messages and events.

    Args:
        kind: which, from 0 to ``TURNS`` - 1.
        keep: the number of messages, and of events with their deliveries, to keep.
        keep_ended: the number of ended rows of each kind to keep. They only make the reason of a refusal more precise.
    """
    _KINDS[kind](ctx, keep, keep_ended)


def _trim_counted(record: type[Record], ctx: Context, keep: int, _keep_ended: int) -> None:
    counters = _counted(ctx.project, {record: ctx.store.delete_older(record, keep)})
    if counters != ctx.project.counters:
        ctx.update_project(counters=counters)


def _trim_ended(record: type[Record], ended: str, ctx: Context, _keep: int, keep_ended: int) -> None:
    columns = record.table.c
    has_ended = queries.any_of((columns.expires_at <= ctx.now, columns[ended].is_not(None)))
    ctx.store.delete_all_but_newest(record, keep_ended, "expires_at", has_ended)


def _trim_authorizations(ctx: Context, _keep: int, keep_ended: int) -> None:
    columns = Authorization.table.c  # a code that was used stays: its tokens belong to it
    unused = (columns.expires_at <= ctx.now) & columns.used_at.is_(None)
    ctx.store.delete_all_but_newest(Authorization, keep_ended, "expires_at", columns.revoked_at.is_not(None) | unused)


def _trim_undelivered(ctx: Context, _keep: int, keep_ended: int) -> None:
    """Delete events without a delivery."""
    delivered = queries.values_of(Delivery.table.c.event_id)
    ctx.store.delete_all_but_newest(Event, keep_ended, "position", Event.table.c.event_id.not_in(delivered))


_KINDS: tuple[Callable[[Context, int, int], None], ...] = (
    *(partial(_trim_counted, record) for record in _KILOBYTES),
    *(partial(_trim_ended, record, ended) for record, ended in _ENDING),
    _trim_authorizations,
    _trim_undelivered,
)
TURNS = len(_KINDS)
