"""Fixtures of the tests of the hosted pages."""

from collections.abc import Iterator

import pytest

from tests.support.app_server import app_server


@pytest.fixture
def app_url() -> Iterator[str]:
    """The redirect URL of an app."""
    with app_server() as url:
        yield f"{url}/in"
