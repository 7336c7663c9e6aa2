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


@pytest.fixture
def anyone(mock: MockStytch) -> Iterator[httpx.Client]:
    """An HTTP client that follows the links of a page: it adds no project, which would replace a URL's own query."""
    with httpx.Client(base_url=mock.url, trust_env=False) as client:
        yield client
