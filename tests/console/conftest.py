"""What the console's tests share: a plain visitor, and a browser."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from mockstytch import MockStytch


@pytest.fixture
def visitor(mock: MockStytch) -> Iterator[httpx.Client]:
    """Looks at the test's project as a browser does: by the query, without credentials."""
    with httpx.Client(base_url=mock.url, params={"project_id": mock.project_id}, trust_env=False) as plain:
        yield plain


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
