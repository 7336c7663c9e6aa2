"""Events on their way to the project's endpoints."""

from datetime import datetime
from typing import Annotated, Any, Literal

from mockstytch.clock import position
from mockstytch.store.record import ForeignKey, Index, PrimaryKey, Record, table
from mockstytch.store.records.projects import WebhookEndpoint
from mockstytch.values import Frozen


@table("events", Index("position"))
class Event(Record):
    """One create, update or delete. ``entity`` is the object as the API shows it; a deletion has none."""

    event_id: PrimaryKey
    position: int
    source: str
    object_type: str
    action: str
    id: str
    entity: dict[str, Any] | None
    created_at: datetime

    @property
    def event_type(self) -> str:
        """``direct.member.create``, as endpoints choose by."""
        return f"{self.source}.{self.object_type}.{self.action}"


class Attempt(Frozen):
    """One try.

    Attributes:
        at: by the project's clock.
        status_code: what the endpoint answered; 0 where no answer came.
        problem: why this try counts as failed, or "".
        answer: the beginning of what it said.
    """

    at: datetime
    status_code: int = 0
    problem: str = ""
    answer: str = ""
    milliseconds: float = 0.0


@table("deliveries", Index("position"), Index("url", "next_attempt_at"))
class Delivery(Record):
    """One event, for one endpoint.

    Attributes:
        tries: how many there were.
        failures: how many of them failed since the event or its replay; they say when the next one is due.
        next_attempt_at: by the project's clock; None where no further one comes.
        leased_until: by the machine's clock: somebody is at it. What isn't noted by then was lost with its process.
    """

    event_id: Annotated[PrimaryKey, ForeignKey(Event)]
    url: PrimaryKey
    position: int
    event_type: str
    status: Literal["pending", "delivered", "failed"] = "pending"
    attempts: list[Attempt] = []
    tries: int = 0
    failures: int = 0
    next_attempt_at: datetime | None
    leased_until: datetime | None = None


def deliveries(event: Event, endpoints: list[WebhookEndpoint]) -> list[Delivery]:
    """One for each endpoint that wants the event, due at once."""
    return [
        Delivery(
            event_id=event.event_id,
            url=endpoint.url,
            position=position(),
            event_type=event.event_type,
            next_attempt_at=event.created_at,
        )
        for endpoint in endpoints
        if endpoint.wants(event.event_type)
    ]
