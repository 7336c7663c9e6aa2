import json
from typing import Any

import pytest
import requests
import stytch

from mockstytch import MockStytch


class RecordingSession(requests.Session):
    """A session of the official client that keeps the last response."""

    last: requests.Response

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        self.last = super().send(request, **options)
        return self.last

    @property
    def raw(self) -> dict[str, Any]:
        """Return the JSON of the last response, with its keys in their order."""
        return json.loads(self.last.content)


@pytest.fixture
def wire() -> RecordingSession:
    return RecordingSession()


@pytest.fixture
def client(mock: MockStytch, wire: RecordingSession) -> Any:
    """The official client, with a session that keeps the last response."""
    return stytch.B2BClient(
        mock.project_id,
        mock.secret,
        environment=f"{mock.url}/",
        fraud_environment=f"{mock.url}/",
        suppress_warnings=True,
        sync_session=wire,
    )
