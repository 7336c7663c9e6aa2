"""Delete the members of an organization that is deleted. If it has many, this takes several transactions."""

from collections.abc import Sequence

from mockstytch.domain.credentials import one_time_tokens
from mockstytch.domain.shared import member_events, parts
from mockstytch.outbound import MoreToDo
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization


def delete_members(ctx: Context, organization: Organization) -> None:
    """Delete all members of an organization, with their sessions and links, and emit their events.

    Until all are deleted, the organization exists, with fewer and fewer members. The member who deletes it is
    deleted last, because each run checks the caller's session.

    Raises:
        MoreToDo: if members are left.
    """
    columns = Member.table.c
    own = ctx.store.query(Member).where(columns.organization_id == organization.organization_id)
    others = own.where(columns.member_id != ctx.actor.member_id) if ctx.actor.member_id else own
    members, has_more = parts.first(ctx, Member, others.order_by(columns.position))
    _delete_members(ctx, members)
    if has_more:
        raise MoreToDo
    if ctx.actor.member_id:
        _delete_members(ctx, ctx.store.rows(Member, own))


def _delete_members(ctx: Context, members: Sequence[Member]) -> None:
    """Delete the rows of members with what refers to them, revoke their links and codes, and emit their events."""
    if not members:
        return
    ids = [member.member_id for member in members]
    one_time_tokens.revoke_outstanding(ctx, *ids)
    for member in members:
        if member.status != "deleted":
            member_events.member_deleted(ctx, member)
    ctx.store.delete_where(Member, Member.table.c.member_id.in_(ids))
