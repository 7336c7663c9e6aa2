"""The dashboard of a logged-in member. Each request checks the session with Stytch."""

from starlette.requests import Request
from starlette.responses import Response
from stytch.b2b.models.magic_links_email import InviteRequestOptions
from stytch.shared.method_options import Authorization

from .login import allowed_methods
from .pages import inbox_link, redirect, render
from .session import current_session, form_field, stytch_client


async def show(request: Request) -> Response:
    session = await current_session(request)
    # Drop an unfinished login to another organization.
    for unfinished in ("intermediate_session_token", "step_up", "used_methods"):
        request.session.pop(unfinished, None)
    discovery = await stytch_client(request).discovery.organizations.list_async(
        session_token=request.session["session_token"]
    )
    others = [
        discovered
        for discovered in discovery.discovered_organizations
        if discovered.organization and discovered.organization.organization_id != session.organization.organization_id
    ]
    invited = request.session.pop("invited", "")
    return render(
        request,
        "dashboard.html",
        member=session.member,
        organization=session.organization,
        member_session=session.member_session,
        password_allowed="password" in allowed_methods(session.organization),
        others=others,
        invited=invited,
        inbox_url=inbox_link(request, invited),
    )


async def invite(request: Request) -> Response:
    """Invite a member. The request carries the member's session, so their roles decide whether it is allowed."""
    session = await current_session(request)
    email_address = await form_field(request, "email_address")
    await stytch_client(request).magic_links.email.invite_async(
        session.organization.organization_id,
        email_address,
        invite_redirect_url=request.app.state.settings.redirect_url,
        invited_by_member_id=session.member.member_id,
        method_options=InviteRequestOptions(
            authorization=Authorization(session_token=request.session["session_token"])
        ),
    )
    request.session["invited"] = email_address
    return redirect("/dashboard")


async def log_out(request: Request) -> Response:
    session_token = request.session.get("session_token")
    request.session.clear()  # before the call, so that the browser is logged out even if the call fails
    if session_token:
        await stytch_client(request).sessions.revoke_async(session_token=session_token)
    return redirect("/")
