"""``mock.webhooks``"""

from __future__ import annotations

import urllib.parse
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from mockstytch.client.models import WebhookDelivery, WebhookEndpoint, WebhookEndpointSettings
from mockstytch.client.transport import ControlApi, MockError


class Webhooks:
    """The project's webhook endpoints, and deliveries to them."""

    def __init__(self, api: ControlApi) -> None:
        self._api = api
        self._received = ""  # the event id of the last delivery that deliver_to passed on

    def set(self, *endpoints: str | WebhookEndpointSettings) -> list[WebhookEndpoint]:
        """Replace the list of endpoints, and return it. Without arguments, webhooks are turned off.

        Args:
            endpoints: URLs, or ``{"url", "secret", "event_types"}``.

        Raises:
            MockError: if an endpoint isn't valid.
        """
        body = [{"url": endpoint} if isinstance(endpoint, str) else endpoint for endpoint in endpoints]
        return msgspec.convert(self._api.call("PUT", "/webhooks", body=body), list[WebhookEndpoint])

    def endpoints(self) -> list[WebhookEndpoint]:
        """Return the endpoints, each with its secret."""
        return msgspec.convert(self._api.call("GET", "/webhooks"), list[WebhookEndpoint])

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
        """Return the deliveries that match, newest last.

        Args:
            event_type: for example ``direct.member.create``; ``*`` is a wildcard, as in ``*.member.*``.
            status: ``pending``, ``delivered`` or ``failed``.
            after: the ``event_id`` of the last delivery that you have seen.
            limit: how many to return, the newest ones.
            wait: seconds to wait for a delivery, at most 60.
            tries: the minimum number of attempts.
            url: the endpoint.
        """
        query = {
            "event_type": event_type,
            "status": status,
            "after": after,
            "limit": limit,
            "wait": wait,
            "tries": tries,
            "url": url,
        }
        page = self._api.call("GET", "/webhooks/deliveries", query, timeout=wait + 10)
        return msgspec.convert(page["deliveries"], list[WebhookDelivery])

    def wait(self, event_type: str = "", seconds: float = 5, after: str = "") -> WebhookDelivery:
        """Wait for a successful delivery, and return the newest one.

        Raises:
            MockError: if there is none in time; its ``error_type`` is ``delivery_not_found``.
        """
        __tracebackhide__ = True  # pytest shows the line of the test instead
        deliveries = self.deliveries(event_type, "delivered", after, limit=1, wait=seconds)
        if not deliveries:
            raise MockError(self._nothing_delivered(event_type, seconds, after), "delivery_not_found")
        return deliveries[-1]

    def _nothing_delivered(self, event_type: str, seconds: float, after: str) -> str:
        """Return what was searched for, and what there is: endpoints, and deliveries with their problems."""
        beginning = f"No {event_type or 'webhook'} was delivered{f' in {seconds:g} s' if seconds else ''}"
        if not self.endpoints():
            return f"{beginning}: the project has no webhook endpoint. Set one with webhooks.set(url)."
        found = self.deliveries(after=after)
        if not found:
            return f"{beginning}: there are no deliveries{' after this one' if after else ''}."
        groups = Counter(
            f"{d.event_type} {d.status}"
            + (f" ({d.attempts[-1].problem})" if d.attempts and d.attempts[-1].problem else "")
            for d in reversed(found)
        )
        return f"{beginning}. There are: {', '.join(f'{count} {text}' for text, count in groups.most_common(5))}."

    def deliver_to(self, receive: Callable[[str, dict[str, str]], Any], url: str = "") -> list[WebhookDelivery]:
        """Pass the new deliveries to a function, oldest first, and return them.

        The function is called in this thread, so it can use an app's test client, in the test's database transaction. A
        later call passes what happened since then, and a delivery that wasn't accepted is passed again.

        Args:
            receive: called with a body, and its headers with a signature for the present time. It returns the app's
                response, or anything else.
            url: the endpoint, if there are several.

        Raises:
            MockError: if the project has no endpoint (``endpoint_not_found``), or if the ``status_code`` of a response
                isn't 2xx (``delivery_refused``).
        """
        __tracebackhide__ = True  # pytest shows the line of the test instead
        if not self.endpoints():
            message = "The project has no webhook endpoint. Set one with webhooks.set(url)."
            raise MockError(message, "endpoint_not_found")
        passed = []
        for delivery in self.deliveries(after=self._received, limit=10_000, url=url):
            if not delivery.headers:
                continue  # the endpoint was removed
            status_code = getattr(receive(delivery.body, delivery.headers), "status_code", 200)
            if not 200 <= status_code < 300:
                message = f"The app responded with status {status_code} to {delivery.event_type}."
                raise MockError(message, "delivery_refused")
            self._received = delivery.event_id
            passed.append(delivery)
        return passed

    def replay(self, event_id: str) -> list[WebhookDelivery]:
        """Send an event again, to each current endpoint that subscribes to it.

        Raises:
            MockError: if the event doesn't exist, or no endpoint subscribes to it.
        """
        result = self._api.call("POST", f"/webhooks/deliveries/{urllib.parse.quote(event_id, safe='')}/replay")
        return msgspec.convert(result["deliveries"], list[WebhookDelivery])

    def send_test_event(self, event_type: str, organization_id: str = "", member_id: str = "") -> list[WebhookDelivery]:
        """Send an event about an organization or a member as it is now. Nothing is changed.

        Args:
            event_type: for example ``direct.member.create``.
            organization_id: the organization; "" takes the newest one.
            member_id: the member; "" takes the newest one.

        Raises:
            MockError: if there is no such object, or no endpoint subscribes to the event.
        """
        body = {"event_type": event_type, "organization_id": organization_id, "member_id": member_id}
        result = self._api.call("POST", "/webhooks/test-event", body=body)
        return msgspec.convert(result["deliveries"], list[WebhookDelivery])
