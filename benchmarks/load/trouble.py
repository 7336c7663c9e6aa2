"""The steps that a soak adds to the load of a project: faults, snapshots, resets, exports, frozen clocks."""

from benchmarks.load.caller import Caller
from benchmarks.load.project import LoadedProject


class TroubledProject(LoadedProject):
    """A project that is also reset, restored and made to fail on purpose."""

    def __init__(self, call: Caller, number: int, webhook_url: str) -> None:
        super().__init__(call, number, webhook_url)
        self.weights |= {
            self._fail_on_purpose: 3,
            self._lose_message: 1,
            self._disturb_webhooks: 1,
            self._restore: 1,
            self._reset: 3,
            self._export: 1,
            self._freeze: 1,
        }

    def _fail_on_purpose(self) -> None:
        """Add a fault, send the request that it applies to, and remove it."""
        error, connection = {"error_type": "internal_server_error"}, {"connection": "reset_before"}
        fault, status = self.random.choice(
            [(error, 500), (connection, 0), ({"delay_ms": 20}, 200), ({"status_code": 503, "body": "down"}, 503)]
        )
        added = self.call.api("POST", "/_mock/api/faults", {"operation": "organizations.get", "times": 1, **fault})
        if added:
            found = self.call.send_into_fault("GET", self.organization.path, None)
            if found != status:
                self.call.fail(f"a fault with {fault} returned {found}, not {status}")
            self.call.api("DELETE", f"/_mock/api/faults/{added['fault_id']}")

    def _lose_message(self) -> None:
        self.call.api("POST", "/_mock/api/faults", {"operation": "message.email", "lose": True, "times": 1})
        address = f"{self._name()}@example.com"
        self.call.api("POST", "/v1/b2b/magic_links/email/discovery/send", {"email_address": address})
        self.call.api("GET", f"/_mock/api/messages/latest?to={address}", expect=404)
        self.call.api("DELETE", "/_mock/api/faults")

    def _disturb_webhooks(self) -> None:
        effect = self.random.choice([{"lose": True}, {"copies": 2}])
        self.call.api("POST", "/_mock/api/faults", {"operation": "webhook", "times": 1, **effect})
        self._create_member()
        self.call.api("DELETE", "/_mock/api/faults")

    def _restore(self) -> None:
        """Save a snapshot, create a member, and restore the snapshot, which deletes the member."""
        found, body = self.organization, {"email_address": f"{self._name()}@example.com"}
        self.call.api("PUT", "/_mock/api/snapshots/before", {})
        made = self.call.api("POST", f"{found.path}/members", body)
        self.call.api("GET", "/_mock/api/snapshots/before/diff")
        self.call.api("POST", "/_mock/api/snapshots/before/restore", {})
        self.call.api("DELETE", "/_mock/api/snapshots/before")
        if made:
            self.call.api("GET", f"{found.path}/member?member_id={made['member_id']}", expect=404)

    def _reset(self) -> None:
        self.call.api("POST", "/_mock/api/reset", {})
        self.skipped = 0.0
        self.begin()

    def _export(self) -> None:
        """Export the project, and import it again."""
        if document := self.call.api("GET", "/_mock/api/export"):
            self.call.api("POST", "/_mock/api/import", document)

    def _freeze(self) -> None:
        self.call.api("PUT", "/_mock/api/clock", {"frozen": True})
        self._log_in_by_magic_link()
        self._use_session()
        self.call.api("PUT", "/_mock/api/clock", {"frozen": False})
