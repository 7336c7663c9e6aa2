"""Fixtures for tests that need a real browser. Without Playwright or Chromium, the tests are skipped."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

OPTIONS = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
# Pages can't reach other machines: the SDK's pages show images of Stytch's servers.
_OWN_HOSTS = "EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost"
OPTIONS += ["--no-proxy-server", f"--host-resolver-rules=MAP * ~NOTFOUND, {_OWN_HOSTS}"]


@contextmanager
def running_chromium(*options: str) -> Iterator[Any]:
    """Run a Chromium process with more options than ``OPTIONS``. If one is repeated, the last value counts."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
    with sync_api.sync_playwright() as playwright:
        try:
            arguments = [*OPTIONS, *options]
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        except sync_api.Error as e:
            pytest.skip(f"no Chromium: {e.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(scope="module")  # no longer: Playwright runs once in a thread, and other modules start it too
def chromium() -> Iterator[Any]:
    """A Chromium process."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def browse(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open a page in a new browser profile: ``browse(java_script_enabled=False)``.

    A script error, or a violation of a page's own content security policy, fails the test.
    """
    errors: list[str] = []
    contexts: list[Any] = []

    def open_page(**options: Any) -> Any:
        context = chromium.new_context(**{"viewport": {"width": 1200, "height": 760}, **options})
        contexts.append(context)
        context.set_default_timeout(30_000)
        context.on("weberror", lambda e: errors.append(str(e.error)))
        context.on("console", lambda m: errors.append(m.text) if "Content Security Policy" in m.text else None)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
