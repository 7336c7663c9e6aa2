"""Operations of the management API on the project that the console shows."""

from collections.abc import Iterable, Mapping
from typing import Any

from mockstytch.runtime import Mock
from mockstytch.store.records.projects import WORKSPACE, Environment, Project
from mockstytch.surfaces.endpoint import Body, Endpoint
from mockstytch.surfaces.validation import parse

_ONLY_ENVIRONMENT = "test"  # the environment of a project that isn't in the workspace


class ManagementCalls:
    """The operations of the management API, by name: ``redirect_urls.create``."""

    def __init__(self, mock: Mock, endpoints: Iterable[Endpoint]) -> None:
        self._mock = mock
        self._endpoints = {endpoint.name: endpoint for endpoint in endpoints}

    def __contains__(self, name: str) -> bool:
        return name in self._endpoints

    @staticmethod
    def slug(project: Project) -> str:
        """Return the slug of the management API's project that a project is an environment of."""
        return project.project_slug or project.project_id

    def run(self, project: Project, name: str, fields: Mapping[str, Any]) -> Body:
        """Run an operation on a project, which is an environment of the management API, and return its result.

        Args:
            fields: the operation's fields, without the slugs of the path.

        Raises:
            StytchError: if the operation refuses it.
        """
        endpoint = self._endpoints[name]
        of_environment = "{environment_slug}" in endpoint.path
        slugs = {"project_slug": self.slug(project)}
        with self._mock.transaction(project if of_environment else WORKSPACE, first_lock=WORKSPACE.project_id) as ctx:
            if of_environment:
                workspace = ctx.store.for_project(WORKSPACE.project_id)
                row = workspace.find(Environment, environment_project_id=project.project_id)
                slugs["environment_slug"] = row.environment_slug if row else _ONLY_ENVIRONMENT
            ctx.source = "dashboard"
            return endpoint.operation(ctx, parse(endpoint.request, {**fields, **slugs}))
