"""``sso``: list and delete connections, log in with an SSO token, and read the tokens of OpenID providers."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from mockstytch import errors
from mockstytch.api.session_fields import LoginFields
from mockstytch.domain.login import login_flow
from mockstytch.domain.organizations import organization_settings
from mockstytch.domain.shared import lookup
from mockstytch.domain.sso import oidc, sso_connections, sso_login
from mockstytch.runtime import Context
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sso import ExternalConnection, OidcConnection, SamlConnection, SsoAccount, SsoRegistration
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import (
    CodeVerifier,
    FieldError,
    MemberRef,
    OrganizationRef,
    SmsLocale,
    SmsLocaleField,
    Token,
)

api = Endpoints(resource="stytch.sso", sdk_feature="sso.enabled")


class Get(Request):
    organization_id: OrganizationRef


@api.get("/v1/b2b/sso/{organization_id}", sdk=("/b2b/sso",), permission="get")
def get_connections(ctx: Context, req: Get) -> Body:
    """Return the organization's connections, the oldest first."""
    organization_id = lookup.organization(ctx, req.organization_id).organization_id
    by_kind: dict[str, Sequence[sso_connections.Connection]] = {
        "saml_connections": ctx.store.all(SamlConnection, organization_id=organization_id),
        "oidc_connections": ctx.store.all(OidcConnection, organization_id=organization_id),
        "external_connections": ctx.store.all(ExternalConnection, organization_id=organization_id),
    }
    return {
        name: [
            sso_connections.serialize(ctx, connection)
            for connection in sorted(connections, key=lambda connection: connection.position)
        ]
        for name, connections in by_kind.items()
    }


class Delete(Request):
    organization_id: OrganizationRef
    connection_id: Annotated[str, Meta(min_length=1), FieldError(errors.sso_connection_not_found)]


@api.delete(
    "/v1/b2b/sso/{organization_id}/connections/{connection_id}",
    sdk=("/b2b/sso/{connection_id}",),
    permission="delete",
)
def delete_connection(ctx: Context, req: Delete) -> Body:
    """Delete a connection of any kind. Its members stay.

    Raises:
        sso_connection_not_found: if the organization has no connection with this id.
    """
    organization = lookup.organization(ctx, req.organization_id)
    connection = sso_connections.find(ctx, req.connection_id)
    if connection is None or connection.organization_id != organization.organization_id:
        raise errors.sso_connection_not_found(because=f"the organization has no connection {req.connection_id[:200]}")
    sso_connections.delete(ctx, organization, connection)
    return {"connection_id": connection.connection_id}


class Authenticate(LoginFields, own_fields_first=True):
    sso_token: Token
    pkce_code_verifier: CodeVerifier = ""
    locale: SmsLocaleField = SmsLocale.EN


@api.post("/v1/b2b/sso/authenticate", sdk=("/b2b/sso/authenticate",))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Log in with the token that an SSO flow gave to the app. The member is created if the organization allows it.

    Raises:
        sso_token_not_found: if the organization or the connection of the token was deleted.
    """
    token = sso_login.redeem(ctx, req.sso_token, req.pkce_code_verifier)
    connection_id = token.connection_id or ""
    account = ctx.store.get(SsoAccount, account_key=token.account_key)
    organization = ctx.store.find(Organization, organization_id=token.organization_id)
    if organization is None or sso_connections.find(ctx, connection_id) is None:
        raise errors.sso_token_not_found(because="the organization or the connection was deleted")
    member = sso_login.match_member(ctx, organization, connection_id, account)
    organization_settings.require_method_allowed(organization, member, "sso")
    if member is None:
        member = sso_login.provision_member(ctx, organization, connection_id, account)
    member, factor = sso_login.register_account(ctx, organization, member, connection_id, account)
    body = login_flow.complete_primary_factor(ctx, organization, member, factor, req.options())
    return {**body, "reset_session": False}


class OidcProviders(Request):
    organization_id: OrganizationRef
    member_id: MemberRef
    include_refresh_token: bool = False


@api.get("/v1/b2b/organizations/{organization_id}/members/{member_id}/oidc_providers")
def oidc_providers(ctx: Context, req: OidcProviders) -> Body:
    """Return the tokens of the member's OpenID providers. Expired access tokens are refreshed.

    Raises:
        member_oidc_token_not_found: if the member has no registration at an OpenID provider.
    """
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    registrations = []
    for registration in ctx.store.all(SsoRegistration, member_id=member.member_id):
        account = ctx.store.get(SsoAccount, account_key=registration.account_key)
        connection = ctx.store.find(OidcConnection, connection_id=account.connection_id)
        if connection is None:
            continue
        account = oidc.refresh(ctx, connection, account)
        expires_at = account.access_token_expires_at
        registrations.append(
            {
                "access_token": account.access_token,
                "access_token_expires_in": int((expires_at - ctx.now).total_seconds()) if expires_at else 0,
                "connection_id": registration.connection_id,
                "id_token": account.id_token,
                "provider_subject": account.external_id,
                "refresh_token": account.refresh_token if req.include_refresh_token else None,
                "scopes": account.scopes,
            }
        )
    if not registrations:
        raise errors.member_oidc_token_not_found()
    return {"registrations": registrations}
