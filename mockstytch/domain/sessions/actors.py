"""Members as callers: a request with a member's session has that member's permissions."""

from mockstytch.domain.roles import session_roles
from mockstytch.domain.sessions import sessions
from mockstytch.runtime import Actor, Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization


def actor_from_session(ctx: Context, session_token: str, session_jwt: str) -> Actor:
    """Return the actor for a member's session. See ``sessions.find`` for the errors."""
    session = sessions.find(ctx, session_token, session_jwt)
    member = ctx.store.get(Member, member_id=session.member_id)
    organization = ctx.store.get(Organization, organization_id=session.organization_id)
    roles = tuple(session_roles(session, member, organization))
    return Actor("member", session.organization_id, session.member_id, roles)
