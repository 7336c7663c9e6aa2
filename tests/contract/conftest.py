import json
from typing import Any

import pytest
import requests
import stytch

from mockstytch import MockStytch


class Listening(requests.Session):
    """Keeps the last answer, as it came."""

    last: requests.Response

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        self.last = super().send(request, **options)
        return self.last

    @property
    def raw(self) -> dict[str, Any]:
        """The last answer's JSON, keys in the order in which they came."""
        return json.loads(self.last.content)


@pytest.fixture
def wire() -> Listening:
    return Listening()


@pytest.fixture
def client(mock: MockStytch, wire: Listening) -> Any:
    """The official client, overheard."""
    return stytch.B2BClient(
        mock.project_id,
        mock.secret,
        environment=f"{mock.url}/",
        fraud_environment=f"{mock.url}/",
        suppress_warnings=True,
        sync_session=wire,
    )
