"""``event_log_streaming``: destinations of the event log. They are stored, but nothing is sent to them."""

import re
from typing import Annotated, Any, Literal

from msgspec.structs import replace

from mockstytch import errors
from mockstytch.management import workspace
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import EventLogDestination
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import CaseInsensitiveEnum, FieldError
from mockstytch.values import Frozen

api = Endpoints()

_MAX_DESTINATIONS = 1

_SITES = ("US", "US3", "US5", "EU", "AP1")
_ONE = ENVIRONMENT + "/event_log_streaming/{destination_type}"


class DestinationType(CaseInsensitiveEnum):
    DATADOG = "DATADOG"
    GRAFANA_LOKI = "GRAFANA_LOKI"


Destination = Annotated[DestinationType, FieldError(errors.event_log_streaming_invalid_destination_type)]


class Datadog(Frozen):
    api_key: str = ""
    site: str = ""


class GrafanaLoki(Frozen):
    hostname: str = ""
    username: str = ""
    password: str = ""


class DestinationConfig(Frozen):
    datadog: Datadog | None = None
    grafana_loki: GrafanaLoki | None = None


class DestinationPath(EnvironmentPath):
    """The environment and the type of destination in the path."""

    destination_type: Destination


@api.get(_ONE)
def get(ctx: Context, req: DestinationPath) -> Body:
    """Return a destination, with its secrets masked."""
    return {"event_log_streaming_config": _serialize_masked(_get_destination(ctx, req.destination_type))}


class Create(DestinationPath):
    destination_config: DestinationConfig = DestinationConfig()


@api.post(ENVIRONMENT + "/event_log_streaming")
def create(ctx: Context, req: Create) -> Body:
    """Create a destination, disabled.

    Raises:
        event_log_streaming_too_many_destinations: if there is a destination already.
    """
    error = errors.event_log_streaming_too_many_destinations()
    if any(d.destination_type == req.destination_type for d in _destinations(ctx)):
        raise error
    workspace.require_room(ctx, len(_destinations(ctx)), _MAX_DESTINATIONS, error)
    config = _validated_config(req.destination_type, req.destination_config)
    destination = EventLogDestination(destination_type=req.destination_type.value, **config)
    _save(ctx, [*_destinations(ctx), destination])
    return {"event_log_streaming_config": _serialize(destination)}


class Update(DestinationPath):
    destination_config: DestinationConfig = DestinationConfig()


@api.put(_ONE)
def update(ctx: Context, req: Update) -> Body:
    """Replace the configuration of a destination."""
    destination = _get_destination(ctx, req.destination_type)
    changed = replace(destination, **_validated_config(req.destination_type, req.destination_config))
    _save(ctx, [changed if d is destination else d for d in _destinations(ctx)])
    return {"event_log_streaming_config": _serialize(changed)}


@api.delete(_ONE)
def delete(ctx: Context, req: DestinationPath) -> Body:
    """Delete a destination."""
    destination = _get_destination(ctx, req.destination_type)
    _save(ctx, [d for d in _destinations(ctx) if d is not destination])
    return {}


@api.post(_ONE + "/enable")
def enable(ctx: Context, req: DestinationPath) -> Body:
    """Enable a destination."""
    return _set_status(ctx, req.destination_type, "ACTIVE")


@api.post(_ONE + "/disable")
def disable(ctx: Context, req: DestinationPath) -> Body:
    """Disable a destination."""
    return _set_status(ctx, req.destination_type, "DISABLED")


def _set_status(ctx: Context, destination_type: DestinationType, status: Literal["ACTIVE", "DISABLED"]) -> Body:
    destination = _get_destination(ctx, destination_type)
    changed = replace(destination, streaming_status=status)
    _save(ctx, [changed if d is destination else d for d in _destinations(ctx)])
    return {}


def _destinations(ctx: Context) -> list[EventLogDestination]:
    return ctx.project.settings.event_log_streaming


def _get_destination(ctx: Context, destination_type: DestinationType) -> EventLogDestination:
    """Return the destination of a type.

    Raises:
        event_log_streaming_not_found: if the environment has no destination of this type.
    """
    destination = next((d for d in _destinations(ctx) if d.destination_type == destination_type), None)
    if destination is None:
        raise errors.event_log_streaming_not_found()
    return destination


def _save(ctx: Context, destinations: list[EventLogDestination]) -> None:
    ctx.update_project(settings=replace(ctx.project.settings, event_log_streaming=destinations))


def _validated_config(destination_type: DestinationType, config: DestinationConfig) -> dict[str, Any]:
    """Return the columns of a destination that hold its configuration.

    Raises:
        event_log_streaming_bad_datadog_config: if the site is unknown, or the API key isn't 32 hexadecimal digits.
        event_log_streaming_bad_grafana_loki_config: if the hostname, username or password is missing.
    """
    if destination_type is DestinationType.DATADOG:
        datadog = config.datadog or Datadog()
        if datadog.site not in _SITES or not re.fullmatch(r"[0-9a-fA-F]{32}", datadog.api_key):
            raise errors.event_log_streaming_bad_datadog_config()
        return {"datadog": {"api_key": datadog.api_key, "site": datadog.site}}
    loki = config.grafana_loki or GrafanaLoki()
    if not (loki.hostname and loki.username and loki.password):
        raise errors.event_log_streaming_bad_grafana_loki_config()
    return {"grafana_loki": {"hostname": loki.hostname, "username": loki.username, "password": loki.password}}


def _serialize(d: EventLogDestination) -> dict[str, Any]:
    return {
        "destination_type": d.destination_type,
        "destination_config": {"datadog": d.datadog, "grafana_loki": d.grafana_loki},
        "streaming_status": d.streaming_status,
    }


def _serialize_masked(d: EventLogDestination) -> dict[str, Any]:
    datadog, loki = d.datadog, d.grafana_loki
    return {
        **_serialize(d),
        "destination_config": {
            "datadog": datadog and {"api_key_last_four": datadog["api_key"][-4:], "site": datadog["site"]},
            "grafana_loki": loki
            and {
                "hostname": loki["hostname"],
                "username": loki["username"],
                "password_last_four": loki["password"][-4:],
            },
        },
    }
