"""``create_app``: every route of the app, and what becomes of errors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import stytch
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from stytch.core.response_base import StytchError

from . import dashboard, errors, login, organizations
from .settings import Settings

ROUTES = [
    Route("/", login.start),
    Route("/login/discovery", login.discovery, methods=["POST"]),
    Route("/org", login.find_organization),
    Route("/org/{slug}", login.organization),
    Route("/org/{slug}/login", login.organization_login, methods=["POST"]),
    Route("/check-email", login.check_email),
    Route("/authenticate", login.authenticate),
    Route("/organizations", organizations.choose),
    Route("/organizations/enter", organizations.enter, methods=["POST"]),
    Route("/organizations/create", organizations.create, methods=["POST"]),
    Route("/dashboard", dashboard.show),
    Route("/invite", dashboard.invite, methods=["POST"]),
    Route("/switch", organizations.switch, methods=["POST"]),
    Route("/logout", dashboard.logout, methods=["POST"]),
    Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
]


def create_app(settings: Settings) -> Starlette:
    """The app as an ASGI application. It talks to Stytch when somebody visits it, not before."""
    client = stytch.B2BClient(settings.project_id, settings.secret, environment=settings.environment)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await client.close()  # the connections that it opened when it was first used

    cookie = Middleware(
        SessionMiddleware,
        secret_key=settings.session_secret,
        session_cookie="demo_session",
        max_age=None,  # as long as the browser is open: how long a login lasts is for Stytch to say
        same_site="lax",  # a link in a mail brings the cookie along, another site's form doesn't
        https_only=settings.base_url.startswith("https://"),
    )
    app = Starlette(
        routes=ROUTES,
        middleware=[cookie],
        lifespan=lifespan,
        exception_handlers={
            StytchError: errors.refused,
            aiohttp.ClientError: errors.unreachable,
            TimeoutError: errors.unreachable,
            login.NotLoggedIn: errors.not_logged_in,
            HTTPException: errors.no_such_page,
            Exception: errors.defect,
        },
    )
    app.state.settings, app.state.stytch = settings, client
    return app
