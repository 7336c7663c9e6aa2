"""One successful call of each operation, prepared but not sent: every SDK sends it in its own way.

The stories of ``tests/contract`` create what an operation needs, and end with a call of it. Here everything in a story
is sent, except for its last request. That is kept, by the names of its fields on the wire.
"""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
import stytch

from mockstytch import MockStytch
from tests.contract.operations import operations, plain
from tests.contract.stories import STORIES
from tests.support.given import Given


class PreparedCall(NamedTuple):
    """
    Attributes:
        operation: the name in the Python SDK: ``organizations.members.create``.
        fields: all values, whether they belong in the path, the query or the body.
        session_token, session_jwt: of the member who makes the call, or "".
    """

    operation: str
    project_id: str
    secret: str
    fields: dict[str, Any]
    session_token: str
    session_jwt: str


class Captured(BaseException):  # no story catches it
    """The last request of a story."""

    def __init__(self, request: requests.PreparedRequest) -> None:
        self.request = request


class _CapturingSession(requests.Session):
    """Sends requests and counts them, until it gets the one to capture."""

    def __init__(self, capture: int | None = None) -> None:
        super().__init__()
        self.count, self._capture = 0, capture

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        self.count += 1
        if self.count == self._capture:
            raise Captured(request)
        return super().send(request, **options)


def prepare(create_project: Callable[[], MockStytch], name: str) -> PreparedCall:
    """Prepare a call of an operation in a new project.

    Args:
        create_project: returns an empty project. It is called twice: the first run finds out which request is the last.
        name: the operation.
    """
    sent = _CapturingSession()
    _run(create_project(), name, sent)
    mock = create_project()
    try:
        _run(mock, name, _CapturingSession(sent.count))
    except Captured as captured:
        return _describe(mock, name, captured.request)
    raise AssertionError(f"the story of {name} sent fewer requests when it ran again")


def _run(mock: MockStytch, name: str, session: requests.Session) -> None:
    client = stytch.B2BClient(
        mock.project_id,
        mock.secret,
        environment=f"{mock.url}/",
        fraud_environment=f"{mock.url}/",
        suppress_warnings=True,
        sync_session=session,
    )
    client.debug.whoami()  # creates the project
    mock.clock.freeze()  # so that no code expires before an SDK sends it
    STORIES[name](Given(mock, client))


def _describe(mock: MockStytch, name: str, request: requests.PreparedRequest) -> PreparedCall:
    operation = operations()[name]
    url = urlsplit(request.url)
    template = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", operation.path)
    path = re.fullmatch(template, url.path)
    assert path, f"the last request of {name} goes to {url.path}"
    fields: dict[str, Any] = {field: unquote(value) for field, value in path.groupdict().items()}
    fields |= dict(parse_qsl(url.query)) | _body(request)
    fields = {field: _typed(value, operation.fields.get(field, Any)) for field, value in fields.items()}
    if request.headers["Content-Type"] != "application/json":  # each SDK has a helper that takes these parameters
        fields.pop("project_id")
        fields |= {"scopes": fields.pop("scope").split()} if "scope" in fields else {}
    token = request.headers.get("X-Stytch-Member-Session", "")
    return PreparedCall(
        name, mock.project_id, mock.secret, fields, token, request.headers.get("X-Stytch-Member-SessionJWT", "")
    )


def _body(request: requests.PreparedRequest) -> dict[str, Any]:
    body = request.body or b"{}"
    text = body.decode() if isinstance(body, bytes) else body
    if request.headers["Content-Type"] == "application/json":
        return json.loads(text)
    return dict(parse_qsl(text))


def _typed(value: Any, hint: Any) -> Any:
    """Return a value of a query as the type that the SDK takes."""
    if not isinstance(value, str) or plain(hint) not in (bool, int):
        return value
    return value == "True" if plain(hint) is bool else int(value)
