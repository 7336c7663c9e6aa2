"""Fixtures for tests of the official browser SDK in Chromium.

``app_page("headless")`` opens a page with the SDK's client for the test's project. ``tests.browser.sdk.call`` calls a
method of that client. Each test leaves a screenshot: see ``artifacts``.
"""

import json
import os
import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from mockstytch import MockStytch
from tests.browser import bundles as packages
from tests.browser.login_screen import LoginScreen
from tests.browser.page_server import PageServer, page_server

ARTIFACTS = Path(__file__).parents[2] / ".pytest_artifacts" / "browser"
OUTCOME = pytest.StashKey[str]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[OUTCOME] = str(report.longrepr)
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()) and Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            item.add_marker("slow")


@pytest.fixture(scope="session")
def node_packages(node_cache: Path) -> Path:
    """The folder with the official packages, as published."""
    return packages.installed(node_cache)


@pytest.fixture(scope="session")
def bundles(node_packages: Path, node_cache: Path) -> Path:
    """The folder with the scripts of the pages."""
    return packages.bundled(node_packages, node_cache)


@pytest.fixture
def artifacts(request: pytest.FixtureRequest) -> Path:
    """The path of the test's artefacts, without the ending.

    The folder is ``.pytest_artifacts/browser``, or the one in the variable ``BROWSER_ARTIFACTS``.
    """
    folder = Path(os.environ.get("BROWSER_ARTIFACTS") or ARTIFACTS)
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]+", "-", f"{request.path.stem}.{request.node.name}").strip("-")[:150]
    for outdated in (".png", ".html", ".log"):
        (folder / f"{name}{outdated}").unlink(missing_ok=True)
    return folder / name


@pytest.fixture
def browse(browse: Callable[..., Any], artifacts: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Open a page in a new browser profile, as in other tests.

    At the end, a screenshot of the page that was opened last is kept. If the test fails, its HTML and the log of the
    browser's console are kept, too.
    """
    contexts: list[Any] = []
    log: list[str] = []

    def open_page(**options: Any) -> Any:
        page = browse(**options)
        contexts.append(page.context)
        page.context.on("console", lambda message: log.append(f"{message.type}: {message.text}"))
        page.context.on("weberror", lambda error: log.append(f"uncaught: {error.error}"))
        page.context.on("requestfailed", lambda failed: log.append(f"failed: {failed.method} {failed.url}"))
        return page

    yield open_page
    pages = [page for context in contexts for page in context.pages]
    if not pages:
        return
    pages[-1].screenshot(path=f"{artifacts}.png", animations="disabled")
    if OUTCOME in request.node.stash:
        Path(f"{artifacts}.html").write_text(pages[-1].content(), encoding="utf-8")
        log += [f"page: {page.url}" for page in pages]
        Path(f"{artifacts}.log").write_text("\n".join([*log, "", request.node.stash[OUTCOME]]), encoding="utf-8")


class AppPages:
    """Opens pages of an app that uses the SDK.

    Attributes:
        url: the app's origin.
        server: the app's server, with the configuration of each page.
    """

    def __init__(self, mock: MockStytch, browse: Callable[..., Any], server: PageServer) -> None:
        self.mock, self.browse, self.server = mock, browse, server
        self.url = f"http://127.0.0.1:{server.server_port}"

    def __call__(
        self,
        name: str,
        *,
        query: str = "",
        session: Any = None,
        tab_of: Any = None,
        context: dict[str, Any] | None = None,
        **config: Any,
    ) -> Any:
        """Open a page, and return it when its client exists.

        Args:
            name: a file in ``pages/``, without its ending.
            query: the query of the URL, for example the one of a link in an e-mail.
            session: the response of a login. Its session is in the page's cookies, so that the member is logged in.
            tab_of: open the page in a new tab of this page's browser.
            context: options of the browser profile, for example ``{"viewport": …}``.
            config: what the page reads. ``client`` are options of the client's constructor; see the page for others.
        """
        self.configure(name, **config)
        page = tab_of.context.new_page() if tab_of else self.browse(**(context or {}))
        if session:
            tokens = {"stytch_session": session.session_token, "stytch_session_jwt": session.session_jwt}
            page.context.add_cookies([{"name": key, "value": value, "url": self.url} for key, value in tokens.items()])
        return self.visit(page, f"{self.url}/{name}{'?' if query else ''}{query}")

    def configure(self, name: str, **config: Any) -> str:
        """Set what a page reads the next time that it is loaded, and return the page's URL."""
        endpoints = {
            "testAPIURL": self.mock.url,
            "liveAPIURL": self.mock.url,
            "dfpBackendURL": self.mock.url,
            "clientsideServicesIframeURL": f"{self.mock.url}/clientside-services/index.html",
        }
        self.server.configs[name] = {"publicToken": self.mock.public_token, "endpoints": endpoints, **config}
        json.dumps(config)  # fails here, and not in a thread of the server
        return f"{self.url}/{name}"

    def visit(self, page: Any, url: str) -> Any:
        """Open a URL that ends at one of the app's pages, and wait for the page's client."""
        page.goto(url)
        page.wait_for_function("() => window.stytch")
        return page


@pytest.fixture
def app_page(mock: MockStytch, browse: Callable[..., Any], bundles: Path) -> Iterator[AppPages]:
    """``app_page("headless")``: opens a page of ``pages/`` with the SDK's client for the test's project."""
    with page_server(bundles) as server:
        yield AppPages(mock, browse, server)


@pytest.fixture
def open_login(app_page: AppPages, mock: MockStytch, client: Any) -> Callable[..., LoginScreen]:
    """``open_login("oauth", "passwords")``: opens the prebuilt login with these products.

    It is for one organization if ``organization=`` names one, else for discovery. ``query``, ``tab_of`` and other
    options of ``app_page`` are accepted; all other names are the login's configuration.
    """

    def open_page(*products: str, organization: Any = None, **options: Any) -> LoginScreen:
        names = ("query", "session", "tab_of", "context", "client", "endpoints")
        own = {name: options.pop(name) for name in names if name in options}
        if organization is not None:
            options |= {"authFlowType": "Organization", "organizationSlug": organization.organization_slug}
        page = app_page("login", login={"products": list(products), **options}, **own)
        return LoginScreen(app_page, mock, client, page)

    return open_page


@pytest.fixture(scope="session")
def declared_methods(node_packages: Path, node_cache: Path) -> list[str]:
    """The public methods of the SDK's client, from its type declarations: ``discovery.organizations.list``."""
    return packages.declared_methods(node_packages, node_cache)


@pytest.fixture
def acme(given: Any) -> Any:
    """An organization."""
    return given.organization("Acme")


@pytest.fixture
def ada(given: Any, acme: Any) -> Any:
    """A member of ``acme`` without further roles."""
    return given.member(acme, "ada@acme.test", name="Ada")


@pytest.fixture
def ada_page(app_page: AppPages, given: Any, acme: Any, ada: Any) -> Any:
    """A page with the client alone, in which ``ada`` is logged in."""
    return app_page("headless", session=given.login(acme, ada))


@pytest.fixture
def admin_page(app_page: AppPages, given: Any, acme: Any) -> Any:
    """A page with the client alone, in which an administrator of ``acme`` is logged in."""
    return app_page("headless", session=given.admin(acme))
