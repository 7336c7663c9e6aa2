"""``Rule``: what a fault does, to what, and how often."""

import re
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from msgspec import UNSET, UnsetType

from mockstytch.values import Frozen

Connection = Literal["refuse", "reset_before", "reset_after", "truncate"]
MESSAGES = ("message.email", "message.sms")
WEBHOOK = "webhook"


class DelayRange(Frozen, forbid_unknown_fields=True):
    """A delay in milliseconds that is chosen at random for each request."""

    min: float
    max: float


class Rule(Frozen, forbid_unknown_fields=True):
    """A fault as the caller describes it.

    Attributes:
        operation: an operation by the SDK's name, ``message.email``, ``message.sms`` or ``webhook``; ``*`` is a
            wildcard.
        path, method: for requests that aren't operations; ``*`` is a wildcard in the path.
        error_type: return this error of the catalogue.
        status_code: the status of the error or of the body.
        body: return exactly this: a text as it is, anything else as JSON.
        delay_ms: milliseconds to wait before the operation runs.
        connection: what happens to the connection.
        malformed: return 200 with a body that isn't JSON.
        lose: the message or webhook never arrives.
        delay_seconds: the message arrives later, by the project's clock.
        copies: how often the message or webhook arrives.
        shuffle: webhooks that are due at the same time arrive in random order.
        times: how often the fault happens; None is always.
        after: how many matching requests to skip first.
        probability: the share of matching requests, between 0 and 1.
        for_seconds: how long the fault lasts, by the project's clock.
        where: values that the request, message or event must have.
    """

    operation: str = ""
    path: str = ""
    method: str = ""
    error_type: str = ""
    status_code: int = 0
    body: Any | UnsetType = UNSET
    delay_ms: float | DelayRange = 0
    connection: Connection | None = None
    malformed: bool = False
    lose: bool = False
    delay_seconds: float = 0
    copies: int = 1
    shuffle: bool = False
    times: int | None = None
    after: int = 0
    probability: float = 1
    for_seconds: float | None = None
    where: dict[str, Any] = {}


class CheckedRule(NamedTuple):
    """A rule that is valid.

    Attributes:
        given: the rule as the caller sent it, without fields that are null.
        operations: the names of the operations, messages or webhooks that it is about; empty for a rule about a path.
    """

    rule: Rule
    given: dict[str, Any]
    operations: frozenset[str]


@lru_cache(1024)
def pattern(text: str) -> re.Pattern[str]:
    """Return a regular expression for a text in which ``*`` matches any characters."""
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)


def overlap(one: str, other: str) -> bool:
    """Return whether a text exists that matches both patterns, in which ``*`` matches any characters."""
    reached = {(0, 0)}
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            if (i, j) not in reached:
                continue
            a, b = one[i : i + 1], other[j : j + 1]
            if a == "*":
                reached |= {(i + 1, j), (i, j + 1)} if b else {(i + 1, j)}
            if b == "*":
                reached |= {(i, j + 1), (i + 1, j)} if a else {(i, j + 1)}
            if a and a == b:
                reached.add((i + 1, j + 1))
    return (len(one), len(other)) in reached
