"""Built-in identity providers: create one for a connection, rotate its keys, choose the next identity."""

from typing import Any, Literal

import msgspec

from mockstytch import errors
from mockstytch.api import sso_oidc, sso_saml
from mockstytch.clock import position
from mockstytch.control.request_parsing import body
from mockstytch.control.surface import route
from mockstytch.domain.shared import emails, lookup
from mockstytch.domain.sso import builtin_provider, sso_connections
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.credentials import NextIdentity
from mockstytch.store.records.sso import OidcConnection, SamlConnection
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen

Connection = SamlConnection | OidcConnection


class IdentityProviderBody(Frozen, forbid_unknown_fields=True):
    """An identity provider for an organization.

    Attributes:
        connection_id: an existing connection that is to use it; "" creates a connection.
    """

    organization_id: str
    type: Literal["saml", "oidc"]
    display_name: str = ""
    connection_id: str = ""


class NextIdentityBody(Frozen, forbid_unknown_fields=True):
    """The identity of the next login at an OAuth provider or identity provider, or the provider's error."""

    provider: Literal["google", "microsoft", "github", "slack", "hubspot", "saml", "oidc"]
    email: str = ""
    name: str = ""
    subject: str = ""
    email_verified: bool | None = None
    tenant_ids: list[str] = []
    groups: list[str] = []
    attributes: dict[str, Any] = {}
    connection_id: str = ""
    error: str = ""


def routes(mock: Mock) -> list[Route]:
    async def create(request: HttpRequest) -> Any:
        """Create a connection to the built-in provider, or configure an existing one. It is active at once."""
        options = body(request, IdentityProviderBody)
        with mock.transaction(request.project, request.server_url) as ctx:
            return builtin_provider.describe(ctx, connect(ctx, options))

    async def rotate(request: HttpRequest) -> Any:
        """Create a new signing key for the provider of a connection."""
        with mock.transaction(request.project, request.server_url) as ctx:
            connection = sso_connections.find(ctx, request.path_params["connection_id"])
            if not isinstance(connection, Connection) or not builtin_provider.is_builtin(connection):
                raise errors.sso_connection_not_found(
                    because="unknown connection, or it uses another identity provider"
                )
            key = builtin_provider.rotate_key(ctx, connection)
            certificate = builtin_provider.certificate(ctx, connection)
            return {**builtin_provider.describe(ctx, connection), "kid": key.kid, "certificate": certificate}

    async def next_identity(request: HttpRequest) -> Any:
        """Queue an identity. The next login at the provider uses it without showing the provider's page."""
        options = body(request, NextIdentityBody)
        if not options.error and not emails.is_address(options.email):
            raise errors.invalid_email(because="email or error is required")
        identity = msgspec.structs.asdict(options)
        provider, error = identity.pop("provider"), identity.pop("error")
        connection_id = identity.pop("connection_id")
        unused = ("tenant_ids",) if provider in ("saml", "oidc") else ("groups", "attributes", "connection_id")
        if any(getattr(options, name) for name in unused):
            raise errors.bad_request(because=f"{provider} doesn't accept {' or '.join(unused)}")
        identity = {name: value for name, value in identity.items() if name not in unused}
        with mock.transaction(request.project) as ctx:
            ctx.store.insert(
                NextIdentity(
                    next_identity_id=str(ctx.ids.uuid()),
                    provider=provider,
                    connection_id=connection_id,
                    identity={"error": error} if error else identity,
                    position=position(),
                )
            )
        return {}

    return [
        route("POST", "/next-identity", next_identity),
        route("POST", "/identity-providers", create),
        route("POST", "/identity-providers/{connection_id}/rotate-keys", rotate),
    ]


def connect(ctx: Context, options: IdentityProviderBody) -> Connection:
    """Return a connection that uses the built-in provider.

    Raises:
        organization_not_found: if the organization doesn't exist.
        saml_connection_not_found: if the organization has no such SAML connection.
        oidc_connection_not_found: if the organization has no such OIDC connection.
    """
    organization = lookup.organization(ctx, options.organization_id)
    connection_id = options.connection_id or _create(ctx, options)
    organization = lookup.organization(ctx, organization.organization_id)  # the new connection may have changed it
    connection: Connection
    if options.type == "saml":
        not_found = errors.saml_connection_not_found
        connection = sso_connections.get_owned(ctx, SamlConnection, organization, connection_id, not_found)
    else:
        not_found = errors.oidc_connection_not_found
        connection = sso_connections.get_owned(ctx, OidcConnection, organization, connection_id, not_found)
    return builtin_provider.configure_builtin_provider(ctx, organization, connection)


def _create(ctx: Context, options: IdentityProviderBody) -> str:
    if options.type == "saml":
        saml = sso_saml.Create(organization_id=options.organization_id, display_name=options.display_name)
        response = sso_saml.create_connection(ctx, saml)
    else:
        oidc = sso_oidc.Create(organization_id=options.organization_id, display_name=options.display_name)
        response = sso_oidc.create_connection(ctx, oidc)
    return str(response["connection"]["connection_id"])
