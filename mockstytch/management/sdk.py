"""``sdk``: what browsers and apps may do by themselves."""

import msgspec
from msgspec.structs import replace

from mockstytch import errors
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.sdk_config import B2BConfig, ConsumerConfig
from mockstytch.surfaces.endpoint import Body, Endpoints

api = Endpoints()


class GetConfig(EnvironmentPath):
    pass


class SetB2BConfig(EnvironmentPath):
    config: B2BConfig | None = None


class SetConsumerConfig(EnvironmentPath):
    config: ConsumerConfig | None = None


@api.get(ENVIRONMENT + "/sdk/b2b")
def get_b2_b_config(ctx: Context, req: GetConfig) -> Body:
    _check_vertical(ctx, "B2B")
    return {"config": msgspec.to_builtins(ctx.project.settings.b2b_sdk_config)}


@api.put(ENVIRONMENT + "/sdk/b2b")
def set_b2_b_config(ctx: Context, req: SetB2BConfig) -> Body:
    """Set all of it; what is left out is off.

    Raises:
        invalid_domain: a ``slug_pattern`` without ``{{slug}}``.
    """
    _check_vertical(ctx, "B2B")
    if req.config:
        _check_minutes(req.config.sessions.max_session_duration_minutes)
        if any(d.slug_pattern and "{{slug}}" not in d.slug_pattern for d in req.config.basic.domains):
            raise errors.invalid_domain()
        ctx.update_project(settings=replace(ctx.project.settings, b2b_sdk_config=req.config))
    return {"config": msgspec.to_builtins(ctx.project.settings.b2b_sdk_config)}


@api.get(ENVIRONMENT + "/sdk/consumer")
def get_consumer_config(ctx: Context, req: GetConfig) -> Body:
    _check_vertical(ctx, "CONSUMER")
    return {"config": msgspec.to_builtins(ctx.project.settings.consumer_sdk_config)}


@api.put(ENVIRONMENT + "/sdk/consumer")
def set_consumer_config(ctx: Context, req: SetConsumerConfig) -> Body:
    """Set all of it; what is left out is off."""
    _check_vertical(ctx, "CONSUMER")
    if req.config:
        _check_minutes(req.config.sessions.max_session_duration_minutes)
        ctx.update_project(settings=replace(ctx.project.settings, consumer_sdk_config=req.config))
    return {"config": msgspec.to_builtins(ctx.project.settings.consumer_sdk_config)}


def _check_vertical(ctx: Context, vertical: str) -> None:
    """
    Raises:
        bad_vertical_for_stytch_sdk: it is the configuration of the other vertical.
    """
    if ctx.project.vertical != vertical:
        raise errors.bad_vertical_for_stytch_sdk(because=f"this is a {ctx.project.vertical} project")


def _check_minutes(minutes: int) -> None:
    """
    Raises:
        invalid_session_duration_minutes: not between 5 and 527040.
    """
    if not 5 <= minutes <= 527040:
        raise errors.invalid_session_duration_minutes()
