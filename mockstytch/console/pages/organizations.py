"""Organizations: the list, and one organization with its members, connections and settings."""

from typing import Any

from starlette.responses import Response

from mockstytch import wire
from mockstytch.api import members as member_operations
from mockstytch.api import organizations as operations
from mockstytch.api import sso
from mockstytch.console.page import PageRequest
from mockstytch.domain.organizations import organization_settings
from mockstytch.domain.rbac import permissions
from mockstytch.domain.shared import lookup
from mockstytch.runtime import Context
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Operation, Request
from mockstytch.surfaces.validation import parse

_MIN_SEARCH = 3  # characters that the API's searches by a part of a text need

# The settings that the page can change, in its order, each with the type of its field in a form.
_SETTINGS = (
    *((name, "") for name in ("organization_name", "organization_slug", "organization_external_id")),
    ("organization_logo_url", ""),
    *((name, "list") for name in ("email_allowed_domains", "claimed_email_domains")),
    *((name, "") for name in ("email_jit_provisioning", "email_invites", "auth_methods")),
    ("allowed_auth_methods", "list"),
    *((name, "") for name in ("mfa_policy", "mfa_methods")),
    ("allowed_mfa_methods", "list"),
    *((name, "") for name in ("sso_jit_provisioning", "sso_default_connection_id")),
    ("sso_jit_provisioning_allowed_connections", "list"),
    ("oauth_tenant_jit_provisioning", ""),
    *((name, "json") for name in ("allowed_oauth_tenants", "rbac_email_implicit_role_assignments")),
    ("first_party_connected_apps_allowed_type", ""),
    ("allowed_first_party_connected_apps", "list"),
    ("third_party_connected_apps_allowed_type", ""),
    ("allowed_third_party_connected_apps", "list"),
    ("trusted_metadata", "json"),
)


def organizations(page: PageRequest) -> Response:
    text = page.search("q")
    operands = [{"filter_name": "organization_name_fuzzy", "filter_value": text}] if text else []
    with page.transaction() as ctx:
        found = _search(page, ctx, operations.search_, operations.Search, text, operands)
        counts = {o["organization_id"]: _member_count(ctx, o["organization_id"]) for o in found["organizations"]}
    return page.render("organizations.html", found=found, counts=counts, q=text, too_short=_is_too_short(text))


def organization(page: PageRequest) -> Response:
    text = page.search("q")
    with page.transaction() as ctx:
        found = lookup.organization(ctx, page.parameter("organization_id"))
        operands = [{"filter_name": "member_email_fuzzy", "filter_value": text}] if text else []
        others = {"organization_ids": [found.organization_id]}
        members = _search(page, ctx, member_operations.search_, member_operations.Search, text, operands, **others)
        values: dict[str, Any] = {
            "organization": wire.organization(found),
            "count": _member_count(ctx, found.organization_id),
            "members": members,
            "roles": assignable_roles(ctx, found),
            "connections": _connections(ctx, found),
        }
    return page.render(
        "organization.html",
        settings=_SETTINGS,
        choices={name: values for name, values in organization_settings.VALUES.items() if name not in _LISTS},
        known=organization_settings.VALUES,
        q=text,
        too_short=_is_too_short(text),
        **values,
    )


def _connections(ctx: Context, organization: Organization) -> list[dict[str, Any]]:
    """Return the SSO connections, also the pending ones, as the API does."""
    lists = sso.get_connections(ctx, sso.Get(organization_id=organization.organization_id))
    return [connection for kind in ("saml", "oidc", "external") for connection in lists[f"{kind}_connections"]]


def assignable_roles(ctx: Context, organization: Organization) -> list[str]:
    """Return the roles that a member of the organization can be assigned. Every member has ``stytch_member``."""
    return [r.role_id for r in permissions.roles(ctx, organization) if r.role_id != "stytch_member"]


_LISTS = {name for name, kind in _SETTINGS if kind == "list"}


def _search(
    page: PageRequest,
    ctx: Context,
    operation: Operation,
    request: type[Request],
    text: str,
    operands: Any,
    **others: Any,
) -> dict[str, Any]:
    """Search as the API does, one page of results. Without a text that is long enough, return the newest."""
    query = {"operator": "AND", "operands": [] if _is_too_short(text) else operands}
    fields = {"query": query, "cursor": page.query.get("cursor", ""), "limit": page.rows, **others}
    return operation(ctx, parse(request, fields))


def _is_too_short(text: str) -> bool:
    return 0 < len(text) < _MIN_SEARCH


def _member_count(ctx: Context, organization_id: str) -> int:
    count: int = operations.metrics(ctx, operations.Get(organization_id=organization_id))["member_count"]
    return count
