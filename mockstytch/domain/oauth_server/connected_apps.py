"""Connected apps: found, checked, installed and uninstalled."""

import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

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

TEMPLATE_ROOTS = ("member", "organization", "client")
_LOOPBACK = ("127.0.0.1", "::1")
_LONGEST_URL = 2048
_NO_APP_SCHEMES = ("javascript", "data", "vbscript", "file", "about", "blob")


def get_app(ctx: Context, client_id: str) -> ConnectedApp:
    """
    Raises:
        connected_app_not_found: there is none with this id.
    """
    found = ctx.store.find(ConnectedApp, client_id=client_id)
    if found is None:
        raise errors.connected_app_not_found(because=f"no Connected App has the id {client_id}")
    return found


def create(ctx: Context, columns: dict[str, Any]) -> tuple[ConnectedApp, str]:
    """A new app and its secret, which is "" where it is public."""
    made = ConnectedApp(client_id=ctx.ids.new("connected_app"), created_at=ctx.now, position=position(), **columns)
    validate(made)
    secret = "" if made.is_public else ctx.ids.token()
    if secret:
        made = msgspec.structs.replace(made, **client_secrets.hash_columns(ctx, secret))
    return ctx.store.insert(made), secret


def require_valid_redirect(url: str, *, public: bool) -> None:
    """A URL that codes may be sent to. Apps on a phone or a desktop, which are public, may use a scheme of their own
    (RFC 8252, 7.1); http is for this machine.

    Raises:
        connected_app_redirect_url_must_include_scheme: it has none.
        connected_app_redirect_url_must_use_http_or_https_scheme: another scheme, of a client that isn't public.
        connected_app_redirect_url_http_scheme_must_use_loopback: http to another machine.
        connected_app_invalid_redirect_url: no URL, or one with a fragment.
    """
    parts = _split(url)
    if not parts.scheme:
        raise errors.connected_app_redirect_url_must_include_scheme(because=url)
    if parts.scheme not in ("http", "https"):
        if not public or parts.scheme in _NO_APP_SCHEMES:
            raise errors.connected_app_redirect_url_must_use_http_or_https_scheme(because=url)
    elif not parts.hostname:
        raise errors.connected_app_invalid_redirect_url(because=f"{url!r} has no host")
    elif parts.scheme == "http" and not _is_this_machine(parts.hostname):
        raise errors.connected_app_redirect_url_http_scheme_must_use_loopback(because=url)
    if "#" in url:
        raise errors.connected_app_invalid_redirect_url(because=f"{url!r} has a fragment")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise errors.connected_app_invalid_redirect_url(because=f"{url!r} is not a URL") from None
    if len(url) > _LONGEST_URL or any(ord(c) <= 0x20 or ord(c) >= 0x7F for c in url):
        raise errors.connected_app_invalid_redirect_url(because=f"{url!r} is not a URL")
    return parts


def _is_this_machine(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or host in _LOOPBACK


def require_registered_redirect(app: ConnectedApp, redirect_uri: str) -> None:
    """Only what is registered will do, character for character (RFC 9700, 2.1), but for the port of a public client's
    loopback address (RFC 8252, 7.3).

    Raises:
        connected_app_supplied_redirect_url_not_found_in_client: it is none of them.
    """
    if redirect_uri in app.redirect_urls:
        return
    if app.is_public and _without_port(redirect_uri) in [_without_port(url) for url in app.redirect_urls]:
        return
    raise errors.connected_app_supplied_redirect_url_not_found_in_client(because=redirect_uri)


def _without_port(url: str) -> object:
    """A loopback address without its port; anything else is equal to nothing else."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return object()
    loopback = parts.scheme == "http" and parts.hostname in _LOOPBACK
    return (parts.hostname, parts.path, parts.query, parts.fragment) if loopback else object()


def validate(app: ConnectedApp) -> None:
    """What must be true of every app, new or changed.

    Raises:
        third_party_clients_cannot_use_full_access: ``full_access_allowed``, of a third party's.
        third_party_clients_require_consent_for_offline_access: ``bypass_consent_for_offline_access``, of such.
        idp_invalid_access_token_custom_audience: an audience with spaces or odd characters in it.
        idp_invalid_access_token_jwt_template: a template that is no JSON object, or has an unknown variable.
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
        try:
            jwt_templates.validate(template, TEMPLATE_ROOTS)
        except StytchError as e:
            raise errors.idp_invalid_access_token_jwt_template(because=e.because or e.kind.error_type) from None


# Installed apps


def is_allowed(organization: Organization, app: ConnectedApp) -> bool:
    party = "first_party" if app.is_first_party else "third_party"
    policy = getattr(organization, f"{party}_connected_apps_allowed_type")
    named = getattr(organization, f"allowed_{party}_connected_apps")
    return policy == "ALL_ALLOWED" or (policy == "RESTRICTED" and app.client_id in named)


def require_allowed(organization: Organization, app: ConnectedApp) -> None:
    """
    Raises:
        connected_app_not_allowed_for_org: the organization's policy leaves the app out.
    """
    if not is_allowed(organization, app):
        raise errors.connected_app_not_allowed_for_org()


def install(ctx: Context, app: ConnectedApp, organization: Organization, member: Member, scopes: list[str]) -> Grant:
    """The app is the member's from now on, with these scopes."""
    found = ctx.store.find(Grant, member_id=member.member_id, client_id=app.client_id)
    if found is not None:
        return ctx.store.update(found, scopes=scopes, updated_at=ctx.now, uninstalled_at=None)
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
    """The app is the member's no more. Its tokens stop working; what is asked about them later is that they were
    revoked, so the authorizations stay."""
    for authorization in ctx.store.all(Authorization, grant_id=grant.grant_id, revoked_at=None):
        ctx.store.update(authorization, revoked_at=ctx.now)
    ctx.store.update(grant, scopes=[], uninstalled_at=ctx.now)


def uninstall_all(ctx: Context, member: Member) -> None:
    for _, grant in installed_by(ctx, member):
        uninstall(ctx, grant)


def enforce_policy(ctx: Context, organization: Organization) -> None:
    """Uninstall what the organization doesn't allow any more."""
    for grant in ctx.store.all(Grant, organization_id=organization.organization_id, uninstalled_at=None):
        if not is_allowed(organization, get_app(ctx, grant.client_id)):
            uninstall(ctx, grant)


def installed_in(ctx: Context, organization: Organization) -> list[tuple[ConnectedApp, list[Grant]]]:
    """The apps that members have installed, in the order of their creation, each with its grants."""
    grants = ctx.store.all(Grant, organization_id=organization.organization_id, uninstalled_at=None)
    by_app: dict[str, list[Grant]] = {}
    for grant in grants:
        by_app.setdefault(grant.client_id, []).append(grant)
    found = [(get_app(ctx, client_id), of_app) for client_id, of_app in by_app.items()]
    return sorted(found, key=lambda pair: pair[0].position)


def installed_by(ctx: Context, member: Member) -> list[tuple[ConnectedApp, Grant]]:
    grants = ctx.store.all(Grant, member_id=member.member_id, uninstalled_at=None)
    return sorted(((get_app(ctx, g.client_id), g) for g in grants), key=lambda pair: pair[0].position)
