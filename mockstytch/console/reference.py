"""The content of the docs page: SDK set-up, operations, calls of the control API."""

from collections.abc import Iterable
from typing import Any

from mockstytch.console.snippets import CODE, NAMES, REMARKS, commands
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.surfaces.surface import Route

PREFIX = "/_mock/api"

# Each call of the control API, in the order of the docs page. A test fails if one is missing.
CONTROL = {
    "GET /health": "Return the server's status and version.",
    "GET /project": "Return credentials and settings.",
    "PATCH /project": "Change settings: redirect URLs, RBAC policy, lifetimes, …",
    "GET /projects": "Return the server's projects, newest first: ?q= &run_id= &unused_minutes= &limit= &after=",
    "DELETE /projects": "Delete the projects of a test run, or unused ones: ?run_id= &unused_minutes=",
    "DELETE /projects/{project_id}": "Delete a project.",
    "POST /reset": "Delete the project's data, settings and clock, then apply its seed again: ?all= &to=empty",
    "POST /seed": "Create what a seed describes: settings, organizations with members, clients, …: ?on_reset=",
    "GET /seed-schema.json": "Return the JSON Schema of a seed, for editors.",
    "GET /snapshots": "Return the snapshots, oldest first.",
    "PUT /snapshots/{name}": "Save the project's data, settings, clock and keys under a name.",
    "POST /snapshots/{name}/restore": "Return the project to a snapshot.",
    "GET /snapshots/{name}/diff": "Return what was created, changed and deleted since a snapshot: ?object_type=",
    "DELETE /snapshots/{name}": "Delete a snapshot.",
    "DELETE /snapshots": "Delete all snapshots of the project.",
    "GET /export": "Return everything that the project holds as one JSON document.",
    "POST /import": "Replace everything that the project holds by an exported document.",
    "GET /clock": "Return the project's time.",
    "PUT /clock": "Set or freeze the clock: now, frozen.",
    "DELETE /clock": "Return the clock to real time.",
    "POST /clock/advance": "Advance the clock: seconds, minutes, hours, days.",
    "GET /messages": "Return messages, newest last: ?to= &kind= &channel= &after= &limit= &wait=",
    "GET /messages/latest": "Return the newest matching message: ?to= &kind= &wait=",
    "DELETE /messages/{message_id}": "Delete a message.",
    "DELETE /messages": "Empty the inbox.",
    "POST /keys/rotate": "Create a new signing key. With ?drop=true, remove the old keys from the JWKS.",
    "GET /webhooks": "Return the webhook endpoints with their secrets.",
    "PUT /webhooks": "Replace the webhook endpoints: a list of url, secret, event_types.",
    "GET /webhooks/deliveries": "Return deliveries with each attempt: ?event_type= &status= &after= &limit= &wait=",
    "POST /webhooks/deliveries/{event_id}/replay": "Resend an event.",
    "POST /webhooks/test-event": "Send an event to test the endpoints: event_type, organization_id, member_id.",
    "POST /fraud/devices": "Create a device and set its verdict: action, reasons, visitor_id, …",
    "POST /fraud/emails": "Set the risk of an e-mail address: email_address, action, risk_score, …",
    "POST /next-identity": "Queue the next identity at a provider: provider, email, name, … or error.",
    "POST /identity-providers": "Connect the built-in identity provider: organization_id, type, display_name.",
    "POST /identity-providers/{connection_id}/rotate-keys": "Create a new signing key for that identity provider.",
    "POST /scim/push": "Send SCIM requests as a directory does: connection_id, operations.",
    "POST /faults": "Make requests, messages or webhooks fail: operation, error_type, times, …",
    "GET /faults": "Return the faults, with how often each was hit.",
    "DELETE /faults": "Remove all faults.",
    "DELETE /faults/{fault_id}": "Remove a fault.",
    "POST /sessions": "Start a session without a login: organization_id, member_id or email_address, factors.",
    "POST /impersonation-tokens": "Create an impersonation token: organization_id, member_id, …",
    "GET /openapi.json": "Return the OpenAPI document of everything that is served.",
    "GET /manifest": "Return the version, the operations, the settings with their defaults, and the limits.",
    "GET /llms.txt": "Return a guide to tests against this server, for coding agents.",
    "GET /requests": "Return requests, with the reason of each error: ?operation= &path= &status= &after= &wait= …",
    "POST /requests/{request_id}/replay": "Send a request again, with its body and headers.",
    "DELETE /requests": "Empty the request log.",
}


def setup(project: Project, url: str) -> dict[str, Any]:
    """Return the commands and the code that point an app at this server."""
    shell = commands(url, project.project_id, project.secret)
    return {"commands": shell, "code": CODE, "names": NAMES, "remarks": REMARKS}


def operations(endpoints: Iterable[Endpoint]) -> list[dict[str, str]]:
    """Return the operations, sorted by resource."""
    rows = [
        {"group": group, "name": name, "method": endpoint.method, "path": endpoint.path}
        for endpoint in endpoints
        for group, _, name in [endpoint.name.partition(".")]
    ]
    return sorted(rows, key=lambda o: (o["group"], o["path"], o["method"]))


def control(routes: Iterable[Route]) -> list[dict[str, str]]:
    """Return the calls of the control API, in the order of ``CONTROL``; calls missing there come last."""
    calls = [
        f"{route.method} {route.path.removeprefix(PREFIX)}" for route in routes if route.path.startswith(PREFIX + "/")
    ]
    described = list(CONTROL)
    calls.sort(key=lambda call: described.index(call) if call in CONTROL else len(described))
    return [
        {"method": method, "path": PREFIX + path, "does": CONTROL.get(call, "")}
        for call in calls
        for method, _, path in [call.partition(" ")]
    ]
