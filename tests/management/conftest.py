"""Fixtures of the management tests: the official management client, pointed at the test's server."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import httpx
import pytest
import requests
import stytch
from requests.adapters import HTTPAdapter

from mockstytch import MockStytch
from tests.contract.conftest import RecordingSession

management = pytest.importorskip("stytch_management", reason="pip install stytch-management")


class HttpAdapter(HTTPAdapter):
    """Sends requests for https URLs over http: the client accepts https URLs only, and the server uses http."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        assert request.url
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *args, **options)


@pytest.fixture(scope="session", autouse=True)
def no_limits(mockstytch_server: MockStytch) -> None:
    """All tests share one workspace, and create more projects in it than production allows."""
    mockstytch_server.configure(management_limits=False)


@pytest.fixture
def limits(mockstytch_server: MockStytch) -> Iterator[None]:
    """Turn the limits of the management API on during a test."""
    mockstytch_server.configure(management_limits=True)
    yield
    mockstytch_server.configure(management_limits=False)


@pytest.fixture
def wire() -> RecordingSession:
    session = RecordingSession()
    session.mount("https://", HttpAdapter())
    session.trust_env = False
    return session


@pytest.fixture
def admin(mock: MockStytch, wire: RecordingSession) -> Any:
    """The official client. ``wire`` records its last response."""
    return management.Client("workspace-key", "secret", mock.url.replace("http://", "https://"), session=wire)


@pytest.fixture(scope="session")
def management_http() -> Iterator[httpx.Client]:
    """A plain HTTP client with a workspace key. There is one for all tests, because creating one is slow."""
    with httpx.Client(auth=("key", "secret"), trust_env=False) as http:
        yield http


@pytest.fixture(scope="session")
def anonymous_http() -> Iterator[httpx.Client]:
    """A plain HTTP client without credentials."""
    with httpx.Client(trust_env=False) as http:
        yield http


class EnvironmentSlugs(NamedTuple):
    """The slugs that name an environment: ``admin.secrets.create(*slugs)``."""

    project_slug: str
    environment_slug: str


@pytest.fixture
def slugs(mock: MockStytch) -> EnvironmentSlugs:
    """The slugs of the test's own project, which the management API did not create."""
    mock.call("GET", "/project")  # the first call creates the project
    return EnvironmentSlugs(mock.project_id, "test")


@pytest.fixture
def create_environment(admin: Any) -> Iterator[Callable[..., EnvironmentSlugs]]:
    """``create_environment(vertical="CONSUMER", type="LIVE")``: a new project with one environment."""
    created = []

    def build(vertical: str = "B2B", type: str = "TEST", **settings: Any) -> EnvironmentSlugs:
        project = admin.projects.create(name="Acme", vertical=vertical).project
        created.append(project.project_slug)
        environment = admin.environments.create(project.project_slug, "Testing", type=type, **settings).environment
        return EnvironmentSlugs(project.project_slug, environment.environment_slug)

    yield build
    for slug in created:
        if slug in {project.project_slug for project in admin.projects.get_all().projects}:
            admin.projects.delete(slug)


@pytest.fixture
def settings(mock: MockStytch) -> Callable[[], dict[str, Any]]:
    """The settings of the test's own project, as the control API shows them."""
    return lambda: mock.call("GET", "/project")


@pytest.fixture
def sdk_client(mock: MockStytch, admin: Any) -> Callable[..., Any]:
    """``sdk_client(slugs)``: the main SDK for an environment, with a new secret."""

    def build(slugs: EnvironmentSlugs) -> Any:
        secret = admin.secrets.create(*slugs).secret.secret
        project_id = admin.environments.get(*slugs).environment.project_id
        return stytch.B2BClient(project_id, secret, environment=f"{mock.url}/", suppress_warnings=True)

    return build


@pytest.fixture
def management_error() -> Callable[..., tuple[int, str]]:
    """``management_error(admin.projects.get, "nope") == (404, "project_not_found")``"""

    def call(method: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[int, str]:
        with pytest.raises(management.errors.StytchError) as caught:
            method(*args, **kwargs)
        details = caught.value.details
        assert details.request_id
        assert details.error_url.endswith(f"{details.status_code}#{details.error_type}")
        return details.status_code, str(details.error_type)

    return call
