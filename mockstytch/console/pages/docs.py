"""How to point an app at this server, and what it serves."""

from collections.abc import Callable

from starlette.responses import Response

from mockstytch import errors
from mockstytch.console import reference
from mockstytch.console.page import PageRequest
from mockstytch.gaps import GAPS
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.surfaces.surface import Route


def docs(
    endpoints: list[Endpoint], management: list[Endpoint], control: list[Route]
) -> Callable[[PageRequest], Response]:
    """Return the page that lists these operations.

    Args:
        endpoints, management: operations of the API and of the management API.
        control: routes. Those outside the control API are left out.
    """

    def show(page: PageRequest) -> Response:
        return page.render(
            "docs.html",
            api=reference.operations(endpoints),
            management=reference.operations(management),
            gaps=GAPS,
            control=reference.control(control),
            **reference.setup(page.project, page.server_url),
        )

    return show


def own_errors(page: PageRequest) -> Response:
    """Show the errors with a status that only this server has. Their ``error_url`` is this page."""
    status = page.parameter("status")
    kinds = [kind for kind in errors.own() if str(kind.status_code) == status]
    if not kinds:
        raise errors.route_not_found(because=f"no error of this server's own has the status {status[:10]}")
    return page.render("errors.html", kinds=kinds, status_code=status)
