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

from . import codes, dashboard, errors, login, organizations, passwords, second_factor
from .settings import Settings

ROUTES = [
    Route("/", login.start),
    Route("/login/discovery", login.discovery, methods=["POST"]),
    Route("/org", login.find_organization),
    Route("/org/{slug}", login.organization),
    Route("/org/{slug}/login", login.organization_login, methods=["POST"]),
    Route("/login/code", codes.ask),
    Route("/login/code", codes.send, methods=["POST"]),
    Route("/org/{slug}/code", codes.ask),
    Route("/org/{slug}/code", codes.send, methods=["POST"]),
    Route("/code", codes.enter),
    Route("/code", codes.check, methods=["POST"]),
    Route("/org/{slug}/password", passwords.ask),
    Route("/org/{slug}/password", passwords.log_in, methods=["POST"]),
    Route("/org/{slug}/password/forgotten", passwords.forgotten),
    Route("/org/{slug}/password/forgotten", passwords.send_reset, methods=["POST"]),
    Route("/password/reset", passwords.reset, methods=["POST"]),
    Route("/password", passwords.own),
    Route("/password", passwords.change, methods=["POST"]),
    Route("/step-up", second_factor.show),
    Route("/step-up/sms/send", second_factor.send, methods=["POST"]),
    Route("/step-up/sms", second_factor.sms, methods=["POST"]),
    Route("/step-up/totp/create", second_factor.create_totp, methods=["POST"]),
    Route("/step-up/totp", second_factor.totp, methods=["POST"]),
    Route("/step-up/recovery", second_factor.recovery),
    Route("/step-up/recovery", second_factor.recover, methods=["POST"]),
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
