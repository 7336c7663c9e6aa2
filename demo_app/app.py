"""The routes and the error handlers of the app."""

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

from . import browser_pages, codes, dashboard, errors, login, organizations, passwords, second_factor, session
from .bundle import Bundle
from .settings import Settings

ROUTES = [
    Route("/", login.start),
    Route("/another-method", login.another_method, methods=["POST"]),
    Route("/login/discovery", login.send_discovery_link, methods=["POST"]),
    Route("/org", login.find_organization),
    Route("/org/{slug}", login.organization_page),
    Route("/org/{slug}/login", login.send_login_link, methods=["POST"]),
    Route("/login/code", codes.request_page),
    Route("/login/code", codes.send, methods=["POST"]),
    Route("/org/{slug}/code", codes.request_page),
    Route("/org/{slug}/code", codes.send, methods=["POST"]),
    Route("/code", codes.enter_page),
    Route("/code", codes.authenticate, methods=["POST"]),
    Route("/org/{slug}/password", passwords.login_page),
    Route("/org/{slug}/password", passwords.log_in, methods=["POST"]),
    Route("/org/{slug}/password/forgotten", passwords.forgot_page),
    Route("/org/{slug}/password/forgotten", passwords.send_reset_link, methods=["POST"]),
    Route("/password/reset", passwords.reset, methods=["POST"]),
    Route("/password", passwords.change_page),
    Route("/password", passwords.change, methods=["POST"]),
    Route("/step-up", second_factor.show),
    Route("/step-up/sms/send", second_factor.send_sms, methods=["POST"]),
    Route("/step-up/sms", second_factor.authenticate_sms, methods=["POST"]),
    Route("/step-up/totp/create", second_factor.create_totp, methods=["POST"]),
    Route("/step-up/totp", second_factor.authenticate_totp, methods=["POST"]),
    Route("/step-up/recovery", second_factor.recovery_page),
    Route("/step-up/recovery", second_factor.recover, methods=["POST"]),
    Route("/check-email", login.check_email),
    Route("/authenticate", login.authenticate),
    Route("/organizations", organizations.show),
    Route("/organizations/enter", organizations.enter, methods=["POST"]),
    Route("/organizations/create", organizations.create, methods=["POST"]),
    Route("/dashboard", dashboard.show),
    Route("/invite", dashboard.invite, methods=["POST"]),
    Route("/switch", organizations.switch, methods=["POST"]),
    Route("/logout", dashboard.log_out, methods=["POST"]),
    *browser_pages.ROUTES,
    Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
]


def create_app(settings: Settings) -> Starlette:
    """Return the app as an ASGI application. It sends no request to Stytch before the first visit.

    When it starts, the scripts of the browser pages are bundled in the background, unless an earlier run did it.
    """
    client = stytch.B2BClient(settings.project_id, settings.secret, environment=settings.environment)
    bundle = Bundle(settings.cache_dir)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        bundle.start()
        yield
        bundle.stop()
        await client.close()

    cookie = Middleware(
        SessionMiddleware,
        secret_key=settings.session_secret,
        session_cookie="demo_session",
        max_age=None,  # a session cookie: Stytch decides how long a session is valid
        same_site="lax",  # sent when a link in an e-mail is opened, but not with forms of other sites
        https_only=settings.base_url.startswith("https://"),
    )
    app = Starlette(
        routes=ROUTES,
        middleware=[cookie],
        lifespan=lifespan,
        exception_handlers={
            StytchError: errors.stytch_error,
            aiohttp.ClientError: errors.service_unreachable,
            TimeoutError: errors.service_unreachable,
            session.NotLoggedIn: errors.not_logged_in,
            HTTPException: errors.http_error,
            Exception: errors.unexpected_error,
        },
    )
    app.state.settings, app.state.stytch, app.state.bundle = settings, client, bundle
    return app
