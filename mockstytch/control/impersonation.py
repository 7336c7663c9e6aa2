"""Impersonation tokens. In production, Stytch's dashboard creates them."""

from typing import Any

from mockstytch import wire
from mockstytch.control.request_parsing import body
from mockstytch.control.surface import route
from mockstytch.domain.login import impersonation
from mockstytch.domain.shared import lookup, redirects
from mockstytch.errors import StytchError
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen

_TOKEN_TYPE = "multi_tenant_impersonation"


class ImpersonationBody(Frozen, forbid_unknown_fields=True):
    """The member to act as, the admin's e-mail address, and a reason."""

    organization_id: str
    member_id: str
    impersonator_email_address: str
    reason: str | None = None


def routes(mock: Mock) -> list[Route]:
    async def create(request: HttpRequest) -> Any:
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

    return [route("POST", "/impersonation-tokens", create)]


def _redirect_url(ctx: Context, organization: Organization, token: str) -> str | None:
    try:
        url = redirects.resolve(ctx, "login", "")
    except StytchError:  # no login redirect URL is registered
        return None
    return redirects.landing(url, slug=organization.organization_slug, stytch_token_type=_TOKEN_TYPE, token=token)
