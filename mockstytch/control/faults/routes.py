"""The calls for faults."""

from typing import Any

from mockstytch import errors
from mockstytch.control.faults.checks import check
from mockstytch.control.request_parsing import body
from mockstytch.control.surface import route
from mockstytch.faults.registry import Fault
from mockstytch.runtime import Mock
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route

MAX_FAULTS = 1000  # in a project


def routes(mock: Mock) -> list[Route]:
    async def add(request: HttpRequest) -> Any:
        """Add a fault, and return it with its id.

        Raises:
            bad_request: if the project has 1,000 faults.
        """
        checked = check(body(request, dict[str, Any]), mock.faults.targets())
        project = request.project
        if len(mock.faults.of(project.project_id)) >= MAX_FAULTS:
            raise errors.bad_request(because=f"the project already has {MAX_FAULTS} faults")
        fault = Fault(mock.ids.new("fault"), checked, mock.ids.chance(), project.clock.now())
        mock.faults.add(project.project_id, fault)
        return _serialize(fault)

    async def list_faults(request: HttpRequest) -> Any:
        return {"faults": [_serialize(fault) for fault in mock.faults.of(request.project.project_id)]}

    async def delete(request: HttpRequest) -> Any:
        """Remove a fault, and return it as it was.

        Raises:
            fault_not_found: if the project has no fault with this id.
        """
        fault = mock.faults.remove(request.project.project_id, request.path_params["fault_id"])
        if fault is None:
            raise errors.fault_not_found()
        return _serialize(fault)

    async def delete_all(request: HttpRequest) -> Any:
        mock.faults.clear(request.project.project_id)
        return {}

    return [
        route("POST", "/faults", add),
        route("GET", "/faults", list_faults),
        route("DELETE", "/faults/{fault_id}", delete),
        route("DELETE", "/faults", delete_all),
    ]


def _serialize(fault: Fault) -> dict[str, Any]:
    return {"fault_id": fault.fault_id, **fault.given, "hits": fault.hits}
