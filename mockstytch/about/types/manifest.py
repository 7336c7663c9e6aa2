"""The manifest as types."""

from typing import Any

from mockstytch.values import Frozen


class SurfaceInfo(Frozen):
    """A public interface of the server."""

    name: str
    about: str


class ManifestOperation(Frozen):
    """An operation.

    Attributes:
        operation_id: the id in the OpenAPI document; for operations of the API, the name in the official SDK.
        deprecated: whether it is an older path.
    """

    operation_id: str
    method: str
    path: str
    surface: str
    summary: str
    deprecated: bool


class Setting(Frozen):
    """A setting of a project, which ``PATCH /_mock/api/project`` changes."""

    name: str
    default: Any
    meaning: str


class Option(Frozen):
    """An option of the server, or a field of a fault."""

    name: str
    default: Any
    meaning: str


class RateLimitGroup(Frozen):
    """A limit of the setting ``rate_limits: "production"``, which its operations share.

    Attributes:
        per: the field of the request whose values are counted separately, or ``project``.
    """

    operations: list[str]
    requests: int
    seconds: int
    per: str


class Manifest(Frozen):
    """What the server can do.

    Attributes:
        documents: the paths of the other documents.
        surfaces: the public interfaces.
        settings: the settings of a project.
        options: the options of the server.
        limits: the largest numbers that the server accepts or keeps.
        rate_limits: the limits of ``rate_limits: "production"``; without this setting, nothing is limited.
        message_kinds: the kinds of captured messages.
        factors: the factors of a session without a login.
        fault_fields: the fields of a fault.
    """

    version: str
    documents: dict[str, str]
    surfaces: list[SurfaceInfo]
    operations: list[ManifestOperation]
    settings: list[Setting]
    options: list[Option]
    limits: dict[str, int]
    rate_limits: list[RateLimitGroup]
    message_kinds: list[str]
    factors: list[str]
    fault_fields: list[Option]
