"""``sso.oidc``: connections to identity providers that use OpenID Connect."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from mockstytch import errors, outbound
from mockstytch.api.sso_saml import DisplayName, IdentityProvider, IdentityProviderField
from mockstytch.clock import position
from mockstytch.domain.shared import lookup
from mockstytch.domain.sso import sso_connections
from mockstytch.runtime import Context
from mockstytch.store.records.sso import OidcConnection
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import UNSET, FieldError, Maybe, OrganizationRef

api = Endpoints(resource="stytch.sso", sdk_feature="sso.enabled")

# The fields that an active connection must have, and the error if an update removes one. For userinfo_url no such error
# is documented, so the error of its format is used.
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
# Their names in the metadata of an OpenID provider (OpenID Connect Discovery 1.0, section 3).
_METADATA = {
    "authorization_url": "authorization_endpoint",
    "token_url": "token_endpoint",
    "userinfo_url": "userinfo_endpoint",
    "jwks_url": "jwks_uri",
}


class Create(Request):
    organization_id: OrganizationRef
    display_name: DisplayName = ""
    identity_provider: IdentityProviderField = IdentityProvider.GENERIC


@api.post("/v1/b2b/sso/oidc/{organization_id}", sdk=("/b2b/sso/oidc",), permission="create")
def create_connection(ctx: Context, req: Create) -> Body:
    """Create a connection. It is pending until it has all fields that an active connection must have."""
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
    identity_provider: Maybe[IdentityProviderField] = UNSET
    custom_scopes: Maybe[str] = UNSET
    attribute_mapping: Maybe[dict[str, Any]] = UNSET


@api.put(
    "/v1/b2b/sso/oidc/{organization_id}/connections/{connection_id}",
    sdk=("/b2b/sso/oidc/{connection_id}",),
    permission="update",
)
def update_connection(ctx: Context, req: Update) -> Body:
    """Change the given fields. URLs that aren't given come from the metadata of a new issuer.

    If the metadata can't be used, the response has a warning.
    """
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
        discovered, warning = _discover(ctx, changes["issuer"])
        changes = discovered | changes
    after = msgspec.structs.replace(connection, **changes)
    missing = [error for name, error in _NEEDED.items() if not getattr(after, name)]
    if missing and connection.status == "active":
        raise missing[0]()
    changes["status"] = "pending" if missing else "active"
    connection = sso_connections.update(ctx, organization, connection, changes)
    return {"connection": sso_connections.serialize(ctx, connection), "warning": warning}


def _discover(ctx: Context, issuer: str) -> tuple[dict[str, Any], str | None]:
    """Fetch the issuer's metadata. Returns the fields that it supplies, and a warning if some are missing."""
    response = ctx.fetch(outbound.get(issuer.rstrip("/") + "/.well-known/openid-configuration"))
    metadata = response.json() if response.ok else {}
    if not metadata:
        status = "it is not a JSON object" if response.ok else f"the status was {response.status}"
        problem = response.problem or status
        return {}, f"The metadata of the issuer could not be read: {problem[:200]}"
    if metadata.get("issuer") != issuer:
        return {}, "The metadata of the issuer names another issuer, and was not used."
    urls = {field: metadata.get(name) for field, name in _METADATA.items()}
    usable = {field: url for field, url in urls.items() if isinstance(url, str) and _is_usable(field, url)}
    methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    in_body = isinstance(methods, list) and "client_secret_post" in methods and "client_secret_basic" not in methods
    missing = [_METADATA[field] for field in urls if field not in usable]
    warning = f"The metadata of the issuer has no usable {', '.join(missing)}." if missing else None
    return {**usable, "secret_in_body": in_body}, warning


def _is_usable(field: str, url: str) -> bool:
    try:
        return bool(sso_connections.require_url(url, _URLS[field]))
    except errors.StytchError:
        return False
