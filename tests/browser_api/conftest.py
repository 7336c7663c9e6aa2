"""Fixtures for requests as the browser SDK sends them."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from mockstytch import MockStytch
from tests.browser_api.browser_project import BrowserProject
from tests.browser_api.sdk_client import BrowserFailures, SdkClient
from tests.management.conftest import admin, create_environment, wire  # noqa: F401 · fixtures
from tests.support.given import Given
from tests.support.snapshot import ProjectSnapshot


@pytest.fixture
def sdk(mock: MockStytch) -> Iterator[SdkClient]:
    """Send requests as the browser SDK: ``sdk("POST", "/b2b/sessions/authenticate", {}, token=session_token)``."""
    with httpx.Client(trust_env=False) as http:
        yield SdkClient(mock, http)


@pytest.fixture
def consumer_public_token(admin: Any, create_environment: Callable[..., Any]) -> str:  # noqa: F811 · the fixtures
    """The public token of a Consumer project."""
    slugs = create_environment("CONSUMER")
    return str(admin.public_tokens.get_all(*slugs).public_tokens[0].public_token)


@pytest.fixture(scope="session")
def prepared_browser_project(mockstytch_server: MockStytch) -> Iterator[tuple[BrowserProject, ProjectSnapshot]]:
    mock = mockstytch_server.project()
    with httpx.Client(base_url=mock.url, auth=(mock.project_id, mock.secret), trust_env=False) as http:
        prepared = BrowserProject(Given(mock, mock.client()), http)
        prepared.prepare()
        yield prepared, ProjectSnapshot(mockstytch_server._server, prepared.given.mock)


@pytest.fixture
def project(prepared_browser_project: tuple[BrowserProject, ProjectSnapshot]) -> Iterator[BrowserProject]:
    """A project with members, sessions and tokens. It is restored after the test."""
    prepared, snapshot = prepared_browser_project
    yield prepared
    snapshot.restore()
    prepared.forget()


@pytest.fixture
def snapshot(prepared_browser_project: tuple[BrowserProject, ProjectSnapshot]) -> ProjectSnapshot:
    """The snapshot of ``project``, to restore it in the middle of a test."""
    return prepared_browser_project[1]


@pytest.fixture
def failures() -> Iterator[BrowserFailures]:
    """Collect failures, and report them all at the end of the test."""
    found = BrowserFailures()
    yield found
    assert found == []
