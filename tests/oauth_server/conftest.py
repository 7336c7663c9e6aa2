"""Fixtures of the OAuth server tests: a member, an app, and a plain client of the OAuth endpoints."""

import pytest

from mockstytch import MockStytch
from tests.contract.oauth import OPENID, authorized, login, new_app


class Server:
    """The OAuth endpoints of a project, called without an OAuth library."""

    def __init__(self, mock, http):
        self.mock, self.http, self.path = mock, http, f"/v1/public/{mock.project_id}"
        http.auth = None

    def post(self, name, data=None, **options):
        """Send a form to an endpoint."""
        return self.http.post(f"{self.path}/oauth2/{name}", data=data or {}, **options)

    def error(self, name, data=None, **options):
        """Return the status and the error of a refused request. Any other response fails the test."""
        response = self.post(name, data, **options)
        body = response.json()
        assert list(body) == ["status_code", "request_id", "error", "error_description", "error_uri"]
        return response.status_code, body["error"]

    def because(self):
        """Return the reason that the request log gives for the last request."""
        return self.mock.requests()[-1].because


@pytest.fixture
def server(mock, http):
    return Server(mock, http)


@pytest.fixture
def ada(given):
    """A member who is logged in."""
    return login(given)


@pytest.fixture
def app(given):
    """A third-party app."""
    return new_app(given)


@pytest.fixture
def code_for(given, ada):
    """``code_for(app, scopes, **options)``: a new authorization code."""

    def authorize(app, scopes=tuple(OPENID), **options):
        return authorized(given, app, list(scopes), session_token=ada.session_token, **options).authorization_code

    return authorize


@pytest.fixture(scope="module")
def module_server():
    """A server of this module, because its URL is the domain of its default project, which all tests share."""
    with MockStytch() as mock:
        yield mock


@pytest.fixture
def own_server(module_server):
    module_server.reset()
    return module_server
