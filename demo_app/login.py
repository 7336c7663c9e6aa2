"""Login by e-mail link, by discovery or at an organization's own page, and the redirect URL of every login."""

import re
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from . import oauth, sso
from .pages import inbox_link, redirect, render
from .session import (
    choose_organization,
    form_field,
    intermediate_session,
    known_email,
    next_step,
    stytch_client,
    typed_email,
)

_LOGIN_FORM = re.compile(r"/login/code|/org/[\w.~%-]+(/code|/password(/forgotten)?)?")


async def start(request: Request) -> Response:
    return render(request, "start.html", google=oauth.discovery_url(request), email_address=known_email(request))


async def send_discovery_link(request: Request) -> Response:
    email_address = await typed_email(request)
    await stytch_client(request).magic_links.email.discovery.send_async(
        email_address, discovery_redirect_url=request.app.state.settings.redirect_url
    )
    return link_sent(request, email_address)


async def another_method(request: Request) -> Response:
    """Show another login form. The address that was typed in this one is filled in there."""
    await typed_email(request)
    path = await form_field(request, "to")
    return redirect(path if _LOGIN_FORM.fullmatch(path) else "/")


async def find_organization(request: Request) -> Response:
    slug = request.query_params.get("slug", "").strip()
    return redirect(f"/org/{quote(slug, safe='')}" if slug else "/")


async def organization_page(request: Request) -> Response:
    slug = request.path_params["slug"]
    organization = (await stytch_client(request).organizations.get_async(slug)).organization
    return render(
        request,
        "organization.html",
        organization=organization,
        methods=allowed_methods(organization),
        google=oauth.organization_url(request, slug),
        connections=sso.links(request, organization),
        email_address=known_email(request, slug),
    )


def allowed_methods(organization: Any) -> list[str]:
    """Return the login methods of this app that the organization allows."""
    methods = ["magic_link", "email_otp", "password", "google_oauth"]
    methods += ["sso"] if organization.sso_active_connections else []
    restricted = organization.auth_methods == "RESTRICTED"
    return [name for name in methods if not restricted or name in organization.allowed_auth_methods]


async def send_login_link(request: Request) -> Response:
    email_address, redirect_url = await typed_email(request), request.app.state.settings.redirect_url
    await stytch_client(request).magic_links.email.login_or_signup_async(
        request.path_params["slug"],  # the API accepts a slug instead of an organization id
        email_address,
        login_redirect_url=redirect_url,
        signup_redirect_url=redirect_url,
    )
    return link_sent(request, email_address)


def link_sent(request: Request, email_address: str) -> Response:
    request.session["sent_to"] = email_address
    return redirect("/check-email")


async def check_email(request: Request) -> Response:
    email_address = request.session.get("sent_to")
    if not email_address:
        return redirect("/")
    return render(
        request, "check_email.html", email_address=email_address, inbox_url=inbox_link(request, email_address)
    )


async def authenticate(request: Request) -> Response:
    """Authenticate the token in a redirect. Its type decides which method of the client accepts it."""
    if request.method == "HEAD":
        return Response()  # mail scanners send HEAD requests, and a token works only once
    query, client = request.query_params, stytch_client(request)
    token_type, token, slug = query.get("stytch_token_type", ""), query.get("token", ""), query.get("slug", "")
    unfinished = intermediate_session(request, slug)
    match token_type:
        case "discovery":
            login = await client.magic_links.discovery.authenticate_async(token)
            return choose_organization(request, login, "magic_link")
        case "discovery_oauth":
            return choose_organization(request, await client.oauth.discovery.authenticate_async(token), "google_oauth")
        case "multi_tenant_magic_links":
            return next_step(request, await client.magic_links.authenticate_async(token, **unfinished), "magic_link")
        case "oauth":
            return next_step(request, await client.oauth.authenticate_async(token, **unfinished), "google_oauth")
        case "sso":
            return next_step(request, await client.sso.authenticate_async(token, **unfinished), "sso")
        case "multi_tenant_impersonation":
            return next_step(request, await client.impersonation.authenticate_async(token))
        case "multi_tenant_passwords":
            return render(request, "new_password.html", token=token, slug=slug, error="")
        case _:
            return render(request, "unknown_link.html", 400, token_type=token_type)
