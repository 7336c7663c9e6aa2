"""``mock.fraud``"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from mockstytch.client.models import DeviceDetails, EmailDetails, Verdict
from mockstytch.client.transport import ControlApi


class Fraud:
    """Devices and e-mail addresses, with the fraud verdicts that the API returns for them."""

    def __init__(self, api: ControlApi) -> None:
        self._api = api

    def device(
        self, action: Verdict | None = None, reasons: Sequence[str] = (), **details: Unpack[DeviceDetails]
    ) -> str:
        """Add a device, and return its telemetry id, as the browser's script would create it.

        Args:
            action: the verdict, ``ALLOW``, ``CHALLENGE`` or ``BLOCK``. None derives it from the reasons.
            reasons: warning flags, such as ``VIRTUAL_MACHINE``.
            details: ``telemetry_id``, ``visitor_id``, ``ip_address``, ``country``, …; see the control API.

        Raises:
            MockError: if a value isn't valid.
        """
        body = {"action": action, "reasons": list(reasons), **details}
        return str(self._api.call("POST", "/fraud/devices", body=body)["telemetry_id"])

    def email(self, email_address: str, action: Verdict | None = None, **details: Unpack[EmailDetails]) -> None:
        """Set the risk of an e-mail address.

        Args:
            action: the verdict, as for a device.
            details: ``risk_score``, ``has_known_bounces``, ``is_disposable_domain``, …; see the control API.

        Raises:
            MockError: if a value isn't valid.
        """
        self._api.call("POST", "/fraud/emails", body={"email_address": email_address, "action": action, **details})
