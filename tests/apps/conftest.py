"""Fixtures of the demo app's tests."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn

import demo_app
from mockstytch.server import open_listener

from .support import APP_URL, Browser, Page


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def settings(mock):
    """The demo app's settings for this test's project, without a public token."""
    return demo_app.Settings(
        project_id=mock.project_id,
        secret=mock.secret,
        environment=f"{mock.url}/",
        base_url=APP_URL,
        inbox_url=f"{mock.url}/_mock/",
    )


@pytest.fixture
def open_app(runner) -> Iterator[Callable[..., Callable[[], Browser]]]:
    """``open_app(settings)``: starts an app, and returns a function that opens a new browser on it."""
    apps: list[Any] = []
    browsers: list[Browser] = []

    def open_app(settings: demo_app.Settings) -> Callable[[], Browser]:
        app = demo_app.create_app(settings)
        apps.append(app)

        def new_browser() -> Browser:
            browsers.append(Browser(app, runner))
            return browsers[-1]

        return new_browser

    yield open_app
    for browser in browsers:
        browser.close()
    for app in apps:
        runner.run(app.state.stytch.close())


@pytest.fixture
def new_browser(open_app, settings) -> Callable[[], Browser]:
    """``new_browser()``: opens another browser on the same app."""
    return open_app(settings)


@pytest.fixture
def browser(new_browser) -> Browser:
    return new_browser()


@pytest.fixture
def log_in(mock) -> Callable[[Browser, str, str], Page]:
    """``log_in(browser, "acme", "ada@acme.test")``: logs in by link at the organization's page."""

    def log_in(browser: Browser, slug: str, email_address: str) -> Page:
        browser.submit(f"/org/{slug}/login", email_address=email_address)
        return browser.open(mock.inbox.latest(to=email_address, kind="magic_link.login").link)

    return log_in


@pytest.fixture
def app_url(mock) -> Iterator[str]:
    """The URL of the demo app, running in a thread with this test's project."""
    listener = open_listener("127.0.0.1", 0)
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = demo_app.create_app(
        demo_app.Settings(
            project_id=mock.project_id,
            secret=mock.secret,
            environment=f"{mock.url}/",
            base_url=base_url,
            public_token=mock.public_token,
        )
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield base_url
    server.should_exit = True
    thread.join(5)
    listener.close()
