"""The Testcontainers module, with the official Docker client and an engine that runs no containers.

If there is a real engine with the image ``mockstytch``, one test uses that.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import docker
import pytest
from docker.errors import DockerException
from testcontainers.core.config import ConnectionMode, testcontainers_config

from mockstytch import MockError
from mockstytch.testcontainers import MockStytchContainer
from tests.support import docker_engine

pytestmark = pytest.mark.slow


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[docker_engine.Engine]:
    with docker_engine.running() as running:
        monkeypatch.setenv("DOCKER_HOST", running.url)
        monkeypatch.setattr(testcontainers_config, "ryuk_disabled", True)
        # Also if these tests run in a container
        monkeypatch.setattr(testcontainers_config, "connection_mode_override", ConnectionMode.docker_host)
        yield running
        assert running.unknown == []
        assert running.processes == {}, "a container is left"


def variables(engine: docker_engine.Engine) -> dict[str, str]:
    """Return the environment variables of the only container."""
    (created,) = engine.created
    return dict(entry.split("=", 1) for entry in created["Env"])


def test_container_is_a_server_for_the_official_sdk(engine):
    with MockStytchContainer() as container:
        mock = container.get_mock()
        assert mock.url == container.get_url()
        client = mock.client()
        client.magic_links.email.discovery.send("ada@acme.example")
        assert client.magic_links.discovery.authenticate(mock.inbox.latest().token).email_address == "ada@acme.example"
        assert mock.project().project_id != mock.project_id
    assert engine.created[0]["Image"] == "mockstytch"
    assert set(engine.created[0]["ExposedPorts"]) == {"4700/tcp"}


def test_seed_is_created_at_the_start_and_after_a_reset(engine):
    seed = {"organizations": [{"organization_name": "Acme", "organization_slug": "acme"}]}
    with MockStytchContainer("registry.example/mockstytch:1", seed=seed) as container:
        mock = container.get_mock()
        mock.client().organizations.delete("acme")
        mock.reset()
        assert mock.client().organizations.get("acme").organization.organization_name == "Acme"
    assert engine.created[0]["Image"] == "registry.example/mockstytch:1"


def test_container_is_removed_if_its_seed_is_not_valid(engine):
    with pytest.raises(MockError, match="organization"), MockStytchContainer(seed={"organization": []}):
        pass


def test_names_of_the_server_are_allowed(engine, monkeypatch):
    monkeypatch.setattr(testcontainers_config, "tc_host_override", "localhost")
    container = MockStytchContainer(env={"MOCKSTYTCH_ALLOWED_HOST": "auth", "MOCKSTYTCH_CLOSED": "true"})
    with container.with_network_aliases("mock", "stytch"):
        pass
    assert variables(engine) == {
        "MOCKSTYTCH_ALLOWED_HOST": "auth,localhost,mock,stytch",
        "MOCKSTYTCH_CLOSED": "true",
    }


def test_missing_package_is_named():
    code = "import sys; sys.modules['testcontainers'] = None; import mockstytch.testcontainers"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert 'Install it with: pip install "testcontainers>=4.13"' in done.stderr


def test_package_is_imported_only_by_its_users():
    code = (
        "import mockstytch, mockstytch.cli, mockstytch.pytest_plugin, mockstytch.server, sys; print(list(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "'testcontainers" not in done.stdout
    assert "mockstytch.testcontainers" not in done.stdout


@pytest.fixture
def real_image() -> str:
    """The name of the image, if there is an engine that has it. With ``TEST_IMAGE``, there must be one."""
    name = os.environ.get("TEST_IMAGE") or "mockstytch"
    try:
        client: Any = docker.from_env()
        client.images.get(name)
    except DockerException as e:
        if "TEST_IMAGE" in os.environ:
            raise
        pytest.skip(f"no Docker engine with the image {name}: {type(e).__name__}")
    return name


def test_image_runs(real_image):
    with MockStytchContainer(real_image) as container:
        client = container.get_mock().client()
        client.magic_links.email.discovery.send("ada@acme.example")
        assert container.get_mock().inbox.latest().to == "ada@acme.example"
