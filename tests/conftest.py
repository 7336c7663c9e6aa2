"""What the tests share. API tests speak through the official client, over real HTTP, each in a project of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from stytch.core.response_base import StytchError

from mockstytch import MockStytch
from tests.given import Given


@pytest.fixture
def mock(mockstytch: MockStytch) -> MockStytch:
    return mockstytch


@pytest.fixture
def client(stytch_client: Any) -> Any:
    return stytch_client


@pytest.fixture
def given(mock: MockStytch, client: Any) -> Given:
    """Builders: ``given.organization()``, ``given.member()``, ``given.login()``."""
    return Given(mock, client)


@pytest.fixture
def http(mock: MockStytch) -> Iterator[httpx.Client]:
    """A bare HTTP client with the project's credentials, for what the official one can't send."""
    with httpx.Client(base_url=mock.url, auth=(mock.project_id, mock.secret), trust_env=False) as plain:
        yield plain


@pytest.fixture
def refused() -> Callable[..., str]:
    """``refused(client.organizations.get, "nope") == "organization_not_found"``"""

    def call(method: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
        with pytest.raises(StytchError) as caught:
            method(*args, **kwargs)
        details = caught.value.details
        assert details.status_code >= 400
        assert details.error_url.endswith(f"{details.status_code}#{details.error_type}")
        return str(details.error_type)

    return call
