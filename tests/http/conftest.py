import httpx
import pytest

from mockstytch import MockStytch
from tests.given import Given
from tests.http.requests_of import Findings, World


@pytest.fixture(scope="session")
def world(mockstytch_server):
    """Shared, since no bad request changes anything; whoever sends one that may succeed takes ``own_world``."""
    project = mockstytch_server.project()
    project.clock.freeze()  # sessions and codes must not expire while the tests run
    yield from _worlds(project)


@pytest.fixture
def own_world(mock):
    yield from _worlds(mock)


def _worlds(mock: MockStytch):
    with httpx.Client(base_url=mock.url, auth=(mock.project_id, mock.secret), trust_env=False) as http:
        yield World(Given(mock, mock.client()), http)


@pytest.fixture
def findings():
    """Collects what is wrong; a test fails by it at the end."""
    found = Findings()
    yield found
    assert found == []
