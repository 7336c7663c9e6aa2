"""The official management client, pointed at the test's server."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import requests
import stytch
from requests.adapters import HTTPAdapter

from mockstytch import MockStytch
from tests.contract.conftest import Listening

management = pytest.importorskip("stytch_management")


class OverHttp(HTTPAdapter):
    """The client insists on https; the server under test speaks http."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        assert request.url
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *args, **options)


@pytest.fixture
def wire() -> Listening:
    session = Listening()
    session.mount("https://", OverHttp())
    session.trust_env = False
    return session


@pytest.fixture
def admin(mock: MockStytch, wire: Listening) -> Any:
    """The official client, overheard."""
    return management.Client("workspace-key", "secret", mock.url.replace("http://", "https://"), session=wire)


class Place(NamedTuple):
    """An environment, as the client names one: ``admin.secrets.create(*place)``."""

    project_slug: str
    environment_slug: str


@pytest.fixture
def place(mock: MockStytch) -> Place:
    """The test's own project, which the management API did not make."""
    mock.call("GET", "/project")  # the first call makes it
    return Place(mock.project_id, "test")


@pytest.fixture
def make(admin: Any) -> Callable[..., Place]:
    """``make(vertical="CONSUMER", type="LIVE")``: a new project with one environment."""
    slugs = []

    def build(vertical: str = "B2B", type: str = "TEST", **settings: Any) -> Place:
        project = admin.projects.create(name="Acme", vertical=vertical).project
        slugs.append(project.project_slug)
        environment = admin.environments.create(project.project_slug, "Testing", type=type, **settings).environment
        return Place(project.project_slug, environment.environment_slug)

    yield build
    for slug in slugs:
        if slug in {project.project_slug for project in admin.projects.get_all().projects}:
            admin.projects.delete(slug)


@pytest.fixture
def settings(mock: MockStytch) -> Callable[[], dict[str, Any]]:
    """The settings of the test's own project, as the control API shows them."""
    return lambda: mock.call("GET", "/project")


@pytest.fixture
def enter(mock: MockStytch, admin: Any) -> Callable[..., Any]:
    """The main SDK in an environment, with a secret that is made for it."""

    def build(place: Place) -> Any:
        secret = admin.secrets.create(*place).secret.secret
        project_id = admin.environments.get(*place).environment.project_id
        return stytch.B2BClient(project_id, secret, environment=f"{mock.url}/", suppress_warnings=True)

    return build


@pytest.fixture
def denied() -> Callable[..., tuple[int, str]]:
    """``denied(admin.projects.get, "nope") == (404, "project_not_found")``"""

    def call(method: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[int, str]:
        with pytest.raises(management.errors.StytchError) as caught:
            method(*args, **kwargs)
        details = caught.value.details
        assert details.request_id
        assert details.error_url.endswith(f"{details.status_code}#{details.error_type}")
        return details.status_code, str(details.error_type)

    return call
