"""What several processes on one database share besides the projects' data: faults, limits, seeds, the request log.

Only PostgreSQL has these tables. A server on SQLite is the only one on its database, and keeps all of this in memory.
"""

from datetime import datetime
from typing import Any

from mockstytch.store.record import Index, PrimaryKey, Record, table
from mockstytch.store.records.messages import Message


@table("shared_faults", Index("position"), in_snapshots=False, shared="logged")
class SharedFault(Record):
    """A fault of the project.

    Attributes:
        rule: the rule as the caller sent it.
        operations: the names of the operations, messages or webhooks that it is about.
        ends_at: when it ends, by the project's clock.
        seed: the seed of its random decisions.
        matches, hits: how often it matched, and how often it happened.
    """

    fault_id: PrimaryKey
    rule: dict[str, Any]
    operations: list[str]
    ends_at: datetime | None
    seed: str
    matches: int = 0
    hits: int = 0
    position: int


@table("shared_counters", Index("position"), in_snapshots=False, shared="unlogged")
class SharedCounter(Record):
    """How often limited operations were called.

    Attributes:
        counted: the operations, and the value of the field for which they are counted, as JSON.
        interval: the number of the interval; intervals are numbered since 1970.
        position: when the counter was created.
    """

    counted: PrimaryKey
    interval: int
    requests: int
    position: int


@table("shared_held_messages", in_snapshots=False, shared="logged")
class SharedHeldMessage(Record):
    """A message that a fault delays.

    Attributes:
        due: when it arrives, by the project's clock.
    """

    message_id: PrimaryKey
    due: datetime
    message: Message


@table("shared_seeds", in_snapshots=False, shared="logged")
class SharedSeed(Record):
    """What a reset creates again: the sections of a seed, as JSON."""

    seed: str


@table("shared_requests", Index("position"), in_snapshots=False, shared="unlogged")
class SharedRequest(Record):
    """An entry of the request log, as JSON. Its ``project_id`` also says whether a tool sent the request."""

    request_id: PrimaryKey
    position: int
    entry: str


@table("shared_request_logs", in_snapshots=False, shared="unlogged")
class SharedRequestLogState(Record):
    """The state of a request log.

    Attributes:
        dropped: how many entries were deleted because the log was full.
        cleared: entries up to this position were deleted by a caller.
    """

    dropped: int = 0
    cleared: int = 0
