"""``sessions.migrate``: exchange a session of the project's previous provider for a session."""

from typing import Annotated

from msgspec import Meta

from mockstytch import errors, outbound
from mockstytch.api.session_fields import NewSessionFields
from mockstytch.domain.credentials import locks
from mockstytch.domain.login import login_flow
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import emails, lookup
from mockstytch.runtime import Context
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import FieldError, OrganizationRef

api = Endpoints()


class Migrate(NewSessionFields, own_fields_first=True):
    session_token: Annotated[str, Meta(min_length=1), FieldError(errors.invalid_session_token)]
    organization_id: OrganizationRef


@api.post("/v1/b2b/sessions/migrate")
def migrate(ctx: Context, req: Migrate) -> Body:
    """Start a session for the member whose e-mail address the previous provider's UserInfo endpoint returns.

    No member is provisioned.
    """
    organization = lookup.organization(ctx, req.organization_id)
    email_address, is_verified = _userinfo(ctx, req.session_token)
    member = lookup.member_by_email(ctx, organization, email_address)
    if member is None:
        raise errors.migrate_from_external_email_does_not_exist(because=f"{email_address} isn't a member")
    locks.require_unlocked(ctx, member)
    # the only delivery method of the SDKs, also for other providers than Auth0
    factor = sessions.new_factor(ctx, "imported", "imported_auth0", proves_email=email_address if is_verified else "")
    member = locks.reset_attempts(ctx, login_flow.activate(ctx, organization, member, [factor]))
    member = login_flow.activate_pending(ctx, organization, member)
    session = sessions.start(ctx, member, [factor], req.session_duration_minutes, req.session_custom_claims)
    return {**sessions.session_response(ctx, session, member, organization), "member_id": member.member_id}


def _userinfo(ctx: Context, token: str) -> tuple[str, bool]:
    """Return the e-mail address of the token's owner, and whether the previous provider has verified it.

    An address without ``email_verified`` (OpenID Connect Core, 5.1) counts as verified.
    """
    url = ctx.project.settings.zero_downtime_session_migration_url
    if not url:
        raise errors.migrate_from_external_missing_userinfo(because="zero_downtime_session_migration_url is not set")
    reply = ctx.fetch(outbound.get(url, Authorization=f"Bearer {token}"))
    claims = reply.json() if reply.ok else {}
    email = claims.get("email")
    if not isinstance(email, str) or not emails.is_address(email.strip().lower()):
        why = reply.problem or f"status {reply.status}, no e-mail address"
        raise errors.migrate_from_external_unexpected_response(because=f"{url}: {why}")
    return email.strip().lower(), claims.get("email_verified") not in (False, "false")
