"""For who is logged in. Each request asks Stytch whether the session still lives."""

from starlette.requests import Request
from starlette.responses import Response
from stytch.b2b.models.magic_links_email import InviteRequestOptions
from stytch.shared.method_options import Authorization

from .login import client, current, field, methods_of
from .pages import go, inbox_of, render


async def show(request: Request) -> Response:
    session = await current(request)
    for begun in ("intermediate_session_token", "step_up"):  # a login that was begun and left: this one counts
        request.session.pop(begun, None)
    found = await client(request).discovery.organizations.list_async(session_token=request.session["session_token"])
    others = [
        discovered
        for discovered in found.discovered_organizations
        if discovered.organization and discovered.organization.organization_id != session.organization.organization_id
    ]
    invited = request.session.pop("invited", "")
    return render(
        request,
        "dashboard.html",
        member=session.member,
        organization=session.organization,
        member_session=session.member_session,
        may_have_password="password" in methods_of(session.organization),
        others=others,
        invited=invited,
        inbox_url=inbox_of(request, invited),
    )


async def invite(request: Request) -> Response:
    """Invite somebody on behalf of the member: whether that is allowed, the member's roles decide."""
    session = await current(request)
    email_address = await field(request, "email_address")
    await client(request).magic_links.email.invite_async(
        session.organization.organization_id,
        email_address,
        invite_redirect_url=request.app.state.settings.redirect_url,
        invited_by_member_id=session.member.member_id,
        method_options=InviteRequestOptions(
            authorization=Authorization(session_token=request.session["session_token"])
        ),
    )
    request.session["invited"] = email_address
    return go("/dashboard")


async def logout(request: Request) -> Response:
    session_token = request.session.get("session_token")
    request.session.clear()  # out of this app in any case, whatever Stytch says
    if session_token:
        await client(request).sessions.revoke_async(session_token=session_token)
    return go("/")
