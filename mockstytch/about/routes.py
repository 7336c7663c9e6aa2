"""The calls with which the server describes itself."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from mockstytch.control.surface import SERVER_WIDE, route
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route


def routes(served: Callable[[], Sequence[Route]]) -> list[Route]:
    """Return the routes. Each document is built when it is first requested, because that takes longer than a start may.

    Args:
        served: returns all routes of the server.
    """

    @cache
    def document() -> dict[str, Any]:
        from mockstytch.about.document import build

        return build(served())

    async def openapi(request: HttpRequest) -> Any:
        """Return the OpenAPI document, with the URL at which the caller reached this server."""
        from mockstytch.about.document import servers

        return {**document(), "servers": servers(request.server_url)}

    return [route("GET", "/openapi.json", openapi, SERVER_WIDE)]
