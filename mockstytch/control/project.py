"""The project itself: credentials and settings, reset, signing keys."""

import asyncio
from typing import Any

import msgspec

from mockstytch import errors, keys
from mockstytch.clock import position
from mockstytch.control.request_parsing import body, choice, flag
from mockstytch.control.settings import configure
from mockstytch.control.surface import SERVER_WIDE, route
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project, SigningKey
from mockstytch.surfaces import origin
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen

_ABOUT = ("label", "run_id")  # they aren't settings: a reset, a seed and a snapshot leave them as they are
_MOST_CHARACTERS = 1000


class RotateKeysBody(Frozen, forbid_unknown_fields=True):
    """Whether the JWKS leaves the new key out, so that the JWTs that it signs can't be verified."""

    bad_signatures: bool = False


def routes(mock: Mock) -> list[Route]:
    async def get_project(request: HttpRequest) -> Any:
        return serialize(mock, request.project)

    async def patch_project(request: HttpRequest) -> Any:
        given = body(request, dict[str, Any])
        about = {name: given.pop(name) for name in _ABOUT if name in given}
        if any(not isinstance(text, str) or len(text) > _MOST_CHARACTERS for text in about.values()):
            raise errors.bad_request(because=f"label and run_id are texts of at most {_MOST_CHARACTERS} characters")
        project = configure(mock, request.project, given)
        return serialize(mock, mock.projects.update(project, **about) if about else project)

    async def reset(request: HttpRequest) -> Any:
        """Return the project to its seed, or all with ``?all=true``. With ``?to=empty``, leave it empty."""
        to = choice(request, "to", ("seed", "empty"))
        projects = mock.projects.all() if flag(request, "all") else [origin.project(mock, request)]
        emptied = []
        for project in projects:
            emptied.append(mock.reset(project))
            await asyncio.sleep(0)  # other requests run between two projects
        for hook in mock.after_reset if to != "empty" else []:
            for project in emptied:
                await hook(project)
        return {}

    async def rotate_keys(request: HttpRequest) -> Any:
        """Create a new signing key. With ``?drop=true``, remove the old keys from the JWKS."""
        drop, bad_signatures = flag(request, "drop"), body(request, RotateKeysBody).bad_signatures
        kid = mock.ids.new("jwk")
        pem, jwk = keys.new_key(kid)
        with mock.transaction(request.project) as ctx:
            if drop:
                ctx.store.delete_all(SigningKey)
            published = {} if bad_signatures else jwk
            key = SigningKey(kid=kid, private_key=pem, jwk=published, created_at=ctx.now, position=position())
            ctx.store.insert(key)
            counted = {"keys_rotated": 1} | ({"built_in_key_dropped": 1} if drop else {})
            ctx.update_project(counters=ctx.project.counters | counted)
        return {"kid": kid}

    return [
        route("GET", "/project", get_project),
        route("PATCH", "/project", patch_project),
        route("POST", "/reset", reset, SERVER_WIDE),
        route("POST", "/keys/rotate", rotate_keys),
    ]


def serialize(mock: Mock, project: Project) -> dict[str, Any]:
    """Return the project's credentials and settings, and how many old messages, events and requests were dropped."""
    dropped = {name: count for name, count in project.counters.items() if name.endswith("_dropped")}
    if requests := mock.request_log.dropped(project.project_id):
        dropped["requests_dropped"] = requests
    return {
        "project_id": project.project_id,
        "secret": project.secret,
        "public_token": project.public_token,
        "name": project.name,
        "label": project.label,
        "run_id": project.run_id,
        "dropped": dropped,
        **msgspec.to_builtins(project.settings),
    }
