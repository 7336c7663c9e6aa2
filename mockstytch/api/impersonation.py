"""``impersonation``: sessions that a support agent starts as a member."""

from mockstytch.domain.login import impersonation
from mockstytch.domain.sessions import sessions
from mockstytch.runtime import Context
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import Token

api = Endpoints(sdk_feature="user_impersonation.enabled")

_MINUTES = 60


class Authenticate(Request):
    impersonation_token: Token


@api.post("/v1/b2b/impersonation/authenticate", sdk=("/b2b/impersonation/authenticate",))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Start a session of 60 minutes that can't be extended. No second factor is required."""
    member, factor = impersonation.redeem(ctx, req.impersonation_token)
    organization = ctx.store.get(Organization, organization_id=member.organization_id)
    session = sessions.start(ctx, member, [factor], _MINUTES, {})
    return {
        **sessions.session_response(ctx, session, member, organization),
        "member_id": member.member_id,
        "organization_id": organization.organization_id,
        "member_authenticated": True,
        "intermediate_session_token": "",
        "intermediate_session_token_expires_at": None,
        "mfa_required": None,
    }
