"""Fixtures of the webhook tests."""

import pytest

from tests.webhooks.receiver import Receiver


@pytest.fixture
def receiver():
    """An app's webhook endpoint."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def frozen(mock):
    """Freeze the project's clock, so that retries happen only when a test moves it."""
    return mock.clock.freeze()
