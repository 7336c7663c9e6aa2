"""Who may manage: whoever may drive this server, with any workspace key."""

from starlette.requests import Request

from mockstytch import errors
from mockstytch.management import workspace
from mockstytch.runtime import Actor, Mock
from mockstytch.store.records.projects import WORKSPACE, Project
from mockstytch.surfaces import origin
from mockstytch.surfaces.surface import Headers, Surface, basic_credentials


def _project(mock: Mock, headers: Headers, path: dict[str, str]) -> Project:
    """The environment that the path names, or the workspace where it names none.

    Raises:
        host_not_allowed, cross_site_request: see ``guard.check``.
        invalid_authorization_header: no credentials.
        unauthorized_credentials: empty ones.
        project_not_found: no such project or environment.
    """
    origin.require_trusted_origin(mock, Request({"type": "http", "headers": list(headers.items())}))
    _check_key(headers)
    mock.projects.default()  # which is there from the start, although nobody asked for it yet
    if "environment_slug" not in path:
        return WORKSPACE
    with mock.transaction(WORKSPACE) as ctx:
        return workspace.environment(ctx, path["project_slug"], path["environment_slug"])


def _check_key(headers: Headers) -> None:
    """A workspace key's id and secret, or an access token: whatever they are, as long as there are any."""
    scheme, _, value = headers.get(b"authorization", b"").partition(b" ")
    given = (value.strip(),) if scheme.lower() == b"bearer" else basic_credentials(headers)
    if not all(given):
        raise errors.unauthorized_credentials(because="an empty workspace key")


MANAGEMENT = Surface(_project, lambda _ctx, _headers: Actor(), lambda body: body)
