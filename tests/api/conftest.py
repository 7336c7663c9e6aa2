"""What the tests of operations share: a look behind the scenes, for what no operation shows or brings about yet."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from mockstytch import MockStytch
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.webhooks import Event

Open = Callable[[], AbstractContextManager[Context]]


@pytest.fixture
def acme(given: Any) -> Any:
    """An organization."""
    return given.organization()


@pytest.fixture
def ada(given: Any, acme: Any) -> Any:
    """A member of ``acme``."""
    return given.member(acme, "ada@acme.test")


@pytest.fixture
def session(given: Any, acme: Any, ada: Any) -> Any:
    """The token of a session that ``ada`` started by magic link."""
    return given.login(acme, ada).session_token


@pytest.fixture
def rows(mockstytch_server: MockStytch, mock: MockStytch) -> Open:
    """The rows of the test's project: ``with rows() as ctx: ctx.store.all(Member)``. No client calls inside."""
    server = mockstytch_server._server
    if server is None:
        pytest.skip("the server is in another process")
    return lambda: server.mock.transaction(server.mock.projects.authenticate(mock.project_id, mock.secret))


@pytest.fixture
def events(rows: Open) -> Callable[[], list[tuple[str, str]]]:
    """What was told of so far: ``[("organization", "create"), …]``."""

    def told() -> list[tuple[str, str]]:
        with rows() as ctx:
            found = sorted(ctx.store.all(Event), key=lambda event: event.position)
            return [(event.object_type, event.action) for event in found]

    return told


@pytest.fixture
def written(rows: Open) -> Callable[..., None]:
    """Writes a member's columns as they are: ``written(ada, mfa_phone_number_verified=True)``."""

    def write(member: Any, **columns: Any) -> None:
        with rows() as ctx:
            ctx.store.update(ctx.store.get(Member, member_id=member.member_id), **columns)

    return write


@pytest.fixture
def why(http: Any) -> Callable[..., str]:
    """The error type of a bare request, for what the official client can't send: ``why("POST", path, {...})``."""

    def call(method: str, path: str, body: Any = None, **options: Any) -> str:
        return str(http.request(method, path, json=body, **options).json().get("error_type", "none"))

    return call
