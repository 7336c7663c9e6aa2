"""The surface of the management API. Any caller that can reach the control API can use it, with any workspace key."""

from mockstytch import errors
from mockstytch.management import workspace
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import WORKSPACE, Project
from mockstytch.surfaces import origin
from mockstytch.surfaces.request import Headers, HttpRequest, basic_credentials
from mockstytch.surfaces.surface import Surface, render_body


def _environment_or_workspace(mock: Mock, request: HttpRequest) -> Project:
    """Return the environment that the path names, or the workspace if it names none.

    Raises:
        host_not_allowed: if the Host header isn't a trusted name.
        cross_site_request: if another web page sent the request.
        invalid_authorization_header: if there are no credentials.
        unauthorized_credentials: if the credentials are empty.
        project_not_found: if the project or environment doesn't exist.
    """
    origin.require_trusted_origin(mock, request)
    _require_key(request.header_bytes)
    mock.projects.default()  # register it: the workspace lists it
    path = request.path_params
    if "environment_slug" not in path:
        return WORKSPACE
    with mock.transaction(WORKSPACE) as ctx:
        return workspace.environment(ctx, path["project_slug"], path["environment_slug"])


def _require_key(headers: Headers) -> None:
    """Accept any workspace key (id and secret) and any access token, as long as it isn't empty."""
    scheme, _, value = headers.get(b"authorization", b"").partition(b" ")
    given = (value.strip(),) if scheme.lower() == b"bearer" else basic_credentials(headers)
    if not all(given):
        raise errors.unauthorized_credentials(because="an empty workspace key")


MANAGEMENT = Surface(
    name="management",
    authenticate=_environment_or_workspace,
    render_success=render_body,
    first_lock=WORKSPACE.project_id,
)
