"""``sso.oidc``: connections to identity providers that speak OpenID Connect."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from mockstytch import errors, outbound
from mockstytch.api.sso_saml import DisplayName, IdentityProvider, Idp
from mockstytch.clock import position
from mockstytch.domain.shared import lookup
from mockstytch.domain.sso import sso_connections
from mockstytch.runtime import Context
from mockstytch.store.records.sso import OidcConnection
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import UNSET, FieldError, Maybe, OrganizationRef

api = Endpoints(resource="stytch.sso")

# What a connection needs to be active, and the error of an active one that would lose it. No such error is known of the
# user-info URL: its format's serves.
_NEEDED = {
    "issuer": errors.oidc_connection_issuer_required,
    "client_id": errors.oidc_connection_client_id_required,
    "client_secret": errors.oidc_connection_client_secret_required,
    "authorization_url": errors.oidc_connection_authorization_url_required,
    "token_url": errors.oidc_connection_token_url_required,
    "userinfo_url": errors.oidc_connection_userinfo_url_invalid_format,
    "jwks_url": errors.oidc_connection_jwks_url_required,
}
_URLS = {
    "issuer": errors.oidc_connection_issuer_url_invalid_format,
    "authorization_url": errors.oidc_connection_authorization_url_invalid_format,
    "token_url": errors.oidc_connection_token_url_invalid_format,
    "userinfo_url": errors.oidc_connection_userinfo_url_invalid_format,
    "jwks_url": errors.oidc_connection_jwks_url_invalid_format,
}
# The same in the metadata of an OpenID provider (OpenID Connect Discovery 1.0, section 3).
_METADATA = {
    "authorization_url": "authorization_endpoint",
    "token_url": "token_endpoint",
    "userinfo_url": "userinfo_endpoint",
    "jwks_url": "jwks_uri",
}


class Create(Request):
    organization_id: OrganizationRef
    display_name: DisplayName = ""
    identity_provider: Idp = IdentityProvider.GENERIC


@api.post("/v1/b2b/sso/oidc/{organization_id}", sdk=("/b2b/sso/oidc",), permission="create")
def create_connection(ctx: Context, req: Create) -> Body:
    """Add a connection. It is pending until its IdP is known, and the client that this server is there."""
    organization = lookup.organization(ctx, req.organization_id)
    connection = OidcConnection(
        connection_id=ctx.ids.new("oidc_connection"),
        organization_id=organization.organization_id,
        display_name=req.display_name,
        identity_provider=req.identity_provider.value,
        position=position(),
    )
    return {"connection": sso_connections.serialize(ctx, sso_connections.create(ctx, organization, connection))}


class Update(Request):
    organization_id: OrganizationRef
    connection_id: Annotated[str, Meta(min_length=1), FieldError(errors.oidc_connection_not_found)]
    display_name: Maybe[DisplayName] = UNSET
    client_id: Maybe[str] = UNSET
    client_secret: Maybe[str] = UNSET
    issuer: Maybe[str] = UNSET
    authorization_url: Maybe[str] = UNSET
    token_url: Maybe[str] = UNSET
    userinfo_url: Maybe[str] = UNSET
    jwks_url: Maybe[str] = UNSET
    identity_provider: Maybe[Idp] = UNSET
    custom_scopes: Maybe[str] = UNSET
    attribute_mapping: Maybe[dict[str, Any]] = UNSET


@api.put(
    "/v1/b2b/sso/oidc/{organization_id}/connections/{connection_id}",
    sdk=("/b2b/sso/oidc/{connection_id}",),
    permission="update",
)
def update_connection(ctx: Context, req: Update) -> Body:
    """Change what is sent. Of a new issuer, what isn't sent comes from its metadata; without, there is a warning."""
    organization = lookup.organization(ctx, req.organization_id)
    missing_connection = errors.oidc_connection_not_found
    connection = sso_connections.get_owned(ctx, OidcConnection, organization, req.connection_id, missing_connection)
    changes = req.changes()
    for name, invalid in _URLS.items():
        sso_connections.require_url(changes.get(name, ""), invalid)
    sso_connections.require_text(changes.get("client_secret", ""), errors.client_secret_too_long)
    sso_connections.require_text(changes.get("client_id", "") + changes.get("custom_scopes", ""), errors.bad_request)
    sso_connections.require_mapping(changes.get("attribute_mapping", {}))
    warning = None
    if changes.get("issuer") and changes["issuer"] != connection.issuer:
        discovered, warning = _discovered(ctx, changes["issuer"])
        changes = discovered | changes
    after = msgspec.structs.replace(connection, **changes)
    missing = [error for name, error in _NEEDED.items() if not getattr(after, name)]
    if missing and connection.status == "active":
        raise missing[0]()
    changes["status"] = "pending" if missing else "active"
    connection = sso_connections.update(ctx, organization, connection, changes)
    return {"connection": sso_connections.serialize(ctx, connection), "warning": warning}


def _discovered(ctx: Context, issuer: str) -> tuple[dict[str, Any], str | None]:
    """What the issuer's metadata says of itself, or a warning: why nothing is known of it."""
    reply = ctx.fetch(outbound.get(issuer.rstrip("/") + "/.well-known/openid-configuration"))
    found = reply.json() if reply.ok else {}
    if not found:
        why = reply.problem or (f"it answered {reply.status}" if not reply.ok else "it is not a JSON object")
        return {}, f"The metadata of the issuer could not be read: {why[:200]}"
    if found.get("issuer") != issuer:
        return {}, "The metadata of the issuer names another issuer, and was not used."
    urls = {ours: found.get(theirs) for ours, theirs in _METADATA.items()}
    usable = {name: url for name, url in urls.items() if isinstance(url, str) and _is_usable(name, url)}
    methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    in_body = isinstance(methods, list) and "client_secret_post" in methods and "client_secret_basic" not in methods
    lacking = [_METADATA[name] for name in urls if name not in usable]
    warning = f"The metadata of the issuer has no usable {', '.join(lacking)}." if lacking else None
    return {**usable, "secret_in_body": in_body}, warning


def _is_usable(name: str, url: str) -> bool:
    try:
        return bool(sso_connections.require_url(url, _URLS[name]))
    except errors.StytchError:
        return False
