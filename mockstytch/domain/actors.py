"""Members as callers: whoever sends a member's session along may do what that member may."""

from mockstytch import wire
from mockstytch.domain import sessions
from mockstytch.mock import Actor, Context
from mockstytch.store.members import Member
from mockstytch.store.organizations import Organization


def of_session(ctx: Context, session_token: str, session_jwt: str) -> Actor:
    """The member whose session this is.

    Raises:
        too_many_session_arguments, session_not_found, unable_to_parse_session_jwt: as ``sessions.find``.
    """
    session = sessions.find(ctx, session_token, session_jwt)
    member = ctx.store.get(Member, member_id=session.member_id)
    organization = ctx.store.get(Organization, organization_id=session.organization_id)
    roles = tuple(wire.session_roles(session, member, organization))
    return Actor("member", session.organization_id, session.member_id, roles)
