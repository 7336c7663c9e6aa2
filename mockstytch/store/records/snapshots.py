"""Snapshots: saved states of a project."""

from datetime import datetime
from typing import Any

import msgspec

from mockstytch.clock import Clock
from mockstytch.store.record import PrimaryKey, Record, table
from mockstytch.store.records.projects import Project, ProjectSettings
from mockstytch.values import Frozen


class ProjectState(Frozen):
    """The part of a project's row that a snapshot or an export contains. It has no credentials."""

    name: str = "mockstytch"
    clock: Clock = Clock()
    settings: ProjectSettings = ProjectSettings()
    counters: dict[str, int] = {}

    @classmethod
    def of(cls, project: Project) -> "ProjectState":
        return cls(**{name: getattr(project, name) for name in cls.__struct_fields__})

    def columns(self) -> dict[str, Any]:
        """Return the columns of the project's row to write."""
        return msgspec.structs.asdict(self)


@table("snapshots", in_snapshots=False)
class Snapshot(Record):
    """A saved state of the project.

    Attributes:
        data_key: what the copies of its rows are stored under.
        created_at: the time by the project's clock.
        project: what it saves of the project's own row.
        rows: the number of copied rows.
        position: the order of creation.
    """

    name: PrimaryKey
    created_at: datetime
    project: ProjectState
    rows: int
    position: int
    data_key: str


@table("old_data", in_snapshots=False)
class OldData(Record):
    """A data key whose rows and copies have to be deleted. See ``runtime.purge``.

    Attributes:
        delete_at: the real time from which they can be deleted, in nanoseconds. An import or a restored snapshot that
            is still being written has a later one, which is lifted when it is complete.
    """

    data_key: PrimaryKey
    delete_at: int
