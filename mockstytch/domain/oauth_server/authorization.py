"""Whether a connected app may act for a member, and as what: scopes, consent, the code that comes of it."""

import re
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from mockstytch import errors
from mockstytch.domain.oauth_server import connected_apps
from mockstytch.domain.rbac import permissions
from mockstytch.domain.roles import member_roles, session_roles
from mockstytch.protocols import pkce
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import Authorization, ConnectedApp, Grant
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import MemberSession
from mockstytch.values import Frozen

CODE_MINUTES = 10
# Scopes that every project has, beside those of its RBAC policy.
STANDARD_SCOPES = {
    "openid": "Know who you are.",
    "profile": "See your name.",
    "email": "See your email address.",
    "phone": "See your phone number.",
    "offline_access": "Keep access while you are away.",
    "full_access": "Do everything that you can do.",
}
DEFAULT_SCOPES = ["openid", "profile", "email"]

Refusal = Literal["access_denied", "invalid_scope", "invalid_target"]


class Subject(Frozen):
    """The member who is asked, and the session by which it is known, if it is."""

    member: Member
    organization: Organization
    session: MemberSession | None = None

    @property
    def roles(self) -> list[str]:
        if self.session is not None:
            return session_roles(self.session, self.member, self.organization)
        return [role["role_id"] for role in member_roles(self.member, self.organization)]


class AuthorizationRequest(Frozen):
    """An authorization request (RFC 6749, 4.1.1)."""

    redirect_uri: str
    scopes: list[str]
    prompt: str = ""
    state: str = ""
    nonce: str = ""
    code_challenge: str = ""
    resources: list[str] = []


class ScopeResult(Frozen):
    """A scope that is asked for: whether there is one of that name, and whether this member can grant it."""

    scope: str
    description: str
    is_grantable: bool
    is_known: bool = True


def scope_results(ctx: Context, app: ConnectedApp, subject: Subject, scopes: list[str]) -> list[ScopeResult]:
    """Each scope once. Members can grant what they may do themselves, and ``full_access`` where the app may have it."""
    own = {scope.scope: scope for scope in permissions.scopes(ctx)}
    results = []
    for name in dict.fromkeys(scopes):
        known = name in own or name in STANDARD_SCOPES
        grantable = known
        if name == "full_access":
            grantable = app.full_access_allowed
        elif name in own:
            wanted = [(p.resource_id, action) for p in own[name].permissions for action in p.actions]
            held = subject.roles
            grantable = all(permissions.granting_roles(ctx, subject.organization, held, r, a) for r, a in wanted)
        description = own[name].description if name in own else STANDARD_SCOPES.get(name, "")
        results.append(ScopeResult(scope=name, description=description, is_grantable=grantable, is_known=known))
    return results


def needs_consent(ctx: Context, app: ConnectedApp, subject: Subject, asked: AuthorizationRequest) -> bool:
    """Whether the member has to be asked. Somebody else's app: unless these scopes were granted before. The project's
    own: only for ``offline_access``, and not even then where it is told so."""
    if "consent" in asked.prompt.split():
        return True
    if app.is_first_party and ("offline_access" not in asked.scopes or app.bypass_consent_for_offline_access):
        return False
    grant = ctx.store.find(Grant, member_id=subject.member.member_id, client_id=app.client_id, uninstalled_at=None)
    return grant is None or not set(asked.scopes) <= set(grant.scopes)


def require_pkce(app: ConnectedApp, asked: AuthorizationRequest) -> None:
    """
    Raises:
        pkce_required_for_idp_authorization_flow: a public app, without a code_challenge.
    """
    if app.is_public and not asked.code_challenge:
        raise errors.pkce_required_for_idp_authorization_flow()


def authorize(
    ctx: Context, app: ConnectedApp, subject: Subject, asked: AuthorizationRequest, *, consent_granted: bool
) -> Authorization | Refusal:
    """The authorization with its code, or the error by which the app is told that there is none."""
    if invalid_resources(asked.resources):
        return "invalid_target"
    results = scope_results(ctx, app, subject, asked.scopes)
    if not all(result.is_grantable for result in results):
        return "invalid_scope"
    if not consent_granted:
        return "access_denied"
    scopes = [result.scope for result in results]
    grant = connected_apps.install(ctx, app, subject.organization, subject.member, scopes)
    return ctx.store.insert(
        Authorization(
            authorization_id=str(ctx.ids.uuid()),
            grant_id=grant.grant_id,
            code=ctx.ids.token(),
            redirect_uri=asked.redirect_uri,
            scopes=scopes,
            nonce=asked.nonce,
            code_challenge=asked.code_challenge,
            resources=asked.resources,
            member_session_id=subject.session.member_session_id if subject.session else None,
            created_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=CODE_MINUTES),
        )
    )


def invalid_resources(resources: list[str], within: list[str] | None = None) -> list[str]:
    """Those that can't be resources (RFC 8707): they are no absolute URLs, or not among those that were authorized."""
    return [r for r in resources if "://" not in r or "#" in r or (within and r not in within)]


def redirect_url(redirect_uri: str, **answer: str) -> str:
    """Where the browser goes with the answer: the app's URL with parameters added, empty ones left out."""
    parts = urlsplit(redirect_uri)
    query = parse_qsl(parts.query, keep_blank_values=True) + [(k, v) for k, v in answer.items() if v]
    return urlunsplit(parts._replace(query=urlencode(query)))


def verify_code_challenge(challenge: str, verifier: str) -> bool:
    """RFC 7636, S256. Without a challenge there must be no verifier either (RFC 9700, 2.1.1)."""
    if not challenge or not verifier:
        return not challenge and not verifier
    well_formed = re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier) is not None
    return well_formed and pkce.matches_challenge(verifier, challenge)


def issuer(ctx: Context) -> str:
    """What this authorization server calls itself (RFC 8414)."""
    return f"{ctx.base_url}/v1/public/{ctx.project.project_id}"


def metadata(ctx: Context) -> dict[str, Any]:
    """What clients find out about this server (RFC 8414, OpenID Connect Discovery). The authorization endpoint is the
    app's own page where the project has one."""
    base, settings = issuer(ctx), ctx.project.settings
    here = {
        "authorization_endpoint": f"{base}/oauth2/authorize",
        "authorization_response_iss_parameter_supported": True,
    }
    elsewhere = {
        "authorization_endpoint": settings.idp_authorization_url,
        "authorization_response_iss_parameter_supported": False,
    }
    own_scopes = [scope.scope for scope in permissions.scopes(ctx)]
    found: dict[str, Any] = {
        "issuer": base,
        **(elsewhere if settings.idp_authorization_url else here),
        "token_endpoint": f"{base}/oauth2/token",
        "introspection_endpoint": f"{base}/oauth2/introspect",
        "revocation_endpoint": f"{base}/oauth2/revoke",
        "userinfo_endpoint": f"{base}/oauth2/userinfo",
        "end_session_endpoint": f"{base}/oauth2/logout",
        "jwks_uri": f"{base}/.well-known/jwks.json",
        "scopes_supported": [*(s for s in STANDARD_SCOPES if s != "full_access"), *own_scopes],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "name", "email", "email_verified"],
    }
    if settings.idp_dynamic_client_registration_enabled:
        found["registration_endpoint"] = f"{base}/oauth2/register"
    return found
