"""The manifest: what the server can do and how it is set, for programs. Everything is read from the code."""

from collections.abc import Iterable
from typing import Any

import msgspec

from mockstytch.about.openapi.document import TAGS
from mockstytch.about.openapi.schemas import Schema
from mockstytch.about.types.manifest import Manifest, ManifestOperation, Option, RateLimitGroup, Setting, SurfaceInfo
from mockstytch.control.faults.checks import MAX_DELAY_MS
from mockstytch.control.faults.routes import MAX_FAULTS
from mockstytch.control.request_parsing import MAX_WAIT
from mockstytch.control.scim import MAX_OPERATIONS
from mockstytch.control.surface import LARGE_BODY
from mockstytch.descriptions import described
from mockstytch.domain.login import named_factors
from mockstytch.faults.rate_limits import PRODUCTION
from mockstytch.faults.rules import Rule
from mockstytch.runtime import request_log
from mockstytch.runtime.mock import HISTORY_LIMIT
from mockstytch.settings import Settings
from mockstytch.store.records.messages import MESSAGE_KINDS
from mockstytch.store.records.projects import ProjectSettings
from mockstytch.surfaces.request import MAX_BODY
from mockstytch.version import __version__

LIMITS = {
    "body_bytes": MAX_BODY,
    "body_bytes_of_seeds_and_imports": LARGE_BODY.max_body,
    "wait_seconds": MAX_WAIT,
    "messages": HISTORY_LIMIT,
    "webhook_events": HISTORY_LIMIT,
    "logged_requests": request_log.LIMIT,
    "faults": MAX_FAULTS,
    "fault_delay_ms": MAX_DELAY_MS,
    "scim_push_operations": MAX_OPERATIONS,
}
DOCUMENTS = {
    "openapi": "/_mock/api/openapi.json",
    "manifest": "/_mock/api/manifest",
    "seed_schema": "/_mock/api/seed-schema.json",
    "guide": "/llms.txt",
    "console": "/_mock/",
}


def build(document: Schema) -> Manifest:
    """Return the manifest.

    Args:
        document: the OpenAPI document.
    """
    return Manifest(
        version=__version__,
        documents=DOCUMENTS,
        surfaces=[SurfaceInfo(name=name, about=about) for name, about in TAGS.items()],
        operations=list(_operations(document)),
        settings=settings(),
        options=[Option(name=each.name, default=each.default, meaning=each.meaning) for each in _fields(Settings)],
        limits=LIMITS,
        rate_limits=[
            RateLimitGroup(
                operations=list(group.operations),
                requests=group.limit.requests,
                seconds=group.limit.seconds,
                per=group.limit.per or "project",
            )
            for group in PRODUCTION
        ],
        message_kinds=list(MESSAGE_KINDS),
        factors=list(named_factors.NAMES),
        fault_fields=[Option(name=each.name, default=each.default, meaning=each.meaning) for each in _fields(Rule)],
    )


def settings() -> list[Setting]:
    """Return the settings of a project."""
    return list(_fields(ProjectSettings))


def _operations(document: Schema) -> Iterable[ManifestOperation]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield ManifestOperation(
                operation_id=operation["operationId"],
                method=method.upper(),
                path=path,
                surface=operation["tags"][0],
                summary=operation["summary"],
                deprecated=operation.get("deprecated", False),
            )


def _fields(model: type[msgspec.Struct]) -> Iterable[Setting]:
    """Find the fields of a class with their defaults and descriptions."""
    attributes = described(model)[1]
    for field in msgspec.structs.fields(model):
        default: Any = field.default
        if default is msgspec.NODEFAULT:
            default = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else None
        if default is msgspec.UNSET:
            default = None
        is_object = isinstance(field.type, type) and issubclass(field.type, msgspec.Struct)
        about = described(field.type)[0] if is_object else ""  # such as the password policy
        meaning = attributes.get(field.name, about).rstrip(".")
        yield Setting(name=field.name, default=msgspec.to_builtins(default), meaning=meaning)
