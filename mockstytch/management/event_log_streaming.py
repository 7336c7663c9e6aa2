"""``event_log_streaming``: where the real service would send the event log. Kept here, and never used."""

import re
from typing import Annotated, Any, Literal

from msgspec.structs import replace

from mockstytch import errors
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import EventLogDestination
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import CaseInsensitiveEnum, FieldError
from mockstytch.values import Frozen

api = Endpoints()

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


class OfDestination(EnvironmentPath):
    destination_type: Destination


class Get(OfDestination):
    pass


@api.get(_ONE)
def get(ctx: Context, req: Get) -> Body:
    """With its secrets masked.

    Raises:
        event_log_streaming_not_found: there is no such destination.
    """
    return {"event_log_streaming_config": _masked(_find(ctx, req.destination_type))}


class Create(OfDestination):
    destination_config: DestinationConfig = DestinationConfig()


@api.post(ENVIRONMENT + "/event_log_streaming")
def create(ctx: Context, req: Create) -> Body:
    """Disabled, until it is enabled.

    Raises:
        event_log_streaming_too_many_destinations: there is one of this type already.
    """
    if any(d.destination_type == req.destination_type for d in _all(ctx)):
        raise errors.event_log_streaming_too_many_destinations()
    made = EventLogDestination(
        destination_type=req.destination_type.value, **_configuration(req.destination_type, req.destination_config)
    )
    _save(ctx, [*_all(ctx), made])
    return {"event_log_streaming_config": _shown(made)}


class Update(OfDestination):
    destination_config: DestinationConfig = DestinationConfig()


@api.put(_ONE)
def update(ctx: Context, req: Update) -> Body:
    """
    Raises:
        event_log_streaming_not_found: there is no such destination.
    """
    found = _find(ctx, req.destination_type)
    changed = replace(found, **_configuration(req.destination_type, req.destination_config))
    _save(ctx, [changed if d is found else d for d in _all(ctx)])
    return {"event_log_streaming_config": _shown(changed)}


class Delete(OfDestination):
    pass


@api.delete(_ONE)
def delete(ctx: Context, req: Delete) -> Body:
    """
    Raises:
        event_log_streaming_not_found: there is no such destination.
    """
    gone = _find(ctx, req.destination_type)
    _save(ctx, [d for d in _all(ctx) if d is not gone])
    return {}


class Enable(OfDestination):
    pass


@api.post(_ONE + "/enable")
def enable(ctx: Context, req: Enable) -> Body:
    return _switch(ctx, req.destination_type, "ACTIVE")


class Disable(OfDestination):
    pass


@api.post(_ONE + "/disable")
def disable(ctx: Context, req: Disable) -> Body:
    return _switch(ctx, req.destination_type, "DISABLED")


def _switch(ctx: Context, destination: DestinationType, status: Literal["ACTIVE", "DISABLED"]) -> Body:
    """
    Raises:
        event_log_streaming_not_found: there is no such destination.
    """
    found = _find(ctx, destination)
    _save(ctx, [replace(d, streaming_status=status) if d is found else d for d in _all(ctx)])
    return {}


def _all(ctx: Context) -> list[EventLogDestination]:
    return ctx.project.settings.event_log_streaming


def _find(ctx: Context, destination: DestinationType) -> EventLogDestination:
    found = next((d for d in _all(ctx) if d.destination_type == destination), None)
    if found is None:
        raise errors.event_log_streaming_not_found()
    return found


def _save(ctx: Context, destinations: list[EventLogDestination]) -> None:
    ctx.update_project(settings=replace(ctx.project.settings, event_log_streaming=destinations))


def _configuration(destination: DestinationType, given: DestinationConfig) -> dict[str, Any]:
    """
    Raises:
        event_log_streaming_bad_datadog_config: no site, or no key of 32 hexadecimal digits.
        event_log_streaming_bad_grafana_loki_config: no hostname, username or password.
    """
    if destination is DestinationType.DATADOG:
        datadog = given.datadog or Datadog()
        if datadog.site not in _SITES or not re.fullmatch(r"[0-9a-fA-F]{32}", datadog.api_key):
            raise errors.event_log_streaming_bad_datadog_config()
        return {"datadog": {"api_key": datadog.api_key, "site": datadog.site}}
    loki = given.grafana_loki or GrafanaLoki()
    if not (loki.hostname and loki.username and loki.password):
        raise errors.event_log_streaming_bad_grafana_loki_config()
    return {"grafana_loki": {"hostname": loki.hostname, "username": loki.username, "password": loki.password}}


def _shown(d: EventLogDestination) -> dict[str, Any]:
    return {
        "destination_type": d.destination_type,
        "destination_config": {"datadog": d.datadog, "grafana_loki": d.grafana_loki},
        "streaming_status": d.streaming_status,
    }


def _masked(d: EventLogDestination) -> dict[str, Any]:
    datadog, loki = d.datadog, d.grafana_loki
    return {
        **_shown(d),
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
