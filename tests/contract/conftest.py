import json
from typing import Any

import pytest
import requests
import stytch

from mockstytch import MockStytch


class RecordingSession(requests.Session):
    """A session of the official client that keeps the responses."""

    def __init__(self) -> None:
        super().__init__()
        self.responses: list[requests.Response] = []

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        self.responses.append(super().send(request, **options))
        return self.last

    @property
    def last(self) -> requests.Response:
        """Return the last response."""
        return self.responses[-1]

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
