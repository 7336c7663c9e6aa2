"""The calls with which the server describes itself."""

import asyncio
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from msgspec.structs import replace
from starlette.responses import Response

from mockstytch.control.surface import SERVER_WIDE, route
from mockstytch.runtime import Mock
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route, render_response

_GUIDE = replace(SERVER_WIDE, render_success=render_response)


def routes(mock: Mock, served: Callable[[], Sequence[Route]]) -> list[Route]:
    """Return the routes. Each document is built when it is first requested, because that takes longer than a start may.

    Args:
        served: returns all routes of the server.
    """

    @cache
    def document() -> dict[str, Any]:
        from mockstytch.about.openapi.document import build

        return build(served())

    @cache
    def manifest() -> Any:
        from mockstytch.about.manifest import build

        return build(document())

    async def get_openapi(request: HttpRequest) -> Any:
        """Return the OpenAPI document, with the URL at which the caller reached this server."""
        from mockstytch.about.openapi.document import servers

        built = await asyncio.to_thread(document)  # other requests shouldn't wait until it is built
        return {**built, "servers": servers(request.server_url)}

    async def get_manifest(_request: HttpRequest) -> Any:
        """Return what the server can do, its settings and limits."""
        return await asyncio.to_thread(manifest)

    async def get_guide(request: HttpRequest) -> Response:
        """Return how to write tests against this server, for coding agents."""
        from mockstytch.about.guide import render

        return Response(render(mock.settings, request.server_url), media_type="text/plain")

    return [
        route("GET", "/openapi.json", get_openapi, SERVER_WIDE),
        route("GET", "/manifest", get_manifest, SERVER_WIDE),
        Route("GET", "/llms.txt", _GUIDE, get_guide),
    ]
