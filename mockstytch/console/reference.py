"""The content of the reference page: SDK set-up, operations, calls of the control API."""

from collections.abc import Iterable
from typing import Any

from mockstytch.console.snippets import CODE, REMARKS, variables
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.surfaces.surface import Route

PREFIX = "/_mock/api"

# Each call of the control API, in the order of the page. A test fails if one is missing.
CONTROL = {
    "GET /health": "Return the server's status and version.",
    "GET /project": "Return credentials and settings.",
    "PATCH /project": "Change settings: redirect URLs, RBAC policy, lifetimes, …",
    "POST /reset": "Empty the project, its clock and settings included; ?all=true every project.",
    "GET /clock": "Return the project's time.",
    "PUT /clock": "Set or freeze the clock: now, frozen.",
    "POST /clock/advance": "Advance the clock: seconds, minutes, hours, days.",
    "GET /messages": "Return messages, newest last: ?to= &kind= &channel= &after= &limit= &wait=",
    "GET /messages/latest": "Return the newest matching message: ?to= &kind= &wait=",
    "DELETE /messages": "Empty the inbox.",
    "POST /keys/rotate": "Sign with a new key from now on; ?drop=true removes the old keys from the JWKS.",
    "GET /webhooks": "Return the webhook endpoints with their secrets.",
    "PUT /webhooks": "Replace the webhook endpoints: a list of url, secret, event_types.",
    "GET /webhooks/deliveries": "Return deliveries with each attempt: ?event_type= &status= &after= &limit= &wait=",
    "POST /webhooks/deliveries/{event_id}/replay": "Send an event again.",
    "POST /fraud/devices": "Create a device and choose its verdict: action, reasons, visitor_id, …",
    "POST /fraud/emails": "Set the risk of an e-mail address: email_address, action, risk_score, …",
    "POST /next-identity": "Queue the next identity at a provider: provider, email, name, … or error.",
    "POST /identity-providers": "Connect the built-in identity provider: organization_id, type, display_name.",
    "POST /identity-providers/{connection_id}/rotate-keys": "Let that identity provider sign with a new key.",
    "POST /scim/push": "Act as a directory over the SCIM endpoints: connection_id, operations.",
    "POST /impersonation-tokens": "Create an impersonation token: organization_id, member_id, …",
    "GET /requests": "Return the latest requests, each refusal with its reason: ?limit= &surface=",
}


def setup(project: Project, url: str) -> dict[str, Any]:
    """Return what to set and to write in the app, for each SDK."""
    return {"variables": variables(url, project.project_id, project.secret), "code": CODE, "remarks": REMARKS}


def served(endpoints: Iterable[Endpoint]) -> list[dict[str, str]]:
    """Return the operations that are served, by resource."""
    found = [
        {"group": group, "name": name, "method": endpoint.method, "path": endpoint.path}
        for endpoint in endpoints
        for group, _, name in [endpoint.name.partition(".")]
    ]
    return sorted(found, key=lambda o: (o["group"], o["path"], o["method"]))


def control(routes: Iterable[Route]) -> list[dict[str, str]]:
    """Return the calls of the control API; those that ``CONTROL`` describes first, in its order."""
    calls = [
        f"{route.method} {route.path.removeprefix(PREFIX)}" for route in routes if route.path.startswith(PREFIX + "/")
    ]
    known = list(CONTROL)
    calls.sort(key=lambda call: known.index(call) if call in CONTROL else len(known))
    return [
        {"method": method, "path": PREFIX + path, "does": CONTROL.get(call, "")}
        for call in calls
        for method, _, path in [call.partition(" ")]
    ]
