"""Which organization: the chooser after discovery, and the change from one to another."""

from starlette.requests import Request
from starlette.responses import Response

from .login import NotLoggedIn, client, field, next_step
from .pages import go, render


async def choose(request: Request) -> Response:
    """The organizations of whoever has just proved an address, or of whoever is logged in."""
    intermediate = request.session.get("intermediate_session_token")
    session_token = request.session.get("session_token")
    if not intermediate and not session_token:
        raise NotLoggedIn
    proof = {"intermediate_session_token": intermediate} if intermediate else {"session_token": session_token}
    found = await client(request).discovery.organizations.list_async(**proof)
    return render(request, "organizations.html", found=found, may_create=bool(intermediate))


async def enter(request: Request) -> Response:
    """Into one of them: to log in, to accept an invitation or to join."""
    intermediate = request.session.get("intermediate_session_token")
    if not intermediate:
        return await switch(request)
    answer = await client(request).discovery.intermediate_sessions.exchange_async(
        intermediate, await field(request, "organization_id")
    )
    return next_step(request, answer)


async def switch(request: Request) -> Response:
    session_token = request.session.get("session_token")
    if not session_token:
        raise NotLoggedIn
    answer = await client(request).sessions.exchange_async(
        await field(request, "organization_id"), session_token=session_token
    )
    return next_step(request, answer)


async def create(request: Request) -> Response:
    intermediate = request.session.get("intermediate_session_token")
    if not intermediate:
        return go("/organizations")
    answer = await client(request).discovery.organizations.create_async(
        intermediate, organization_name=await field(request, "organization_name") or None
    )
    return next_step(request, answer)
