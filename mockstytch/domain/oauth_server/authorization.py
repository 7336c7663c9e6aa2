"""Authorization requests of connected apps: scopes, consent, and the authorization code."""

import re
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from msgspec.structs import replace

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
# Scopes of every project, in addition to the scopes of its RBAC policy, with the text for the consent page.
STANDARD_SCOPES = {
    "openid": "Know who you are.",  # plain-english: allow, text for the member
    "profile": "See your name.",
    "email": "See your email address.",
    "phone": "See your phone number.",
    "offline_access": "Keep access while you are away.",
    "full_access": "Do everything that you can do.",
}
_USER_CLAIMS = [
    *("name", "given_name", "family_name", "profile_picture", "locale"),
    *("email", "email_verified", "phone_number", "phone_number_verified"),
]
DEFAULT_SCOPES = ["openid", "profile", "email"]

# Errors that the app receives in the redirect (RFC 6749, 4.1.2.1).
Refusal = Literal["access_denied", "invalid_scope", "invalid_target"]


class Subject(Frozen):
    """The member giving consent, with their organization.

    Attributes:
        session: the session that identified the member; None if the member was named by id.
    """

    member: Member
    organization: Organization
    session: MemberSession | None = None

    @property
    def roles(self) -> list[str]:
        """The ids of the member's roles, or of the session's roles if there is a session."""
        if self.session is not None:
            return session_roles(self.session, self.member, self.organization)
        return [role["role_id"] for role in member_roles(self.member, self.organization)]


class AuthorizationRequest(Frozen):
    """An authorization request (RFC 6749, 4.1.1).

    Attributes:
        prompt: values separated by spaces, as OpenID Connect defines them.
        resources: the resource indicators (RFC 8707).
    """

    redirect_uri: str
    scopes: list[str]
    prompt: str = ""
    state: str = ""
    nonce: str = ""
    code_challenge: str = ""
    resources: list[str] = []


class ScopeResult(Frozen):
    """A requested scope.

    Attributes:
        description: the text for the consent page.
        is_grantable: whether this member can grant the scope to this app.
        is_known: whether the project has a scope with this name.
    """

    scope: str
    description: str
    is_grantable: bool
    is_known: bool = True


def scope_results(ctx: Context, app: ConnectedApp, subject: Subject, scopes: list[str]) -> list[ScopeResult]:
    """Return a result for each requested scope, without duplicates.

    A member can grant a scope of the RBAC policy only with all of its permissions, and ``full_access`` only to an app
    that allows it.
    """
    policy_scopes = {scope.scope: scope for scope in permissions.scopes(ctx)}
    results = []
    for name in dict.fromkeys(scopes):
        is_known = name in policy_scopes or name in STANDARD_SCOPES
        is_grantable = is_known
        if name == "full_access":
            is_grantable = app.full_access_allowed
        elif name in policy_scopes:
            required = [(p.resource_id, action) for p in policy_scopes[name].permissions for action in p.actions]
            roles = subject.roles
            is_grantable = all(permissions.granting_roles(ctx, subject.organization, roles, r, a) for r, a in required)
        description = policy_scopes[name].description if name in policy_scopes else STANDARD_SCOPES.get(name, "")
        results.append(ScopeResult(scope=name, description=description, is_grantable=is_grantable, is_known=is_known))
    return results


def needs_consent(ctx: Context, app: ConnectedApp, subject: Subject, request: AuthorizationRequest) -> bool:
    """Return whether the member must be asked for consent.

    A third-party app needs it unless the member granted these scopes before. A first-party app needs it only for
    ``offline_access``, and not even then if ``bypass_consent_for_offline_access`` is on.
    """
    if "consent" in request.prompt.split():
        return True
    if app.is_first_party and ("offline_access" not in request.scopes or app.bypass_consent_for_offline_access):
        return False
    grant = ctx.store.find(Grant, member_id=subject.member.member_id, client_id=app.client_id, uninstalled_at=None)
    return grant is None or not set(request.scopes) <= set(grant.scopes)


def require_pkce(app: ConnectedApp, request: AuthorizationRequest) -> None:
    """Require a PKCE challenge from a public app.

    Raises:
        pkce_required_for_idp_authorization_flow: if the app is public and the request has no code_challenge.
    """
    if app.is_public and not request.code_challenge:
        raise errors.pkce_required_for_idp_authorization_flow()


def authorize(
    ctx: Context, app: ConnectedApp, subject: Subject, request: AuthorizationRequest, *, consent_granted: bool
) -> Authorization | Refusal:
    """Authorize the app for the member. Scopes that the member can't grant are left out.

    Args:
        consent_granted: the member's answer. It doesn't count if no consent is needed: the consent screen of the SDK
            then sends false without asking.

    Returns:
        The authorization with its code, or the error for the app.
    """
    if invalid_resources(request.resources):
        return "invalid_target"
    results = scope_results(ctx, app, subject, request.scopes)
    scopes = [result.scope for result in results if result.is_grantable]
    if not all(result.is_known for result in results) or (results and not scopes):
        return "invalid_scope"
    request = replace(request, scopes=scopes)
    if not consent_granted and needs_consent(ctx, app, subject, request):
        return "access_denied"
    grant = connected_apps.install(ctx, app, subject.organization, subject.member, scopes)
    return ctx.store.insert(
        Authorization(
            authorization_id=str(ctx.ids.uuid()),
            grant_id=grant.grant_id,
            code=ctx.ids.token(),
            redirect_uri=request.redirect_uri,
            scopes=scopes,
            nonce=request.nonce,
            code_challenge=request.code_challenge,
            resources=request.resources,
            member_session_id=subject.session.member_session_id if subject.session else None,
            created_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=CODE_MINUTES),
        )
    )


def invalid_resources(resources: list[str], within: list[str] | None = None) -> list[str]:
    """Return the resource indicators that aren't valid (RFC 8707).

    Args:
        within: the authorized resources; a valid resource is one of them. None or empty allows any.
    """
    return [r for r in resources if "://" not in r or "#" in r or (within and r not in within)]


def redirect_url(redirect_uri: str, **parameters: str) -> str:
    """Add parameters to the app's redirect URI, except empty ones."""
    parts = urlsplit(redirect_uri)
    query = parse_qsl(parts.query, keep_blank_values=True) + [(k, v) for k, v in parameters.items() if v]
    return urlunsplit(parts._replace(query=urlencode(query)))


def verify_code_challenge(challenge: str, verifier: str) -> bool:
    """Return whether the PKCE verifier matches the challenge (RFC 7636, S256).

    Without a challenge, a verifier isn't accepted either (RFC 9700, 2.1.1).
    """
    if not challenge or not verifier:
        return not challenge and not verifier
    well_formed = re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier) is not None
    return well_formed and pkce.matches_challenge(verifier, challenge)


def issuer(ctx: Context) -> str:
    """Return the issuer of tokens and authorization responses.

    It is the project's domain, if the caller used that, and the same value as for sessions at the API's host.
    """
    return ctx.project.settings.idp_issuer or ctx.domain or f"stytch.com/{ctx.project.project_id}"


def require_authorization_endpoint(ctx: Context) -> None:
    """Require a page that asks members for consent: the app's, or this server's.

    Raises:
        authorization_endpoint_not_configured_for_project: if the project has no ``idp_authorization_url`` and doesn't
            use this server's consent page.
    """
    settings = ctx.project.settings
    if not (settings.idp_authorization_url or settings.idp_built_in_consent_page):
        raise errors.authorization_endpoint_not_configured_for_project()


def metadata(ctx: Context) -> dict[str, Any]:
    """Return the server metadata (RFC 8414, OpenID Connect Discovery).

    If the project sets ``idp_authorization_url``, that page is the authorization endpoint.
    """
    settings, at_api_host = ctx.project.settings, f"{ctx.base_url}/v1/public/{ctx.project.project_id}"
    endpoints = f"{ctx.domain}/v1/oauth2" if ctx.domain else f"{at_api_host}/oauth2"
    require_authorization_endpoint(ctx)
    policy_scopes = [scope.scope for scope in permissions.scopes(ctx)]
    document: dict[str, Any] = {
        "issuer": issuer(ctx),
        "authorization_endpoint": settings.idp_authorization_url or f"{endpoints}/authorize",
        "authorization_response_iss_parameter_supported": True,
        "token_endpoint": f"{endpoints}/token",
        "introspection_endpoint": f"{endpoints}/introspect",
        "revocation_endpoint": f"{endpoints}/revoke",
        "userinfo_endpoint": f"{endpoints}/userinfo",
        "end_session_endpoint": f"{endpoints}/logout",
        "jwks_uri": f"{ctx.domain or at_api_host}/.well-known/jwks.json",
        "scopes_supported": [*(s for s in STANDARD_SCOPES if s != "full_access"), *policy_scopes],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", *_USER_CLAIMS],
    }
    if settings.idp_client_id_metadata_documents_enabled:
        document["client_id_metadata_document_supported"] = True
    if settings.idp_dynamic_client_registration_enabled:
        document["registration_endpoint"] = f"{endpoints}/register"
    return document
