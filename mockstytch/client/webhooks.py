"""Parts of ``MockStytch``: webhooks and the fraud product."""

from __future__ import annotations

import urllib.parse
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec


class MockError(Exception):
    """The server refused, or could not be reached.

    Attributes:
        error_type: the API's name for it; "" where there was no answer.
    """

    def __init__(self, message: str, error_type: str = "") -> None:
        super().__init__(message)
        self.error_type = error_type


class ControlApi(Protocol):
    """Whoever calls the control API on behalf of a project."""

    def call(
        self, method: str, path: str, query: dict[str, Any] | None = None, body: Any = None, timeout: float = 10
    ) -> dict[str, Any]: ...


class WebhookEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where events are told. ``secret`` is what the receiver checks signatures with."""

    url: str
    secret: str
    event_types: list[str] = []


class WebhookDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to an endpoint, or there.

    Attributes:
        status: ``pending``, ``delivered`` or ``failed``.
        attempts: each with ``at``, ``status_code``, ``problem``, ``answer`` and ``milliseconds``.
        payload: what the endpoint is sent.
    """

    event_id: str
    event_type: str
    url: str
    message_id: str
    status: str
    created_at: datetime
    next_attempt_at: datetime | None
    attempts: list[dict[str, Any]]
    payload: dict[str, Any]


class Webhooks:
    """Where events are told, and what was told there."""

    def __init__(self, mock: ControlApi) -> None:
        self._mock = mock

    def set(self, *endpoints: str | dict[str, Any]) -> list[WebhookEndpoint]:
        """Tell these endpoints of what happens from now on, and no others; none at all turns webhooks off.

        Args:
            endpoints: URLs, or ``{"url", "secret", "event_types"}``.

        Raises:
            MockError: one can't be one.
        """
        wanted = [{"url": e} if isinstance(e, str) else e for e in endpoints]
        found: Any = self._mock.call("PUT", "/webhooks", body=wanted)
        return msgspec.convert(found, list[WebhookEndpoint])

    def endpoints(self) -> list[WebhookEndpoint]:
        """Where events are told, each with its secret."""
        found: Any = self._mock.call("GET", "/webhooks")
        return msgspec.convert(found, list[WebhookEndpoint])

    def deliveries(
        self,
        event_type: str = "",
        status: str = "",
        after: str = "",
        limit: int = 100,
        wait: float = 0,
        tries: int = 0,
        url: str = "",
    ) -> list[WebhookDelivery]:
        """The deliveries that match, newest last.

        Args:
            event_type: ``direct.member.create``; ``*`` stands for anything: ``*.member.*``.
            status: ``pending``, ``delivered`` or ``failed``.
            after: the ``event_id`` up to which the caller has seen.
            wait: how many seconds to wait for one, at most 60.
            tries: how often it was tried at least.
            url: the endpoint.
        """
        query = {
            **{"event_type": event_type, "status": status, "after": after, "limit": limit, "wait": wait},
            **{"tries": tries, "url": url},
        }
        answer = self._mock.call("GET", "/webhooks/deliveries", query, timeout=wait + 10)
        return msgspec.convert(answer["deliveries"], list[WebhookDelivery])

    def wait(self, event_type: str = "", seconds: float = 5, after: str = "") -> WebhookDelivery:
        """The newest delivery that arrived, as soon as there is one.

        Raises:
            MockError: none did in time; its ``error_type`` is ``delivery_not_found``.
        """
        found = self.deliveries(event_type, "delivered", after, 1, seconds)
        if not found:
            raise MockError(f"No {event_type or 'webhook'} was delivered in {seconds:g} s.", "delivery_not_found")
        return found[-1]

    def replay(self, event_id: str) -> list[WebhookDelivery]:
        """Send an event once more, to each endpoint of today that wants it.

        Raises:
            MockError: there is no such event, or nobody wants it.
        """
        answer = self._mock.call("POST", f"/webhooks/deliveries/{urllib.parse.quote(event_id, safe='')}/replay")
        return msgspec.convert(answer["deliveries"], list[WebhookDelivery])


class Fraud:
    """What the fraud product is to think of devices and addresses."""

    def __init__(self, mock: ControlApi) -> None:
        self._mock = mock

    def device(self, action: str | None = None, reasons: Sequence[str] = (), **details: Any) -> str:
        """Make a device known; answers its telemetry id, as the browser's script would.

        Args:
            action: the verdict, ``ALLOW``, ``CHALLENGE`` or ``BLOCK``; None leaves it to the reasons.
            reasons: warning flags, such as ``VIRTUAL_MACHINE``.
            details: ``telemetry_id``, ``visitor_id``, ``ip_address``, ``country``, …: see the control API's reference.

        Raises:
            MockError: it can't be like that.
        """
        described = {"action": action, "reasons": list(reasons), **details}
        return str(self._mock.call("POST", "/fraud/devices", body=described)["telemetry_id"])

    def email(self, email_address: str, action: str | None = None, **details: Any) -> None:
        """Say what to think of an address.

        Args:
            action: as for a device.
            details: ``risk_score``, ``has_known_bounces``, ``is_disposable_domain``, …

        Raises:
            MockError: it can't be like that.
        """
        self._mock.call("POST", "/fraud/emails", body={"email_address": email_address, "action": action, **details})
