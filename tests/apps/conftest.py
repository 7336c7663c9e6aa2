"""Fixtures of the demo app's tests."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

import demo_app
from demo_app.bundle import Bundle, CommandFailed, NodeMissing
from mockstytch.server import open_listener
from tests.support import node_packages

from .support import APP_URL, Browser, Page


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def settings(mock, no_bundle):
    """The demo app's settings for this test's project, without a public token."""
    return demo_app.Settings(
        project_id=mock.project_id,
        secret=mock.secret,
        environment=f"{mock.url}/",
        base_url=APP_URL,
        inbox_url=f"{mock.url}/_mock/",
        cache_dir=no_bundle,
    )


@pytest.fixture
def no_bundle(tmp_path: Path) -> Path:
    """A cache folder with an empty bundle, so that nothing is installed: for tests of the server-side pages."""
    Bundle(tmp_path).folder.mkdir()
    return tmp_path


@pytest.fixture(scope="session")
def bundle_cache(node_cache: Path) -> Path:
    """The cache folder with the bundle of the browser pages. It is kept between runs."""
    cache = node_cache / "demo-app"
    with node_packages.locked(node_cache / "demo-app.lock"):
        try:
            Bundle(cache).make()
        except NodeMissing as e:
            pytest.skip(str(e))
        except CommandFailed as e:
            pytest.skip(f"npm can't install the browser SDK: {e}")
    return cache


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
def serve_app(mock) -> Iterator[Callable[..., str]]:
    """``serve_app(cache_dir=…)``: serves the demo app in a thread, with this test's project. Returns its URL."""
    with ExitStack() as servers:
        yield lambda **settings: servers.enter_context(_served(mock, **settings))


@contextmanager
def _served(mock: Any, **settings: Any) -> Iterator[str]:
    listener = open_listener("127.0.0.1", 0)
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    defaults = {"public_token": mock.public_token, "inbox_url": f"{mock.url}/_mock/"}
    app = demo_app.create_app(
        demo_app.Settings(
            project_id=mock.project_id,
            secret=mock.secret,
            environment=f"{mock.url}/",
            base_url=base_url,
            **{**defaults, **settings},
        )
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield base_url
    server.should_exit = True
    thread.join(5)
    listener.close()


@pytest.fixture
def app_url(serve_app, no_bundle) -> str:
    """The URL of the demo app, for tests of the server-side pages."""
    return serve_app(cache_dir=no_bundle)


@pytest.fixture
def browser_app(serve_app, bundle_cache) -> str:
    """The URL of the demo app with the bundle of its browser pages."""
    return serve_app(cache_dir=bundle_cache)
