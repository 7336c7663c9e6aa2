"""Who may drive this server: callers that reach it by a name it knows, and no other web page."""

from urllib.parse import urlsplit

from starlette.requests import Request

from mockstytch import errors
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.surface import basic_credentials

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def require_trusted_origin(mock: Mock, request: Request) -> None:
    """
    Raises:
        host_not_allowed: the request came by a name that is neither loopback nor one that the server was told of.
        cross_site_request: another web page sent it.
    """
    host = _name(f"//{request.headers.get('host', '')}")
    if not _is_allowed(mock, host):
        raise errors.host_not_allowed(because=f"{host!r}: name it with --allowed-host")
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise errors.cross_site_request()
    require_same_origin(request)


def require_same_origin(request: Request) -> None:
    """
    Raises:
        cross_site_request: another web page sent it.
    """
    origin = request.headers.get("origin")
    if origin and origin.partition("://")[2] != request.headers.get("host"):
        raise errors.cross_site_request()


def _is_allowed(mock: Mock, host: str) -> bool:
    return host in {*_LOOPBACK, *mock.settings.allowed_hosts, _name(mock.settings.public_url)} or host.endswith(
        ".localhost"
    )


def _name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def project(mock: Mock, request: Request) -> Project:
    """The project that a request is about: of its credentials, else of ``?project_id=``, else the default one.

    Raises:
        unauthorized_credentials: wrong secret.
        project_not_found: nobody has used the project in the query yet.
    """
    if "authorization" in request.headers:
        return mock.projects.authenticate(
            *basic_credentials({b"authorization": request.headers["authorization"].encode("latin-1")})
        )
    project_id = request.query_params.get("project_id", mock.settings.project_id)
    found = mock.projects.find(project_id)
    if found is None or found.deleted:
        raise errors.project_not_found()
    return found
