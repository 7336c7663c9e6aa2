"""Seeds in the control API."""

from typing import Any

from mockstytch import errors
from mockstytch.control.request_parsing import body, flag
from mockstytch.control.surface import LARGE_BODY, route
from mockstytch.runtime import Mock
from mockstytch.seed_file import SeedError
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route


def routes(mock: Mock) -> list[Route]:
    """Return the routes. Importing what they need takes longer than a start may."""

    async def seed(request: HttpRequest) -> Any:
        """Create what a seed describes. With ``?on_reset=true``, do so after each reset of its projects, too.

        Raises:
            invalid_seed: if an entry of the seed isn't valid. The reason has its place.
        """
        from mockstytch.seed.entries import apply_content, keep_for_resets

        content, on_reset = body(request, dict[str, Any]), flag(request, "on_reset")
        try:
            await apply_content(mock, content, request.project)
        except SeedError as e:
            raise errors.invalid_seed(because=str(e)) from None
        if on_reset:
            keep_for_resets(mock, content, request.project)
        return {}

    async def schema(_request: HttpRequest) -> Any:
        from mockstytch.seed.schema import seed_schema

        return seed_schema()

    return [route("POST", "/seed", seed, LARGE_BODY), route("GET", "/seed-schema.json", schema)]
