"""``sessions.exchange_access_token``: exchange a first-party connected app's access token for a session."""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta

from mockstytch import errors
from mockstytch.api.session_fields import NewSessionFields
from mockstytch.domain.credentials import locks
from mockstytch.domain.oauth_server import oauth_tokens
from mockstytch.domain.oauth_server.oauth_tokens import TokenContext
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import single_use
from mockstytch.runtime import Context
from mockstytch.store.records.oauth_server import AccessToken
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import FieldError

api = Endpoints()

_MAX_AGE = timedelta(minutes=5)


class ExchangeAccessToken(NewSessionFields, own_fields_first=True):
    access_token: Annotated[str, Meta(min_length=1), FieldError(errors.idp_access_token_not_found)]


@api.post("/v1/b2b/sessions/exchange_access_token", sdk=("/b2b/sessions/exchange_access_token",))
def exchange_access_token(ctx: Context, req: ExchangeAccessToken) -> Body:
    """Start a session for the member of an access token. A token can be exchanged once, soon after it was issued.

    The member met the organization's requirements when the token was issued, so no other factor is required.
    """
    context, row = _require_exchangeable(ctx, req.access_token)
    locks.require_unlocked(ctx, context.member)
    single_use.consume(ctx, row, errors.oauth_access_token_exchange_token_invalid_grant, column="exchanged_at")
    detail = {"oauth_access_token_exchange_factor": {"client_id": context.app.client_id}}
    factor = sessions.new_factor(ctx, "oauth", "oauth_access_token_exchange", detail)
    session = sessions.start(ctx, context.member, [factor], req.session_duration_minutes, req.session_custom_claims)
    body = sessions.session_response(ctx, session, context.member, context.organization)
    return {**body, "member_id": context.member.member_id, "member_device": None}


def _require_exchangeable(ctx: Context, token: str) -> tuple[TokenContext, AccessToken]:
    """Return the access token's context and row, if it can be exchanged.

    Raises:
        idp_access_token_not_found: if the access token isn't one of this project.
        idp_access_token_expired: if the access token has expired.
        connected_app_consent_revoked: if the connected app's access was revoked.
        oauth_access_token_exchange_token_invalid_grant: if the access token was exchanged before, or revoked.
        oauth_access_token_exchange_missing_full_access: if the access token doesn't have the scope ``full_access``.
        oauth_access_token_exchange_token_too_old: if the access token was issued more than five minutes ago.
        idp_access_token_could_not_be_exchanged: if the member was named by id, not by a session, in the authorization.
    """
    decoded = oauth_tokens.decode(ctx, token)
    if decoded is None:
        raise errors.idp_access_token_not_found()
    row, _ = decoded
    context = oauth_tokens.token_context(ctx, row.authorization_id)
    if row.expires_at <= ctx.now:
        raise errors.idp_access_token_expired()
    if row.exchanged_at or row.revoked_at:
        why = "exchanged before" if row.exchanged_at else "revoked"
        raise errors.oauth_access_token_exchange_token_invalid_grant(because=why)
    if why := oauth_tokens.revocation_reason(ctx, context):
        raise errors.connected_app_consent_revoked(because=why)
    if "full_access" not in row.scopes:
        raise errors.oauth_access_token_exchange_missing_full_access()
    if row.created_at + _MAX_AGE < ctx.now:
        raise errors.oauth_access_token_exchange_token_too_old()
    if context.authorization.member_session_id is None:
        raise errors.idp_access_token_could_not_be_exchanged()
    return context, row
