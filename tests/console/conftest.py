"""What the console's tests share: a plain visitor. The browser is every test's."""

from collections.abc import Iterator

import httpx
import pytest

from mockstytch import MockStytch


@pytest.fixture
def visitor(mock: MockStytch) -> Iterator[httpx.Client]:
    """Looks at the test's project as a browser does: by the query, without credentials."""
    with httpx.Client(base_url=mock.url, params={"project_id": mock.project_id}, trust_env=False) as plain:
        yield plain
