"""Prepared projects: one for requests that change nothing, and one that is put back after each test."""

import httpx
import pytest

from mockstytch import MockStytch
from tests.matrix.cast import Cast
from tests.matrix.requests_of import Findings, World
from tests.support.given import Given
from tests.support.snapshot import ProjectSnapshot


@pytest.fixture(scope="session")
def world(mockstytch_server):
    """One world for all tests of refusals, which change nothing. A request that may succeed needs ``own_world``."""
    yield from _worlds(mockstytch_server.project())


@pytest.fixture(scope="session")
def prepared_world(mockstytch_server):
    for world in _worlds(mockstytch_server.project()):
        world.prepare()
        yield world, ProjectSnapshot(mockstytch_server._server, world.given.mock)


@pytest.fixture
def own_world(prepared_world):
    """A world in the state in which it was prepared, for tests that change it."""
    world, snapshot = prepared_world
    yield world
    snapshot.restore()
    world.forget()


@pytest.fixture(scope="session")
def prepared_cast(prepared_world, mockstytch_server):
    world, snapshot = prepared_world
    cast = Cast(world)
    with_cast = ProjectSnapshot(mockstytch_server._server, world.given.mock)
    snapshot.restore()
    return cast, with_cast


@pytest.fixture
def cast(own_world, prepared_cast):
    """Members of both organizations of ``own_world``, logged in."""
    cast, with_cast = prepared_cast
    with_cast.restore()
    return cast


def _worlds(mock: MockStytch):
    with httpx.Client(base_url=mock.url, auth=(mock.project_id, mock.secret), trust_env=False) as http:
        yield World(Given(mock, mock.client()), http)


@pytest.fixture
def findings():
    """Collects what is wrong; a test fails by it at the end."""
    found = Findings()
    yield found
    assert found == []
