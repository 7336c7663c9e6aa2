"""The faces of the API: the same operations behind different credentials and in different envelopes."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping

import msgspec

from mockstytch import errors
from mockstytch.domain.sessions import actors
from mockstytch.runtime import Actor, Context, Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.endpoint import Body

Headers = Mapping[bytes, bytes]


class Surface(msgspec.Struct, frozen=True):
    """How callers of one surface are known, and how it wraps its answers.

    Attributes:
        project: the project that the credentials open.
        actor: who is calling, seen from inside the project.
        envelope: what is put around a success.
    """

    project: Callable[[Mock, Headers, dict[str, str]], Project]
    actor: Callable[[Context, Headers], Actor]
    envelope: Callable[[Body], Body]


def basic_credentials(headers: Headers) -> tuple[str, str]:
    """User and password of an HTTP Basic header.

    Raises:
        invalid_authorization_header: there is none, or it can't be read.
    """
    scheme, _, value = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"basic":
        raise errors.invalid_authorization_header(because="no Basic credentials")
    try:
        user, colon, password = b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise errors.invalid_authorization_header(because="not base64") from None
    if not colon:
        raise errors.invalid_authorization_header(because="no colon between user and password")
    return user, password


def _project_of_credentials(mock: Mock, headers: Headers, _path: dict[str, str]) -> Project:
    project = mock.projects.authenticate(*basic_credentials(headers))
    if project.vertical == "CONSUMER":
        raise errors.invalid_b2b_endpoint()
    return project


def _acting_member(ctx: Context, headers: Headers) -> Actor:
    """A member, if a session came along in the headers; else the project itself."""
    token = headers.get(b"x-stytch-member-session", b"").decode("latin-1")
    jwt = headers.get(b"x-stytch-member-sessionjwt", b"").decode("latin-1")
    return actors.actor_from_session(ctx, token, jwt) if token or jwt else Actor()


def _project_in_path(mock: Mock, _headers: Headers, path: dict[str, str]) -> Project:
    try:
        project = mock.projects.find(path["project_id"])
    except errors.StytchError:
        raise errors.invalid_project_id() from None
    if (project is None or project.deleted) and mock.settings.closed:
        raise errors.project_not_found()
    return project or Project(project_id=path["project_id"], secret="")  # not registered: it has no rows to see


BACKEND = Surface(_project_of_credentials, _acting_member, lambda body: body)
PUBLIC = Surface(_project_in_path, lambda _ctx, _headers: Actor(), lambda body: body)
