"""Fixtures: a second local server takes the place of the real API."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from mockstytch import MockStytch
from mockstytch.parity import command, loading, settings
from mockstytch.parity.probe import Probe
from mockstytch.parity.running import Outcome
from mockstytch.parity.sending.side import Credentials, Side

Compare = Callable[..., list[Outcome]]


@pytest.fixture
def credentials() -> Credentials:
    project = uuid4()
    return Credentials(
        project_id=f"project-test-{project}",
        secret=f"secret-test-{uuid4()}",
        public_token=f"public-token-test-{project}",
        workspace_key=("workspace-key-test", "secret"),
    )


@pytest.fixture
def target(credentials: Credentials, mockstytch_server: MockStytch) -> Side:
    """The tests' server as the real API, without waits between calls."""
    side = command.target_side(mockstytch_server.url, credentials, calls_per_second=10_000)
    side.pace = None
    return side


@pytest.fixture
def project(target: Side, mockstytch_server: MockStytch) -> MockStytch:
    """The target's project, as a handle."""
    return mockstytch_server.project(target.credentials.project_id, target.credentials.secret)


@pytest.fixture(scope="session")
def all_probes() -> list[Probe]:
    return loading.load()


@pytest.fixture
def compare(target: Side, all_probes: list[Probe]) -> Compare:
    """Send the probes that match a pattern to the target and to a new server, and return the outcomes."""

    def run(pattern: str = "", has: tuple[str, ...] = ()) -> list[Outcome]:
        met = settings.met(target.credentials, has)
        settings.apply(target.url, target.credentials, met)
        probes, _ = command.selected(all_probes, pattern, met)
        return command.run(target, probes, command.new_prefix(), met)

    return run
