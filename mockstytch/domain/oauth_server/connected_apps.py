"""Connected apps: lookup, validation, redirect URLs, organization policy, installation."""

import re
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import msgspec

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.domain.oauth_server import client_secrets
from mockstytch.domain.sessions import jwt_templates
from mockstytch.errors import StytchError
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import Authorization, ConnectedApp, Grant
from mockstytch.store.records.organizations import Organization

# Variables of an app's token templates begin with one of these.
TEMPLATE_ROOTS = ("member", "organization", "client")
_LOOPBACK = ("127.0.0.1", "::1")
_ANY_PORT = ("localhost", *_LOOPBACK)  # desktop apps listen on a free port
_MAX_URL_LENGTH = 2048
_FORBIDDEN_SCHEMES = ("javascript", "data", "vbscript", "file", "about", "blob")


def get_app(ctx: Context, client_id: str) -> ConnectedApp:
    """Return the app with this id.

    Raises:
        connected_app_not_found: if a connected app with this id doesn't exist.
    """
    app = ctx.store.find(ConnectedApp, client_id=client_id)
    if app is None:
        raise errors.connected_app_not_found(because=f"no Connected App has the id {client_id}")
    return app


def create(ctx: Context, columns: dict[str, Any]) -> tuple[ConnectedApp, str]:
    """Create an app.

    Args:
        columns: the columns of the new row that the caller chooses.

    Returns:
        The app and its secret; the secret of a public app is "".
    """
    app = ConnectedApp(client_id=ctx.ids.new("connected_app"), created_at=ctx.now, position=position(), **columns)
    require_valid(app)
    secret = "" if app.is_public else ctx.ids.token()
    if secret:
        app = msgspec.structs.replace(app, **client_secrets.hash_columns(ctx, secret))
    return ctx.store.insert(app), secret


def require_valid_redirect(url: str, *, public: bool) -> None:
    """Check a redirect URL of an app.

    Only a public app may use its own URL scheme (RFC 8252, 7.1). Plain http is only for loopback addresses.

    Raises:
        connected_app_redirect_url_must_include_scheme: if a redirect URL has no scheme.
        connected_app_redirect_url_must_use_http_or_https_scheme: if a redirect URL uses a scheme other than http or
            https, and the app isn't public or the scheme is one that browsers run, such as ``javascript``.
        connected_app_redirect_url_http_scheme_must_use_loopback: if a redirect URL uses http and isn't a loopback
            address.
        connected_app_invalid_redirect_url: if a redirect URL has no host, has a fragment, or isn't a valid URL.
    """
    parts = _split(url)
    if not parts.scheme:
        raise errors.connected_app_redirect_url_must_include_scheme(because=url)
    if parts.scheme not in ("http", "https"):
        if not public or parts.scheme in _FORBIDDEN_SCHEMES:
            raise errors.connected_app_redirect_url_must_use_http_or_https_scheme(because=url)
    elif not parts.hostname:
        raise errors.connected_app_invalid_redirect_url(because=f"{url!r} has no host")
    elif parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise errors.connected_app_redirect_url_http_scheme_must_use_loopback(because=url)
    if "#" in url:
        raise errors.connected_app_invalid_redirect_url(because=f"{url!r} has a fragment")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise errors.connected_app_invalid_redirect_url(because=f"{url!r} isn't a valid URL") from None
    if len(url) > _MAX_URL_LENGTH or any(ord(c) <= 0x20 or ord(c) >= 0x7F for c in url):
        raise errors.connected_app_invalid_redirect_url(because=f"{url!r} isn't a valid URL")
    return parts


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or host in _LOOPBACK


def require_registered_redirect(app: ConnectedApp, redirect_uri: str) -> None:
    """Require a registered redirect URI.

    It must match exactly (RFC 9700, 2.1). In a public app's loopback addresses, the port may differ (RFC 8252, 7.3).

    Raises:
        connected_app_supplied_redirect_url_not_found_in_client: if the redirect URI isn't registered for the app.
    """
    if redirect_uri in app.redirect_urls:
        return
    without_port = without_loopback_port(redirect_uri) if app.is_public else None
    if without_port and without_port in [without_loopback_port(url) for url in app.redirect_urls]:
        return
    raise errors.connected_app_supplied_redirect_url_not_found_in_client(because=redirect_uri)


def without_loopback_port(url: str) -> str | None:
    """Return a loopback URL without its port, or None for any other URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme != "http" or parts.hostname not in _ANY_PORT or parts.username is not None:
        return None
    return urlunsplit(parts._replace(netloc=parts.hostname))


def require_valid(app: ConnectedApp) -> None:
    """Check the settings of a new or changed app.

    Raises:
        third_party_clients_cannot_use_full_access: if ``full_access_allowed`` is set for a third-party app.
        third_party_clients_require_consent_for_offline_access: if ``bypass_consent_for_offline_access`` is set for a
            third-party app.
        idp_invalid_access_token_custom_audience: if the custom audience has a character other than printable ASCII.
    """
    for url in (*app.redirect_urls, *app.post_logout_redirect_urls):
        require_valid_redirect(url, public=app.is_public)
    if app.full_access_allowed and not app.is_first_party:
        raise errors.third_party_clients_cannot_use_full_access()
    if app.bypass_consent_for_offline_access and not app.is_first_party:
        raise errors.third_party_clients_require_consent_for_offline_access()
    if not re.fullmatch(r"[\x21-\x7e]*", app.access_token_custom_audience):
        raise errors.idp_invalid_access_token_custom_audience()
    for template in (app.access_token_template_content, app.id_token_template_content):
        require_valid_template(template)


def require_valid_template(template: str) -> None:
    """Check a template of access tokens or ID tokens.

    Raises:
        idp_invalid_access_token_jwt_template: if a token template isn't a JSON object, has an unknown variable, or sets
            the claim ``aud``.
    """
    try:
        jwt_templates.validate(template, TEMPLATE_ROOTS)
    except StytchError as e:
        raise errors.idp_invalid_access_token_jwt_template(because=e.because or e.kind.error_type) from None
    if "aud" in jwt_templates.render(template, {}):
        raise errors.idp_invalid_access_token_jwt_template(because="the template sets the claim aud")


# Organization policy and installed apps


def is_allowed(organization: Organization, app: ConnectedApp) -> bool:
    """Return whether the organization's policy allows the app."""
    party = "first_party" if app.is_first_party else "third_party"
    policy = getattr(organization, f"{party}_connected_apps_allowed_type")
    allowed_ids = getattr(organization, f"allowed_{party}_connected_apps")
    return policy == "ALL_ALLOWED" or (policy == "RESTRICTED" and app.client_id in allowed_ids)


def require_allowed(organization: Organization, app: ConnectedApp) -> None:
    """Require that the organization's policy allows the app.

    Raises:
        connected_app_not_allowed_for_org: if the organization's policy doesn't allow the app.
    """
    if not is_allowed(organization, app):
        raise errors.connected_app_not_allowed_for_org()


def install(ctx: Context, app: ConnectedApp, organization: Organization, member: Member, scopes: list[str]) -> Grant:
    """Install an app for a member with these scopes. They replace scopes that were granted before."""
    grant = ctx.store.find(Grant, member_id=member.member_id, client_id=app.client_id)
    if grant is not None:
        return ctx.store.update(grant, scopes=scopes, updated_at=ctx.now, uninstalled_at=None)
    return ctx.store.insert(
        Grant(
            grant_id=str(ctx.ids.uuid()),
            client_id=app.client_id,
            organization_id=organization.organization_id,
            member_id=member.member_id,
            scopes=scopes,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
    )


def uninstall(ctx: Context, grant: Grant) -> None:
    """Uninstall an app and revoke its tokens.

    The rows of the authorizations stay, so that their tokens are known as revoked.
    """
    for authorization in ctx.store.all(Authorization, grant_id=grant.grant_id, revoked_at=None):
        ctx.store.update(authorization, revoked_at=ctx.now)
    ctx.store.update(grant, scopes=[], uninstalled_at=ctx.now)


def uninstall_all(ctx: Context, member: Member) -> None:
    """Uninstall all apps of a member."""
    for _, grant in installed_by(ctx, member):
        uninstall(ctx, grant)


def enforce_policy(ctx: Context, organization: Organization) -> None:
    """Uninstall the apps that the organization's policy no longer allows."""
    for grant in ctx.store.all(Grant, organization_id=organization.organization_id, uninstalled_at=None):
        if not is_allowed(organization, get_app(ctx, grant.client_id)):
            uninstall(ctx, grant)


def installed_in(ctx: Context, organization: Organization) -> list[tuple[ConnectedApp, list[Grant]]]:
    """Return the apps that members have installed, each with its grants, oldest app first."""
    grants = ctx.store.all(Grant, organization_id=organization.organization_id, uninstalled_at=None)
    by_app: dict[str, list[Grant]] = {}
    for grant in grants:
        by_app.setdefault(grant.client_id, []).append(grant)
    apps = [(get_app(ctx, client_id), app_grants) for client_id, app_grants in by_app.items()]
    return sorted(apps, key=lambda pair: pair[0].position)


def installed_by(ctx: Context, member: Member) -> list[tuple[ConnectedApp, Grant]]:
    """Return the apps that a member has installed, each with its grant, oldest app first."""
    grants = ctx.store.all(Grant, member_id=member.member_id, uninstalled_at=None)
    return sorted(((get_app(ctx, g.client_id), g) for g in grants), key=lambda pair: pair[0].position)
