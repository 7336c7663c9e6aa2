"""The built-in identity providers, from outside: made for a connection, given another key."""

from typing import Any, Literal
from urllib.parse import urlencode

from mockstytch import errors
from mockstytch.api import sso_oidc, sso_saml
from mockstytch.domain.shared import lookup
from mockstytch.domain.sso import builtin_provider, sso_connections
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.projects import Project
from mockstytch.store.records.sso import OidcConnection, SamlConnection
from mockstytch.values import Frozen


class IdentityProviderBody(Frozen, forbid_unknown_fields=True):
    """An identity provider for an organization: by a new connection, or by one that is there."""

    organization_id: str
    type: Literal["saml", "oidc"]
    display_name: str = ""
    connection_id: str = ""


def make(mock: Mock, project: Project, wanted: IdentityProviderBody, base_url: str) -> dict[str, Any]:
    """Make, or complete, a connection to the built-in provider; it is active at once.

    Raises:
        organization_not_found, saml_connection_not_found, oidc_connection_not_found: there is none.
    """
    with mock.transaction(project, base_url) as ctx:
        return _described(ctx, connected(ctx, wanted))


def connected(ctx: Context, wanted: IdentityProviderBody) -> SamlConnection | OidcConnection:
    """The connection, once it leads to the built-in provider."""
    organization = lookup.organization(ctx, wanted.organization_id)
    connection_id = wanted.connection_id or _new(ctx, wanted)
    organization = lookup.organization(ctx, organization.organization_id)
    connection: SamlConnection | OidcConnection
    if wanted.type == "saml":
        missing = errors.saml_connection_not_found
        connection = sso_connections.get_owned(ctx, SamlConnection, organization, connection_id, missing)
    else:
        missing = errors.oidc_connection_not_found
        connection = sso_connections.get_owned(ctx, OidcConnection, organization, connection_id, missing)
    return builtin_provider.configure_builtin_provider(ctx, organization, connection)


def _new(ctx: Context, wanted: IdentityProviderBody) -> str:
    if wanted.type == "saml":
        saml = sso_saml.Create(organization_id=wanted.organization_id, display_name=wanted.display_name)
        made = sso_saml.create_connection(ctx, saml)
    else:
        oidc = sso_oidc.Create(organization_id=wanted.organization_id, display_name=wanted.display_name)
        made = sso_oidc.create_connection(ctx, oidc)
    return str(made["connection"]["connection_id"])


def _described(ctx: Context, connection: SamlConnection | OidcConnection) -> dict[str, Any]:
    issuer, saml = builtin_provider.issuer_of(connection), isinstance(connection, SamlConnection)
    start = urlencode({"connection_id": connection.connection_id, "public_token": ctx.project.public_token})
    return {
        "connection_id": connection.connection_id,
        "type": "saml" if saml else "oidc",
        "issuer": issuer,
        "sso_url": f"{issuer}/sso" if saml else f"{issuer}/authorize",
        "metadata_url": f"{issuer}/metadata" if saml else f"{issuer}/.well-known/openid-configuration",
        "start_url": f"{ctx.base_url}/v1/public/sso/start?{start}",
    }


def rotate(mock: Mock, project: Project, connection_id: str, base_url: str) -> dict[str, Any]:
    """Let the provider sign with a new key from now on.

    Raises:
        sso_connection_not_found: no connection with a built-in provider.
    """
    with mock.transaction(project, base_url) as ctx:
        connection = sso_connections.find(ctx, connection_id)
        if not isinstance(connection, SamlConnection | OidcConnection) or not builtin_provider.is_builtin(connection):
            raise errors.sso_connection_not_found(because="no connection with a built-in identity provider")
        key = builtin_provider.rotate_key(ctx, connection)
        return {
            **_described(ctx, connection),
            "kid": key.kid,
            "certificate": builtin_provider.certificate(ctx, connection),
        }
