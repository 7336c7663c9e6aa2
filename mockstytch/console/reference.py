"""What the reference page says: how to point an app here, which operations are served, what the control API does."""

from collections.abc import Iterable
from typing import Any

from starlette.routing import BaseRoute, Route

from mockstytch.console.snippets import CODE, REMARKS, variables
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.endpoint import Endpoint

PREFIX = "/_mock/api"

# What each call of the control API does, in the order of the page. A test fails for a call that is missing here.
CONTROL = {
    "GET /health": "Whether the server answers, and its version.",
    "GET /project": "Credentials and settings.",
    "PATCH /project": "Changes settings: redirect URLs, RBAC policy, lifetimes, …",
    "POST /reset": "Empties the project, its clock and settings included; ?all=true every project.",
    "GET /clock": "The project's time.",
    "PUT /clock": "Sets or freezes it: now, frozen.",
    "POST /clock/advance": "Moves it: seconds, minutes, hours, days.",
    "GET /messages": "What was sent, newest last: ?to= &kind= &channel= &after= &limit= &wait=",
    "GET /messages/latest": "The newest match: ?to= &kind= &wait=",
    "DELETE /messages": "Empties the inbox.",
    "POST /keys/rotate": "Signs with a new key from now on; ?drop=true takes the old ones out of the JWKS.",
    "GET /webhooks": "The endpoints that are told of events, each with its secret.",
    "PUT /webhooks": "Sets them: a list of url, secret, event_types.",
    "GET /webhooks/deliveries": "What they were told, with every try: ?event_type= &status= &after= &limit= &wait=",
    "POST /webhooks/deliveries/{event_id}/replay": "Sends an event once more.",
    "POST /fraud/devices": "Makes a device known, and says what to think of it: action, reasons, visitor_id, …",
    "POST /fraud/emails": "Says what to think of an address: email_address, action, risk_score, …",
    "POST /next-identity": "Queues who comes next from a provider: provider, email, name, … or error.",
    "POST /identity-providers": "A connection to the built-in identity provider: organization_id, type, display_name.",
    "POST /identity-providers/{connection_id}/rotate-keys": "That identity provider signs with a new key from now on.",
    "POST /scim/push": "Plays a directory over the SCIM endpoints: connection_id, operations.",
    "POST /impersonation-tokens": "A token to act as a member: organization_id, member_id, impersonator_email_address.",
    "GET /requests": "The latest requests, each refusal with its reason: ?limit=",
}


def pointing(project: Project, url: str) -> dict[str, Any]:
    """What to set and to write in the app, for each SDK."""
    return {"variables": variables(url, project.project_id, project.secret), "code": CODE, "remarks": REMARKS}


def served(endpoints: Iterable[Endpoint]) -> list[dict[str, str]]:
    """The operations that are served, by resource group."""
    found = [
        {"group": group, "name": name, "method": endpoint.method, "path": endpoint.path}
        for endpoint in endpoints
        for group, _, name in [endpoint.name.partition(".")]
    ]
    return sorted(found, key=lambda o: (o["group"], o["path"], o["method"]))


def control(routes: Iterable[BaseRoute]) -> list[dict[str, str]]:
    """The calls of the control API, as they are routed; those that are described first, in that order."""
    calls = [
        f"{method} {route.path.removeprefix(PREFIX)}"
        for route in routes
        if isinstance(route, Route) and route.path.startswith(PREFIX + "/")
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]
    known = list(CONTROL)
    calls.sort(key=lambda call: known.index(call) if call in CONTROL else len(known))
    return [
        {"method": method, "path": PREFIX + path, "does": CONTROL.get(call, "")}
        for call in calls
        for method, _, path in [call.partition(" ")]
    ]
