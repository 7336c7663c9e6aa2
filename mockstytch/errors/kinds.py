"""What an error is. The letter of each says how well its *status* is known:

D  documented or recorded from the real API
S  taken from an official SDK
I  inferred from the type's name and its siblings
M  this server's own: production has no such answer
"""

from typing import Any, Literal

import msgspec

Confidence = Literal["D", "S", "I", "M"]


class StytchError(Exception):
    """An answer of the API that is not a success.

    Attributes:
        kind: what it is on the wire.
        because: why, for the request log; never sent.
        details: the optional ``error_details`` object of a few types.
        keeps_writes: what the operation wrote before it failed stays (a counted attempt).
    """

    def __init__(self, kind: "Kind", because: str, details: dict[str, Any] | None) -> None:
        super().__init__(
            f"[{kind.status_code}] {kind.error_type}: {kind.message}" + (f" ({because})" if because else "")
        )
        self.kind, self.because, self.details = kind, because, details
        self.keeps_writes = False

    def keeping_writes(self) -> "StytchError":
        self.keeps_writes = True
        return self


class Kind(msgspec.Struct, frozen=True):
    """One type of error. Calling it makes the exception."""

    status_code: int
    error_type: str
    message: str
    confidence: Confidence
    family: Literal["api", "b2b/api", "fraud/api"]

    def __call__(self, because: str = "", details: dict[str, Any] | None = None) -> StytchError:
        return StytchError(self, because, details)

    @property
    def error_url(self) -> str:
        return f"https://stytch.com/docs/{self.family}/errors/{self.status_code}#{self.error_type}"


def shared(status: int, error_type: str, message: str, confidence: Confidence = "I") -> Kind:
    """A type that the Consumer product has too; its ``error_url`` says so, whatever the route."""
    return Kind(status, error_type, message, confidence, "api")


def b2b(status: int, error_type: str, message: str, confidence: Confidence = "I") -> Kind:
    return Kind(status, error_type, message, confidence, "b2b/api")


def fraud(status: int, error_type: str, message: str, confidence: Confidence = "I") -> Kind:
    return Kind(status, error_type, message, confidence, "fraud/api")
