"""Faults of webhooks: a delivery is lost, sent several times, or sent in another order."""

from mockstytch.faults.registry import Fault, Faults
from mockstytch.faults.rules import WEBHOOK
from mockstytch.store.records.projects import Project
from mockstytch.store.records.webhooks import Delivery, Event


def next_fault(faults: Faults, project: Project, event: Event, url: str) -> Fault | None:
    """Return the fault that loses or repeats a delivery, or None."""

    def matches(fault: Fault) -> bool:
        return (fault.rule.lose or fault.rule.copies > 1) and _is_about(fault, event, url)

    return faults.next(project.project_id, project.clock.now(), matches)


def are_shuffled(faults: Faults, project: Project) -> bool:
    """Return whether a fault shuffles the project's deliveries now."""
    now = project.clock.now()
    return any(fault.rule.shuffle and not fault.is_over(now) for fault in faults.of(project.project_id))


def choose(faults: Faults, project: Project, due: list[Delivery], events: list[Event]) -> Delivery:
    """Return one of the deliveries that are due, at random if a fault shuffles them.

    Args:
        due: the deliveries to one endpoint, oldest first.
        events: their events.
    """
    by_id = {event.event_id: event for event in events}

    def matching(fault: Fault) -> list[Delivery]:
        return [each for each in due if _is_about(fault, by_id[each.event_id], each.url)] if fault.rule.shuffle else []

    fault = None
    if len(due) > 1:
        fault = faults.next(project.project_id, project.clock.now(), lambda fault: len(matching(fault)) > 1)
    return fault.chance.choice(matching(fault)) if fault else due[0]


def _is_about(fault: Fault, event: Event, url: str) -> bool:
    return WEBHOOK in fault.operations and all(
        (url if name == "url" else getattr(event, name)) == value for name, value in fault.rule.where.items()
    )
