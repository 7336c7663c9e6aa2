"""The tokens of connected apps: issued for a code, refreshed, revoked, and what is in them.

Access and ID tokens are JWTs that the project signs; refresh tokens are opaque, used once, and followed by another.
"""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any

from mockstytch import errors, wire
from mockstytch.domain.oauth_server import authorization, connected_apps
from mockstytch.domain.sessions import jwt, jwt_templates
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import AccessToken, Authorization, ConnectedApp, Grant, RefreshToken
from mockstytch.store.records.organizations import Organization
from mockstytch.values import Frozen

REFRESH_DAYS = 365
_ORGANIZATION = "https://stytch.com/organization"


class TokenContext(Frozen):
    """Whom a token is about, and who has it."""

    authorization: Authorization
    grant: Grant
    app: ConnectedApp
    member: Member
    organization: Organization


def token_context(ctx: Context, authorization_id: str) -> TokenContext:
    found = ctx.store.get(Authorization, authorization_id=authorization_id)
    grant = ctx.store.get(Grant, grant_id=found.grant_id)
    return TokenContext(
        authorization=found,
        grant=grant,
        app=ctx.store.get(ConnectedApp, client_id=grant.client_id),
        member=ctx.store.get(Member, member_id=grant.member_id),
        organization=ctx.store.get(Organization, organization_id=grant.organization_id),
    )


def exchange_code(
    ctx: Context, app: ConnectedApp, code: str, redirect_uri: str, verifier: str, resources: list[str]
) -> dict[str, Any]:
    """Tokens for an authorization code (RFC 6749, 4.1.3). A code that comes a second time revokes what came of it.

    Raises:
        invalid_request: there is no redirect_uri.
        invalid_grant: the code is unknown, used, expired or another client's; the redirect_uri or the code_verifier
            don't belong to it; or the app's access was revoked.
        invalid_target: a resource that is no absolute URL, or that the authorization was not for.
    """
    found = ctx.store.find(Authorization, code=code)
    about = token_context(ctx, found.authorization_id) if found else None
    if found is None or about is None or about.app.client_id != app.client_id:
        raise errors.invalid_grant(because="another client's code" if found else "unknown code")
    if found.used_at:
        _revoke(ctx, found)
        raise errors.invalid_grant(because="the code was used before: its tokens are revoked").keeping_writes()
    if found.revoked_at or found.expires_at <= ctx.now:
        raise errors.invalid_grant(because="the code has expired" if not found.revoked_at else "access was revoked")
    if not redirect_uri:
        raise errors.invalid_request(because="redirect_uri is missing")
    if redirect_uri != found.redirect_uri:
        raise errors.invalid_grant(because=f"the code was sent to another redirect_uri, {found.redirect_uri}")
    if not authorization.verify_code_challenge(found.code_challenge, verifier):
        raise errors.invalid_grant(because="the code_verifier does not fit the code_challenge")
    if strange := authorization.invalid_resources(resources, within=found.resources):
        raise errors.invalid_target(because=" ".join(strange))
    used = ctx.store.update_if_unchanged(found, used_at=ctx.now)
    if used is None:
        raise errors.invalid_grant(because="the code was used a moment ago")
    return _issued(ctx, about, used.scopes)


def exchange_refresh_token(ctx: Context, app: ConnectedApp, token: str, scope: str) -> dict[str, Any]:
    """Tokens for a refresh token (RFC 6749, 6), which is used up. One that comes a second time was stolen: everything
    of its authorization is revoked (RFC 9700, 4.14.2).

    Raises:
        invalid_grant: the token is unknown, used, expired, revoked or another client's.
        invalid_scope: a scope that was not granted.
    """
    found = ctx.store.find(RefreshToken, token=token)
    about = token_context(ctx, found.authorization_id) if found else None
    if found is None or about is None or about.app.client_id != app.client_id:
        raise errors.invalid_grant(because="another client's token" if found else "unknown token")
    if found.used_at:
        _revoke(ctx, about.authorization)
        raise errors.invalid_grant(because="the token was used before: all of its family are revoked").keeping_writes()
    if why := revocation_reason(ctx, about) or ("expired" if found.expires_at <= ctx.now else ""):
        raise errors.invalid_grant(because=why)
    scopes = scope.split() or about.authorization.scopes
    if not set(scopes) <= set(about.authorization.scopes):
        raise errors.invalid_scope(because="more than was granted")
    if ctx.store.update_if_unchanged(found, used_at=ctx.now) is None:
        raise errors.invalid_grant(because="the token was used a moment ago")
    return _issued(ctx, about, scopes)


def revocation_reason(ctx: Context, about: TokenContext) -> str:
    """Why the tokens of an authorization work no more; "" while they do."""
    if about.authorization.revoked_at or about.grant.uninstalled_at:
        return "access was revoked"
    if about.member.status == "deleted":
        return "the member was deleted"
    if about.app.status != "active":
        return "the app is inactive"
    return "" if connected_apps.is_allowed(about.organization, about.app) else "the organization forbids the app"


def _revoke(ctx: Context, found: Authorization) -> None:
    ctx.store.update(found, revoked_at=ctx.now)


def _issued(ctx: Context, about: TokenContext, scopes: list[str]) -> dict[str, Any]:
    minutes = about.app.access_token_expiry_minutes
    row = ctx.store.insert(
        AccessToken(
            jti=str(ctx.ids.uuid()),
            authorization_id=about.authorization.authorization_id,
            scopes=scopes,
            created_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=minutes),
        )
    )
    access_token = jwt.sign(ctx, _access_claims(ctx, about, row))
    answer = {
        "access_token": access_token,
        "token_type": "bearer",
        "expires_in": minutes * 60,
        "scope": " ".join(scopes),
    }
    if "openid" in scopes:
        answer["id_token"] = jwt.sign(ctx, _id_claims(ctx, about, row, access_token))
    if "offline_access" in about.authorization.scopes:
        answer["refresh_token"] = ctx.store.insert(
            RefreshToken(
                token=ctx.ids.token(),
                authorization_id=about.authorization.authorization_id,
                created_at=ctx.now,
                expires_at=ctx.now + timedelta(days=REFRESH_DAYS),
            )
        ).token
    return answer


def _access_claims(ctx: Context, about: TokenContext, row: AccessToken) -> dict[str, Any]:
    own = _from_template(about, about.app.access_token_template_content)
    custom = [about.app.access_token_custom_audience] if about.app.access_token_custom_audience else []
    return {
        **own,
        **_times(row.created_at, row.expires_at),
        "aud": [ctx.project.project_id, *custom, *about.authorization.resources],
        "client_id": about.app.client_id,
        "iss": f"stytch.com/{ctx.project.project_id}",
        "jti": row.jti,
        "scope": " ".join(row.scopes),
        "sub": about.member.member_id,
        _ORGANIZATION: _organization(about),
    }


def _id_claims(ctx: Context, about: TokenContext, row: AccessToken, access_token: str) -> dict[str, Any]:
    """OpenID Connect Core, 2 and 3.1.3.6."""
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    said = {"nonce": about.authorization.nonce, "sid": about.authorization.member_session_id}
    return {
        **_from_template(about, about.app.id_token_template_content),
        **user_claims(about, row.scopes),
        **_times(row.created_at, row.expires_at),
        **{name: value for name, value in said.items() if value},
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        "aud": about.app.client_id,
        "iss": authorization.issuer(ctx),
        "sub": about.member.member_id,
        _ORGANIZATION: _organization(about),
    }


def _from_template(about: TokenContext, template: str) -> dict[str, Any]:
    values = {
        "member": wire.member(about.member, about.organization),
        "organization": wire.organization(about.organization),
        "client": wire.connected_app_public(about.app),
    }
    return jwt_templates.render(template, values)


def _times(created: datetime, expires: datetime) -> dict[str, int]:
    issued = int(created.timestamp())
    return {"exp": int(expires.timestamp()), "iat": issued, "nbf": issued}


def _organization(about: TokenContext) -> dict[str, str]:
    return {"organization_id": about.organization.organization_id, "slug": about.organization.organization_slug}


def user_claims(about: TokenContext, scopes: list[str]) -> dict[str, Any]:
    """What the scopes let an app know of the member."""
    found: dict[str, Any] = {}
    if "profile" in scopes:
        found["name"] = about.member.name
    if "email" in scopes:
        found |= {"email": about.member.email_address, "email_verified": about.member.email_address_verified}
    if "phone" in scopes:
        number = about.member.mfa_phone_number
        found |= {"phone_number": number, "phone_number_verified": about.member.mfa_phone_number_verified}
    return found


def user_info(ctx: Context, token: str) -> dict[str, Any]:
    """OpenID Connect Core, 5.3.

    Raises:
        invalid_bearer_token: it isn't a living access token.
        insufficient_scope: it was not granted ``openid``.
    """
    known = introspect_active(ctx, token)
    if known is None:
        raise errors.invalid_bearer_token()
    about, row, _ = known
    if "openid" not in row.scopes:
        raise errors.insufficient_scope(because="openid")
    return {"sub": about.member.member_id, **user_claims(about, row.scopes), _ORGANIZATION: _organization(about)}


def decode(ctx: Context, token: str) -> tuple[AccessToken, dict[str, Any]] | None:
    """The row and the claims of an access token that was issued here, however old it is."""
    claims = jwt.decode(ctx, token)
    jti = claims.get("jti") if claims else None
    row = ctx.store.find(AccessToken, jti=jti) if isinstance(jti, str) else None
    return (row, claims) if row is not None and claims is not None else None


def introspect_active(ctx: Context, token: str) -> tuple[TokenContext, AccessToken, dict[str, Any]] | None:
    """What is known of an access token that still works; None of any other."""
    known = decode(ctx, token)
    if known is None or known[0].revoked_at or known[0].expires_at <= ctx.now:
        return None
    about = token_context(ctx, known[0].authorization_id)
    return None if revocation_reason(ctx, about) else (about, *known)


def introspect(ctx: Context, app: ConnectedApp, token: str) -> dict[str, Any]:
    """What an app is told of a token (RFC 7662): of another's, only that it isn't active."""
    known = introspect_active(ctx, token)
    if known is not None and known[0].app.client_id == app.client_id:
        return {**known[2], "active": True, "token_type": "access_token"}
    found = ctx.store.find(RefreshToken, token=token)
    about = token_context(ctx, found.authorization_id) if found else None
    alive = found and about and not found.used_at and found.expires_at > ctx.now and not revocation_reason(ctx, about)
    if not (found and about and alive) or about.app.client_id != app.client_id:
        return {"active": False}
    return {
        **_times(found.created_at, found.expires_at),
        "active": True,
        "aud": [ctx.project.project_id],
        "client_id": app.client_id,
        "iss": f"stytch.com/{ctx.project.project_id}",
        "scope": " ".join(about.authorization.scopes),
        "sub": about.member.member_id,
        "token_type": "refresh_token",
        _ORGANIZATION: _organization(about),
    }


def revoke(ctx: Context, app: ConnectedApp, token: str) -> None:
    """RFC 7009: an access token alone; a refresh token with everything of its authorization. Another app's, or none
    at all, is no error."""
    refresh = ctx.store.find(RefreshToken, token=token)
    if refresh is not None:
        about = token_context(ctx, refresh.authorization_id)
        if about.app.client_id == app.client_id:
            _revoke(ctx, about.authorization)
        return
    known = decode(ctx, token)
    if known and token_context(ctx, known[0].authorization_id).app.client_id == app.client_id:
        ctx.store.update(known[0], revoked_at=ctx.now)
