"""Events, and their deliveries to the project's webhook endpoints."""

from datetime import datetime
from typing import Annotated, Any, Literal

from mockstytch.clock import position
from mockstytch.store.record import ForeignKey, GlobalIndex, Index, PrimaryKey, Record, table
from mockstytch.store.records.projects import WebhookEndpoint
from mockstytch.values import Frozen


@table("events", Index("position"))
class Event(Record):
    """The creation, update or deletion of an object.

    Attributes:
        entity: the object as the API returns it; None for a deletion.
    """

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
        """The name that endpoints subscribe to, such as ``direct.member.create``."""
        return f"{self.source}.{self.object_type}.{self.action}"


class Attempt(Frozen):
    """One attempt to deliver an event.

    Attributes:
        at: the time by the project's clock.
        status_code: the status of the endpoint's response; 0 if there was none.
        problem: why the attempt failed, or "".
        answer: the beginning of the response's body.
        milliseconds: how long the attempt took.
    """

    at: datetime
    status_code: int = 0
    problem: str = ""
    answer: str = ""
    milliseconds: float = 0.0


@table("deliveries", Index("position"), Index("url", "next_attempt_at"), GlobalIndex("next_attempt_at"))
class Delivery(Record):
    """The delivery of one event to one endpoint.

    Attributes:
        tries: the number of attempts.
        failures: the number of failed attempts since the event or its replay; the retry schedule depends on it.
        next_attempt_at: the time of the next attempt by the project's clock; None if there is none.
        leased_until: set while a worker attempts the delivery, by the machine's clock. An expired lease means that the
            worker's process ended, so the attempt is repeated.
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
    """Return a delivery for each endpoint that subscribes to the event, due now."""
    return [
        Delivery(
            event_id=event.event_id,
            url=endpoint.url,
            position=position(),
            event_type=event.event_type,
            next_attempt_at=event.created_at,
        )
        for endpoint in endpoints
        if endpoint.subscribes_to(event.event_type)
    ]
