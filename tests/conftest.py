"""Fixtures that all tests share. Each test calls the API through the official client, over HTTP, in its own project."""

import gc
import os
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from stytch.core.response_base import StytchError

from mockstytch import MockStytch
from tests.support import postgresql, sdk_summary, skips
from tests.support.accessibility import axe, violations  # noqa: F401 · fixtures
from tests.support.browser import browse, chromium, shared_profile  # noqa: F401 · fixtures
from tests.support.conformance import Conformance
from tests.support.events import EventRecorder, Events
from tests.support.given import Given
from tests.support.http_clients import shared_settings
from tests.support.postgresql import postgres  # noqa: F401 · a fixture
from tests.tools.provoked_errors import ProvokedErrors
from tests.tools.returned_errors import unlisted


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background job: processes inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.pluginmanager.register(ProvokedErrors(config))
    postgresql.configure(config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, a test that is skipped fails, unless its reason is on the list: everything that it needs is installed."""
    report = yield
    return skips.failed_in_ci(report) if os.environ.get("CI") else report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return skips.failed_in_ci(report) if os.environ.get("CI") else report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say for each official SDK whether its tests ran, and why not."""
    if lines := sdk_summary.lines(terminalreporter.stats):
        terminalreporter.section("official SDKs")
        for line in lines:
            terminalreporter.line(line)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test after its parameter if the value is long: a generated key would have another name in each worker."""
    return argname if isinstance(val, str | bytes) and len(val) > 200 else None


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser tests of a module in one worker, because each worker starts its own Chromium for a module.

    In CI, a browser test that fails runs a second time, because Chromium can fail on a loaded machine. The summary
    counts such tests as rerun. Elsewhere a test fails at once, so that a real race is found.
    """
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(f"browser {item.path.stem}"))
            if os.environ.get("CI"):
                item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fail if pytest-xdist doesn't group tests: each worker would start Chromium for each module."""
    if getattr(session.config.option, "loadgroup", False):
        grouped = [item.nodeid for item in session.items if item.get_closest_marker("xdist_group")]
        if any("@" not in nodeid for nodeid in grouped):
            raise pytest.UsageError("these versions of pytest and pytest-xdist don't support --dist loadgroup together")


@pytest.fixture(scope="session")
def node_cache(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for packages from npm and what is made of them. It is kept between runs, and shared by the workers."""
    cache = getattr(pytestconfig, "cache", None)
    return Path(cache.mkdir("node")) if cache else tmp_path_factory.mktemp("node")


@pytest.fixture(scope="session", autouse=True)
def http_client_settings() -> Iterator[None]:
    with shared_settings():
        yield


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


@pytest.fixture(scope="session", autouse=True)
def conformance() -> Iterator[Conformance]:
    with pytest.MonkeyPatch.context() as patch:
        yield Conformance(patch)


@pytest.fixture(autouse=True)
def responses_conform(conformance: Conformance) -> Iterator[None]:
    """Every response of the test, of any server in this process, must conform to the OpenAPI document."""
    conformance.responses.clear()
    yield
    assert conformance.responses == [], "describe these responses in mockstytch/about"


@pytest.fixture(autouse=True)
def requests_conform(conformance: Conformance) -> Iterator[None]:
    """Every request of the control API that succeeds must conform, too."""
    conformance.requests.clear()
    yield
    assert conformance.requests == [], "describe these requests in mockstytch/about"


@pytest.fixture(scope="session", autouse=True)
def event_recorder() -> Iterator[EventRecorder]:
    with pytest.MonkeyPatch.context() as patch:
        yield EventRecorder(patch)


@pytest.fixture
def events(event_recorder: EventRecorder, mock: MockStytch) -> Events:
    """The webhook events of the test: ``events()`` returns those since the last call, or since the test began."""
    return Events(event_recorder, mock.project_id)


@pytest.fixture
def http(mock: MockStytch) -> Iterator[httpx.Client]:
    """An HTTP client with the project's credentials, for requests that the official client can't send."""
    with httpx.Client(base_url=mock.url, auth=(mock.project_id, mock.secret), trust_env=False) as plain:
        yield plain


@pytest.fixture
def refused() -> Callable[..., str]:
    """Call a method of the official client that must fail, and return the error's type.

    ``refused(client.organizations.get, "nope") == "organization_not_found"``
    """

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
    """Turn the garbage collector off while this process parses deeply nested data.

    A collection at that depth runs finalizers without stack space, and pytest would report their errors for this test.
    """
    gc.disable()
    yield
    gc.enable()
