"""The responses and the query parameters of the test harness as types: project, clock, faults, snapshots, requests.

See ``control_shapes``, for messages, webhooks and logins.
"""

from typing import Any, Literal

from msgspec import UNSET, UnsetType

from mockstytch.about.types.objects import Fields, Time
from mockstytch.faults.rules import Rule
from mockstytch.store.records.projects import ProjectSettings
from mockstytch.values import Frozen


class Empty(Frozen):
    """Nothing: the call succeeded."""


class Health(Frozen):
    """The server's status."""

    status: Literal["ok"]
    version: str


class ProjectDetails(ProjectSettings):
    """The project's credentials and settings.

    Attributes:
        label: what uses the project, such as the name of a test.
        run_id: the test run that the project belongs to.
        dropped: how many old messages and events were deleted, by kind.
    """

    project_id: str
    secret: str
    public_token: str
    name: str
    label: str
    run_id: str
    dropped: dict[str, int]


class ProjectChange(ProjectSettings):
    """The settings to change. The others stay. Unknown names are refused."""

    name: str = "mockstytch"
    label: str = ""
    run_id: str = ""


class ListedProject(Frozen):
    """A project of the server.

    Attributes:
        label: what uses it, such as the name of a test.
        run_id: the test run that it belongs to.
        created_at, used_at: real times. It is used by every request, except to the control API and the console.
        members: how many members it has, without deleted ones.
        requests: how many of its requests the log has.
    """

    project_id: str
    name: str
    label: str
    run_id: str
    created_at: Time
    used_at: Time
    members: int
    requests: int


class Projects(Frozen):
    """Projects: the default project, then the others, newest first.

    Attributes:
        total: how many match the filters.
        next_after: what to pass as ``after`` for the next ones; "" if there are none.
    """

    projects: list[ListedProject]
    total: int
    next_after: str


class DeletedProjects(Frozen):
    """How many projects were deleted."""

    deleted: int


class UnusedQuery(Frozen):
    """
    Attributes:
        run_id: only the projects of this test run.
        unused_minutes: only the projects that weren't used for so many minutes of real time.
    """

    run_id: str = ""
    unused_minutes: int = 0


class ProjectQuery(UnusedQuery):
    """
    Attributes:
        q: a part of the label, the name, the test run or the id.
        limit: the maximum number of projects.
        after: the id of the last project that was seen: the previous ``next_after``.
    """

    q: str = ""
    limit: int = 100
    after: str = ""


class ResetQuery(Frozen):
    """
    Attributes:
        all: reset all projects.
        to: what the project contains afterwards: the data of its seed, or nothing.
    """

    all: bool = False
    to: Literal["seed", "empty"] = "seed"


class SeedQuery(Frozen):
    """
    Attributes:
        on_reset: create it after each reset of the project, too.
    """

    on_reset: bool = False


class Clock(Frozen):
    """The project's clock.

    Attributes:
        offset_seconds: the difference from real time.
    """

    now: Time
    frozen: bool
    offset_seconds: float


class RotateKeysQuery(Frozen):
    """
    Attributes:
        drop: remove the old keys from the JWKS.
    """

    drop: bool = False


class NewKey(Frozen):
    """The id of the new signing key."""

    kid: str


# Faults, snapshots and requests


class Replayed(Frozen):
    """The response to a request that was sent again.

    Attributes:
        request_id: the id of the new request; "" if the response has none.
    """

    status_code: int
    request_id: str


class Fault(Rule):
    """A fault: its rule, with the fields that were sent, and how often it was hit."""

    fault_id: str
    hits: int


class Faults(Frozen):
    """The faults, oldest first."""

    faults: list[Fault]


class Snapshot(Frozen):
    """A saved state of the project.

    Attributes:
        created_at: the time on the project's clock.
        rows: the number of saved rows.
    """

    name: str
    created_at: Time
    rows: int


class Snapshots(Frozen):
    """The snapshots, oldest first."""

    snapshots: list[Snapshot]


class DiffQuery(Frozen):
    """
    Attributes:
        object_type: types to compare, separated by commas; all, if empty.
    """

    object_type: str = ""


class DiffObject(Frozen):
    """An object that was created or deleted since a snapshot, with its fields."""

    object_type: str
    id: str
    object: Fields


class DiffField(Frozen, rename={"is_": "is"}):
    """A field that differs: its value in the snapshot, and now."""

    was: Any
    is_: Any


class DiffChange(Frozen):
    """An object that was changed since a snapshot.

    Attributes:
        object_type: ``project`` for settings and clock.
    """

    object_type: str
    id: str
    fields: dict[str, DiffField]


class Diff(Frozen):
    """The differences between a snapshot and the project."""

    created: list[DiffObject]
    changed: list[DiffChange]
    deleted: list[DiffObject]


class ExportedProject(Frozen):
    """The project's own settings and clock in an export."""

    name: str
    clock: Fields
    settings: Fields
    counters: dict[str, int]


class Export(Frozen):
    """Everything that a project holds.

    Attributes:
        format: the version of the format: ``mockstytch/1``.
        tables: the rows of each table.
    """

    format: str
    project_id: str
    project: ExportedProject
    tables: dict[str, list[Fields]]


class ImportedExport(Frozen):
    """A document that an export returned, of this project or another one."""

    format: str
    project_id: str | UnsetType = UNSET
    project: Fields | UnsetType = UNSET
    tables: dict[str, list[Fields]] | UnsetType = UNSET


class Imported(Frozen):
    """The project that has the data."""

    project_id: str


class RequestQuery(Frozen):
    """
    Attributes:
        operation: operations by their names in the official SDK, separated by commas; ``*`` is a wildcard.
        method: methods, separated by commas.
        path: a path; ``*`` is a wildcard.
        status: statuses, separated by commas, such as ``404`` or ``4xx``.
        error_type: an error type; ``*`` is a wildcard.
        surface: surfaces, separated by commas, such as ``backend,scim``; all but the control API and the console, if
            empty.
        after: a request id; only newer requests are returned.
        limit: the most requests to return; the newest are returned.
        wait: seconds to wait until a request matches.
    """

    operation: str = ""
    method: str = ""
    path: str = ""
    status: str = ""
    error_type: str = ""
    surface: str = ""
    after: str = ""
    limit: int = 100
    wait: float = 0


class LoggedRequest(Frozen):
    """One handled request, without secrets.

    Attributes:
        at: the time on the project's clock.
        operation: the name in the official SDK; "" if it isn't an operation.
        surface: the public interface that handled it, such as ``backend`` or ``scim``.
        error_type: the error's type; "" for a success.
        because: the reason of a refusal, and remarks.
        hint: what was probably meant; "" if there is nothing to say.
        milliseconds: how long the server took.
        request: the fields of the request, or its body.
        response: the response's body, or a text that describes it.
        curl: a command that sends the request again.
    """

    request_id: str
    at: Time
    operation: str
    method: str
    path: str
    status_code: int
    surface: str
    error_type: str
    because: str
    hint: str
    milliseconds: float
    request: Any
    response: Any
    curl: str


class LoggedRequests(Frozen):
    """Requests, newest last.

    Attributes:
        next_after: the value of ``after`` for the next call; null if there is none.
        after_found: whether the log still has the request that ``after`` names.
        dropped: how many requests were dropped because the log was full.
    """

    requests: list[LoggedRequest]
    next_after: str | None
    after_found: bool
    dropped: int
