"""The built-in provider as an OpenID provider."""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from mockstytch import errors, keys
from mockstytch.domain.shared import single_use
from mockstytch.domain.sso import builtin_provider
from mockstytch.domain.sso.builtin_provider import Identity
from mockstytch.runtime import Context
from mockstytch.store.records.sso import BuiltinProviderGrant, BuiltinProviderPerson, OidcConnection

_CODE_MINUTES = 5
_TOKEN_SECONDS = 3600


class TokenRequestRefused(Exception):
    """An error of the token endpoint or the userinfo endpoint (RFC 6749, section 5.2, and RFC 6750, section 3).

    Attributes:
        error: the error code, such as ``invalid_grant``.
        status: the HTTP status.
        because: the reason, for the request log.
    """

    def __init__(self, error: str, status: int = 400, because: str = "") -> None:
        super().__init__(error)
        self.error, self.status, self.because = error, status, because


def openid_configuration(connection: OidcConnection) -> dict[str, Any]:
    """Return the provider's metadata (OpenID Connect Discovery 1.0, section 3)."""
    issuer = connection.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
    }


def jwk(ctx: Context, connection: OidcConnection) -> dict[str, Any]:
    """Return the public signing key."""
    return builtin_provider.signing_key(ctx, connection).jwk


def require_valid_request(ctx: Context, connection: OidcConnection, request: Mapping[str, str]) -> None:
    """Require an authorization request of the connection.

    Args:
        request: the parameters of the authorization request.

    Raises:
        bad_request: if the client, the redirect URI or the response type isn't the connection's.
    """
    redirect_uri = request.get("redirect_uri", "")
    if request.get("client_id") != connection.client_id or request.get("response_type") != "code":
        raise errors.bad_request(because="client_id isn't the client of this provider, or response_type isn't code")
    if not builtin_provider.is_callback_url(ctx, connection, redirect_uri, request.get("state", "")):
        raise errors.bad_request(because=f"{redirect_uri[:200]} is not this connection's callback URL")


def issue_code(
    ctx: Context, connection: OidcConnection, identity: Identity, redirect_uri: str, nonce: str, scopes: list[str]
) -> str:
    """Return an authorization code for a user that has signed in."""
    person, _ = builtin_provider.save_person(ctx, connection, identity)
    grant = BuiltinProviderGrant(
        code=ctx.ids.token(),
        connection_id=connection.connection_id,
        person_key=person.person_key,
        redirect_uri=redirect_uri,
        nonce=nonce,
        scopes=scopes,
        expires_at=ctx.now + timedelta(minutes=_CODE_MINUTES),
    )
    return ctx.store.insert(grant).code


def exchange_code(
    ctx: Context, connection: OidcConnection, client: tuple[str, str], form: dict[str, str]
) -> dict[str, Any]:
    """Return the token endpoint's response to an authorization code or a refresh token.

    Args:
        client: the client's id and secret, as sent.

    Raises:
        TokenRequestRefused: if the client's secret is wrong, or the code or refresh token isn't valid.
    """
    sent, expected = (f"{a}\n{b}".encode() for a, b in (client, (connection.client_id, connection.client_secret)))
    if not hmac.compare_digest(sent, expected):
        raise TokenRequestRefused("invalid_client", 401)
    grant = _find_grant(ctx, connection, form)
    grant = ctx.store.update(
        grant,
        access_token=ctx.ids.token(),
        refresh_token=grant.refresh_token or ctx.ids.token(),
        token_expires_at=ctx.now + timedelta(seconds=_TOKEN_SECONDS),
    )
    return {
        "access_token": grant.access_token,
        "token_type": "Bearer",
        "expires_in": _TOKEN_SECONDS,
        "refresh_token": grant.refresh_token,
        "id_token": _sign_id_token(ctx, connection, grant),
        "scope": " ".join(grant.scopes),
    }


def _find_grant(ctx: Context, connection: OidcConnection, form: dict[str, str]) -> BuiltinProviderGrant:
    if form.get("grant_type") == "authorization_code":
        return _redeem_code(ctx, connection, form)
    if form.get("grant_type") != "refresh_token":
        raise TokenRequestRefused("unsupported_grant_type")
    grant = ctx.store.find(BuiltinProviderGrant, refresh_token=form.get("refresh_token") or "-")
    if grant is None or grant.connection_id != connection.connection_id:
        raise TokenRequestRefused("invalid_grant")
    return grant


def _redeem_code(ctx: Context, connection: OidcConnection, form: dict[str, str]) -> BuiltinProviderGrant:
    grant = ctx.store.find(BuiltinProviderGrant, code=form.get("code", ""), connection_id=connection.connection_id)
    if grant is None or form.get("redirect_uri") != grant.redirect_uri:
        raise TokenRequestRefused("invalid_grant")
    single_use.require_unused(ctx, grant, _invalid_grant)
    return single_use.consume(ctx, grant, _invalid_grant)


def _invalid_grant(*, because: str) -> TokenRequestRefused:
    return TokenRequestRefused("invalid_grant", because=because)


def _sign_id_token(ctx: Context, connection: OidcConnection, grant: BuiltinProviderGrant) -> str:
    key, issued_at = builtin_provider.signing_key(ctx, connection), int(ctx.now.timestamp())
    claims = {
        **_claims(ctx, grant),
        "iss": connection.issuer,
        "aud": connection.client_id,
        "iat": issued_at,
        "exp": issued_at + _TOKEN_SECONDS,
        "nonce": grant.nonce,
    }
    return keys.sign(key.kid, key.private_key, msgspec.json.encode(claims))


def userinfo(ctx: Context, connection: OidcConnection, access_token: str) -> dict[str, Any]:
    """Return the userinfo endpoint's response.

    Raises:
        TokenRequestRefused: if the access token is unknown or expired.
    """
    grant = ctx.store.find(BuiltinProviderGrant, access_token=access_token) if access_token else None
    if grant is None or grant.connection_id != connection.connection_id:
        raise TokenRequestRefused("invalid_token", 401)
    if grant.token_expires_at is None or grant.token_expires_at <= ctx.now:
        raise TokenRequestRefused("invalid_token", 401)
    return _claims(ctx, grant)


def _claims(ctx: Context, grant: BuiltinProviderGrant) -> dict[str, Any]:
    """Return the claims that the granted scopes include (OpenID Connect Core 1.0, section 5.4)."""
    person = ctx.store.get(BuiltinProviderPerson, person_key=grant.person_key)
    identity = msgspec.convert(person.identity, Identity)
    first, last = identity.first_and_last_name()
    claims: dict[str, Any] = {**identity.attributes, "sub": identity.subject}
    if "email" in grant.scopes:
        claims |= {"email": identity.email, "email_verified": identity.email_verified is not False}
    if "profile" in grant.scopes and identity.name:
        claims |= {"name": identity.name, "given_name": first, "family_name": last}
    if identity.groups:
        claims["groups"] = identity.groups
    return claims
