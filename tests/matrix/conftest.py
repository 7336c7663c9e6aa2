"""Prepared projects: one for requests that change nothing, and one that is restored after each test."""

from collections.abc import Iterator

import httpx
import pytest

from mockstytch import MockStytch
from tests.matrix.role_members import RoleMembers
from tests.matrix.sample_project import SampleProject
from tests.support.errors import Failures
from tests.support.given import Given
from tests.support.snapshot import ProjectSnapshot


def sample_project(mock: MockStytch) -> Iterator[SampleProject]:
    with httpx.Client(base_url=mock.url, auth=(mock.project_id, mock.secret), trust_env=False) as http:
        yield SampleProject(Given(mock, mock.client()), http)


@pytest.fixture(scope="session")
def project(mockstytch_server):
    """One project for all requests that are refused, because these change nothing."""
    yield from sample_project(mockstytch_server.project())


@pytest.fixture(scope="session")
def prepared_project(mockstytch_server):
    for prepared in sample_project(mockstytch_server.project()):
        prepared.prepare()
        yield prepared, ProjectSnapshot(mockstytch_server._server, prepared.given.mock)


@pytest.fixture
def own_project(prepared_project):
    """A project for requests that may succeed. It is restored after the test."""
    prepared, snapshot = prepared_project
    yield prepared
    snapshot.restore()
    prepared.forget()


@pytest.fixture(scope="session")
def prepared_role_members(prepared_project, mockstytch_server):
    prepared, snapshot = prepared_project
    members = RoleMembers(prepared)
    with_members = ProjectSnapshot(mockstytch_server._server, prepared.given.mock)
    snapshot.restore()
    return members, with_members


@pytest.fixture
def role_members(own_project, prepared_role_members):
    """Logged-in members of both organizations of ``own_project``."""
    members, with_members = prepared_role_members
    with_members.restore()
    return members


@pytest.fixture
def failures():
    """Collect failures, and report them all at the end of the test."""
    found = Failures()
    yield found
    assert found == []
