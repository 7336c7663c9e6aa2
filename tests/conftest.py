"""What the tests share. API tests speak through the official client, over real HTTP, each in a project of its own."""

import gc
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from stytch.core.response_base import StytchError

from mockstytch import MockStytch
from tests.given import Given
from tests.tools.returned_errors import unlisted


@pytest.fixture
def mock(mockstytch: MockStytch, mockstytch_server: MockStytch) -> Iterator[MockStytch]:
    """A project, as a handle. Every error that it returns must be on the page of errors, at that operation."""
    yield mockstytch
    assert unlisted(mockstytch_server, mockstytch.project_id) == [], "docs/errors.md doesn't list these"


@pytest.fixture
def client(stytch_client: Any) -> Any:
    return stytch_client


@pytest.fixture
def given(mock: MockStytch, client: Any) -> Given:
    """Builders: ``given.organization()``, ``given.member()``, ``given.login()``."""
    return Given(mock, client)


@pytest.fixture
def http(mock: MockStytch) -> Iterator[httpx.Client]:
    """A bare HTTP client with the project's credentials, for what the official one can't send."""
    with httpx.Client(base_url=mock.url, auth=(mock.project_id, mock.secret), trust_env=False) as plain:
        yield plain


@pytest.fixture
def refused() -> Callable[..., str]:
    """``refused(client.organizations.get, "nope") == "organization_not_found"``"""

    def call(method: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
        with pytest.raises(StytchError) as caught:
            method(*args, **kwargs)
        details = caught.value.details
        assert details.status_code >= 400
        assert details.error_url.endswith(f"{details.status_code}#{details.error_type}")
        return str(details.error_type)

    return call


@pytest.fixture
def uncollected() -> Iterator[None]:
    """For what nests deeper than Python's stack, read in this process: a collection down there would run finalizers
    without a stack, and pytest would take their cries for this test's."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="module")  # no longer: Playwright runs once in a thread, and other modules start it, too
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
    with sync_api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--disable-background-networking", "--disable-component-update", "--disable-sync"],
            )
        except sync_api.Error as e:
            pytest.skip(f"no Chromium: {e.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium: Any) -> Iterator[Callable[..., Any]]:
    """``browse(java_script_enabled=False)``: a page of a browser that knows nothing yet.

    An error of a script, or a breach of a page's own policy, fails the test.
    """
    complaints: list[str] = []
    contexts: list[Any] = []

    def open_page(**options: Any) -> Any:
        context = chromium.new_context(**{"viewport": {"width": 1200, "height": 760}, **options})
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.on("weberror", lambda e: complaints.append(str(e.error)))
        context.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
