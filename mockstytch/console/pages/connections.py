"""Connections of an organization: SSO, SCIM, the people who come next, and the directory."""

from typing import Any

from starlette.responses import Response

from mockstytch import wire
from mockstytch.api import sso
from mockstytch.api.scim import IdentityProvider as ScimProvider
from mockstytch.api.sso_saml import IdentityProvider
from mockstytch.console.page import PageRequest
from mockstytch.domain.organizations import organization_settings
from mockstytch.domain.scim import scim_connections, scim_groups, scim_users
from mockstytch.domain.shared import lookup
from mockstytch.domain.sso import builtin_provider, sso_connections
from mockstytch.domain.sso.sso_connections import DirectConnection
from mockstytch.runtime import Context
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.scim import ScimConnection, ScimGroup, ScimUser

_PEOPLE = 50  # that the page lists, and groups
_OAUTH = ("google", "microsoft", "github", "slack", "hubspot")
_USER_OPERATIONS = ("create_user", "update_user", "deactivate_user", "delete_user")
_GROUP_OPERATIONS = ("create_group", "add_to_group", "remove_from_group", "delete_group")


def connections(page: PageRequest) -> Response:
    with page.transaction() as ctx:
        organization = lookup.organization(ctx, page.parameter("organization_id"))
        values: dict[str, Any] = {
            "organization": wire.organization(organization),
            "connections": _sso(ctx, organization),
            "scim": _scim(ctx, organization),
            "queued": [_next(row.provider, row.identity) for row in builtin_provider.queued(ctx, *_OAUTH)],
        }
    results = page.result.get("results") if isinstance(page.result, dict) else None
    return page.render(
        "connections.html",
        pushed=results,
        oauth_providers=_OAUTH,
        user_operations=_USER_OPERATIONS,
        group_operations=_GROUP_OPERATIONS,
        identity_providers=[provider.value for provider in IdentityProvider],
        scim_providers=[provider.value for provider in ScimProvider],
        choices=organization_settings.VALUES,
        **values,
    )


def _sso(ctx: Context, organization: Organization) -> list[dict[str, Any]]:
    """Return the SSO connections as the API does, each with its kind and its built-in provider."""
    lists = sso.get_connections(ctx, sso.Get(organization_id=organization.organization_id))
    found = []
    for kind in ("saml", "oidc", "external"):
        for fields in lists[f"{kind}_connections"]:
            connection = sso_connections.find(ctx, fields["connection_id"])
            own = f"{kind}_connection_implicit_role_assignments", f"{kind}_group_implicit_role_assignments"
            found.append(
                {
                    **fields,
                    "kind": kind,
                    "roles": [role["role_id"] for role in fields.get(own[0], [])],
                    "groups": [f"{role['group']} = {role['role_id']}" for role in fields.get(own[1], [])],
                    "provider": _provider(ctx, connection) if isinstance(connection, DirectConnection) else None,
                }
            )
    return found


def _provider(ctx: Context, connection: DirectConnection) -> dict[str, Any] | None:
    """Return what the built-in provider of a connection has; None if the connection uses another provider."""
    if not builtin_provider.is_builtin(connection):
        return None
    described = builtin_provider.describe(ctx, connection)
    ids = ("", connection.connection_id)
    return {
        **described,
        "certificate": builtin_provider.certificate(ctx, connection) if described["type"] == "saml" else "",
        "queued": [
            _next(row.provider, row.identity)
            for row in builtin_provider.queued(ctx, described["type"])
            if row.connection_id in ids
        ],
        "people": [person.email for person in builtin_provider.known_people(ctx, connection)],
    }


def _next(provider: str, identity: dict[str, Any]) -> dict[str, str]:
    """Return the next identity at a provider, or its error, as the page shows it."""
    who = identity.get("error") or " ".join(filter(None, (identity.get("name"), f"<{identity.get('email')}>")))
    return {"provider": provider, "who": who}


def _scim(ctx: Context, organization: Organization) -> dict[str, Any] | None:
    """Return the SCIM connection with its tokens, its newest users and its newest groups."""
    connection = ctx.store.find(ScimConnection, organization_id=organization.organization_id)
    if connection is None:
        return None
    users = ctx.store.rows(ScimUser, scim_users.query(ctx, connection).limit(_PEOPLE))
    groups = ctx.store.rows(ScimGroup, scim_groups.query(ctx, connection).limit(_PEOPLE))
    active = scim_users.active_member_ids(ctx, connection, users)
    return {
        **scim_connections.serialize(ctx, connection),
        "bearer_token": connection.bearer_token,
        "next_bearer_token": connection.next_bearer_token,
        "group_roles": [f"{role.group} = {role.role_id}" for role in connection.group_roles],
        "users": [
            {"user": user, "name": user.attributes.get("userName", ""), "active": user.member_id in active}
            for user in users
        ],
        "groups": [{"group": group, "count": len(scim_groups.users_of(ctx, group))} for group in groups],
    }
