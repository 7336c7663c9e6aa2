"""``sdk``: what the SDKs in browsers and mobile apps may do."""

import msgspec
from msgspec.structs import replace

from mockstytch import errors
from mockstytch.domain.sessions import sdk_settings
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.sdk_config import B2BConfig, ConsumerConfig
from mockstytch.surfaces.endpoint import Body, Endpoints

api = Endpoints()


class SetB2BConfig(EnvironmentPath):
    config: B2BConfig | None = None


class SetConsumerConfig(EnvironmentPath):
    config: ConsumerConfig | None = None


@api.get(ENVIRONMENT + "/sdk/b2b")
def get_b2_b_config(ctx: Context, req: EnvironmentPath) -> Body:
    """Return the configuration of the B2B SDKs."""
    _require_vertical(ctx, "B2B")
    return {"config": msgspec.to_builtins(ctx.project.settings.b2b_sdk_config)}


@api.put(ENVIRONMENT + "/sdk/b2b")
def set_b2_b_config(ctx: Context, req: SetB2BConfig) -> Body:
    """Replace the configuration of the B2B SDKs. A missing field is off.

    Raises:
        invalid_domain: if a ``slug_pattern`` doesn't contain ``{{slug}}``.
    """
    _require_vertical(ctx, "B2B")
    if req.config:
        sdk_settings.require_valid_b2b(req.config)
        ctx.update_project(settings=replace(ctx.project.settings, b2b_sdk_config=req.config))
    return {"config": msgspec.to_builtins(ctx.project.settings.b2b_sdk_config)}


@api.get(ENVIRONMENT + "/sdk/consumer")
def get_consumer_config(ctx: Context, req: EnvironmentPath) -> Body:
    """Return the configuration of the Consumer SDKs."""
    _require_vertical(ctx, "CONSUMER")
    return {"config": msgspec.to_builtins(ctx.project.settings.consumer_sdk_config)}


@api.put(ENVIRONMENT + "/sdk/consumer")
def set_consumer_config(ctx: Context, req: SetConsumerConfig) -> Body:
    """Replace the configuration of the Consumer SDKs. A missing field is off."""
    _require_vertical(ctx, "CONSUMER")
    if req.config:
        sdk_settings.require_valid(req.config)
        ctx.update_project(settings=replace(ctx.project.settings, consumer_sdk_config=req.config))
    return {"config": msgspec.to_builtins(ctx.project.settings.consumer_sdk_config)}


def _require_vertical(ctx: Context, vertical: str) -> None:
    """Require a project of this vertical.

    Raises:
        bad_vertical_for_stytch_sdk: if the SDK configuration belongs to the other vertical.
    """
    if ctx.project.vertical != vertical:
        raise errors.bad_vertical_for_stytch_sdk(because=f"this is a {ctx.project.vertical} project")
