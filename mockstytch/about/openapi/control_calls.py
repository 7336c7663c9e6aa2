"""The calls of the control API: the name of each, and the types of its query, body and response.

A route of the control API is a function that reads its request itself, so these types are listed here. A test sends
requests to each call, and compares both directions with the types.
"""

from typing import Any, NamedTuple

import msgspec

from mockstytch.about.types import control_shapes as shapes
from mockstytch.about.types import harness_shapes as harness
from mockstytch.about.types import objects
from mockstytch.about.types.manifest import Manifest
from mockstytch.control.clock import AdvanceClockBody, SetClockBody
from mockstytch.control.fraud import DeviceBody, EmailRiskBody
from mockstytch.control.identity_providers import IdentityProviderBody, NextIdentityBody
from mockstytch.control.project import RotateKeysBody
from mockstytch.control.scim import PushBody
from mockstytch.control.sessions import ImpersonationBody, SessionBody
from mockstytch.control.webhooks import TestEventBody
from mockstytch.faults.rules import Rule
from mockstytch.store.records.projects import WebhookEndpoint


class Call(NamedTuple):
    """A call of the control API.

    Attributes:
        name: the operation's id, without ``control``.
        returns: the type of the response.
        body: the type of the body; None if there is none.
        query: the class of the query parameters; None if there are none.
        example: a body; one is made of its schema if None.
    """

    name: str
    returns: Any
    body: Any = None
    query: Any = None
    example: Any = None

    @property
    def needs_body(self) -> bool:
        """Whether an empty body is refused."""
        is_object = isinstance(self.body, type) and issubclass(self.body, msgspec.Struct)
        return not is_object or any(field.required for field in msgspec.structs.fields(self.body))


_SEED = {"organizations": [{"organization_name": "Acme", "members": [{"email_address": "ada@acme.example"}]}]}
_EXPORT = {"format": "mockstytch/1", "project": {}, "tables": {}}
_PUSH = {
    "connection_id": "scim-connection-test-0c3ee8b4-1a4f-4f5b-9a8e-5d8d4a3a6d0c",
    "operations": [{"op": "create_user", "email": "ada@acme.example", "name": "Ada Lovelace"}],
}
_FAULT = {"operation": "magic_links.email.login_or_signup", "error_type": "too_many_requests", "times": 1}

CALLS = {
    "GET /health": Call("health", harness.Health),
    "GET /project": Call("project.get", harness.ProjectDetails),
    "PATCH /project": Call(
        "project.update", harness.ProjectDetails, harness.ProjectChange, example={"cross_org_passwords_enabled": True}
    ),
    "GET /projects": Call("projects.list", harness.Projects, query=harness.ProjectQuery),
    "DELETE /projects": Call("projects.delete_all", harness.DeletedProjects, query=harness.UnusedQuery),
    "DELETE /projects/{project_id}": Call("projects.delete", harness.Empty),
    "POST /reset": Call("reset", harness.Empty, query=harness.ResetQuery),
    "POST /seed": Call("seed", harness.Empty, dict[str, Any], harness.SeedQuery, _SEED),
    "GET /seed-schema.json": Call("seed_schema", dict[str, Any]),
    "GET /snapshots": Call("snapshots.list", harness.Snapshots),
    "PUT /snapshots/{name}": Call("snapshots.save", harness.Snapshot),
    "POST /snapshots/{name}/restore": Call("snapshots.restore", harness.Snapshot),
    "GET /snapshots/{name}/diff": Call("snapshots.diff", harness.Diff, query=harness.DiffQuery),
    "DELETE /snapshots/{name}": Call("snapshots.delete", harness.Empty),
    "DELETE /snapshots": Call("snapshots.delete_all", harness.Empty),
    "GET /export": Call("export", harness.Export),
    "POST /import": Call("import", harness.Imported, harness.ImportedExport, example=_EXPORT),
    "GET /clock": Call("clock.get", harness.Clock),
    "PUT /clock": Call("clock.set", harness.Clock, SetClockBody, example={"now": "2030-01-01T00:00:00Z"}),
    "DELETE /clock": Call("clock.reset", harness.Clock),
    "POST /clock/advance": Call("clock.advance", harness.Clock, AdvanceClockBody, example={"minutes": 61}),
    "GET /messages": Call("messages.list", shapes.Messages, query=shapes.MessageQuery),
    "GET /messages/latest": Call("messages.latest", shapes.Message, query=shapes.LatestMessageQuery),
    "DELETE /messages/{message_id}": Call("messages.delete", harness.Empty),
    "DELETE /messages": Call("messages.delete_all", harness.Empty),
    "POST /keys/rotate": Call("keys.rotate", harness.NewKey, RotateKeysBody, harness.RotateKeysQuery),
    "GET /webhooks": Call("webhooks.get", list[WebhookEndpoint]),
    "PUT /webhooks": Call("webhooks.set", list[WebhookEndpoint], list[WebhookEndpoint]),
    "GET /webhooks/deliveries": Call("webhooks.deliveries", shapes.Deliveries, query=shapes.DeliveryQuery),
    "POST /webhooks/deliveries/{event_id}/replay": Call("webhooks.replay", shapes.Replay),
    "POST /webhooks/test-event": Call(
        "webhooks.send_test_event", shapes.Replay, TestEventBody, example={"event_type": "direct.member.create"}
    ),
    "POST /fraud/devices": Call("fraud.create_device", objects.Fingerprint, DeviceBody, example={"action": "BLOCK"}),
    "POST /fraud/emails": Call("fraud.set_email_risk", objects.EmailRisk, EmailRiskBody),
    "POST /next-identity": Call("next_identity", harness.Empty, NextIdentityBody),
    "POST /identity-providers": Call("identity_providers.create", shapes.IdentityProvider, IdentityProviderBody),
    "POST /identity-providers/{connection_id}/rotate-keys": Call(
        "identity_providers.rotate_keys", shapes.RotatedIdentityProvider
    ),
    "POST /scim/push": Call("scim.push", shapes.ScimResults, PushBody, example=_PUSH),
    "POST /faults": Call("faults.add", harness.Fault, Rule, example=_FAULT),
    "GET /faults": Call("faults.list", harness.Faults),
    "DELETE /faults": Call("faults.delete_all", harness.Empty),
    "DELETE /faults/{fault_id}": Call("faults.delete", harness.Fault),
    "POST /sessions": Call("sessions.create", shapes.StartedSession, SessionBody),
    "POST /impersonation-tokens": Call("impersonation_tokens.create", shapes.ImpersonationToken, ImpersonationBody),
    "GET /requests": Call("requests.list", harness.LoggedRequests, query=harness.RequestQuery),
    "POST /requests/{request_id}/replay": Call("requests.replay", harness.Replayed),
    "DELETE /requests": Call("requests.delete_all", harness.Empty),
    "GET /openapi.json": Call("openapi", dict[str, Any]),
    "GET /manifest": Call("manifest", Manifest),
    "GET /llms.txt": Call("guide", str),
}
