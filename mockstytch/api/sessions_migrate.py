"""``sessions.migrate``: a session for whoever has one at the project's former provider."""

from typing import Annotated

from msgspec import Meta

from mockstytch import errors, outside
from mockstytch.domain import emails, locks, login, lookup, sessions
from mockstytch.http.endpoint import Body, Endpoints, Request
from mockstytch.http.fields import Claims, OrganizationRef, Says, SessionMinutes
from mockstytch.mock import Context
from mockstytch.store.sessions import Factor

api = Endpoints()


class Migrate(Request):
    session_token: Annotated[str, Meta(min_length=1), Says(errors.invalid_session_token)]
    organization_id: OrganizationRef
    session_duration_minutes: SessionMinutes | None = None
    session_custom_claims: Claims = {}


@api.post("/v1/b2b/sessions/migrate")
def migrate(ctx: Context, req: Migrate) -> Body:
    """Ask the former provider's UserInfo endpoint whose token this is. A member with that address gets a full session;
    none is made."""
    organization = lookup.organization(ctx, req.organization_id)
    email_address, is_verified = _userinfo(ctx, req.session_token)
    member = lookup.member_by_email(ctx, organization, email_address)
    if member is None:
        raise errors.migrate_from_external_email_does_not_exist(because=f"{email_address} is no member")
    locks.check(ctx, member)
    factor = Factor(
        type="imported",
        delivery_method="imported_auth0",  # the only one that the SDKs know, whoever the former provider is
        proves_email=email_address if is_verified else "",
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )
    member = locks.succeeded(ctx, login.activate(ctx, organization, member, [factor]))
    member = login.admitted(ctx, organization, member)
    session = sessions.start(ctx, member, [factor], req.session_duration_minutes, req.session_custom_claims)
    return {**sessions.answer(ctx, session, member, organization), "member_id": member.member_id}


def _userinfo(ctx: Context, token: str) -> tuple[str, bool]:
    """The address that the former provider knows the token's owner by, and whether it vouches for it. Where it doesn't
    say, it does (OpenID Connect Core, 5.1: ``email_verified``)."""
    url = ctx.project.settings.zero_downtime_session_migration_url
    if not url:
        raise errors.migrate_from_external_missing_userinfo(because="zero_downtime_session_migration_url is not set")
    reply = ctx.ask(outside.get(url, Authorization=f"Bearer {token}"))
    claims = reply.json() if reply.ok else {}
    email = claims.get("email")
    if not isinstance(email, str) or not emails.is_address(email.strip().lower()):
        why = reply.problem or f"status {reply.status}, no e-mail address"
        raise errors.migrate_from_external_unexpected_response(because=f"{url}: {why}")
    return email.strip().lower(), claims.get("email_verified") not in (False, "false")
