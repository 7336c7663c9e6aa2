"""Impersonation tokens, as the real service's dashboard makes them."""

from typing import Any

from mockstytch import wire
from mockstytch.domain.login import impersonation
from mockstytch.domain.shared import lookup, redirects
from mockstytch.errors import StytchError
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Project
from mockstytch.values import Frozen

_TOKEN_TYPE = "multi_tenant_impersonation"


class ImpersonationBody(Frozen, forbid_unknown_fields=True):
    """Who acts as whom, and why."""

    organization_id: str
    member_id: str
    impersonator_email_address: str
    reason: str | None = None


def create_token(mock: Mock, project: Project, wanted: ImpersonationBody) -> dict[str, Any]:
    """The token, until when it is good, and where the dashboard would open it: the project's login page, if it has
    one."""
    with mock.transaction(project) as ctx:
        organization = lookup.organization(ctx, wanted.organization_id)
        member = lookup.member(ctx, organization, wanted.member_id)
        made = impersonation.create_token(ctx, member, wanted.impersonator_email_address, wanted.reason)
        return {
            "impersonation_token": made.token,
            "expires_at": wire.time(made.expires_at),
            "redirect_url": _redirect_url(ctx, organization, made.token),
        }


def _redirect_url(ctx: Context, organization: Organization, token: str) -> str | None:
    try:
        url = redirects.resolve(ctx, "login", "")
    except StytchError:  # none is registered
        return None
    return redirects.landing(url, slug=organization.organization_slug, stytch_token_type=_TOKEN_TYPE, token=token)
