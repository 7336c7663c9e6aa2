"""Sessions without a login, and impersonation tokens, which in production Stytch's dashboard creates."""

from typing import Any

import msgspec

from mockstytch import errors, wire
from mockstytch.control.request_parsing import body, require_known
from mockstytch.control.surface import route
from mockstytch.domain.login import impersonation, named_factors
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import emails, lookup, redirects
from mockstytch.domain.sso import sso_login
from mockstytch.errors import StytchError
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen

_TOKEN_TYPE = "multi_tenant_impersonation"


class SessionBody(Frozen, forbid_unknown_fields=True):
    """The member to log in, named by id or by address, and the session's lifetime and factors."""

    organization_id: str
    member_id: str = ""
    email_address: str = ""
    session_duration_minutes: int | None = None
    factors: list[str] = msgspec.field(default_factory=lambda: ["magic_link"])


class ImpersonationBody(Frozen, forbid_unknown_fields=True):
    """The member to act as, the admin's e-mail address, and a reason."""

    organization_id: str
    member_id: str
    impersonator_email_address: str
    reason: str | None = None


def routes(mock: Mock) -> list[Route]:
    async def log_in(request: HttpRequest) -> Any:
        """Start a session as after a login with these factors. Return it, and the cookies of the browser SDK."""
        options = body(request, SessionBody)
        for name in options.factors:
            require_known("factor", name or "-", named_factors.NAMES)
        sessions.require_duration(options.session_duration_minutes)
        with mock.transaction(request.project, request.server_url) as ctx:
            organization = lookup.organization(ctx, options.organization_id)
            member = _member(ctx, organization, options)
            session, member = named_factors.start_session(
                ctx, organization, member, options.factors, options.session_duration_minutes, sso_login.without_provider
            )
            response = sessions.session_response(ctx, session, member, organization)
            expires = int(session.expires_at.timestamp())
            cookies = {sessions.COOKIE: response["session_token"], sessions.JWT_COOKIE: response["session_jwt"]}
            return {
                **{name: response[name] for name in ("session_token", "session_jwt", "member_session")},
                "cookies": [{"name": name, "value": value, "expires": expires} for name, value in cookies.items()],
            }

    async def impersonate(request: HttpRequest) -> Any:
        """Create a token, and the URL that the dashboard would open if a login redirect URL is registered."""
        options = body(request, ImpersonationBody)
        with mock.transaction(request.project) as ctx:
            organization = lookup.organization(ctx, options.organization_id)
            member = lookup.member(ctx, organization, options.member_id)
            token = impersonation.create_token(ctx, member, options.impersonator_email_address, options.reason)
            return {
                "impersonation_token": token.token,
                "expires_at": wire.time(token.expires_at),
                "redirect_url": _redirect_url(ctx, organization, token.token),
            }

    return [route("POST", "/sessions", log_in), route("POST", "/impersonation-tokens", impersonate)]


def _member(ctx: Context, organization: Organization, options: SessionBody) -> Member:
    """Return the member to log in.

    Raises:
        invalid_member_get_fields: if the member is named by no id and no address, or by both.
        invalid_email: if the address isn't valid.
        member_not_found: if no member of the organization has the address.
    """
    if bool(options.member_id) == bool(options.email_address):
        raise errors.invalid_member_get_fields()
    if options.member_id:
        return lookup.member(ctx, organization, options.member_id)
    address = options.email_address.strip().lower()
    if not emails.is_address(address):
        raise errors.invalid_email(because="email_address isn't a valid e-mail address")
    member = lookup.member_by_email(ctx, organization, address)
    if member is None:
        raise errors.member_not_found(because=f"the organization has no member {address}")
    return member


def _redirect_url(ctx: Context, organization: Organization, token: str) -> str | None:
    try:
        url = redirects.resolve(ctx, "login", "")
    except StytchError:  # no login redirect URL is registered
        return None
    return redirects.landing(url, slug=organization.organization_slug, stytch_token_type=_TOKEN_TYPE, token=token)
