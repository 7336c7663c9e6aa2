"""Fixtures for tests of operations: access to the rows, for states that no operation shows or sets."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from mockstytch import MockStytch
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member

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
    """Open a transaction of the test's project: ``with rows() as ctx: ctx.store.all(Member)``. Make no calls inside."""
    server = mockstytch_server._server
    if server is None:
        pytest.skip("the server is in another process")
    return lambda: server.mock.transaction(server.mock.projects.authenticate(mock.project_id, mock.secret))


@pytest.fixture
def set_columns(rows: Open) -> Callable[..., None]:
    """Set columns of a member without any rule: ``set_columns(ada, mfa_phone_number_verified=True)``."""

    def call(member: Any, **columns: Any) -> None:
        with rows() as ctx:
            ctx.store.update(ctx.store.get(Member, member_id=member.member_id), **columns)

    return call


@pytest.fixture
def error_type_of(http: Any) -> Callable[..., str]:
    """Send a request that the official client can't send, and return its error type; "none" for a success.

    For example ``error_type_of("POST", path, {...})``.
    """

    def call(method: str, path: str, body: Any = None, **options: Any) -> str:
        return str(http.request(method, path, json=body, **options).json().get("error_type", "none"))

    return call


why = error_type_of  # the former name, which tests/scim still uses
