"""``password_strength_config``: the rules for passwords."""

from typing import Annotated, Any

from msgspec import Meta
from msgspec.structs import replace

from mockstytch import errors
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import PasswordPolicy
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import CaseInsensitiveEnum, FieldError

api = Endpoints()


class ValidationPolicy(CaseInsensitiveEnum):
    ZXCVBN = "ZXCVBN"
    LUDS = "LUDS"


@api.get(ENVIRONMENT + "/password_strength_config")
def get(ctx: Context, req: EnvironmentPath) -> Body:
    """Return the password policy."""
    return {"password_strength_config": _serialize(ctx.project.settings.password_policy)}


class Set(EnvironmentPath):
    check_breach_on_creation: bool = False
    check_breach_on_authentication: bool = False
    validate_on_authentication: bool = False
    validation_policy: ValidationPolicy = ValidationPolicy.ZXCVBN
    luds_min_password_length: Annotated[
        int, Meta(ge=8, le=32), FieldError(errors.invalid_password_strength_luds_length)
    ] = PasswordPolicy().luds_min_password_length
    luds_min_password_complexity: Annotated[
        int, Meta(ge=1, le=4), FieldError(errors.invalid_password_strength_luds_complexity)
    ] = PasswordPolicy().luds_min_password_complexity


@api.put(ENVIRONMENT + "/password_strength_config")
def set_(ctx: Context, req: Set) -> Body:
    """Replace the password policy. A missing field is false: the official clients omit fields that are false."""
    policy = replace(
        ctx.project.settings.password_policy,
        check_breach_on_creation=req.check_breach_on_creation,
        check_breach_on_authentication=req.check_breach_on_authentication,
        validate_on_authentication=req.validate_on_authentication,
        validation_policy=req.validation_policy.value,
        luds_min_password_length=req.luds_min_password_length,
        luds_min_password_complexity=req.luds_min_password_complexity,
    )
    ctx.update_project(settings=replace(ctx.project.settings, password_policy=policy))
    return {"password_strength_config": _serialize(policy)}


def _serialize(policy: PasswordPolicy) -> dict[str, Any]:
    is_luds = policy.validation_policy == "LUDS"
    return {
        "check_breach_on_creation": policy.check_breach_on_creation,
        "check_breach_on_authentication": policy.check_breach_on_authentication,
        "validate_on_authentication": policy.validate_on_authentication,
        "validation_policy": policy.validation_policy,
        "luds_min_password_length": policy.luds_min_password_length if is_luds else None,
        "luds_min_password_complexity": policy.luds_min_password_complexity if is_luds else None,
    }
