"""Find projects by what they are called, their test run, and when they were last used."""

from datetime import datetime, timedelta
from typing import Any

from mockstytch import wire
from mockstytch.clock import Clock
from mockstytch.runtime import Mock
from mockstytch.store.records.members import MemberCount
from mockstytch.store.records.projects import Project
from mockstytch.values import Frozen


class Filters(Frozen):
    """What the projects to find have in common.

    Attributes:
        q: a part of the label, the name, the test run or the id; upper and lower case are the same.
        run_id: the test run.
        unused_minutes: how long they haven't been used, in minutes of real time.
    """

    q: str = ""
    run_id: str = ""
    unused_minutes: int = 0


def find(mock: Mock, filters: Filters) -> list[Project]:
    """Return the projects that match all filters: the default project, then the others, newest first."""
    wanted = filters.q.lower()
    found = [
        project
        for project in mock.projects.all()
        if filters.run_id in ("", project.run_id)
        and (not wanted or any(wanted in text.lower() for text in _texts(project)))
    ]
    if filters.unused_minutes:
        latest = Clock().now() - timedelta(minutes=filters.unused_minutes)
        found = [project for project in found if used_at(mock, project) <= latest]
    default_id = mock.settings.project_id  # its position says when it was first used
    return sorted(found, key=lambda project: (project.project_id == default_id, project.position), reverse=True)


def used_at(mock: Mock, project: Project) -> datetime:
    """Return the real time at which a project was last used, or was created."""
    return mock.request_log.used_at(project.project_id) or max(project.created_at, mock.started_at)


def serialize(mock: Mock, project: Project) -> dict[str, Any]:
    """Return a project, with the numbers of its members and of its logged requests."""
    column = MemberCount.table.c
    with mock.transaction(project, read_only=True) as ctx:
        members = ctx.store.sum(ctx.store.query(MemberCount).where(column.status != "deleted"), column.members)
    return {
        "project_id": project.project_id,
        "name": project.name,
        "label": project.label,
        "run_id": project.run_id,
        "created_at": wire.time(project.created_at),
        "used_at": wire.time(used_at(mock, project)),
        "members": members,
        "requests": mock.request_log.count(project.project_id),
    }


def _texts(project: Project) -> tuple[str, ...]:
    return project.label, project.name, project.run_id, project.project_id
