"""``sessions.exchange_access_token``: from a first-party app's token back to a session."""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta

from mockstytch import errors
from mockstytch.api.session_fields import NewSessionFields
from mockstytch.domain.credentials import locks
from mockstytch.domain.oauth_server import oauth_tokens
from mockstytch.domain.oauth_server.oauth_tokens import TokenContext
from mockstytch.domain.sessions import sessions
from mockstytch.runtime import Context
from mockstytch.store.records.oauth_server import AccessToken
from mockstytch.store.records.sessions import Factor
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import FieldError

api = Endpoints()

_OLDEST = timedelta(minutes=5)


class ExchangeAccessToken(NewSessionFields, own_fields_first=True):
    access_token: Annotated[str, Meta(min_length=1), FieldError(errors.idp_access_token_not_found)]


@api.post("/v1/b2b/sessions/exchange_access_token", sdk=("/b2b/sessions/exchange_access_token",))
def exchange_access_token(ctx: Context, req: ExchangeAccessToken) -> Body:
    """Start a session for the member that a token acts for: once, and only while the token is fresh. The member met all
    that the organization asks for when the token was issued, so nothing more is asked."""
    about, row = _exchangeable(ctx, req.access_token)
    locks.require_unlocked(ctx, about.member)
    if ctx.store.update_if_unchanged(row, exchanged_at=ctx.now) is None:
        raise errors.oauth_access_token_exchange_token_invalid_grant(because="exchanged a moment ago")
    factor = Factor(
        type="oauth",
        delivery_method="oauth_access_token_exchange",
        detail={"oauth_access_token_exchange_factor": {"client_id": about.app.client_id}},
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )
    session = sessions.start(ctx, about.member, [factor], req.session_duration_minutes, req.session_custom_claims)
    answer = sessions.session_response(ctx, session, about.member, about.organization)
    return {**answer, "member_id": about.member.member_id, "member_device": None}


def _exchangeable(ctx: Context, token: str) -> tuple[TokenContext, AccessToken]:
    """
    Raises:
        idp_access_token_not_found: no access token of this project.
        idp_access_token_expired: its time is over.
        connected_app_consent_revoked: the app's access was revoked.
        oauth_access_token_exchange_token_invalid_grant: it was exchanged before, or revoked by itself.
        oauth_access_token_exchange_missing_full_access: it was not granted ``full_access``.
        oauth_access_token_exchange_token_too_old: it was issued more than five minutes ago.
        idp_access_token_could_not_be_exchanged: the member was named by its id when it was authorized, not by a
            session.
    """
    known = oauth_tokens.decode(ctx, token)
    if known is None:
        raise errors.idp_access_token_not_found()
    row, _ = known
    about = oauth_tokens.token_context(ctx, row.authorization_id)
    if row.expires_at <= ctx.now:
        raise errors.idp_access_token_expired()
    if row.exchanged_at or row.revoked_at:
        raise errors.oauth_access_token_exchange_token_invalid_grant(because="used before" if row.exchanged_at else "")
    if why := oauth_tokens.revocation_reason(ctx, about):
        raise errors.connected_app_consent_revoked(because=why)
    if "full_access" not in row.scopes:
        raise errors.oauth_access_token_exchange_missing_full_access()
    if row.created_at + _OLDEST < ctx.now:
        raise errors.oauth_access_token_exchange_token_too_old()
    if about.authorization.member_session_id is None:
        raise errors.idp_access_token_could_not_be_exchanged()
    return about, row
