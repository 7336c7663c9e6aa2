"""Access rules of the control API, console and management API: trusted host names only, no other web pages."""

from mockstytch import errors
from mockstytch.protocols import host_names
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.request import HttpRequest, basic_credentials


def require_trusted_origin(mock: Mock, request: HttpRequest) -> None:
    """Check that a request was sent to a trusted host name, and not by another web page.

    Raises:
        host_not_allowed: if the Host header isn't loopback or a name given by ``--allowed-host``.
        cross_site_request: if another web page sent the request.
    """
    if not host_names.is_trusted(request.host_name, mock.settings):
        raise errors.host_not_allowed(because=host_names.refusal(request.host_name))
    if request.header_bytes.get(b"sec-fetch-site") in (b"cross-site", b"same-site"):
        raise errors.cross_site_request()
    require_same_origin(request)


def require_same_origin(request: HttpRequest) -> None:
    """Check that no other web page sent the request.

    Raises:
        cross_site_request: if another web page sent the request.
    """
    origin = request.header_bytes.get(b"origin")
    if origin and origin.partition(b"://")[2] != request.header_bytes.get(b"host"):
        raise errors.cross_site_request()


def project(mock: Mock, request: HttpRequest, *, create: bool = False) -> Project:
    """Return the project of a request: from its Basic credentials, or ``?project_id=``, or the default project.

    Args:
        create: whether to register an unknown project with the credentials. Only for requests that set something.

    Raises:
        unauthorized_credentials: if the secret is wrong.
        project_not_found: if the project isn't registered.
    """
    if b"authorization" in request.header_bytes:
        project_id, secret = basic_credentials(request.header_bytes)
        if create or mock.projects.find(project_id) is not None:
            return mock.projects.authenticate(project_id, secret)
    else:
        project_id = request.query_params.get("project_id", mock.settings.project_id)
        found = mock.projects.find(project_id)
        if found is not None and not found.deleted:
            return found
    raise errors.project_not_found(because=f"There is no {project_id}. The first API request of a project creates it.")
