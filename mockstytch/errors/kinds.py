"""The types of an error, and how well its HTTP status is known.

The letter of each error in the catalogue:

D  documented, or recorded from the real API
S  taken from an official SDK, or the only status left: the documented lists of the others don't have the type
I  inferred from the type's name and from similar types
M  only mockstytch has this error
"""

from typing import Any, Literal

import msgspec

Confidence = Literal["D", "S", "I", "M"]


class StytchError(Exception):
    """An error response of the API.

    Attributes:
        kind: its status, ``error_type`` and message.
        because: the reason, for the request log. It is never sent.
        message: the ``error_message``: the kind's, unless the error has its own.
        details: the optional ``error_details`` object, which a few types have.
        keeps_writes: whether the transaction is committed in spite of the error, for example a failed attempt that
            counts towards a lock.
        is_fault: whether a fault returns the error on purpose: every surface then uses its status as it is.
    """

    def __init__(self, kind: "Kind", because: str, details: dict[str, Any] | None, message: str) -> None:
        super().__init__()
        self.kind, self.because, self.details, self.message = kind, because, details, message
        self.keeps_writes = self.is_fault = False

    def __str__(self) -> str:
        reason = f" ({self.because})" if self.because else ""
        return f"[{self.kind.status_code}] {self.kind.error_type}: {self.message}{reason}"

    def keeping_writes(self) -> "StytchError":
        """Set ``keeps_writes``, and return the error."""
        self.keeps_writes = True
        return self


class Kind(msgspec.Struct, frozen=True):
    """One type of error. A call of it returns the exception.

    Attributes:
        message: the ``error_message``, or a pattern for it.
        family: the part of Stytch's documentation that describes it; ``error_url`` contains it.
    """

    status_code: int
    error_type: str
    message: str
    confidence: Confidence
    family: Literal["api", "b2b/api", "fraud/api"]

    def __call__(self, because: str = "", details: dict[str, Any] | None = None, message: str = "") -> StytchError:
        return StytchError(self, because, details, message or self.message)

    @property
    def error_url(self) -> str:
        return f"https://stytch.com/docs/{self.family}/errors/{self.status_code}#{self.error_type}"


def shared(status: int, error_type: str, message: str, confidence: Confidence = "I") -> Kind:
    """Declare a type that the Consumer product has too. Its ``error_url`` is the same at every endpoint."""
    return Kind(status, error_type, message, confidence, "api")


def b2b(status: int, error_type: str, message: str, confidence: Confidence = "I") -> Kind:
    """Declare a type that only the B2B product has."""
    return Kind(status, error_type, message, confidence, "b2b/api")


def fraud(status: int, error_type: str, message: str, confidence: Confidence = "I") -> Kind:
    """Declare a type of the fraud product."""
    return Kind(status, error_type, message, confidence, "fraud/api")


def family(template: str, message: str, names: tuple[str, ...], confidence: Confidence = "I") -> dict[str, Kind]:
    """Declare types whose names differ by one word. Returns them by that word."""
    return {name: shared(400, template.format(name), message.format(name), confidence) for name in names}
