"""One member: profile, roles, factors, sessions."""

from base64 import urlsafe_b64decode
from typing import Any

import msgspec
from starlette.responses import Response

from mockstytch import wire
from mockstytch.console.page import PageRequest
from mockstytch.console.pages.organizations import assignable_roles
from mockstytch.console.trail import Trail
from mockstytch.domain.credentials import recovery_codes, totp
from mockstytch.domain.login import named_factors
from mockstytch.domain.shared import lookup
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import Totp
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import Message
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import MemberSession

_MESSAGES = 10  # that the page lists
_TRAILS = 10  # sessions of which the page shows what led to them


def member(page: PageRequest) -> Response:
    with page.transaction() as ctx:
        organization = lookup.organization(ctx, page.parameter("organization_id"))
        found = _find(ctx, organization, page.parameter("member_id"))
        values: dict[str, Any] = {
            "organization": organization,
            "member": wire.member(found, organization),
            "roles": assignable_roles(ctx, organization),
            "assigned_roles": found.roles,
            "authenticator": _authenticator(ctx, found),
            "recovery_codes": [code.code for code in recovery_codes.unused_codes(ctx, found)],
            "sessions": _sessions(ctx, found, organization),
            "messages": _messages(ctx, found),
            "now": ctx.now,
        }
        trail = Trail(page)
        for row in values["sessions"][:_TRAILS]:
            row["links"] = trail.of_session(ctx, row["member_session_id"])
    return page.render("member.html", factors=sorted(named_factors.NAMES), login=_login(page), **values)


def _find(ctx: Context, organization: Organization, member_id: str) -> Member:
    """Return a member, deleted or not: a deleted one can be reactivated here."""
    found = ctx.store.find(Member, organization_id=organization.organization_id, member_id=member_id)
    return found if found and found.status == "deleted" else lookup.member(ctx, organization, member_id)


def _authenticator(ctx: Context, member: Member) -> dict[str, Any] | None:
    """Return the member's authenticator app with its code now, and when that code ends."""
    registration = ctx.store.find(Totp, member_id=member.member_id)
    if registration is None:
        return None
    code, ends_at = totp.current_code(ctx, registration)
    return {"status": registration.status, "secret": registration.secret, "code": code, "ends_at": ends_at}


def _sessions(ctx: Context, member: Member, organization: Organization) -> list[dict[str, Any]]:
    """Return the sessions that haven't ended, newest first, each with its token."""
    found = ctx.store.all(MemberSession, member_id=member.member_id, revoked_at=None)
    active = sorted((s for s in found if s.expires_at > ctx.now), key=lambda s: s.started_at, reverse=True)
    return [{"token": s.session_token, **wire.session(s, member, organization), "session": s} for s in active]


def _messages(ctx: Context, member: Member) -> list[Message]:
    """Return the newest messages to the member."""
    column = Message.table.c
    query = ctx.store.query(Message).where(column.member_id == member.member_id)
    return ctx.store.rows(Message, query.order_by(column.position.desc()).limit(_MESSAGES))


def _login(page: PageRequest) -> dict[str, Any] | None:
    """Return the session that the form "Log in as this member" started, with its decoded JWT."""
    if not isinstance(page.result, dict) or "session_jwt" not in page.result:
        return None
    encoded = page.result["session_jwt"].split(".")[1]
    claims = msgspec.json.decode(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.result["cookies"])
    script = "\n".join(f'document.cookie = "{c["name"]}={c["value"]}; path=/";' for c in page.result["cookies"])
    pretty = msgspec.json.format(msgspec.json.encode(claims), indent=2).decode()
    return {**page.result, "claims": pretty, "cookie_header": cookies, "script": script}
