"""The list of organizations: choose, create and switch."""

from starlette.requests import Request
from starlette.responses import Response

from .pages import redirect, render
from .session import NotLoggedIn, form_field, next_step, stytch_client


async def show(request: Request) -> Response:
    """Show the organizations of a member who is logged in, or of a person who has verified an address."""
    intermediate = request.session.get("intermediate_session_token")
    session_token = request.session.get("session_token")
    if not intermediate and not session_token:
        raise NotLoggedIn
    token = {"intermediate_session_token": intermediate} if intermediate else {"session_token": session_token}
    discovery = await stytch_client(request).discovery.organizations.list_async(**token)
    return render(request, "organizations.html", discovery=discovery, can_create=bool(intermediate))


async def enter(request: Request) -> Response:
    """Log in to an organization, accept its invitation or join it."""
    intermediate = request.session.get("intermediate_session_token")
    if not intermediate:
        return await switch(request)
    login = await stytch_client(request).discovery.intermediate_sessions.exchange_async(
        intermediate, await form_field(request, "organization_id")
    )
    return next_step(request, login)


async def switch(request: Request) -> Response:
    session_token = request.session.get("session_token")
    if not session_token:
        raise NotLoggedIn
    login = await stytch_client(request).sessions.exchange_async(
        await form_field(request, "organization_id"), session_token=session_token
    )
    return next_step(request, login)


async def create(request: Request) -> Response:
    intermediate = request.session.get("intermediate_session_token")
    if not intermediate:
        return redirect("/organizations")
    login = await stytch_client(request).discovery.organizations.create_async(
        intermediate, organization_name=await form_field(request, "organization_name") or None
    )
    return next_step(request, login)
