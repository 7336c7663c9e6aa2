"""A Testcontainers module: a server in a Docker container, for tests that run their services in containers.

It needs the extra ``testcontainers``, and is imported only by its users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

try:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import HttpWaitStrategy
except ModuleNotFoundError as e:
    message = (
        f'Testcontainers isn\'t installed: no package {e.name!r}. Install it with: pip install "testcontainers>=4.13"'
    )
    raise ModuleNotFoundError(message, name=e.name) from None

from mockstytch.client.handle import MockStytch
from mockstytch.settings import DEFAULT_PROJECT_ID, DEFAULT_SECRET

if TYPE_CHECKING:
    from typing import Self

    from mockstytch.client.seeding import Seed

PORT = 4700


class MockStytchContainer(DockerContainer):
    """A server in a Docker container.

        with MockStytchContainer() as container:
            client = container.get_mock().client()

    Other containers call it by its network alias: ``container.with_network(network).with_network_aliases("mock")``.

    Args:
        image: the image, built with ``docker build --tag mockstytch .`` in a checkout.
        seed: what the default project contains at the start and after each reset: a TOML, YAML or JSON file, or its
            content.
        options: options of Testcontainers' ``DockerContainer``.
    """

    def __init__(self, image: str = "mockstytch", *, seed: Seed | None = None, **options: Any) -> None:
        super().__init__(image, **options)
        self._seed = seed
        self.with_exposed_ports(PORT)
        self.waiting_for(HttpWaitStrategy(PORT, "/_mock/api/health"))

    def _configure(self) -> None:
        """Allow the names under which this process and other containers call the server."""
        given = self.env.get("MOCKSTYTCH_ALLOWED_HOST", "")
        names = [*given.split(","), self.get_docker_client().host(), *(self._network_aliases or [])]
        self.with_env("MOCKSTYTCH_ALLOWED_HOST", ",".join(dict.fromkeys(name for name in names if name)))

    def start(self) -> Self:
        """Start the container, wait until the server is ready, and create the seed.

        Raises:
            MockError: if the seed isn't valid.
            TimeoutError: if the server isn't ready in time.
        """
        super().start()
        if self._seed is not None:
            self.get_mock().seed(self._seed, on_reset=True)
        return self

    def get_url(self) -> str:
        """Return the server's URL for this process."""
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(PORT)}"

    def get_mock(self) -> MockStytch:
        """Return a handle of the default project. Its ``project()`` returns handles of other projects."""
        return MockStytch(self.get_url(), DEFAULT_PROJECT_ID, DEFAULT_SECRET)
