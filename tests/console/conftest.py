"""Fixtures of the console's tests."""

from collections.abc import Iterator

import httpx
import pytest

from mockstytch import MockStytch


@pytest.fixture
def visitor(mock: MockStytch) -> Iterator[httpx.Client]:
    """An HTTP client that selects the test's project by the query, without credentials, as a browser does."""
    with httpx.Client(base_url=mock.url, params={"project_id": mock.project_id}, trust_env=False) as client:
        yield client
