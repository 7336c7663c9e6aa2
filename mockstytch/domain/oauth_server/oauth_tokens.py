"""Tokens of connected apps: exchange of codes and refresh tokens, claims, introspection, revocation.

Access and ID tokens are JWTs signed with the project's key. Refresh tokens are opaque. A confidential app keeps its
refresh token, and each use extends it. A public app gets a new refresh token with each use.
"""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any

from mockstytch import errors, wire
from mockstytch.domain.oauth_server import connected_apps
from mockstytch.domain.oauth_server.authorization import invalid_resources, issuer, verify_code_challenge
from mockstytch.domain.sessions import jwt, jwt_templates
from mockstytch.domain.shared import single_use
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import AccessToken, Authorization, ConnectedApp, Grant, RefreshToken
from mockstytch.store.records.organizations import Organization
from mockstytch.values import Frozen

REFRESH_DAYS = 90
REFRESH_GRACE_SECONDS = 10  # in which a public app can repeat a refresh, for example from parallel requests
ID_TOKEN_SECONDS = 3600
_ORGANIZATION_CLAIM = "https://stytch.com/organization"


class TokenContext(Frozen):
    """An authorization with everything that it refers to: grant, app, member and organization."""

    authorization: Authorization
    grant: Grant
    app: ConnectedApp
    member: Member
    organization: Organization


class ActiveToken(Frozen):
    """An access token that is valid now: its row, its claims, and what it was issued for."""

    context: TokenContext
    row: AccessToken
    claims: dict[str, Any]


def token_context(ctx: Context, authorization_id: str) -> TokenContext:
    """Load an authorization and everything that it refers to."""
    authorization = ctx.store.get(Authorization, authorization_id=authorization_id)
    grant = ctx.store.get(Grant, grant_id=authorization.grant_id)
    return TokenContext(
        authorization=authorization,
        grant=grant,
        app=ctx.store.get(ConnectedApp, client_id=grant.client_id),
        member=ctx.store.get(Member, member_id=grant.member_id),
        organization=ctx.store.get(Organization, organization_id=grant.organization_id),
    )


def exchange_code(
    ctx: Context, app: ConnectedApp, code: str, redirect_uri: str, verifier: str, resources: list[str]
) -> dict[str, Any]:
    """Return tokens for an authorization code (RFC 6749, 4.1.3).

    A code that is sent a second time revokes the tokens that were issued for it.

    Raises:
        invalid_request: if the token request has no redirect_uri.
        invalid_grant: if the code is unknown, used, expired or another client's, if its redirect_uri or code_verifier
            doesn't match, or if the app's access was revoked.
        invalid_target: if a resource isn't an absolute URL or isn't among the authorized resources.
    """
    authorization = ctx.store.find(Authorization, code=code)
    context = token_context(ctx, authorization.authorization_id) if authorization else None
    if authorization is None or context is None or context.app.client_id != app.client_id:
        raise errors.invalid_grant(because="another client's code" if authorization else "unknown code")
    if authorization.used_at:
        _revoke_authorization(ctx, authorization)
        raise errors.invalid_grant(because="the code was used before: its tokens are revoked").keeping_writes()
    if authorization.revoked_at or authorization.expires_at <= ctx.now:
        because = "access was revoked" if authorization.revoked_at else "the code has expired"
        raise errors.invalid_grant(because=because)
    if not redirect_uri:
        raise errors.invalid_request(because="redirect_uri is missing")
    if redirect_uri != authorization.redirect_uri:
        raise errors.invalid_grant(because=f"the code was sent to another redirect_uri, {authorization.redirect_uri}")
    if not verify_code_challenge(authorization.code_challenge, verifier):
        raise errors.invalid_grant(because="the code_verifier doesn't match the code_challenge")
    if invalid := invalid_resources(resources, within=authorization.resources):
        raise errors.invalid_target(because=" ".join(invalid))
    single_use.consume(ctx, authorization, errors.invalid_grant)
    refresh_token = _new_refresh_token(ctx, context) if "offline_access" in authorization.scopes else None
    tokens = _issue_tokens(ctx, context, authorization.scopes, refresh_token)
    return {**tokens, "refresh_token": refresh_token.token} if refresh_token else tokens


def exchange_refresh_token(ctx: Context, app: ConnectedApp, token: str, scope: str) -> dict[str, Any]:
    """Return tokens for a refresh token (RFC 6749, 6).

    The refresh token of a confidential app stays valid, and the response has no ``refresh_token``. The refresh token of
    a public app is replaced. If it is sent again after the grace period, all tokens of its authorization are revoked
    (RFC 9700, 4.14.2).

    Args:
        scope: the requested scopes, separated by spaces; "" requests all authorized scopes.

    Raises:
        invalid_grant: if the refresh token is unknown, used, expired, revoked or another client's.
        invalid_scope: if a requested scope wasn't granted.
    """
    refresh_token = ctx.store.find(RefreshToken, token=token)
    context = token_context(ctx, refresh_token.authorization_id) if refresh_token else None
    if refresh_token is None or context is None or context.app.client_id != app.client_id:
        raise errors.invalid_grant(because="another client's token" if refresh_token else "unknown token")
    if refresh_token.used_at and not _is_in_grace_period(ctx, refresh_token):
        _revoke_authorization(ctx, context.authorization)
        because = "the token was used before: all tokens of the authorization are revoked"
        raise errors.invalid_grant(because=because).keeping_writes()
    if refresh_token.revoked_at:
        raise errors.invalid_grant(because="the token was revoked")
    if reason := revocation_reason(ctx, context) or ("expired" if refresh_token.expires_at <= ctx.now else ""):
        raise errors.invalid_grant(because=reason)
    scopes = scope.split() or context.authorization.scopes
    if not set(scopes) <= set(context.authorization.scopes):
        raise errors.invalid_scope(because="more scopes than were granted")
    if not app.is_public:
        refresh_token = ctx.store.update(refresh_token, expires_at=_refresh_expiry(ctx))
        return _issue_tokens(ctx, context, scopes, refresh_token)
    successor = _successor(ctx, context, refresh_token)
    return {**_issue_tokens(ctx, context, scopes, successor), "refresh_token": successor.token}


def _is_in_grace_period(ctx: Context, refresh_token: RefreshToken) -> bool:
    """Return whether a used refresh token can be sent again: shortly after its use, if its successor is unused."""
    if refresh_token.used_at is None or refresh_token.replaced_by is None:
        return False
    age = (ctx.now - refresh_token.used_at).total_seconds()
    successor = ctx.store.get(RefreshToken, token=refresh_token.replaced_by)
    return 0 <= age < REFRESH_GRACE_SECONDS and not (successor.used_at or successor.revoked_at)


def _successor(ctx: Context, context: TokenContext, refresh_token: RefreshToken) -> RefreshToken:
    """Replace the refresh token of a public app. In the grace period, return the token that replaced it."""
    if refresh_token.replaced_by is not None:
        return ctx.store.get(RefreshToken, token=refresh_token.replaced_by)
    successor = _new_refresh_token(ctx, context)
    if ctx.store.update_if_unchanged(refresh_token, used_at=ctx.now, replaced_by=successor.token) is None:
        raise errors.invalid_grant(because="used by a parallel request")  # in another process; the client can retry
    return successor


def _refresh_expiry(ctx: Context) -> datetime:
    return ctx.now + timedelta(days=REFRESH_DAYS)


def _new_refresh_token(ctx: Context, context: TokenContext) -> RefreshToken:
    return ctx.store.insert(
        RefreshToken(
            token=ctx.ids.token(),
            authorization_id=context.authorization.authorization_id,
            created_at=ctx.now,
            expires_at=_refresh_expiry(ctx),
        )
    )


def revocation_reason(ctx: Context, context: TokenContext) -> str:
    """Return why the tokens of an authorization no longer work, or "" if they work."""
    if context.authorization.revoked_at or context.grant.uninstalled_at:
        return "access was revoked"
    if context.member.status == "deleted":
        return "the member was deleted"
    if context.app.status != "active":
        return "the app is inactive"
    is_allowed = connected_apps.is_allowed(context.organization, context.app)
    return "" if is_allowed else "the organization doesn't allow the app"


def _revoke_authorization(ctx: Context, authorization: Authorization) -> None:
    ctx.store.update(authorization, revoked_at=ctx.now)


def _issue_tokens(
    ctx: Context, context: TokenContext, scopes: list[str], refresh_token: RefreshToken | None
) -> dict[str, Any]:
    """Return the token endpoint's response: an access token, and an ID token if the scopes allow it.

    Args:
        refresh_token: the refresh token of the response or of the request. Its revocation ends the access token.
    """
    minutes = context.app.access_token_expiry_minutes
    row = ctx.store.insert(
        AccessToken(
            jti=str(ctx.ids.uuid()),
            authorization_id=context.authorization.authorization_id,
            refresh_token=refresh_token.token if refresh_token else None,
            scopes=scopes,
            created_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=minutes),
        )
    )
    access_token = jwt.sign(ctx, _access_claims(ctx, context, row))
    response = {
        "access_token": access_token,
        "token_type": "bearer",
        "expires_in": minutes * 60,
        "scope": " ".join(scopes),
    }
    if "openid" in scopes:
        response["id_token"] = jwt.sign(ctx, _id_claims(ctx, context, row, access_token))
    return response


def _access_claims(ctx: Context, context: TokenContext, row: AccessToken) -> dict[str, Any]:
    app = context.app
    custom_audience = [app.access_token_custom_audience] if app.access_token_custom_audience else []
    return {
        **_template_claims(context, app.access_token_template_content),
        **_time_claims(row.created_at, row.expires_at),
        "aud": [ctx.project.project_id, *custom_audience, *context.authorization.resources],
        "client_id": app.client_id,
        "iss": issuer(ctx),
        "jti": row.jti,
        "scope": " ".join(row.scopes),
        "sub": context.member.member_id,
        _ORGANIZATION_CLAIM: _organization_claim(context),
    }


def _id_claims(ctx: Context, context: TokenContext, row: AccessToken, access_token: str) -> dict[str, Any]:
    """Return the claims of an ID token (OpenID Connect Core, 2 and 3.1.3.6)."""
    left_half = hashlib.sha256(access_token.encode()).digest()[:16]
    optional = {"nonce": context.authorization.nonce, "sid": context.authorization.member_session_id}
    return {
        **_template_claims(context, context.app.id_token_template_content),
        **user_claims(context, row.scopes),
        **_time_claims(row.created_at, row.created_at + timedelta(seconds=ID_TOKEN_SECONDS)),
        **{name: value for name, value in optional.items() if value},
        "at_hash": base64.urlsafe_b64encode(left_half).rstrip(b"=").decode(),
        "aud": [context.app.client_id],
        "iss": issuer(ctx),
        "sub": context.member.member_id,
        _ORGANIZATION_CLAIM: _organization_claim(context),
    }


def _template_claims(context: TokenContext, template: str) -> dict[str, Any]:
    values = {
        "member": wire.member(context.member, context.organization),
        "organization": wire.organization(context.organization),
        "client": wire.connected_app_public(context.app),
    }
    return jwt_templates.render(template, values)


def _time_claims(created_at: datetime, expires_at: datetime) -> dict[str, int]:
    issued_at = int(created_at.timestamp())
    return {"exp": int(expires_at.timestamp()), "iat": issued_at, "nbf": issued_at}


def _organization_claim(context: TokenContext) -> dict[str, str]:
    organization = context.organization
    return {"organization_id": organization.organization_id, "slug": organization.organization_slug}


def user_claims(context: TokenContext, scopes: list[str]) -> dict[str, Any]:
    """Return the claims about the member that the scopes allow."""
    member = context.member
    claims: dict[str, Any] = {}
    if "profile" in scopes:
        claims |= {"name": member.name, **_profile_claims(member)}
    if "email" in scopes:
        claims |= {"email": member.email_address, "email_verified": member.email_address_verified}
    if "phone" in scopes:
        claims |= {"phone_number": member.mfa_phone_number, "phone_number_verified": member.mfa_phone_number_verified}
    return claims


def _profile_claims(member: Member) -> dict[str, str]:
    """Return the known claims of the scope ``profile``: parts of the name, picture and locale of OAuth logins."""
    given_name, _, family_name = member.name.strip().rpartition(" ")
    latest = {"profile_picture": "", "locale": ""}
    for link in member.oauth_registrations:
        latest["profile_picture"] = link.profile_picture_url or latest["profile_picture"]
        latest["locale"] = link.locale or latest["locale"]
    claims = {"given_name": given_name or family_name, "family_name": family_name if given_name else "", **latest}
    return {name: value for name, value in claims.items() if value}


def user_info(ctx: Context, token: str) -> dict[str, Any]:
    """Return the UserInfo response for an access token (OpenID Connect Core, 5.3).

    Raises:
        invalid_bearer_token: if the bearer token isn't an active access token.
        insufficient_scope: if the access token doesn't have the scope ``openid``.
    """
    active = introspect_active(ctx, token)
    if active is None:
        raise errors.invalid_bearer_token()
    if "openid" not in active.row.scopes:
        raise errors.insufficient_scope(because="openid")
    return {
        "sub": active.context.member.member_id,
        **user_claims(active.context, active.row.scopes),
        _ORGANIZATION_CLAIM: _organization_claim(active.context),
    }


def decode(ctx: Context, token: str) -> tuple[AccessToken, dict[str, Any]] | None:
    """Return the row and the claims of an access token of this project, expired and revoked ones included."""
    claims = jwt.decode(ctx, token)
    jti = claims.get("jti") if claims else None
    row = ctx.store.find(AccessToken, jti=jti) if isinstance(jti, str) else None
    return (row, claims) if row is not None and claims is not None else None


def introspect_active(ctx: Context, token: str) -> ActiveToken | None:
    """Return an access token if it is active: issued by this project, not expired, not revoked."""
    decoded = decode(ctx, token)
    if decoded is None:
        return None
    row, claims = decoded
    if row.revoked_at or row.expires_at <= ctx.now:
        return None
    context = token_context(ctx, row.authorization_id)
    return None if revocation_reason(ctx, context) else ActiveToken(context=context, row=row, claims=claims)


def introspect(ctx: Context, app: ConnectedApp, token: str) -> dict[str, Any]:
    """Return the introspection response (RFC 7662). Another client's token is reported as inactive."""
    active = introspect_active(ctx, token)
    if active is not None and active.context.app.client_id == app.client_id:
        return {**active.claims, "active": True, "token_type": "access_token"}
    refresh_token = ctx.store.find(RefreshToken, token=token)
    if refresh_token is None or refresh_token.used_at or refresh_token.revoked_at:
        return {"active": False}
    if refresh_token.expires_at <= ctx.now:
        return {"active": False}
    context = token_context(ctx, refresh_token.authorization_id)
    if context.app.client_id != app.client_id or revocation_reason(ctx, context):
        return {"active": False}
    return {
        **_time_claims(refresh_token.created_at, refresh_token.expires_at),
        "active": True,
        "aud": [ctx.project.project_id],
        "client_id": app.client_id,
        "iss": issuer(ctx),
        "scope": " ".join(context.authorization.scopes),
        "sub": context.member.member_id,
        "token_type": "refresh_token",
        _ORGANIZATION_CLAIM: _organization_claim(context),
    }


def revoke(ctx: Context, app: ConnectedApp, token: str) -> None:
    """Revoke a token (RFC 7009).

    An access token is revoked alone, a refresh token together with the access tokens that were issued with it or from
    it. An unknown token, or one of another client, is ignored.
    """
    refresh_token = ctx.store.find(RefreshToken, token=token)
    if refresh_token is not None:
        context = token_context(ctx, refresh_token.authorization_id)
        if context.app.client_id == app.client_id:
            ctx.store.update(refresh_token, revoked_at=refresh_token.revoked_at or ctx.now)
            for row in ctx.store.all(AccessToken, refresh_token=token, revoked_at=None):
                ctx.store.update(row, revoked_at=ctx.now)
        return
    decoded = decode(ctx, token)
    if decoded is None:
        return
    row, _ = decoded
    if token_context(ctx, row.authorization_id).app.client_id == app.client_id:
        ctx.store.update(row, revoked_at=ctx.now)
