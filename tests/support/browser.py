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

PROFILE = {"viewport": {"width": 1200, "height": 760}}


def installed() -> str | None:
    """Return the path of Chromium. Debian's headless shell needs half the computing time of the whole browser."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


@contextmanager
def running_chromium(*options: str, whole: bool = False) -> Iterator[Any]:
    """Run a Chromium process with more options than ``OPTIONS``. If one is repeated, the last value counts.

    Args:
        whole: whether the headless shell isn't enough. It doesn't block cookies of other sites.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
    with sync_api.sync_playwright() as playwright:
        try:
            arguments = [*OPTIONS, *options]
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium") if whole else installed(), args=arguments
            )
        except sync_api.Error as e:
            pytest.skip(f"no Chromium: {e.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(scope="module")  # no longer: Playwright runs once in a thread, and other modules start it too
def chromium() -> Iterator[Any]:
    """A Chromium process."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def shared_profile(chromium: Any) -> Iterator[Any]:
    """A browser profile for the tests of a module. A new profile takes more computing time than most tests."""
    context = chromium.new_context(**PROFILE)
    context.new_page()  # stays open, so that the process for pages is kept
    yield context
    context.close()


@pytest.fixture
def browse(chromium: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Open a page in a new browser profile: ``browse(java_script_enabled=False)``.

    ``browse(shared=True)`` opens it in a profile that other tests of the module use, too, if this test doesn't use it
    yet. It has no cookies. Tests that change other things in the profile, such as the clock, need a new one.

    A script error, or a violation of a page's own content security policy, fails the test.
    """
    errors: list[str] = []
    contexts: list[Any] = []
    kept: list[Any] = []
    listeners = {
        "weberror": lambda e: errors.append(str(e.error)),
        "console": lambda m: errors.append(m.text) if "Content Security Policy" in m.text else None,
    }

    def open_page(shared: bool = False, **options: Any) -> Any:
        shared_context = request.getfixturevalue("shared_profile") if shared else None
        if shared_context is None or shared_context in contexts:
            context = chromium.new_context(**{**PROFILE, **options})
        else:
            context = shared_context
            context.clear_cookies()
            kept.append(context)
        contexts.append(context)
        context.set_default_timeout(30_000)
        for event, listener in listeners.items():
            context.on(event, listener)
        return context.new_page()

    yield open_page
    for context in kept:
        contexts.remove(context)
        for event, listener in listeners.items():
            context.remove_listener(event, listener)
        for page in context.pages[1:]:
            page.close()
    for context in contexts:
        context.close()
    assert errors == []
