"""The domain of a project: the base URL of its OAuth server, and the issuer of the tokens that clients get there.

In production each project has a domain beside the host of the API. Here a project's domain is
``<url>/v1/public/<project>``. It is also ``<project>.customers.stytch.localhost``, with the port of this server. The
default project also has the URL of the server as its domain.

An app that is hard-wired to ``test.stytch.com`` sends that name to this server. Then, as in production, the metadata
of a project at ``/v1/public/<project>`` is the metadata of the API's host.
"""

import re

from mockstytch.store.records.projects import Project
from mockstytch.surfaces.request import HttpRequest

_BELOW_DOMAIN = re.compile(r"/v1/public/([^/]+)(/(?:v1|\.well-known)/.+)")
# RFC 8414, 3.1: the well-known part comes before the path of the issuer.
_INSERTED = re.compile(r"(/\.well-known/[^/]+)/v1/public/([^/]+)")
_HOST = re.compile(r"(project-[0-9a-z-]+)\.customers\.stytch\.localhost(:\d+)?", re.IGNORECASE)
_API_HOSTS = re.compile(r"(?:test|api)\.stytch\.com(?::\d+)?", re.IGNORECASE)
_AT_ROOT = ("/v1/oauth2/", "/.well-known/")


def split_path(path: str) -> tuple[str, str]:
    """Return the id of the project whose domain a path begins with, or "", and the path below the domain."""
    if match := _BELOW_DOMAIN.fullmatch(path):
        return match[1], match[2]
    if match := _INSERTED.fullmatch(path):
        return match[2], match[1]
    return "", path


def named_project(request: HttpRequest) -> str:
    """Return the id of the project whose domain the caller used, or "" at the API's host."""
    if request.domain_project_id:
        return request.domain_project_id
    host = _host(request)
    match = _HOST.fullmatch(host) if host else None
    return match[1].lower() if match else ""


def url(request: HttpRequest, project: Project, base_url: str) -> str:
    """Return the URL of the project's domain that the caller used, or "" at the API's host.

    Args:
        project: the project of the caller.
        base_url: the URL of this server.
    """
    host = _host(request)
    if not host and not request.domain_project_id:  # most requests
        return base_url if request.path.startswith(_AT_ROOT) else ""
    named = named_project(request)
    if host and _API_HOSTS.fullmatch(host):
        return ""
    if not named:
        return base_url if request.path.startswith(_AT_ROOT) else ""
    if named != project.project_id:
        return ""  # the credentials of another project
    return f"{base_url}/v1/public/{named}" if request.domain_project_id else request.server_url


def _host(request: HttpRequest) -> str:
    """Return the Host header if it is one that this module knows, else ""."""
    host = request.header_bytes.get(b"host", b"")
    return host.decode("latin-1") if b"stytch." in host.lower() else ""
